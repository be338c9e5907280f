package demo

import (
	"iter"
	"math"
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// How often a producer misbehaves, a share of all records.
const (
	duplicateShare = 0.004 // the same record again, after a retry
	lateShare      = 0.005 // a record that leaves its producer minutes after the event
	spoiledShare   = 0.002 // a record that is no event
)

// kinds are what a chain can be about. The first seven are the business of the
// bus, weighted as CATALOG has it, 100 together; the others happen beside it.
var kinds = []struct {
	family string
	weight float64
	play   func(*chain)
}{
	{"intelligence", 30, intelligence}, {"agent", 20, agent}, {"code", 15, code}, {"metadata", 10, metadata},
	{"database", 10, database}, {"vault", 8, vault}, {"consul", 7, consul},
	{"logging", 8, applicationLog}, {"logging", 2, auditLog}, {"logging", 2, securityLog},
	{"bridge", 4, bridge}, {"service", 2, serviceHealth}, {"kafka", 2, topicActivity}, {"onex", 1.5, introspection},
	{"token", 1, tokens}, {"pattern", 0.5, sharing}, {"p2p", 0.5, peers}, {"metacontext", 0.5, sharedContext},
}

// Record is a Kafka record to be written, with what it should be read as.
// Partition ID and Offset are Kafka's to give.
type Record struct {
	event.Record
	// Event is what a reader must find in the record; EventID is empty where
	// only the record's offset can serve as one. Nil if the record is spoiled.
	Event   *event.Event
	Dialect string
	Spoiled string // why no event can be read from it; "" if one can
}

// Generator makes up the records of a bus in the order of their Kafka times.
// The same seed, start and calls give the same records. Not safe for
// concurrent use.
type Generator struct {
	random
	queue     queue
	nextChain time.Time
	chains    int
	border    time.Time // of history
	left      int       // records with a time before border that are still to come

	nextIncident time.Time
	outages      map[*tenant]time.Time // until when the tenant's database is away
}

// NewGenerator makes a generator whose first event happens after start.
func NewGenerator(seed uint64, start time.Time) *Generator {
	return &Generator{random: newRandom(seed), nextChain: start, outages: map[*tenant]time.Time{}}
}

// History yields about n records (at most a chain more) with Kafka times
// before until, spread from the generator's start by the rhythm of the day,
// with incidents in between. Chains that are still going on then go on in
// Live.
func (g *Generator) History(until time.Time, n int) iter.Seq[Record] {
	g.border, g.left = until, n
	for _, q := range g.queue.waiting {
		g.count(q.Record)
	}
	p := pace{
		wait:   func(now time.Time) time.Duration { return g.waitWithin(now, until, g.left) },
		outage: [2]time.Duration{2 * time.Minute, 10 * time.Minute},
	}
	if incidents := min(9, n/400); incidents > 0 {
		p.incidents = until.Sub(g.nextChain) / time.Duration(incidents)
		p.outage[1] = min(p.outage[1], p.incidents/2)
		p.outage[0] = min(p.outage[0], p.outage[1]/2)
		g.nextIncident = g.nextChain.Add(g.around(p.incidents / 2))
	}
	return g.run(p, until)
}

// Live yields records without end from the time from on, rate a second when
// averaged over a day. The first incident comes within a minute, the others
// every few minutes.
func (g *Generator) Live(from time.Time, rate float64) iter.Seq[Record] {
	if g.nextChain.Before(from) {
		g.nextChain = from
	}
	p := pace{
		wait:      func(now time.Time) time.Duration { return g.random.wait(rate / g.perChain() * rhythm(now)) },
		incidents: 8 * time.Minute,
		outage:    [2]time.Duration{30 * time.Second, 80 * time.Second},
	}
	g.border, g.left = time.Time{}, math.MaxInt
	g.nextIncident = from.Add(g.duration(20*time.Second, time.Minute))
	return g.run(p, time.Time{})
}

// pace says how often things begin.
type pace struct {
	wait      func(now time.Time) time.Duration // until the next chain
	incidents time.Duration                     // from one to the next; none if 0
	outage    [2]time.Duration                  // least and greatest length of one
}

// run yields records until their time reaches until, if that is set.
func (g *Generator) run(p pace, until time.Time) iter.Seq[Record] {
	over := func(t time.Time) bool { return !until.IsZero() && !t.Before(until) }
	return func(yield func(Record) bool) {
		for {
			next := g.queue.next()
			switch {
			case next != nil && next.Time.Before(g.nextChain):
				if over(next.Time) || !yield(g.queue.take()) {
					return
				}
			case over(g.nextChain):
				g.nextChain = until
				if next == nil || over(next.Time) {
					return
				}
			default:
				g.begin(p)
			}
		}
	}
}

// begin starts the chain that is due, an incident before it if one is due too
// and not too long for what is left, and decides when the next one comes.
func (g *Generator) begin(p pace) {
	at := g.nextChain
	if p.incidents > 0 && !at.Before(g.nextIncident) && g.left >= longestIncident {
		t, length := g.tenantFor("database", at), g.duration(p.outage[0], p.outage[1])
		g.outages[t] = at.Add(length)
		g.nextIncident = at.Add(g.around(p.incidents))
		g.schedule(t, incident(g.random, t, at, length))
	}
	g.startChain(at)
	g.nextChain = at.Add(max(p.wait(at), time.Microsecond))
}

// waitWithin is the time until the next chain if so many records are to come
// before until: the first of as many random moments as chains are needed.
func (g *Generator) waitWithin(now, until time.Time, records int) time.Duration {
	left := until.Sub(now)
	if records <= 0 {
		return left
	}
	first := 1 - math.Pow(g.Float64(), g.perChain()/float64(records))
	d := first * rhythmOver(now, until) / rhythm(now) * float64(time.Second)
	return min(time.Duration(d), left*9/10)
}

func (g *Generator) startChain(at time.Time) {
	weights := make([]float64, len(kinds))
	for i, k := range kinds {
		weights[i] = k.weight
	}
	kind := kinds[g.weighted(weights)]
	t := g.tenantFor(kind.family, at)
	c := newChain(g.random, t, at, at.Before(g.outages[t]))
	kind.play(c)
	g.chains++
	g.schedule(t, c.facts)
}

func (g *Generator) tenantFor(family string, at time.Time) *tenant {
	weights := make([]float64, len(tenants))
	for i, t := range tenants {
		if t.takes(family) {
			weights[i] = t.busy(at)
		}
	}
	return tenants[g.weighted(weights)]
}

// around is d, give or take 40 %.
func (g *Generator) around(d time.Duration) time.Duration {
	return time.Duration((0.6 + 0.8*g.Float64()) * float64(d))
}

// perChain is how many records a chain comes to, learnt as they are made.
func (g *Generator) perChain() float64 {
	const guess, weight = 3.0, 100
	return (float64(g.queue.pushed) + guess*weight) / float64(g.chains+weight)
}
