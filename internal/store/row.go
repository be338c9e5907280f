package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// eventRow is what a statement selects of an event, and how that is decoded:
// by hand, some three times as fast as Scan, since catch-up reads hundreds of
// thousands of rows a second.
type eventRow struct {
	columns string
	formats pgx.QueryResultFormats
	indexed bool // every index by time has the columns
	decode  func(raw [][]byte) *event.Event
}

// The formats are asked for, whatever the conn's own mode is.
const (
	asText = pgx.TextFormatCode
	asBits = pgx.BinaryFormatCode
)

var wholeEvent = eventRow{
	columns: `id, timestamp, event_id, event_type, tenant_id, namespace, source, correlation_id, causation_id, schema_ref,
		payload, topic, partition, "offset", processed_at, stored_at`,
	formats: pgx.QueryResultFormats{
		asBits, asBits, asText, asText, asText, asText, asText, asText, asText, asText,
		asText, asText, asBits, asBits, asBits, asBits,
	},
	decode: decodeEvent,
}

// eventKey is an event's place in each order, and nothing else of it.
var eventKey = eventRow{
	columns: `id, timestamp`,
	formats: pgx.QueryResultFormats{asBits, asBits},
	indexed: true,
	decode: func(raw [][]byte) *event.Event {
		return &event.Event{Position: event.Position(decodeInt64(raw[0])), Timestamp: decodeTime(raw[1])}
	},
}

func decodeEvent(raw [][]byte) *event.Event {
	return &event.Event{
		Position:      event.Position(decodeInt64(raw[0])),
		Timestamp:     decodeTime(raw[1]),
		EventID:       string(raw[2]),
		EventType:     string(raw[3]),
		TenantID:      string(raw[4]),
		Namespace:     string(raw[5]),
		Source:        string(raw[6]),
		CorrelationID: string(raw[7]),
		CausationID:   string(raw[8]),
		SchemaRef:     string(raw[9]),
		Payload:       compactJSONB(raw[10]),
		Topic:         string(raw[11]),
		Partition:     int32(binary.BigEndian.Uint32(raw[12])),
		Offset:        decodeInt64(raw[13]),
		ProcessedAt:   decodeTime(raw[14]),
		StoredAt:      decodeTime(raw[15]),
	}
}

func decodeInt64(raw []byte) int64 { return int64(binary.BigEndian.Uint64(raw)) }

// decodeTime reads PostgreSQL's microseconds since 2000.
func decodeTime(raw []byte) time.Time {
	return time.UnixMicro(decodeInt64(raw) + 946_684_800_000_000).UTC()
}

// compactJSONB copies the text of a jsonb without the space that PostgreSQL
// prints behind each comma and colon.
func compactJSONB(text []byte) json.RawMessage {
	compact := make([]byte, 0, len(text))
	inString := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			inString = !inString
		case c == '\\':
			compact = append(compact, c)
			i++
			c = text[i]
		case c == ' ' && !inString:
			continue
		}
		compact = append(compact, c)
	}
	return compact
}

// query reads events until their payloads exceed bytes, but one at least;
// whole says whether that was all. where follows FROM event_bus_events.
func (r eventRow) query(ctx context.Context, q querier, bytes int, where string, args ...any) (events []*event.Event, whole bool, err error) {
	whole, err = queryRaw(ctx, q, r.formats, "SELECT "+r.columns+" FROM event_bus_events "+where, args, func(raw [][]byte) bool {
		if bytes < 0 {
			return false
		}
		e := r.decode(raw)
		bytes -= len(e.Payload)
		events = append(events, e)
		return true
	})
	return events, whole, err
}

// queryRaw hands each row on until take refuses one; whole says whether none
// was. A conn on which much is still to come is given up rather than read to
// its end.
func queryRaw(ctx context.Context, q querier, formats pgx.QueryResultFormats, sql string, args []any, take func(raw [][]byte) bool) (whole bool, err error) {
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	rows, err := q.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheStatement, formats}, args...)...)
	if err != nil {
		return false, fmt.Errorf("query events: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if !take(rows.RawValues()) {
			giveUp()
			return false, nil
		}
	}
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("read events: %w", err)
	}
	return true, nil
}
