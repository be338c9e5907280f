/** What status tells admins of a service: its shape is the service's own, so it is read here, once. */

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const num = (value: unknown) => (typeof value === 'number' ? value : 0);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown) => list(value).flatMap((v) => text(v) ?? []);

export interface KafkaDetail {
  brokers: string[];
  group: string | null;
  member: string | null;
  patterns: string[];
  topicsSeen: number;
  topicsMatched: number;
  unmatched: string[];
  partitions: { topic: string; partition: number; next: number; lag: number }[];
  lag: number;
  lastError: string | null;
  lastErrorAt: string | null;
}

export function kafkaDetail(detail: unknown): KafkaDetail | null {
  if (detail === null || detail === undefined) return null;
  const d = members(detail);
  return {
    brokers: texts(d['brokers']),
    group: text(d['group']),
    member: text(d['member']),
    patterns: texts(d['patterns']),
    topicsSeen: num(d['topics_seen']),
    topicsMatched: num(d['topics_matched']),
    unmatched: texts(d['unmatched_topics']),
    partitions: list(d['partitions']).map((p) => {
      const { topic, partition, next, lag } = members(p);
      return { topic: text(topic) ?? '', partition: num(partition), next: num(next), lag: num(lag) };
    }),
    lag: num(d['lag']),
    lastError: text(d['last_error']),
    lastErrorAt: text(d['last_error_at']),
  };
}

export interface RelayDetail {
  since: string | null;
  siblings: { replica: string; position: number; lastSeen: string | null }[];
  dropped: number;
  refused: number;
  error: string | null;
}

export function relayDetail(detail: unknown): RelayDetail | null {
  if (detail === null || detail === undefined) return null;
  const d = members(detail);
  return {
    since: text(d['since']),
    siblings: list(d['siblings']).map((s) => {
      const { replica, position, last_seen } = members(s);
      return { replica: text(replica) ?? '', position: num(position), lastSeen: text(last_seen) };
    }),
    dropped: num(d['dropped']),
    refused: num(d['refused']),
    error: text(d['error']),
  };
}

export interface Gap {
  topic: string;
  partition: number;
  from: number;
  to: number;
  reason: string;
  noticedAt: string;
}

export function gapsOf(gaps: readonly unknown[]): Gap[] {
  return gaps.map((gap) => {
    const g = members(gap);
    return {
      topic: text(g['topic']) ?? '',
      partition: num(g['partition']),
      from: num(g['from']),
      to: num(g['to']),
      reason: text(g['reason']) ?? '',
      noticedAt: text(g['noticed_at']) ?? '',
    };
  });
}

export interface HubDetail {
  conns: number;
  subscriptions: number;
  feeds: number;
  tailEvents: number;
  tailBytes: number;
}

export function hubDetail(hub: Record<string, unknown> | null): HubDetail | null {
  if (hub === null) return null;
  return {
    conns: num(hub['conns']),
    subscriptions: num(hub['subscriptions']),
    feeds: num(hub['feeds']),
    tailEvents: num(hub['tail_events']),
    tailBytes: num(hub['tail_bytes']),
  };
}
