package auth

import (
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
)

func TestWhatIsAskedCanOnlyNarrowTheScope(t *testing.T) {
	two := Principal{Tenants: []string{"acme", "beta"}}
	for _, c := range []struct {
		name        string
		who         Principal
		asked, want []string
		forbidden   string
	}{
		{"nothing asked gets all of its own", two, nil, []string{"acme", "beta"}, ""},
		{"one of its own", two, []string{"beta"}, []string{"beta"}, ""},
		{"one outside refuses all", two, []string{"beta", "other"}, nil, "other"},
		{"a star is a tenant's name, not all", two, []string{"*"}, nil, "*"},
		{"an empty name is outside too", two, []string{""}, nil, ""},
		{"an admin is not all", Principal{Tenants: []string{"acme"}, Admin: true}, []string{"beta"}, nil, "beta"},
		{"everybody, nothing asked", Everybody, nil, nil, ""},
		{"everybody, anything asked", Everybody, []string{"other"}, []string{"other"}, ""},
	} {
		got, err := c.who.Scope(c.asked)
		var forbidden *ForbiddenError
		refused := c.want == nil && !c.who.All()
		if errors.As(err, &forbidden) != refused || refused && forbidden.Tenant != c.forbidden {
			t.Errorf("%s: got error %v, want refused %v for %q", c.name, err, refused, c.forbidden)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAPrincipalWithoutTenantsSeesNothing(t *testing.T) {
	if got, err := (Principal{}).Scope(nil); got != nil || !errors.Is(err, ErrNoTenants) {
		t.Errorf("got %v, %v, want ErrNoTenants: no tenants would mean every tenant", got, err)
	}
}

func TestAScopeIsACopy(t *testing.T) {
	p := Principal{Tenants: []string{"acme", "beta"}}
	got, err := p.Scope(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got[0] = "other"; p.Tenants[0] != "acme" {
		t.Error("changing a scope changed the principal")
	}
}

func TestWithoutAuthenticationEverybodyIsAnAdminOfAllTenants(t *testing.T) {
	who, err := None{}.Authenticate(httptest.NewRequest("GET", "/", nil))
	if err != nil || !who.Admin || !who.All() {
		t.Errorf("got %+v, %v, want an admin of all tenants", who, err)
	}
}

func TestNoAuthenticationIsRefusedWhereOthersCanConnect(t *testing.T) {
	for addr, ok := range map[string]bool{
		"127.0.0.1:3000": true, "[::1]:3000": true, "localhost:3000": true, "127.8.9.1:1": true, "[::ffff:127.0.0.1]:1": true,
		":3000": false, "0.0.0.0:3000": false, "10.0.0.1:3000": false, "[::]:3000": false, "example.com:80": false,
		"localhost.example.com:80": false, "127.0.0.1": false, "": false,
	} {
		if err := CheckNone(addr, false); (err == nil) != ok {
			t.Errorf("%s: got %v, want allowed %v", addr, err, ok)
		}
		if err := CheckNone(addr, true); err != nil {
			t.Errorf("%s, asked for: got %v, want allowed", addr, err)
		}
	}
}
