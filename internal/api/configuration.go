package api

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"time"
)

// Setting is one setting as it is understood, its secrets redacted.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"` // default, or which flag, variable or file
}

// buildJSON is what this process was built from.
type buildJSON struct {
	Version  string `json:"version"`
	Revision string `json:"revision"` // "" where it was not built in a repository
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (s *Server) build() buildJSON {
	b := buildJSON{Version: s.config.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			b.Revision = setting.Value
		}
	}
	return b
}

// configuration answers GET /configuration: for admins, how this replica was
// built, since when it runs, and with which settings.
func (s *Server) configuration(w http.ResponseWriter, r *http.Request) error {
	if err := parametersOf(r).done(); err != nil {
		return err
	}
	return writeJSON(w, struct {
		Replica  string    `json:"replica"`
		Started  time.Time `json:"started_at"`
		Build    buildJSON `json:"build"`
		Settings []Setting `json:"settings"`
	}{s.config.Replica, s.started, s.build(), append([]Setting{}, s.config.Settings...)})
}
