# docker build --build-arg VERSION=$(git describe --tags --always) -t eventfeed .
#
# One static binary, as a user without rights, and nothing beside it: no shell, no healthcheck of the image's own. Ask
# GET /healthz (does the process work) and /readyz (may it be given requests) from outside, as docker-compose.yml's proxy does.
# `eventfeed dev` does not work in it, as there is no PostgreSQL to start.
FROM --platform=$BUILDPLATFORM node:20-bookworm-slim AS dashboard
WORKDIR /src/web/dashboard
COPY web/dashboard/package.json web/dashboard/package-lock.json ./
RUN npm ci --ignore-scripts
COPY web /src/web
RUN npm run build

FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=dashboard /src/web/dashboard/dist web/dashboard/dist
ARG TARGETOS TARGETARCH VERSION=dev
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /eventfeed ./cmd/eventfeed

# It has certificates of authorities and time zones; "static" because there is no libc.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /eventfeed /eventfeed
USER nonroot
EXPOSE 3000
ENTRYPOINT ["/eventfeed"]
CMD ["serve"]
