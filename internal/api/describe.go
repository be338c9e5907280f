package api

import (
	"bytes"
	_ "embed"
	"net/http"
	"time"
)

// What the answers and the frames are, for machines. Tests hold real ones
// against them.
var (
	//go:embed openapi.json
	openAPI []byte
	//go:embed asyncapi.json
	asyncAPI []byte
)

// describe answers with a description.
func describe(document []byte) handle {
	return func(w http.ResponseWriter, r *http.Request) error {
		setJSON(w)
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(document))
		return nil
	}
}
