# make run starts everything on this machine; make test tests everything; make help says the rest.
# Both install what they need from Debian where it is missing, and ask nothing: see scripts/deps.

GO ?= go
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Of a checkout git says the version; an archive has none.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
# The version is stamped above; git refuses to say it to go where a checkout belongs to another user.
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false)

# Two packages at a time: each may run a PostgreSQL and a Kafka of its own. The process tests run by themselves: they measure
# outages, on however few cores.
TEST := $(GO) test -p 2 -timeout 20m
OTHERS = $$($(GO) list ./... | grep -v '/internal/e2e$$')
# go test would take what it found about an older program for true: it does not see that e2e builds cmd/eventfeed.
E2E := $(GO) test -count 1 -timeout 150m ./internal/e2e

.PHONY: help run build deps test dashboard race lint fuzz soak bench parts clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: build ## eventfeed with a PostgreSQL and a Kafka of its own, and demo events: http://127.0.0.1:3000; ARGS="--no-demo"
	@scripts/deps run
	@exec scripts/dev $(ARGS)

build: ## bin/eventfeed, with the dashboard if Node 20.19 or later is there
	@scripts/dashboard build
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/eventfeed ./cmd/eventfeed

deps: ## what the tests need: PostgreSQL, Redis, kcat, Java, Kafka's jars
	@scripts/deps test

test: deps ## every test against real services, 30 s of fuzzing
	$(TEST) $(OTHERS)
	$(E2E) -v -e2e.rounds=3
	GO=$(GO) scripts/fuzz total 30

dashboard: ## the dashboard's tests: units, and in Chromium against a real server
	scripts/dashboard test

race: ## the race detector over everything but the process tests
	@scripts/deps race
	CGO_ENABLED=1 $(TEST) -race $(OTHERS)

lint: ## gofmt, vet, staticcheck, go.mod, and whether it compiles for macOS
	@unformatted=$$(gofmt -l cmd internal migrations web); \
	if [[ -n $$unformatted ]]; then echo "lint: run gofmt -w on" $$unformatted >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 $(GO) build ./...

FUZZ_SECONDS ?= 60
fuzz: ## every fuzz target for FUZZ_SECONDS each
	GO=$(GO) scripts/fuzz each $(FUZZ_SECONDS)

soak: deps ## the long counts: 50 rounds of kills, 1,000 conns, 5,000 seeds of the hub's model, 5 minutes a fuzz target
	$(E2E) -v -e2e.rounds=50 -e2e.conns=1000
	$(GO) test -count 1 -timeout 2h ./internal/hub -run TestEverySubscription -model.seeds=5000
	GO=$(GO) scripts/fuzz each 300

# go names the processor and, behind each name, how many. Benchmarks that start services say how often they want to be run.
BENCH := $(GO) test -timeout 2h -run '^$$' -bench
HISTORY ?= 10000000
bench: deps ## every row of docs/benchmarks.md, on this machine, in half an hour; HISTORY=1000000 is shorter
	GOFLAGS='$(GOFLAGS) -ldflags=-X=main.version=$(VERSION)' $(BENCH) Everything -benchtime 1x ./internal/e2e -e2e.history=$(HISTORY)

parts: deps ## what is measured of single packages: decoding, appending, reading among 10 million, Kafka to rows
	$(BENCH) . ./internal/event
	$(BENCH) Append ./internal/store
	$(BENCH) Reads -benchtime 300x ./internal/store -stored 10000000
	$(BENCH) FruitlessSearch -benchtime 10x ./internal/store -stored 10000000
	$(BENCH) . -benchtime 3x ./internal/ingest

clean: ## removes bin, the data of make run and Kafka's jars
	rm -rf bin .data .cache
