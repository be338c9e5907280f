package filter

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// That the conditions select what Match does is shown in internal/store,
// against PostgreSQL.
func TestConditionNumbersItsArguments(t *testing.T) {
	f := Filter{
		EventTypes: []string{"a", "b", "c.*", `50%_\*`},
		TenantIDs:  []string{"t"}, Sources: []string{"x", "y"}, Outcomes: []string{"open"},
	}
	sql, args := f.Condition(3)
	wantSQL := `(event_type = ANY($3::text[]) OR event_type LIKE ANY($4::text[]))` +
		` AND tenant_id = $5 AND source = ANY($6::text[]) AND ` + lastWord + ` = ANY($7::text[])`
	wantArgs := []any{
		[]string{"a", "b"}, []string{"c.%", `50\%\_\\%`}, "t", []string{"x", "y"}, []string{"requested", "started"},
	}
	if sql != wantSQL {
		t.Errorf("condition:\n got %s\nwant %s", sql, wantSQL)
	}
	if diff := cmp.Diff(wantArgs, args); diff != "" {
		t.Error("arguments (-want +got)", diff)
	}
}

func TestConditionOfTheEmptyFilterIsTrue(t *testing.T) {
	if sql, args := new(Filter).Condition(1); sql != "true" || args != nil {
		t.Errorf("got %s with %v, want true without arguments", sql, args)
	}
}
