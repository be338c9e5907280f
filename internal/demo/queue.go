package demo

import (
	"cmp"
	"container/heap"
)

// queue holds records until their time; records of the same time leave in the
// order in which they came.
type queue struct {
	waiting []queued
	pushed  int
}

type queued struct {
	Record
	order int
}

func (q *queue) add(r Record) {
	heap.Push(q, queued{r, q.pushed})
	q.pushed++
}

// next is the earliest record, which stays in the queue; nil if it is empty.
func (q *queue) next() *Record {
	if len(q.waiting) == 0 {
		return nil
	}
	return &q.waiting[0].Record
}

func (q *queue) take() Record { return heap.Pop(q).(queued).Record }

// Len, Less, Swap, Push and Pop are container/heap's.
func (q *queue) Len() int { return len(q.waiting) }

func (q *queue) Less(i, j int) bool {
	a, b := q.waiting[i], q.waiting[j]
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.order, b.order)) < 0
}

func (q *queue) Swap(i, j int) { q.waiting[i], q.waiting[j] = q.waiting[j], q.waiting[i] }

func (q *queue) Push(x any) { q.waiting = append(q.waiting, x.(queued)) }

func (q *queue) Pop() any {
	last := len(q.waiting) - 1
	x := q.waiting[last]
	q.waiting[last] = queued{}
	q.waiting = q.waiting[:last]
	return x
}
