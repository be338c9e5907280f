package event_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/event"
)

var update = flag.Bool("update", false, "write golden files")

// recordFile is a record as testdata holds it, with what of the decoder's
// Config differs from the default.
type recordFile struct {
	About       string // for people
	Topic       string
	Partition   int32
	Offset      int64
	Incarnation int32
	Time        time.Time
	Key         string
	Headers     [][2]string
	Value       json.RawMessage // a text is taken for its characters, null is a tombstone, all else for its JSON
	ValueBase64 []byte          `json:"value_base64"` // for what is not UTF-8

	TenantSource event.TenantSource `json:"tenant_source"`
	MaxBytes     int                `json:"max_bytes"`
}

func readRecord(tb testing.TB, path string) (event.Record, event.Config) {
	tb.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	var f recordFile
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	r := event.Record{
		Partition: event.Partition{Topic: f.Topic, ID: f.Partition}, Offset: f.Offset, Incarnation: f.Incarnation,
		Time: f.Time, Key: []byte(f.Key), Value: f.ValueBase64,
	}
	for _, h := range f.Headers {
		r.Headers = append(r.Headers, event.Header{Key: h[0], Value: []byte(h[1])})
	}
	switch {
	case r.Value != nil || string(f.Value) == "null":
	case f.Value[0] == '"':
		var text string
		if err := json.Unmarshal(f.Value, &text); err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
		r.Value = []byte(text)
	default:
		r.Value = f.Value
	}
	return r, event.Config{TenantSource: f.TenantSource, MaxBytes: f.MaxBytes, Now: decodedAt}
}

func decodedAt() time.Time {
	return time.Date(2026, 10, 1, 10, 0, 0, 130_000_999, time.FixedZone("", 7200))
}

// becomes is what a golden file says of what a record becomes.
func becomes(tb testing.TB, e *event.Event, err error) []byte {
	tb.Helper()
	var text []byte
	if rejection := (*event.Rejection)(nil); errors.As(err, &rejection) {
		text, err = json.Marshal(map[string]any{"rejected": rejection.Reason, "detail": rejection.Detail})
		if err != nil {
			tb.Fatal(err)
		}
	} else if errors.Is(err, event.ErrTombstone) {
		text = []byte(`{"skipped":"tombstone"}`)
	} else if err == nil {
		text = e.AppendJSON(nil)
	} else {
		tb.Fatalf("got error %v, want a rejection or a tombstone", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func TestEveryRecordBecomesWhatItsGoldenFileSays(t *testing.T) {
	for _, path := range recordFiles(t) {
		name := strings.TrimSuffix(path, ".record.json")
		t.Run(strings.TrimPrefix(name, "testdata/"), func(t *testing.T) {
			r, config := readRecord(t, path)
			e, err := event.NewDecoder(config).Decode(r)
			golden(t, name+".golden.json", becomes(t, e, err))
		})
	}
}

func TestNoGoldenFileIsWithoutItsRecord(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if _, err := os.Stat(strings.TrimSuffix(path, ".golden.json") + ".record.json"); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestEveryReasonThatTheDecoderGivesHasAGoldenFile(t *testing.T) {
	given := map[event.Reason]bool{event.ReasonRefusedByStore: true} // by ingest
	for _, path := range recordFiles(t) {
		r, config := readRecord(t, path)
		var rejection *event.Rejection
		if _, err := event.NewDecoder(config).Decode(r); errors.As(err, &rejection) {
			given[rejection.Reason] = true
			if !slices.Contains(event.Reasons, rejection.Reason) {
				t.Errorf("%s: reason %s is not among Reasons", path, rejection.Reason)
			}
		}
	}
	for _, reason := range event.Reasons {
		if !given[reason] {
			t.Errorf("no record is rejected as %s", reason)
		}
	}
}

func recordFiles(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*/*.record.json")
	if err != nil || len(files) == 0 {
		tb.Fatalf("got %d records, %v", len(files), err)
	}
	return files
}

// golden compares got with a file, which -update writes first.
func golden(tb testing.TB, path string, got []byte) {
	tb.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
