package filter

import (
	"slices"
	"strings"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// readExpression parses text and makes nodes of the parser's tree.
func readExpression(text string) (node, error) {
	s, err := readTokens(text)
	if err != nil {
		return nil, err
	}
	var parser filtering.Parser
	parser.Init(string(s.masked))
	parsed, err := parser.Parse()
	if err != nil {
		return nil, s.unparsed(err)
	}
	r := treeReader{s, parsed.GetSourceInfo().GetPositions()}
	return r.node(parsed.GetExpr(), false)
}

// treeReader reads the parser's tree of a source.
type treeReader struct {
	*source
	positions map[int64]int32
}

func (r *treeReader) offset(e *expr.Expr) int { return r.start + int(r.positions[e.GetId()]) }

// node reads a condition, or its opposite. NOT goes down to the comparisons:
// what each says is yes or no, so that NOT (a AND b) is NOT a OR NOT b.
func (r *treeReader) node(e *expr.Expr, not bool) (node, error) {
	call := e.GetCallExpr()
	if call == nil {
		return nil, r.alone(e)
	}
	args := call.GetArgs()
	switch call.GetFunction() {
	case filtering.FunctionNot:
		return r.node(args[0], !not)
	case filtering.FunctionAnd, filtering.FunctionFuzzyAnd:
		return r.both(args, !not, not)
	case filtering.FunctionOr:
		return r.both(args, not, not)
	case filtering.FunctionEquals, filtering.FunctionLessThan, filtering.FunctionLessEquals,
		filtering.FunctionGreaterThan, filtering.FunctionGreaterEquals, filtering.FunctionHas:
		return r.comparison(e, call.GetFunction(), not)
	case filtering.FunctionNotEquals:
		return r.comparison(e, filtering.FunctionEquals, !not)
	}
	return nil, r.fault(r.offset(e), "calls %s, and there are no functions", call.GetFunction())
}

func (r *treeReader) both(args []*expr.Expr, and, not bool) (node, error) {
	var parts []node
	for _, arg := range args {
		n, err := r.node(arg, not)
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
	}
	if and {
		return join[all](parts), nil
	}
	return join[either](parts), nil
}

// alone says what to do with a value or a field that nothing is compared with.
func (r *treeReader) alone(e *expr.Expr) error {
	at := r.offset(e)
	word := r.show(token{from: at, to: r.pathEnd(r.tokenAt(at))})
	switch strings.ToUpper(word) {
	case "AND", "OR", "NOT":
		return r.fault(at, "has %s; AND, OR and NOT are written in capitals", word)
	}
	return r.fault(at, `has %s alone, which compares nothing; write a comparison, such as payload.name = "x", or payload.name:* for what is there`, word)
}

// tokenAt is the number of the token at an offset.
func (r *treeReader) tokenAt(offset int) int {
	i := 0
	for i+1 < len(r.tokens) && r.tokens[i].from < offset {
		i++
	}
	return i
}

// pathEnd is where the path or value ends that begins with the i-th token.
func (r *treeReader) pathEnd(i int) int {
	for i+2 < len(r.tokens) && r.tokens[i+1].kind == filtering.TokenTypeDot {
		i += 2
	}
	return r.tokens[i].to
}

// comparison reads one comparison.
func (r *treeReader) comparison(e *expr.Expr, operator string, not bool) (node, error) {
	args := e.GetCallExpr().GetArgs()
	path, err := r.path(args[0])
	if err != nil {
		return nil, err
	}
	v, err := r.value(args[1])
	if err != nil {
		return nil, err
	}
	t, wrong := newTest(path, operator, v)
	switch {
	case wrong == nil:
		t.not = t.not != not
		return t, nil
	case wrong.ofValue:
		return nil, r.fault(r.offset(args[1]), "%s", wrong.detail)
	}
	return nil, r.fault(r.offset(args[0]), "%s", wrong.detail)
}

// path reads the left side: a field, and in the payload its steps.
func (r *treeReader) path(e *expr.Expr) ([]string, error) {
	var steps []string
	at := r.offset(e)
	for e.GetSelectExpr() != nil {
		steps = append(steps, e.GetSelectExpr().GetField())
		e = e.GetSelectExpr().GetOperand()
	}
	if e.GetIdentExpr() == nil {
		return nil, r.fault(at, "has a value or a condition on the left, where a field should be")
	}
	if len(steps) > MaxSteps {
		return nil, r.fault(at, "has a path of %d steps, at most %d are allowed", len(steps), MaxSteps)
	}
	steps = append(steps, e.GetIdentExpr().GetName())
	slices.Reverse(steps)
	return steps, nil
}

// all are conditions that hold together; either, of which one holds. Both have
// two parts at least, sorted by their text, none twice, and none of the same
// kind.
type (
	all    []node
	either []node
)

// join puts parts together in canonical form.
func join[T interface {
	all | either
	node
}](parts []node) node {
	var flat []node
	for _, p := range parts {
		if same, ok := p.(T); ok {
			flat = append(flat, same...)
		} else {
			flat = append(flat, p)
		}
	}
	slices.SortFunc(flat, func(a, b node) int { return strings.Compare(a.canonical(), b.canonical()) })
	flat = slices.CompactFunc(flat, func(a, b node) bool { return a.canonical() == b.canonical() })
	if len(flat) == 1 {
		return flat[0]
	}
	return T(flat)
}

// partsOf gives the parts of an all or an either; a test has none.
func partsOf(n node) []node {
	switch n := n.(type) {
	case all:
		return n
	case either:
		return n
	}
	return nil
}

func depthOf(n node) int {
	deepest := 0
	for _, p := range partsOf(n) {
		if _, leaf := p.(*test); !leaf {
			deepest = max(deepest, 1+depthOf(p))
		}
	}
	return deepest
}

func (a all) match(e *event.Event) bool {
	for _, n := range a {
		if !n.match(e) {
			return false
		}
	}
	return true
}

func (o either) match(e *event.Event) bool {
	for _, n := range o {
		if n.match(e) {
			return true
		}
	}
	return false
}

func (a all) canonical() string    { return joined(a, " AND ", node.canonical) }
func (o either) canonical() string { return joined(o, " OR ", node.canonical) }

func (a all) condition(c *conditions) string {
	return joined(a, " AND ", func(n node) string { return n.condition(c) })
}

func (o either) condition(c *conditions) string {
	return joined(o, " OR ", func(n node) string { return n.condition(c) })
}

func joined(parts []node, word string, write func(node) string) string {
	texts := make([]string, len(parts))
	for i, n := range parts {
		texts[i] = write(n)
		if _, leaf := n.(*test); !leaf {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, word)
}
