import { type Client, type ClientEvent, type ClientOptions, createClient } from '../../src/client.js';
import type { Socket } from '../../src/conn.js';
import type { Event } from '../../src/event.js';
import type { Notice } from '../../src/notice.js';
import type { Handlers } from '../../src/subscription.js';
import { settle, TestClock } from './clock.js';

export type Message = Record<string, unknown> & { type: string };

/** The server's end of a socket, in the hands of the test. */
export class TestSocket implements Socket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  closed = false;
  readonly said: Message[] = [];
  readonly saidAt: number[] = [];
  readonly #clock: TestClock;

  readonly url: string;
  readonly protocols: string[];

  constructor(url: string, protocols: string[], clock: TestClock) {
    this.url = url;
    this.protocols = protocols;
    this.#clock = clock;
  }

  send(data: string): void {
    this.said.push(JSON.parse(data) as Message);
    this.saidAt.push(this.#clock.now());
  }

  close(): void {
    this.closed = true;
  }

  /** Says frames to the client; a text goes as it is. */
  async say(...frames: (object | string)[]): Promise<void> {
    for (const frame of frames) {
      const data = typeof frame === 'string' ? frame : JSON.stringify(frame);
      (this.onmessage as ((event: { data: unknown }) => void) | null)?.({ data });
    }
    await settle();
  }

  async hello(epoch = 'e1'): Promise<void> {
    (this.onopen as ((event: object) => void) | null)?.({});
    await this.say(hello(epoch));
  }

  async drop(code = 1006, reason = ''): Promise<void> {
    (this.onclose as ((event: { code: number; reason: string }) => void) | null)?.({ code, reason });
    await settle();
  }

  asked(): Message[] {
    return this.said.filter(({ type }) => type !== 'ping');
  }
}

export const hello = (epoch = 'e1') => ({
  type: 'hello',
  replica: 'r1',
  version: 'test',
  epoch,
  head: 100,
  oldest: 1,
  tenants: ['acme'],
  admin: false,
  limits: { subscriptions: 32, message_bytes: 65536, frame_bytes: 1048576 },
});

export const event = (position: number): Event => ({
  position,
  event_id: `e-${position}`,
  event_type: 'omninode.agent.execution.completed.v1',
  timestamp: '2026-10-01T08:00:00.123456Z',
  tenant_id: 'acme',
  namespace: null,
  source: 'omniclaude',
  correlation_id: null,
  causation_id: null,
  schema_ref: null,
  outcome: 'success',
  payload: {},
  topic: 'acme.omninode.agent.execution.completed.v1',
  partition: 0,
  offset: String(position),
  processed_at: '2026-10-01T08:00:00.2Z',
  stored_at: '2026-10-01T08:00:00.3Z',
});

export const events = (to: { id: string } | { feed: number }, prev: number, position: number, ...at: number[]) => ({
  type: 'events',
  ...to,
  prev,
  position,
  events: at.map(event),
});

export const subscribed = (id: string, feed: number, position: number) => ({
  type: 'subscribed',
  id,
  feed,
  filter: {},
  position,
  head: 100,
});

/** A client whose time, sockets and answers over REST belong to the test. */
export class Bench {
  readonly clock = new TestClock();
  readonly sockets: TestSocket[] = [];
  readonly heard: ClientEvent[] = [];
  /** How GET /status is answered: a status, or the network's failure. */
  status: number | Error = 200;
  readonly client: Client;

  constructor(options: Partial<ClientOptions> = {}) {
    const { sockets, clock } = this;
    this.client = createClient({
      url: 'https://feed.example/api/event-bus',
      clock,
      WebSocket: class extends TestSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols, clock);
          sockets.push(this);
        }
      },
      fetch: async () => {
        if (this.status instanceof Error) throw this.status;
        return new Response(JSON.stringify({ status: this.status, title: 'told by the test' }), {
          status: this.status,
          headers: { 'Content-Type': 'application/problem+json' },
        });
      },
      ...options,
    });
    this.client.watch((heard) => this.heard.push(heard));
  }

  get socket(): TestSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('there is no socket yet');
    return socket;
  }

  /** The states since the last look, by name. */
  states(): string[] {
    return this.heard.splice(0).flatMap((heard) => (heard.type === 'state' ? [heard.state.state] : []));
  }

  /** Passes time until there is one socket more, and opens it. */
  async reconnected(): Promise<TestSocket> {
    const before = this.sockets.length;
    for (let i = 0; i < 40 && this.sockets.length === before; i++) await this.clock.pass(500);
    await this.socket.hello();
    return this.socket;
  }
}

/** Handlers that note what they get. */
export class Notes implements Handlers {
  readonly positions: number[] = [];
  readonly notices: Notice[] = [];
  error: unknown = null;

  events(events: Event[]): unknown {
    this.positions.push(...events.map(({ position }) => position));
    return undefined;
  }

  notice(notice: Notice): void {
    this.notices.push(notice);
  }

  ended(error: unknown): void {
    this.error = error;
  }

  types(): string[] {
    return this.notices.map(({ type }) => type);
  }
}
