package filter

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/event"
)

var (
	docEvent   = regexp.MustCompile("(?s)```json\n(\\{\"position\".*?)```")
	docExample = regexp.MustCompile("(?m)^\\| `(.*?)` \\| (yes|no|error) \\| (.*?) ?\\|$")
	docForm    = regexp.MustCompile("(?m)^\\| `(.*?)` \\| `(.*?)` \\|$")
	docFilter  = regexp.MustCompile("(?m)^\\{\"event_types\".*$")
	docFrame   = regexp.MustCompile("(?m)^\\{\"type\":\"error\".*$")
)

// Every example of the page that tells users about filters.
func TestTheExamplesOfTheDocumentationAreTrue(t *testing.T) {
	page, err := os.ReadFile("../../docs/filter.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	var e event.Event
	if err := json.Unmarshal([]byte(docEvent.FindStringSubmatch(text)[1]), &e); err != nil {
		t.Fatal(err)
	}
	examples := docExample.FindAllStringSubmatch(text, -1)
	for _, m := range examples {
		checkExample(t, &e, m[1], m[2], m[3])
	}
	forms := docForm.FindAllStringSubmatch(text, -1)
	for _, m := range forms {
		if w, err := ParseWhere(m[1]); err != nil || w.String() != m[2] {
			t.Errorf("%s: got %s, %v, want %s", m[1], w, err, m[2])
		}
	}
	if rows := strings.Count(text, "\n| `"); rows != len(examples)+len(forms) {
		t.Errorf("the page has %d rows with an example, and %d were tried", rows, len(examples)+len(forms))
	}
	if f, err := ParseJSON([]byte(docFilter.FindString(text))); err != nil || f.Where == nil {
		t.Errorf("the filter: got %s, %v", f.Key(), err)
	}
}

func checkExample(t *testing.T, e *event.Event, text, want, because string) {
	w, err := ParseWhere(text)
	if want == "error" {
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.At == nil || !strings.HasPrefix(because, wrong.At.String()+":") {
			t.Errorf("%s: got %v, want an error at %s", text, err, because)
		}
		return
	}
	if err != nil || w.Match(e) != (want == "yes") {
		t.Errorf("%s: got %v, %v, want %s", text, w.Match(e), err, want)
	}
}

func TestTheFrameOfTheDocumentationIsWhatIsSaid(t *testing.T) {
	page, err := os.ReadFile("../../docs/filter.md")
	if err != nil {
		t.Fatal(err)
	}
	var frame struct {
		Message string
		At      Place
	}
	if err := json.Unmarshal([]byte(docFrame.FindString(string(page))), &frame); err != nil {
		t.Fatal(err)
	}
	_, err = ParseWhere(`(source = )`)
	var wrong *Error
	if !errors.As(err, &wrong) || wrong.Error() != frame.Message || *wrong.At != frame.At {
		t.Errorf("got %v, want %+v", err, frame)
	}
}
