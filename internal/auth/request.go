package auth

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// BearerProtocol begins the WebSocket subprotocol that carries a token, in
// base64url, for browsers: they cannot set a header there.
const BearerProtocol = "eventfeed.bearer."

// tokenOf finds the token of a request: in its Authorization, or in the
// subprotocols of a WebSocket handshake. Never in the URL, which ends up in logs.
func tokenOf(r *http.Request) (string, error) {
	offered := bearerProtocols(r)
	given := r.Header.Values("Authorization")
	switch len(offered) + len(given) {
	case 0:
		return "", ErrUnauthenticated
	case 1:
	default:
		return "", &InvalidError{"the request has several tokens; send one"}
	}
	if len(given) == 1 {
		scheme, token, ok := strings.Cut(given[0], " ")
		if token = strings.TrimSpace(token); !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
			return "", &InvalidError{"Authorization must be Bearer and a token"}
		}
		return token, nil
	}
	token, err := base64.RawURLEncoding.Strict().DecodeString(offered[0])
	if err != nil || len(token) == 0 {
		return "", &InvalidError{"the subprotocol " + BearerProtocol + " must go on with a token in base64url without padding"}
	}
	return string(token), nil
}

// bearerProtocols gives what follows BearerProtocol in a handshake.
func bearerProtocols(r *http.Request) (found []string) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return nil
	}
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(line, ",") {
			if token, ok := strings.CutPrefix(strings.TrimSpace(name), BearerProtocol); ok {
				found = append(found, token)
			}
		}
	}
	return found
}
