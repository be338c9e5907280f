package filter

// Need gives texts of which an event must have one as a field of its envelope,
// for w to select it; nil if w does not say. It lets those who have many
// filters find the few that an event can be for. Texts may have stars, as in
// event_types, if patterns is set.
func (w *Where) Need(field string, patterns bool) []string {
	if w == nil {
		return nil
	}
	parts, together := w.root.(all)
	if !together {
		parts = all{w.root}
	}
	for _, n := range parts {
		if texts := needOf(n, field, patterns); texts != nil {
			return texts
		}
	}
	return nil
}

// needOf is Need of a part that is no all.
func needOf(n node, field string, patterns bool) []string {
	choices, several := n.(either)
	if !several {
		choices = either{n}
	}
	var texts []string
	for _, n := range choices {
		t, ok := n.(*test)
		if !ok || t.field != field || t.not {
			return nil
		}
		switch c := t.check.(type) {
		case textCompared:
			if !c.isOne() {
				return nil
			}
			texts = append(texts, c.value)
		case textPattern:
			if !patterns {
				return nil
			}
			texts = append(texts, c.pattern)
		default:
			return nil
		}
	}
	return texts
}

// Admits gives the texts that w lets a field of the envelope be, in whatever
// part of it; not those that it excludes, nor patterns.
func (w *Where) Admits(field string) []string {
	if w == nil {
		return nil
	}
	return admittedBy(w.root, field)
}

func admittedBy(n node, field string) (texts []string) {
	for _, part := range partsOf(n) {
		texts = append(texts, admittedBy(part, field)...)
	}
	if t, is := n.(*test); is && t.field == field && !t.not {
		if c, is := t.check.(textCompared); is && c.isOne() {
			texts = append(texts, c.value)
		}
	}
	return texts
}
