package api

import (
	"io/fs"
	"net/http"
	"strings"
)

// contentPolicy lets the page load what we serve, and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page serves the files of the page below base.
func (s *Server) page(base string) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		name := strings.TrimPrefix(r.URL.Path, base+"/")
		if name == "" {
			name = "index.html"
		}
		if !fs.ValidPath(name) {
			return notFound(w, r)
		}
		if info, err := fs.Stat(s.config.Page, name); err != nil || info.IsDir() {
			return notFound(w, r)
		}
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, s.config.Page, name)
		return nil
	}
}
