package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// accepts says whether a request names a media type as one that it takes.
// What accepts anything is no sign that somebody wants a stream.
func accepts(r *http.Request, mediaType string) bool {
	for _, a := range acceptedBy(r) {
		if a.mediaType == mediaType && a.quality > 0 {
			return true
		}
	}
	return false
}

// preferred gives the one of the offers that a request likes best, the first
// of equals; "" if it takes none of them.
func preferred(r *http.Request, offers ...string) string {
	accepted := acceptedBy(r)
	if len(accepted) == 0 {
		return offers[0]
	}
	best, quality := "", 0.0
	for _, offer := range offers {
		if q := qualityOf(accepted, offer); q > quality {
			best, quality = offer, q
		}
	}
	return best
}

// acceptable is one part of an Accept header.
type acceptable struct {
	mediaType string
	quality   float64
}

func acceptedBy(r *http.Request) []acceptable {
	var all []acceptable
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		mediaType, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue // as if it were not there
		}
		a := acceptable{mediaType, 1}
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			a.quality = q
		}
		all = append(all, a)
	}
	return all
}

// qualityOf goes by the most specific part that covers a media type.
func qualityOf(accepted []acceptable, mediaType string) float64 {
	kind, _, _ := strings.Cut(mediaType, "/")
	for _, covers := range []string{mediaType, kind + "/*", "*/*"} {
		for _, a := range accepted {
			if a.mediaType == covers {
				return a.quality
			}
		}
	}
	return 0
}
