// Package auth says who asks, and which tenants they may see.
//
// Guarantees: the scope of a principal is enforced in one place, Scope; what
// is asked can narrow it and never widen it. It speaks of tenants alone, not
// of filters, so that it needs no other package of ours and cannot come to
// depend on what else a filter knows. A token is taken only with a signature
// of the one kind that is configured, and only while it is valid; no error
// has a part of it.
package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

// Principal is who asks.
type Principal struct {
	Subject string
	Tenants []string // ["*"] is all
	Admin   bool
	// Expires is when the token does; it is taken for Skew longer. Zero is
	// never: nobody is asked for a token.
	Expires time.Time
}

// Ends is when the principal's token is no longer taken; zero is never.
func (p Principal) Ends() time.Time {
	if p.Expires.IsZero() {
		return p.Expires
	}
	return p.Expires.Add(Skew)
}

// All says whether the principal may see every tenant.
func (p Principal) All() bool { return slices.Contains(p.Tenants, "*") }

// SeesTheSameAs says whether two principals may see and do the same.
func (p Principal) SeesTheSameAs(other Principal) bool {
	return p.Admin == other.Admin && (p.All() && other.All() || slices.Equal(sorted(p.Tenants), sorted(other.Tenants)))
}

func sorted(tenants []string) []string { return slices.Compact(slices.Sorted(slices.Values(tenants))) }

// ForbiddenError: a tenant was named that the principal may not see.
type ForbiddenError struct{ Tenant string }

func (e *ForbiddenError) Error() string {
	return fmt.Sprintf("the tenant %q is outside of what you may see", e.Tenant)
}

// ErrNoTenants: nothing that the principal may see could be asked for.
var ErrNoTenants = errors.New("you may see no tenant at all")

// Scope turns the tenants that are asked for, none meaning any, into those to
// select from; none then means every tenant there is. One that is outside of
// the principal's refuses all with a *ForbiddenError; a principal without
// tenants gets ErrNoTenants.
func (p Principal) Scope(asked []string) ([]string, error) {
	if p.All() {
		return asked, nil
	}
	for _, t := range asked {
		if !slices.Contains(p.Tenants, t) {
			return nil, &ForbiddenError{t}
		}
	}
	if len(asked) > 0 {
		return asked, nil
	}
	if len(p.Tenants) == 0 {
		return nil, ErrNoTenants
	}
	return slices.Clone(p.Tenants), nil
}

// ErrUnauthenticated: a request does not show who asks.
var ErrUnauthenticated = errors.New("a valid token is needed")

// InvalidError: there is a token, and it is not valid. The reason is one of a
// few texts of ours, in ASCII and without quotes: it is for whoever asked, and
// goes into a header.
type InvalidError struct{ Reason string }

func (e *InvalidError) Error() string { return e.Reason }

// ErrIssuerAway: a token cannot be checked, since the keys of whoever issued it
// cannot be fetched. It may be a good one; the fault is not the client's.
var ErrIssuerAway = errors.New("the token cannot be checked now: the keys of its issuer cannot be fetched; try again in a moment")

// Authenticator finds the principal behind a request, or behind a token alone.
// An error is ErrUnauthenticated, an *InvalidError or ErrIssuerAway, unless it
// wraps another one that is ours. Both methods are safe for concurrent use.
type Authenticator interface {
	Authenticate(*http.Request) (Principal, error)
	Verify(ctx context.Context, token string) (Principal, error)
}

// Everybody is the principal of everyone where authentication is off.
var Everybody = Principal{Subject: "anonymous", Tenants: []string{"*"}, Admin: true}

// None makes everybody an admin.
type None struct{}

// Authenticate never fails.
func (None) Authenticate(*http.Request) (Principal, error) { return Everybody, nil }

// Verify never fails.
func (None) Verify(context.Context, string) (Principal, error) { return Everybody, nil }

// CheckNone says whether authentication may be off on an address to listen on:
// by default on loopback only, elsewhere if it was asked for.
func CheckNone(addr string, explicit bool) error {
	if explicit || isLoopback(addr) {
		return nil
	}
	return fmt.Errorf("%s can be reached from other machines, and without authentication everybody who does is an admin: "+
		"set AUTH_JWT_SECRET or AUTH_JWKS_URL, listen on 127.0.0.1, or set AUTH=none if that is what you want", addr)
}

func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
