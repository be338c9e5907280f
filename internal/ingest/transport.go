package ingest

import (
	"errors"
	"time"

	"github.com/segmentio/kafka-go"
)

// NewTransport reaches brokers as ingest does, for whoever else talks to
// Kafka. An error is a mistake in its arguments or in the files that they name.
func NewTransport(t TLS, s SASL) (*kafka.Transport, error) {
	security, err1 := t.config()
	mechanism, err2 := s.mechanism()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return &kafka.Transport{
		DialTimeout: dialTimeout, MetadataTTL: 2 * time.Second, ClientID: "eventfeed", TLS: security, SASL: mechanism,
	}, nil
}
