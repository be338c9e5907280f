// Package auth says who asks, and which tenants they may see.
//
// Guarantees: the scope of a principal is enforced in one place, Scope; what
// is asked can narrow it and never widen it. It speaks of tenants alone, not
// of filters, so that it needs no other package of ours and cannot come to
// depend on what else a filter knows.
package auth

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
)

// Principal is who asks.
type Principal struct {
	Subject string
	Tenants []string // ["*"] is all
	Admin   bool
}

// All says whether the principal may see every tenant.
func (p Principal) All() bool { return slices.Contains(p.Tenants, "*") }

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

// ErrUnauthenticated: a request does not show who asks, or what it shows is not
// valid. The text of an error that wraps it is for whoever asked.
var ErrUnauthenticated = errors.New("a valid token is needed")

// Authenticator finds the principal behind a request. An error wraps
// ErrUnauthenticated unless the fault is ours.
type Authenticator interface {
	Authenticate(*http.Request) (Principal, error)
}

// Everybody is the principal of everyone where authentication is off.
var Everybody = Principal{Subject: "anonymous", Tenants: []string{"*"}, Admin: true}

// None makes everybody an admin.
type None struct{}

// Authenticate never fails.
func (None) Authenticate(*http.Request) (Principal, error) { return Everybody, nil }

// CheckNone says whether authentication may be off on an address to listen on:
// by default on loopback only, elsewhere if it was asked for.
func CheckNone(addr string, explicit bool) error {
	if explicit || isLoopback(addr) {
		return nil
	}
	return fmt.Errorf("%s can be reached from other machines, and without authentication everybody who does is an admin: "+
		"listen on 127.0.0.1, or set AUTH=none if that is what you want", addr)
}

func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
