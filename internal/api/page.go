package api

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// contentPolicy lets the page load what we serve, and nothing else but a token
// from where the operator has said.
func (s *Server) contentPolicy() string {
	connect := "connect-src 'self'"
	if u, err := url.Parse(s.config.TokenURL); err == nil && u.Host != "" {
		connect += " " + u.Scheme + "://" + u.Host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
		connect + "; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
}

// CheckTokenURL refuses what is neither an address nor a path on our own
// origin; "" is none.
func CheckTokenURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil
	case err != nil:
		return fmt.Errorf("%q is no URL", text)
	case u.Host == "" && u.Scheme == "" && strings.HasPrefix(text, "/"):
		return nil
	// What a policy is written with must not be in what is written into it.
	case u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || strings.ContainsAny(u.Host, " ;,'\""):
		return fmt.Errorf("%q is neither an address that begins with https:// or http://, nor a path that begins with /", text)
	}
	return nil
}

// assets are named by their content, so that they may be kept for ever.
const (
	assets       = "assets/"
	assetControl = "public, max-age=31536000, immutable"
)

// notPages are first parts of paths that are no page, whatever follows them.
var notPages = []string{"api", "ws", "metrics", "healthz", "readyz"}

// page serves the files of the dashboard below base, and the dashboard itself
// at every path that could be one of its pages: it reads the path.
func (s *Server) page(base string) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		name := strings.TrimPrefix(r.URL.EscapedPath(), base+"/")
		trimmed := strings.TrimSuffix(name, "/")
		first, _, _ := strings.Cut(name, "/")
		switch {
		case name == "":
			return s.application(w, name)
		case !fs.ValidPath(trimmed) || slices.Contains(notPages, first):
			return notFound(w, r)
		case strings.HasPrefix(name, assets):
			return s.asset(w, r, name)
		case strings.Contains(r.Header.Get("Accept"), "text/html"):
			return s.application(w, name)
		}
		return notFound(w, r)
	}
}

// application answers with the dashboard, or with how to build it where it was
// built without npm.
func (s *Server) application(w http.ResponseWriter, name string) error {
	page, err := fs.ReadFile(s.config.Page, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		page, err = fs.ReadFile(s.config.Page, "placeholder.html")
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", s.contentPolicy())
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	_, err = w.Write(s.withTokenURL(withBase(page, name)))
	return err
}

// withBase tells a page where the dashboard is, seen from the path that it was
// asked under. Relative, it is also right behind a proxy that takes a prefix
// away without telling us.
func withBase(page []byte, name string) []byte {
	base := "./" + strings.Repeat("../", strings.Count(name, "/"))
	return bytes.Replace(page, []byte(`<base href="/"`), []byte(`<base href="`+base+`"`), 1)
}

// withTokenURL tells a page where it gets tokens.
func (s *Server) withTokenURL(page []byte) []byte {
	if s.config.TokenURL == "" {
		return page
	}
	meta := `<meta name="token-url" content="` + html.EscapeString(s.config.TokenURL) + `">`
	return bytes.Replace(page, []byte("</head>"), []byte(meta+"</head>"), 1)
}

// asset answers with a file, compressed when it was built.
func (s *Server) asset(w http.ResponseWriter, r *http.Request, name string) error {
	if info, err := fs.Stat(s.config.Page, name); err != nil || info.IsDir() || path.Ext(name) == ".gz" {
		return notFound(w, r)
	}
	h := w.Header()
	h.Set("Cache-Control", assetControl)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept-Encoding")
	if _, err := fs.Stat(s.config.Page, name+".gz"); err == nil && acceptsGzip(r) {
		h.Set("Content-Type", contentTypes[path.Ext(name)])
		h.Set("Content-Encoding", "gzip")
		name += ".gz"
	}
	http.ServeFileFS(w, r, s.config.Page, name)
	return nil
}

// contentTypes are those of what the build compresses: of NAME.gz only NAME
// says it.
var contentTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

func acceptsGzip(r *http.Request) bool {
	for _, coding := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		if name, weight, _ := strings.Cut(coding, ";"); strings.TrimSpace(name) == "gzip" {
			return strings.ReplaceAll(weight, " ", "") != "q=0"
		}
	}
	return false
}
