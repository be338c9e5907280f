import type {
  Client,
  ClientEvent,
  ConnectionState,
  Event,
  Filter,
  Handlers,
  Notice,
  SubscriptionOptions,
} from '@omninode-ai/eventfeed';
import { SubscriptionError } from '@omninode-ai/eventfeed';
import { Payload } from '../src/api/payload';
import { LiveFeed } from '../src/live/feed';
import type { PainterClock } from '../src/live/painter';

export function eventAt(position: number, more: Partial<Event> = {}): Event {
  return {
    position,
    event_id: `e-${position}`,
    event_type: 'omninode.agent.execution.completed.v1',
    timestamp: '2026-10-01T08:00:00.123456Z',
    tenant_id: 'acme',
    namespace: 'prod',
    source: 'omniclaude',
    correlation_id: 'c-1',
    causation_id: null,
    schema_ref: null,
    outcome: 'success',
    payload: new Payload('{"cost":1.10}'),
    topic: 'acme.omninode.agent.execution.completed.v1',
    partition: 0,
    offset: String(position),
    processed_at: '2026-10-01T08:00:00.13Z',
    stored_at: '2026-10-01T08:00:00.134Z',
    ...more,
  };
}

export function eventsFrom(first: number, last: number, more: Partial<Event> = {}): Event[] {
  return Array.from({ length: last - first + 1 }, (_, i) => eventAt(first + i, more));
}

/** Time that passes when told to. */
export class TestClock implements PainterClock {
  #now = Date.parse('2026-10-01T08:00:01Z');
  #timers: { at: number; run: () => void }[] = [];
  isHidden = false;

  now(): number {
    return this.#now;
  }

  hidden(): boolean {
    return this.isHidden;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}

export interface Asked {
  filter: Filter;
  from: SubscriptionOptions['from'];
  undone: boolean;
  events(...events: Event[]): void;
  notice(notice: Notice): void;
  refuse(code: string, message: string, at?: { line: number; column: number }): void;
  /** Grants it, and sends what is there. */
  open(...events: Event[]): void;
}

/** A client as the feed sees one; what it is asked for is answered by the test. */
export class TestClient {
  readonly asked: Asked[] = [];
  state: ConnectionState = { state: 'idle' };
  #listeners: ((event: ClientEvent) => void)[] = [];

  watch(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.push(listener);
    return () => {};
  }

  tell(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  subscribe({ filter = {}, from }: SubscriptionOptions, handlers: Handlers): () => void {
    const asked: Asked = {
      filter,
      from,
      undone: false,
      events: (...events) => void handlers.events(events, { position: events.at(-1)?.position ?? 0, epoch: 'k' }),
      notice: (notice) => handlers.notice?.(notice),
      refuse: (code, message, at) => handlers.ended?.(new SubscriptionError(code, message, at ?? null)),
      open: (...events) => {
        const head = events.at(-1)?.position ?? 0;
        asked.notice({ type: 'subscribed', filter, position: 0, head });
        if (events.length > 0) asked.events(...events);
        asked.notice({ type: 'caught_up', position: head, events: events.length });
      },
    };
    this.asked.push(asked);
    return () => {
      asked.undone = true;
    };
  }

  get last(): Asked {
    const last = this.asked.at(-1);
    if (!last) throw new Error('nothing was asked for');
    return last;
  }
}

export function feedBench() {
  const client = new TestClient();
  const clock = new TestClock();
  const feed = new LiveFeed(client as unknown as Client, clock);
  const snapshot = () => {
    clock.pass(1_000);
    return feed.getSnapshot();
  };
  const positions = () => {
    const { rows } = snapshot();
    return Array.from({ length: rows.length }, (_, i) => rows.at(i)).map((row) =>
      row?.kind === 'event' ? row.event.position : row?.kind === 'note' ? row.note.what : row?.kind,
    );
  };
  return { client, clock, feed, snapshot, positions };
}
