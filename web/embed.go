// Package web holds the files of the page that the server shows to browsers.
//
// Guarantees: the files need no build step, name each other by relative URLs,
// so that they work below any path, and load nothing from another origin. They
// hold no inline script or style: a strict Content-Security-Policy
// (default-src 'self') fits.
package web

import (
	"embed"
	"io/fs"
)

//go:embed page
var files embed.FS

// Files is the page: index.html and what it loads.
func Files() fs.FS {
	page, err := fs.Sub(files, "page")
	if err != nil {
		panic(err) // "page" is a valid path
	}
	return page
}
