package hub

import (
	"time"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const (
	progressEvery = time.Second
	// keepAlive is the longest that a conn hears nothing.
	keepAlive = 15 * time.Second
)

// progress is one frame for all conns: everything at or below position has
// become frames.
type progress struct {
	position event.Position
	quiet    event.Position // position a tick before: who is still below it has heard nothing for that long
	frame    Frame
}

func newProgress(position, quiet event.Position) *progress {
	return &progress{position, quiet, message{Type: "progress", Position: &position}.frame()}
}

// tellProgress turns what is pending into frames and then wakes the conns, so
// that one that finds no frame left may say that it has everything up to the
// new position.
func (h *Hub) tellProgress() {
	h.mu.Lock()
	position := h.tail.last
	feeds := make([]*feed, 0, len(h.feeds))
	for _, f := range h.feeds {
		feeds = append(feeds, f)
	}
	h.mu.Unlock()
	for _, f := range feeds {
		f.flushNow()
	}
	before := h.progress.Load()
	if position != before.position || position != before.quiet {
		h.progress.Store(newProgress(position, before.position))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		c.wake()
	}
}

// progressFrame is what c may say when no frame is left for it to write. p was
// loaded before the frames were looked for.
func (c *Client) progressFrame(p *progress) (Frame, bool) {
	due := time.Since(c.lastFrame) >= keepAlive-progressEvery
	for _, s := range c.subs {
		due = due || s.state == live && s.position < p.quiet
	}
	if !due {
		return Frame{}, false
	}
	for _, s := range c.subs {
		if s.state == live {
			s.position = max(s.position, p.position)
		}
	}
	return p.frame, true
}
