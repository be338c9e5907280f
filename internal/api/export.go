package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/omninode-ai/eventfeed/internal/filter"
	"github.com/omninode-ai/eventfeed/internal/store"
)

const (
	// exportPage is how much of an export is in memory at a time; it is read
	// with many short statements, since a long one would keep PostgreSQL from
	// tidying up.
	exportPage      = 500
	exportPageBytes = 1 << 20
	// exportHeld is that, the event that exceeds it, and what is being written.
	exportHeld = exportPageBytes + 1<<20 + exportPage*eventBytes + 2*chunk
	// countTrailer tells how many events there were, behind the last of them.
	countTrailer = "Eventfeed-Count"
)

// readExport reads the parameters of an export: those of a page, without what
// makes a page of it.
func readExport(p *parameters) (store.Query, error) {
	q := store.Query{Filter: p.filter(filter.Names...), Limit: exportPage, Bytes: exportPageBytes}
	q.Start, q.End = p.span("start_time", "end_time")
	q.Order, q.Ascending = p.order()
	return q, p.done()
}

// export answers GET /export with all matching events that are stored when it
// begins. An answer that ends without its last line, or its trailer, is not
// whole: the conn is cut off then.
func (s *Server) export(w http.ResponseWriter, r *http.Request) error {
	q, err := readExport(parametersOf(r))
	if err != nil {
		return err
	}
	format := formatFor(r)
	if format == nil {
		return &statusError{http.StatusNotAcceptable, "an export is " + strings.Join(formatTypes(), ", ")}
	}
	head, err := s.store.Head(r.Context())
	if err != nil {
		return err
	}
	q.Through = head.Last
	give, err := s.held.take(exportHeld)
	if err != nil {
		return err
	}
	defer give()
	format.announce(w.Header())
	if r.Method == http.MethodHead {
		return nil
	}
	x := &exporter{w: w, answer: http.NewResponseController(w), format: format, read: s.store.Events}
	if err := x.run(r.Context(), q); err != nil {
		return x.give(r, err)
	}
	return nil
}

// exporter writes one export.
type exporter struct {
	w      http.ResponseWriter
	answer *http.ResponseController
	format *exportFormat
	read   func(context.Context, store.Query) (store.Page, error)
	buf    []byte
	begun  bool
	count  int
}

func (x *exporter) run(ctx context.Context, q store.Query) error {
	x.buf = x.format.begin(make([]byte, 0, chunk+chunk/4))
	for more := q.Through > 0; more; more = q.After != nil {
		page, err := x.read(ctx, q)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			x.buf = x.format.event(x.buf, e, x.count)
			x.count++
			if len(x.buf) >= chunk {
				if err := x.flush(); err != nil {
					return err
				}
			}
		}
		if err := x.deliver(); err != nil {
			return err
		}
		q.After = page.Next
	}
	x.buf = x.format.end(x.buf, x.count)
	x.w.Header().Set(countTrailer, strconv.Itoa(x.count))
	return x.flush()
}

// flush writes what is there. The time that a client has starts anew each time.
func (x *exporter) flush() error {
	if err := x.answer.SetWriteDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	x.begun = true
	_, err := x.w.Write(x.buf)
	x.buf = x.buf[:0]
	return err
}

// deliver lets the client have what a page has given, which may have taken
// seconds to find.
func (x *exporter) deliver() error {
	if len(x.buf) == 0 {
		return nil
	}
	if err := x.flush(); err != nil {
		return err
	}
	if err := x.answer.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("flush: %w", err)
	}
	return nil
}

// give ends an export that failed: with a problem, or, if it has begun, by
// cutting it off, so that nobody takes it for whole.
func (x *exporter) give(r *http.Request, err error) error {
	if !x.begun {
		for _, name := range []string{"Trailer", "Content-Disposition"} {
			x.w.Header().Del(name)
		}
		return err
	}
	noted(r).err = err
	panic(http.ErrAbortHandler)
}
