package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/omninode-ai/eventfeed/internal/event"
)

const (
	heartbeatEvery = time.Second
	sessionTimeout = 10 * time.Second
	// rebalanceTimeout is how long the group waits for a member that ends its
	// work; appendGrace is less.
	rebalanceTimeout = 15 * time.Second
	protocolType     = "consumer"
)

// member is our membership of the consumer group, in Kafka's classic protocol.
// It is ours, not kafka-go's ConsumerGroup, because that assigns nothing while
// one listed topic is missing, creates topics that were deleted, and starts a
// generation anew for any failed heartbeat. Owned by one goroutine.
type member struct {
	wire  *wire
	group string

	client      string // tells this replica from others
	id          string
	coordinator int32
	failures    int  // heartbeats in a row that were not answered
	buried      bool // what an earlier process of ours left in the group
}

// generation is what the group has agreed on.
type generation struct {
	id          int32
	member      string
	coordinator int32
	assigned    []event.Partition
	signature   string // of the topics that were known
}

// join joins the group and gives what it assigns.
func (m *member) join(ctx context.Context, l topicList) (generation, error) {
	if err := m.findCoordinator(ctx); err != nil {
		return generation{}, err
	}
	m.bury(ctx)
	joined, err := m.sendJoin(ctx, l)
	if errors.Is(err, kerr.MemberIDRequired) {
		m.id = joined.MemberID
		joined, err = m.sendJoin(ctx, l)
	}
	if err != nil {
		m.forget(err)
		return generation{}, err
	}
	m.id, m.failures = joined.MemberID, 0
	assigned, err := m.sync(ctx, joined, l)
	if err != nil {
		m.forget(err)
		return generation{}, err
	}
	return generation{joined.Generation, m.id, m.coordinator, assigned, l.signature}, nil
}

// forget drops a membership that the coordinator does not know any more.
func (m *member) forget(err error) {
	if errors.Is(err, kerr.UnknownMemberID) || errors.Is(err, kerr.FencedInstanceID) {
		m.id = ""
	}
}

func (m *member) findCoordinator(ctx context.Context) error {
	req := kmsg.NewPtrFindCoordinatorRequest()
	req.CoordinatorKey = m.group
	r, err := m.wire.broker(anyBroker).Request(ctx, req)
	if err != nil {
		return err
	}
	resp := r.(*kmsg.FindCoordinatorResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return fmt.Errorf("find the coordinator: %w", err)
	}
	m.coordinator = resp.NodeID
	return nil
}

func (m *member) sendJoin(ctx context.Context, l topicList) (*kmsg.JoinGroupResponse, error) {
	req := kmsg.NewPtrJoinGroupRequest()
	req.Group, req.MemberID, req.ProtocolType = m.group, m.id, protocolType
	req.SessionTimeoutMillis = int32(sessionTimeout.Milliseconds())
	req.RebalanceTimeoutMillis = int32(rebalanceTimeout.Milliseconds())
	req.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: balancer, Metadata: subscription(l)}}
	r, err := m.ask(ctx, req, rebalanceTimeout+callTimeout)
	if err != nil {
		return nil, err
	}
	resp := r.(*kmsg.JoinGroupResponse)
	return resp, kerr.ErrorForCode(resp.ErrorCode)
}

func (m *member) ask(ctx context.Context, req kmsg.Request, timeout time.Duration) (kmsg.Response, error) {
	return peer{w: m.wire, node: m.coordinator, timeout: timeout}.Request(ctx, req)
}

// sync tells the group who reads what, if we lead it, and gives what we read.
func (m *member) sync(ctx context.Context, joined *kmsg.JoinGroupResponse, l topicList) ([]event.Partition, error) {
	req := kmsg.NewPtrSyncGroupRequest()
	req.Group, req.Generation, req.MemberID = m.group, joined.Generation, m.id
	req.ProtocolType, req.Protocol = kmsg.StringPtr(protocolType), joined.Protocol
	if joined.LeaderID == m.id {
		plan, err := assign(joined.Members, l)
		if err != nil {
			return nil, err
		}
		req.GroupAssignment = plan
	}
	r, err := m.ask(ctx, req, rebalanceTimeout+callTimeout)
	if err != nil {
		return nil, err
	}
	resp := r.(*kmsg.SyncGroupResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return nil, err
	}
	return readAssignment(resp.MemberAssignment)
}

// heartbeat tells the coordinator that we live, and says whether the
// generation is over. While no coordinator answers, it goes on as long as the
// coordinator would believe in us.
func (m *member) heartbeat(ctx context.Context, gen generation) (over bool, err error) {
	req := kmsg.NewPtrHeartbeatRequest()
	req.Group, req.Generation, req.MemberID = m.group, gen.id, gen.member
	r, err := m.ask(ctx, req, callTimeout)
	if err == nil {
		err = kerr.ErrorForCode(r.(*kmsg.HeartbeatResponse).ErrorCode)
	}
	switch {
	case err == nil:
		m.failures = 0
		return false, nil
	case errors.Is(err, kerr.RebalanceInProgress):
		return true, nil
	case errors.Is(err, kerr.IllegalGeneration), errors.Is(err, kerr.UnknownMemberID), errors.Is(err, kerr.FencedInstanceID):
		m.forget(err)
		return true, err
	}
	m.failures++
	if find := m.findCoordinator(ctx); find != nil {
		err = find
	}
	return m.failures > int(sessionTimeout/heartbeatEvery), err
}

// leave lets the group go on without waiting for our session to end.
func (m *member) leave(ctx context.Context) {
	if m.id != "" {
		m.remove(ctx, m.id)
		m.id = ""
	}
}

// remove takes a member out of the group. If it fails, the group waits for the
// end of its session: nothing else is lost.
func (m *member) remove(ctx context.Context, id string) {
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group, req.MemberID = m.group, id
	req.Members = []kmsg.LeaveGroupRequestMember{{MemberID: id}}
	_, _ = m.ask(ctx, req, callTimeout)
}

// bury removes, once, the members that an earlier process of this replica has
// left behind when it was killed, for whom the group would wait otherwise. A
// member that lives after all joins again, and the store's fence decides
// meanwhile.
func (m *member) bury(ctx context.Context) {
	if m.buried {
		return
	}
	m.buried = true
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups = []string{m.group}
	r, err := m.ask(ctx, req, callTimeout)
	if err != nil {
		return // then the group waits
	}
	for _, g := range r.(*kmsg.DescribeGroupsResponse).Groups {
		for _, other := range g.Members {
			if other.ClientID == m.client {
				m.remove(ctx, other.MemberID)
			}
		}
	}
}
