package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/omninode-ai/eventfeed/internal/event"
	"github.com/omninode-ai/eventfeed/internal/store"
	"github.com/omninode-ai/eventfeed/internal/testenv"
)

// exported reads an export of NDJSON and fails unless it is whole.
func (b *bench) exported(query string) (seen []shown) {
	b.tb.Helper()
	got := b.get("/api/event-bus/export" + query)
	lines := strings.Split(strings.TrimSuffix(string(got.body), "\n"), "\n")
	if want := fmt.Sprintf(`{"_end":true,"count":%d}`, len(lines)-1); got.status != http.StatusOK || lines[len(lines)-1] != want {
		b.tb.Fatalf("export%s: got %d and the last line %s, want %s", query, got.status, lines[len(lines)-1], want)
	}
	if n := got.header.Get(countTrailer); n != strconv.Itoa(len(lines)-1) {
		b.tb.Errorf("export%s: got the trailer %q, want %d", query, n, len(lines)-1)
	}
	for _, line := range lines[:len(lines)-1] {
		var e shown
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			b.tb.Fatalf("%v in %s", err, line)
		}
		seen = append(seen, e)
	}
	return seen
}

func TestAnExportHasTheOrderAndTheFilterOfPages(t *testing.T) {
	b := newBench(t)
	var events []*event.Event
	for i := range 1200 {
		events = append(events, someEvent(i, 0))
	}
	b.append(event.Batch{Events: events})
	for _, query := range []string{"", "order_direction=asc", "order_by=position", "order_by=position&order_direction=asc", "tenant_id=beta", "tenant_id=beta&sources=omniclaude&order_by=stored_at"} {
		var want []event.Position
		for more, cursor := true, ""; more; {
			var p page
			b.into("/api/event-bus/events?limit=1000&"+query+cursor, &p)
			want = append(want, positions(p.Events)...)
			if more = p.More; more {
				cursor = "&cursor=" + *p.Next
			}
		}
		if got := positions(b.exported("?" + query)); !slices.Equal(got, want) {
			t.Errorf("%s: got %d events, want %d in the order of pages", query, len(got), len(want))
		}
	}
}

func TestAnExportEndsAtTheHeadThatThereWasWhenItBegan(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		b.append(event.Batch{Events: []*event.Event{someEvent(i, 0)}})
	}
	x := &exporter{w: discard{}, answer: http.NewResponseController(discard{}), format: exportFormats[0]}
	x.read = func(ctx context.Context, q store.Query) (store.Page, error) {
		q.Limit = 1
		n := int(b.next[event.Partition{Topic: "t", ID: 2}])
		b.append(event.Batch{Events: []*event.Event{someEvent(n, -time.Hour), someEvent(n+1, time.Hour)}})
		return b.store.Events(ctx, q)
	}
	for _, order := range []store.Order{store.ByPosition, store.ByTimestamp} {
		for _, ascending := range []bool{false, true} {
			x.count = 0
			if err := x.run(t.Context(), store.Query{Order: order, Ascending: ascending, Through: 5}); err != nil || x.count != 5 {
				t.Errorf("%s, ascending %v: got %d events, %v, want 5", order, ascending, x.count, err)
			}
		}
	}
}

// discard is an answer that nobody reads.
type discard struct{ http.ResponseWriter }

func (discard) Header() http.Header              { return http.Header{} }
func (discard) Write(p []byte) (int, error)      { return len(p), nil }
func (discard) SetWriteDeadline(time.Time) error { return nil }
func (discard) FlushError() error                { return nil }

func TestCellsThatSpreadsheetsWouldRunAreHarmless(t *testing.T) {
	b := newBench(t)
	cells := []string{"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "a=1", `quote " and, comma`, "two\nlines", "'=1"}
	for i, cell := range cells {
		b.append(event.Batch{Events: []*event.Event{newEvent(i, func(e *event.Event) { e.Source, e.Payload = cell, json.RawMessage("-1.50") })}})
	}
	got := b.do("GET", "/api/event-bus/export?order_by=position&order_direction=asc", http.Header{"Accept": {"text/csv"}})
	rows, err := csv.NewReader(bytes.NewReader(got.body)).ReadAll()
	if err != nil || len(rows) != len(cells)+1 || got.header.Get(countTrailer) != strconv.Itoa(len(cells)) {
		t.Fatalf("got %d rows and the trailer %q, %v, want %d", len(rows), got.header.Get(countTrailer), err, len(cells))
	}
	source, payload := slices.Index(rows[0], "source"), slices.Index(rows[0], "payload")
	for i, cell := range cells {
		want := cell
		if strings.ContainsAny(cell[:1], "=+-@\t") {
			want = "'" + cell
		}
		if row := rows[i+1]; row[source] != want || row[payload] != "'-1.50" {
			t.Errorf("got %q and %q, want %q and '-1.50", row[source], row[payload], want)
		}
	}
}

// What is exported as CloudEvents is, for our own decoder, what it was.
func TestExportedCloudEventsAreDecodedAsTheEventsThatTheyWere(t *testing.T) {
	b := newBench(t)
	fill(b)
	got := b.do("GET", "/api/event-bus/export?order_by=position&order_direction=asc", http.Header{"Accept": {"application/cloudevents-batch+json"}})
	var batch []json.RawMessage
	if err := json.Unmarshal(got.body, &batch); err != nil || len(batch) != 4 {
		t.Fatalf("got %d events, %v in %s", len(batch), err, got.body)
	}
	want := b.exported("?order_by=position&order_direction=asc")
	for i, raw := range batch {
		var ce struct{ Type, TenantID, ID, SpecVersion, Position string }
		if err := json.Unmarshal(raw, &ce); err != nil {
			t.Fatal(err)
		}
		if ce.SpecVersion != "1.0" || ce.ID != want[i].EventID || ce.TenantID != want[i].TenantID || ce.Position != fmt.Sprint(want[i].Position) {
			t.Errorf("got %s, want %+v", raw, want[i])
		}
		decodedAgain(t, b, raw, event.Position(i+1))
	}
}

func TestASourceThatIsNoReferenceIsEscaped(t *testing.T) {
	for source, want := range map[string]string{"omniclaude": "omniclaude", "https://a/b?c": "https://a/b?c", "two words": "two%20words", "é": "%C3%A9", "%zz": "%25zz", "a:b": "a:b", "/x": "/x"} {
		if got := uriReference(source); got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}

func TestAnExportThatFailsHasNoEnd(t *testing.T) {
	page := store.Page{Events: []*event.Event{newEvent(0, nil)}, Next: &store.Key{Position: 1}}
	for name, tc := range map[string]struct {
		pages  []store.Page
		status int // 0: the answer is cut off
	}{
		"at once": {nil, http.StatusServiceUnavailable}, "later": {[]store.Page{page, page}, 0},
	} {
		for _, encoding := range encodings {
			pages := tc.pages
			h := handling(t, func(w http.ResponseWriter, r *http.Request) error {
				exportFormats[0].announce(w.Header())
				x := &exporter{w: w, answer: http.NewResponseController(w), format: exportFormats[0]}
				x.read = func(context.Context, store.Query) (store.Page, error) {
					if len(pages) == 0 {
						return store.Page{}, event.ErrUnavailable
					}
					p := pages[0]
					pages = pages[1:]
					return p, nil
				}
				return x.give(r, x.run(r.Context(), store.Query{Through: 9}))
			})
			resp, body, err := fetch(t, h.url, encoding)
			if tc.status != 0 && (err != nil || resp.StatusCode != tc.status || resp.Header.Get("Content-Disposition") != "") {
				t.Errorf("%s, %s: got %v, %s, %v, want %d", name, encoding, resp, body, err, tc.status)
			}
			if tc.status == 0 && err == nil {
				t.Errorf("%s, %s: got %q as a whole answer, want it cut off", name, encoding, body)
			}
		}
	}
}

func TestTheWorkOfAnExportEndsWhenItsClientLeaves(t *testing.T) {
	b := newBench(t)
	b.large(3000, 3000)
	resp, err := http.Get(b.url + "/api/event-bus/export")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	b.await("what the export held is given back", func() bool { return b.server.held.bytes.Load() == 0 })
}

func TestAnExportThatPostgresLeavesAloneIsCutOff(t *testing.T) {
	postgres := testenv.Postgres(t)
	b := serve(t, postgres.URL(), nil)
	b.large(6000, 4000) // more than the conn takes in its buffers
	for _, format := range formatTypes() {
		r, err := http.NewRequestWithContext(t.Context(), "GET", b.url+"/api/event-bus/export", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", format)
		var resp *http.Response
		b.await("an export that begins", func() bool { // the outage before may be noticed only now
			if resp, err = http.DefaultTransport.RoundTrip(r); err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode == http.StatusServiceUnavailable {
				_ = resp.Body.Close()
			}
			return resp.StatusCode != http.StatusServiceUnavailable
		})
		if _, err := io.CopyN(io.Discard, resp.Body, 1000); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: got %s, %v", format, resp.Status, err)
		}
		if err := postgres.Kill(); err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		if err == nil || resp.Trailer.Get(countTrailer) != "" {
			t.Errorf("%s: got %d bytes more and the trailer %v as a whole answer", format, n, resp.Trailer)
		}
		_ = resp.Body.Close()
		if err := postgres.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.await("history again", func() bool { return b.get("/api/event-bus/events?limit=1").status == http.StatusOK })
	}
}

func TestAnExportIsAnnouncedWithoutBeingMade(t *testing.T) {
	b := newBench(t)
	fill(b)
	got := b.do("HEAD", "/api/event-bus/export", http.Header{"Accept": {"text/csv;q=0.9, application/json"}})
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/csv" || len(got.body) > 0 || b.server.held.bytes.Load() != 0 {
		t.Errorf("got %d %v, want 200 of CSV and no body", got.status, got.header)
	}
}

// large stores n events of about size bytes.
func (b *bench) large(n, size int) {
	b.tb.Helper()
	text := strings.Repeat("x", size)
	for n > 0 {
		var batch event.Batch
		for range min(n, 1000) {
			i := n
			batch.Events = append(batch.Events, newEvent(i, func(e *event.Event) { e.Payload = fmt.Appendf(nil, `{"n":%d,"text":"%s"}`, i, text) }))
			n--
		}
		b.append(batch)
	}
}

func TestExportsOfManyEventsTakeLittleMemory(t *testing.T) {
	b := newBench(t)
	const n, size, most = 40_000, 2000, 24 << 20
	b.large(n, size)
	b.await("the hub to have all", func() bool { return b.hub.Position() == n }) // its tail is no part of an export
	before := heap()
	resp, err := http.Get(b.url + "/api/event-bus/export")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var peak, bytes, lines int
	last := ""
	in := bufio.NewReaderSize(resp.Body, 64<<10)
	for {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		lines, bytes, last = lines+1, bytes+len(line), line
		if lines%2000 == 0 {
			peak = max(peak, heap()-before)
		}
	}
	if lines != n+1 || last != fmt.Sprintf("{\"_end\":true,\"count\":%d}\n", n) {
		t.Fatalf("got %d lines and at last %s, want %d events", lines, last, n)
	}
	t.Logf("%d events, %d MB exported with %d KB more in memory", n, bytes>>20, peak>>10)
	if peak > most {
		t.Errorf("got %d bytes more in memory, want at most %d", peak, most)
	}
}

// heap is what is in use.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// decodedAgain compares what our decoder makes of a CloudEvent with the event
// that is stored at a position.
func decodedAgain(t *testing.T, b *bench, raw []byte, position event.Position) {
	t.Helper()
	page, err := b.store.Events(t.Context(), store.Query{Order: store.ByPosition, Limit: 1, After: &store.Key{Position: position - 1}, Ascending: true})
	if err != nil {
		t.Fatal(err)
	}
	want := page.Events[0]
	got, err := event.NewDecoder(event.Config{}).Decode(event.Record{Partition: event.Partition{Topic: want.Topic, ID: want.Partition}, Offset: want.Offset, Value: raw})
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	got.Position, got.StoredAt, got.ProcessedAt = want.Position, want.StoredAt, want.ProcessedAt
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", raw, diff)
	}
}
