// Package web holds the files of the dashboard that the server shows to
// browsers.
//
// Guarantees: it builds without npm, and then holds a page that says how to
// build the dashboard. What is in assets is named by its content and may be
// kept for ever; beside each NAME lies NAME.gz. The files name each other
// relative to index.html's <base>, load nothing from another origin, and hold
// no inline script or style: a strict Content-Security-Policy fits.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dashboard/dist
var files embed.FS

// Files are the dashboard's: index.html and assets after npm run build, and
// placeholder.html always.
func Files() fs.FS {
	dist, err := fs.Sub(files, "dashboard/dist")
	if err != nil {
		panic(err) // the path is valid
	}
	return dist
}
