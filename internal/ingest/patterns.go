package ingest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Everything is the pattern of every topic that is not Kafka's own.
const Everything = "*"

// DefaultPatterns are the topics of the event catalog. See ParsePatterns for
// how they are read.
var DefaultPatterns = catalogPatterns(
	"intelligence", "agent", "metadata", "code", "database", "consul", "vault", "bridge", "service",
	"logging", "token", "pattern", "p2p", "metacontext", "node", "kafka")

func catalogPatterns(domains ...string) []string {
	patterns := []string{"{tenant}.onex.*.v{version}"}
	for _, d := range domains {
		patterns = append(patterns, "{tenant}.omninode."+d+".*.v{version}")
	}
	return patterns
}

// ParsePatterns reads a comma-separated list of topic patterns. A given list
// replaces DefaultPatterns; if every item begins with '+', the items are added
// to them; "" means the default. Every mistake is named at once.
//
// A pattern is a topic name, dot-separated, in which
//   - {tenant}, as the first segment, stands for any number of segments, also none;
//   - * as a segment stands for any number of segments, also none;
//   - * within a segment stands for any run of characters without a dot;
//   - v{version} stands for v and digits.
//
// "*" alone is every topic. Kafka's own topics (__*) never match.
func ParsePatterns(list string) ([]string, error) {
	if strings.TrimSpace(list) == "" {
		return slices.Clone(DefaultPatterns), nil
	}
	var patterns []string
	var errs []error
	adds := true
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		name, add := strings.CutPrefix(item, "+")
		adds = adds && add
		if _, err := compile(name); err != nil {
			errs = append(errs, err)
			continue
		}
		patterns = append(patterns, name)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if adds {
		patterns = append(slices.Clone(DefaultPatterns), patterns...)
	}
	return patterns, nil
}

type patterns []*regexp.Regexp

func compileAll(list []string) (patterns, error) {
	var compiled patterns
	var errs []error
	for _, p := range list {
		re, err := compile(p)
		compiled, errs = append(compiled, re), append(errs, err)
	}
	return compiled, errors.Join(errs...)
}

func (ps patterns) match(topic string) bool {
	if internalTopic(topic) {
		return false
	}
	return slices.ContainsFunc(ps, func(re *regexp.Regexp) bool { return re.MatchString(topic + ".") })
}

func internalTopic(name string) bool { return strings.HasPrefix(name, "__") }

// segment is what a topic name may consist of between two dots.
var segment = regexp.MustCompile(`^[a-zA-Z0-9_*-]+$`)

// compile makes an expression over the topic with a dot behind it, so that
// every segment ends alike.
func compile(pattern string) (*regexp.Regexp, error) {
	switch {
	case pattern == "":
		return nil, errors.New("topic pattern is empty")
	case pattern == Everything:
		return regexp.MustCompile(`.`), nil
	case internalTopic(pattern):
		return nil, fmt.Errorf("topic pattern %q: topics that begin with __ are Kafka's own and are not read", pattern)
	}
	var re strings.Builder
	re.WriteString("^")
	for i, s := range strings.Split(pattern, ".") {
		switch {
		case s == "{tenant}" && i == 0, s == "*":
			re.WriteString(`(?:[^.]+\.)*`)
		case s == "v{version}":
			re.WriteString(`v[0-9]+\.`)
		case segment.MatchString(s):
			re.WriteString(strings.ReplaceAll(regexp.QuoteMeta(s), `\*`, `[^.]*`) + `\.`)
		default:
			return nil, fmt.Errorf("topic pattern %q: segment %q: want letters, digits, '-', '_' or '*', or {tenant} as the first, or v{version}", pattern, s)
		}
	}
	re.WriteString("$")
	return regexp.Compile(re.String())
}
