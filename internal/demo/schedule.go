package demo

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// schedule puts facts into their producers' words and queues the records, with
// the mishaps that producers have.
func (g *Generator) schedule(t *tenant, facts []fact) {
	for i, f := range facts {
		r := write(t, f, t.dialect(f.family, f.name))
		causesNothing := i == len(facts)-1
		if causesNothing && g.chance(lateShare*g.perChain()) {
			r.Time = r.Time.Add(g.duration(30*time.Second, 15*time.Minute))
		}
		g.push(r)
		if r.Event.EventID != "" && g.chance(duplicateShare) {
			r.Time = r.Time.Add(g.duration(200*time.Millisecond, 30*time.Second))
			g.push(r)
		}
		if g.chance(spoiledShare) {
			g.push(g.spoiled(t, f))
		}
	}
}

// write puts a fact into the words of a dialect, to be written when it
// happens.
func write(t *tenant, f fact, d *dialect) Record {
	e := *f.Event
	value, headers := d.encode(&e)
	return Record{
		Record: event.Record{
			Partition: event.Partition{Topic: topicOf(t, f.family, f.name)},
			Time:      f.Timestamp, Key: []byte(f.key), Value: value, Headers: headers,
		},
		Event: &e, Dialect: d.name,
	}
}

// spoiled is a record like one of f that cannot be read.
func (g *Generator) spoiled(t *tenant, f fact) Record {
	e := *f.Event
	e.EventID = g.uuid7(e.Timestamp)
	r := write(t, fact{&e, f.family, f.name, f.key}, guide)
	how := pick(g.random, spoils)
	r.Value, r.Event, r.Spoiled = how.spoil(r.Value), nil, how.name
	return r
}

func (g *Generator) push(r Record) {
	g.queue.add(r)
	g.count(r)
}

func (g *Generator) count(r Record) {
	if r.Time.Before(g.border) {
		g.left--
	}
}
