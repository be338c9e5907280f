package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// handle is a handler that returns its error, before it has begun to answer or
// because nobody reads the answer.
type handle func(http.ResponseWriter, *http.Request) error

func (s *Server) handler() http.Handler {
	// An id may hold an encoded slash, and must not be "cleaned".
	r := mux.NewRouter().UseEncodedPath().SkipClean(true)
	base := strings.TrimSuffix(s.config.BasePath, "/")
	at := r
	if base != "" {
		r.Path(base).Handler(s.open(redirectInto(base)))
		at = r.PathPrefix(base).Subrouter()
	}
	rest := at.PathPrefix("/api/event-bus").Subrouter()
	for path, h := range map[string]handle{
		"/status":                  s.status,
		"/events":                  s.reading(s.events),
		"/events/{event_id}":       s.reading(s.eventByID),
		"/traces/{correlation_id}": s.reading(s.trace),
		"/statistics":              s.reading(s.statistics),
		"/histogram":               s.reading(s.histogram),
		"/facets":                  s.reading(s.facets),
		"/event-types":             s.reading(s.eventTypes),
		"/rejected":                adminsOnly(s.reading(s.rejected)),
		"/rejected/{id}":           adminsOnly(s.reading(s.rejectedByID)),
	} {
		rest.Path(path).Handler(compressed(s.open(s.identified(inTime(h)))))
	}
	rest.Path("/export").Handler(compressed(s.open(s.identified(s.reading(s.export)))))
	rest.Path("/clients").Handler(compressed(s.open(s.identified(adminsOnly(inTime(s.clients))))))
	rest.Path("/clients/{id}").Handler(s.only(s.identified(adminsOnly(inTime(s.dismiss))), http.MethodDelete))
	rest.Path("/stream").Handler(s.open(s.identified(s.stream)))
	at.Path("/ws").Handler(s.open(s.identified(s.stream)))
	at.Path("/metrics").Handler(s.open(s.identified(adminsOnly(inTime(served(promhttp.HandlerFor(s.config.Registry, promhttp.HandlerOpts{})))))))
	at.Path("/healthz").Handler(s.open(inTime(s.healthz)))
	at.Path("/openapi.json").Handler(compressed(s.open(inTime(describe(openAPI)))))
	at.Path("/asyncapi.json").Handler(compressed(s.open(inTime(describe(asyncAPI)))))
	at.Path("/readyz").Handler(s.open(inTime(s.readyz)))
	at.MatcherFunc(outside(base + "/api/")).PathPrefix("/").Handler(compressed(s.open(inTime(s.page(base)))))
	r.Use(s.around)
	r.NotFoundHandler = s.around(s.open(notFound))
	return r
}

func outside(prefix string) mux.MatcherFunc {
	return func(r *http.Request, _ *mux.RouteMatch) bool { return !strings.HasPrefix(r.URL.Path, prefix) }
}

func notFound(http.ResponseWriter, *http.Request) error {
	return &statusError{http.StatusNotFound, "there is nothing at this path"}
}

// redirectInto leads from the prefix into it, so that relative URLs work.
func redirectInto(base string) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, (&url.URL{Path: base + "/", RawQuery: r.URL.RawQuery}).String(), http.StatusTemporaryRedirect)
		return nil
	}
}

// compressed compresses with gzip what is worth it, for those who accept it.
var compressed = func() func(http.Handler) http.HandlerFunc {
	wrap, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) // these options are valid
	}
	return wrap
}()

func served(h http.Handler) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// open turns errors and panics into problems. Nearly all there is can only be
// read.
func (s *Server) open(h handle) http.Handler { return s.only(h, http.MethodGet, http.MethodHead) }

// only is open to some methods.
func (s *Server) only(h handle, methods ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{w, noted(r)}
		defer s.survive(a, r)
		if !slices.Contains(methods, r.Method) {
			a.note.allow = strings.Join(methods, ", ")
			fail(a, r, &statusError{http.StatusMethodNotAllowed, "the methods here are " + a.note.allow})
			return
		}
		if err := h(a, r); err != nil {
			fail(a, r, err)
		}
	})
}

// answerTime is how long a client may take to read an answer.
const answerTime = time.Minute

// inTime bounds what one answer may take; only streams have no such bound.
func inTime(h handle) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, deadline := http.NewResponseController(w), time.Now().Add(answerTime)
		if err := firstOf(c.SetWriteDeadline(deadline), c.SetReadDeadline(deadline)); err != nil {
			return err
		}
		return h(w, r)
	}
}

// identified finds out who asks.
func (s *Server) identified(h handle) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := s.config.Auth.Authenticate(r)
		if err != nil {
			return err
		}
		noted(r).who = who
		return h(w, r)
	}
}

func adminsOnly(h handle) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !principal(r).Admin {
			return &statusError{http.StatusForbidden, "this is for admins"}
		}
		return h(w, r)
	}
}

// pathText gives a decoded part of the path.
func pathText(r *http.Request, name string) (string, error) {
	text, err := url.PathUnescape(mux.Vars(r)[name])
	if err != nil || !isText(text) {
		return "", &parameterFault{name, "must be " + textRule}
	}
	return text, nil
}
