package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

// Reader is a member of the group: one replica, and what it reads.
type Reader struct {
	Replica    string // as it calls itself; "" if it is none of ours
	Member     string // in Kafka
	Host       string
	Partitions []event.Partition // by topic and number
}

// Readers asks Kafka who reads what. Safe for concurrent use.
func (i *Ingest) Readers(ctx context.Context) ([]Reader, error) {
	m := member{wire: i.wire, group: i.config.GroupID}
	if err := m.findCoordinator(ctx); err != nil {
		return nil, err
	}
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups = []string{m.group}
	r, err := m.ask(ctx, req, callTimeout)
	if err != nil {
		return nil, err
	}
	var readers []Reader
	for _, g := range r.(*kmsg.DescribeGroupsResponse).Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil {
			return nil, fmt.Errorf("describe group %s: %w", g.Group, err)
		}
		for _, other := range g.Members {
			reader, err := readerOf(other)
			if err != nil {
				return nil, err
			}
			readers = append(readers, reader)
		}
	}
	slices.SortFunc(readers, func(a, b Reader) int { return strings.Compare(a.Replica+a.Member, b.Replica+b.Member) })
	return readers, nil
}

func readerOf(m kmsg.DescribeGroupsResponseGroupMember) (Reader, error) {
	r := Reader{Member: m.MemberID, Host: strings.TrimPrefix(m.ClientHost, "/")}
	if name, ours := strings.CutPrefix(m.ClientID, clientPrefix); ours {
		r.Replica = name
	}
	partitions, err := readAssignment(m.MemberAssignment)
	if err != nil {
		return r, fmt.Errorf("read what %s reads: %w", m.MemberID, err)
	}
	slices.SortFunc(partitions, comparePartitions)
	r.Partitions = partitions
	return r, nil
}
