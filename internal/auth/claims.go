package auth

import (
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The bounds of what a token may claim.
const (
	maxTenants   = 1000
	maxNameBytes = 1024 // of a subject or tenant, as an indexed field is bounded
)

// principalOf reads the claims of a token whose signature and times are good.
// A claim of another type than it must have refuses the token: an admin of
// "false" is nobody's intent.
func principalOf(claims jwt.MapClaims, tenantsClaim string) (Principal, error) {
	var p Principal
	var ok bool
	if p.Subject, ok = claims["sub"].(string); !ok || !isName(p.Subject) {
		return Principal{}, &InvalidError{fmt.Sprintf("the claim sub must be a text of 1 to %d bytes", maxNameBytes)}
	}
	switch admin := claims["admin"].(type) {
	case nil:
	case bool:
		p.Admin = admin
	default:
		return Principal{}, &InvalidError{"the claim admin must be true or false"}
	}
	if p.Tenants, ok = tenantsOf(claimAt(claims, tenantsClaim)); !ok {
		return Principal{}, &InvalidError{fmt.Sprintf("the claim of tenants must be a list of at most %d names", maxTenants)}
	}
	expires, err := claims.GetExpirationTime()
	if err != nil || expires == nil || expires.Year() > 9999 {
		return Principal{}, &InvalidError{"the claim exp must be a time in seconds"}
	}
	p.Expires = expires.Truncate(time.Second).UTC()
	return p, nil
}

// claimAt finds a claim by its whole name, which may have dots (many issuers
// want custom claims to be URLs), or else by leading into objects.
func claimAt(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	for dot := 0; ; dot++ {
		next := strings.IndexByte(name[dot:], '.')
		if next < 0 {
			return nil
		}
		dot += next
		if inner, ok := claims[name[:dot]].(map[string]any); ok {
			return claimAt(inner, name[dot+1:])
		}
	}
}

// tenantsOf takes a list of names, or one name, as some issuers write a list
// of one. Nothing is no tenant.
func tenantsOf(claim any) ([]string, bool) {
	var list []any
	switch claim := claim.(type) {
	case nil:
	case string:
		list = []any{claim}
	case []any:
		list = claim
	default:
		return nil, false
	}
	if len(list) > maxTenants {
		return nil, false
	}
	tenants := make([]string, 0, len(list))
	for _, one := range list {
		name, ok := one.(string)
		if !ok || !isName(name) {
			return nil, false
		}
		tenants = append(tenants, name)
	}
	return tenants, true
}

func isName(s string) bool {
	return s != "" && len(s) <= maxNameBytes && !strings.ContainsRune(s, 0)
}
