// Package imports holds the rules of who may import what. They keep the line
// that an event travels one-way: a package that breaks them fails a test, not
// a review.
package imports

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/omninode-ai/eventfeed/"

// ours says which packages of ours each package may import, in its code and
// not in its tests. "*" is all but those for tests.
var ours = map[string][]string{
	"cmd/eventfeed": {"*"},
	"internal/api":  {"internal/auth", "internal/event", "internal/filter", "internal/hub", "internal/store", "web"},
	"internal/auth": {},
	// It measures from outside. What it imports starts services, and stores history to be read.
	"internal/bench":           {"internal/embedded", "internal/event", "internal/store"},
	"internal/demo":            {"internal/event"},
	"internal/e2e":             {}, // tests alone
	"internal/embedded":        {},
	"internal/event":           {},
	"internal/event/eventtest": {},
	"internal/filter":          {"internal/event"},
	"internal/hub":             {"internal/event", "internal/filter"},
	"internal/hub/relay":       {"internal/event", "internal/hub/relay/wire"},
	"internal/hub/relay/wire":  {"internal/event"},
	"internal/imports":         {}, // tests alone
	"internal/ingest":          {"internal/event"},
	"internal/store":           {"internal/event", "internal/filter", "migrations"},
	"internal/testenv":         {"internal/embedded"},
	"migrations":               {},
	"web":                      {},
}

// forTests are what no code imports but that of tests.
var forTests = []string{"internal/e2e", "internal/event/eventtest", "internal/imports", "internal/testenv"}

// theirs says who alone may import a package of somebody else, or what lies
// below it; nobody else may.
var theirs = map[string][]string{
	// The store is all SQL; testenv makes and drops the databases of tests.
	"github.com/jackc/pgx/v5":  {"internal/store", "internal/testenv"},
	"github.com/jackc/tern/v2": {"internal/store"},
	"database/sql":             {},
	// The drivers of Kafka: ingest reads, demo and bench write, testenv waits
	// for its broker.
	"github.com/segmentio/kafka-go": {"internal/bench", "internal/demo", "internal/ingest", "internal/testenv"},
	// ingest takes from it what kafka-go cannot say, bench the version of a
	// broker; the rest is kfake's.
	"github.com/twmb/franz-go": {"internal/bench", "internal/embedded", "internal/ingest"},
	// The relay is the only one to speak with Redis, not the hub.
	"github.com/redis/go-redis/v9": {"internal/hub/relay", "internal/testenv"},
	"github.com/coder/websocket":   {"internal/api"},
	// The parser of where, and the tree that it gives.
	"go.einride.tech/aip":        {"internal/filter"},
	"google.golang.org/genproto": {"internal/filter"},
	// The hub makes frames and knows no conns; no more do those before it.
	"net/http": {"cmd/eventfeed", "internal/api", "internal/auth", "internal/bench"},
}

func TestPackagesImportOnlyWhatTheDesignAllows(t *testing.T) {
	imports := importsOf(t)
	for name, imported := range imports {
		allowed, known := ours[name]
		if !known {
			t.Errorf("%s has no line in the table of imports: give it one", name)
			continue
		}
		for _, path := range imported {
			if p, isOurs := strings.CutPrefix(path, module); isOurs && !mayImport(allowed, p) {
				t.Errorf("%s imports %s, and may import %v", name, p, allowed)
			}
		}
	}
	for name := range ours {
		if _, exists := imports[name]; !exists {
			t.Errorf("the table of imports has a line for %s, which does not exist: take it out", name)
		}
	}
}

func TestDriversStayWhereTheyAreUsed(t *testing.T) {
	for name, imported := range importsOf(t) {
		for _, path := range imported {
			for driver, allowed := range theirs {
				if isWithin(path, driver) && !slices.Contains(allowed, name) {
					t.Errorf("%s imports %s, which only %v may", name, path, allowed)
				}
			}
		}
	}
}

func mayImport(allowed []string, name string) bool {
	if slices.Contains(allowed, "*") {
		return !slices.Contains(forTests, name)
	}
	return slices.Contains(allowed, name)
}

func isWithin(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// importsOf asks go what each package of the module imports directly, its
// tests left out.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	// -e: who imports whom is known even of what does not compile.
	out, err := exec.Command("go", "list", "-e", "-f", `{{.Dir}} {{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		dir, path := fields[0], fields[1]
		imports[strings.TrimPrefix(path, module)] = fields[2:]
		noticeChanges(t, dir, filepath.Dir(dir))
	}
	if len(imports) < len(ours)/2 {
		t.Fatalf("go list gave no more than %v", slices.Sorted(maps.Keys(imports)))
	}
	return imports
}

// noticeChanges opens folders, so that go test runs these tests again when a
// file in them changes: of what a child process reads it knows nothing.
func noticeChanges(t *testing.T, folders ...string) {
	t.Helper()
	for _, f := range folders {
		if _, err := os.ReadDir(f); err != nil {
			t.Fatal(err)
		}
	}
}
