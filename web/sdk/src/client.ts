import { type Clock, systemClock } from './clock.js';
import type { SocketClass } from './conn.js';
import type { Event } from './event.js';
import type { ErrorFrame, Frame, Goodbye, Hello, StatusFrame, TokenExpires } from './frames.js';
import { iterate } from './iterate.js';
import { Line } from './line.js';
import type { Store } from './place.js';
import { Requests } from './requests.js';
import { Rest } from './rest.js';
import { defaultRetry, type Retry } from './retry.js';
import type { ConnectionState } from './state.js';
import { Streams } from './streams.js';
import { type Handlers, Subscription, type SubscriptionOptions } from './subscription.js';
import { type GetToken, Token } from './token.js';

export interface ClientOptions {
  /** Of the API, up to and with /api/event-bus; may be relative to a page. */
  url: string | URL;
  /** Asked for a token at first, and again when it expires or is refused. */
  getToken?: GetToken;
  /** The runtime's own unless given; Node has one from 22 on, and the package ws fits. */
  WebSocket?: SocketClass;
  fetch?: typeof fetch;
  /** JSON.parse unless given; one that keeps numbers as they are written may give objects for them. */
  parse?: (text: string) => unknown;
  /** Where subscriptions with a name keep their place. */
  store?: Store;
  retry?: Partial<Retry>;
  /** A conn that says nothing for so long is asked whether it lives; a server speaks every 15 s. 20,000 unless given. */
  silenceMs?: number;
  clock?: Clock;
}

/** What concerns the conn and no subscription alone. */
export type ClientEvent =
  | { type: 'state'; state: ConnectionState }
  | Hello
  | StatusFrame
  | TokenExpires
  | Goodbye
  | ErrorFrame;

export type Undo = () => void;

/** One conn with any number of subscriptions, and REST beside it. */
export class Client extends Rest {
  readonly #line: Line;
  readonly #streams: Streams = new Streams(() => this.#line);
  readonly #store: Store | null;
  readonly #listeners = new Set<(event: ClientEvent) => void>();

  constructor(options: ClientOptions) {
    const clock = options.clock ?? systemClock;
    const parse = options.parse ?? JSON.parse;
    const token = new Token(options.getToken ?? null);
    const base = baseOf(options.url);
    const requests = new Requests({ base, fetch: options.fetch ?? globalThis.fetch, parse, token });
    super(requests, clock);
    this.#store = options.store ?? null;
    this.#line = new Line(
      {
        WebSocket: options.WebSocket ?? globalThis.WebSocket,
        url: `${base.replace(/^http/, 'ws')}/stream`,
        parse,
        clock,
        token,
        retry: { ...defaultRetry, ...options.retry },
        silenceMs: options.silenceMs ?? 20_000,
        refusal: () => requests.refusal(),
      },
      {
        state: (state) => this.#state(state),
        opened: (hello) => this.#streams.opened(hello),
        frame: (frame, size) => this.#hear(frame, size),
        lost: () => this.#streams.lost(),
      },
    );
  }

  /** Of the conn; a new object with each change. */
  get state(): ConnectionState {
    return this.#line.state;
  }

  /** Hears what concerns the conn. */
  watch(listener: (event: ClientEvent) => void): Undo {
    const own = (event: ClientEvent) => listener(event); // the same listener may watch twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Gets the events of a filter, from a start on, for as long as it is not undone. */
  subscribe(options: SubscriptionOptions, handlers: Handlers): Undo {
    const subscription = this.#subscribe(options, handlers);
    return () => subscription.close();
  }

  /** The same as an iterator. It ends with break, return() or the signal. */
  stream(options: SubscriptionOptions & Pick<Handlers, 'notice'> = {}): AsyncIterableIterator<Event, undefined> {
    return iterate(
      (handlers) => this.#subscribe(options, handlers),
      (notice) => options.notice?.(notice),
    );
  }

  /** Connects now instead of after the pause, and also where it had stopped; asks for a new token then. */
  retry(): void {
    this.#line.retry();
  }

  /** Ends all subscriptions and the conn, for good. */
  close(): void {
    this.#streams.close();
    this.#line.close();
  }

  #state(state: ConnectionState): void {
    this.#tell({ type: 'state', state });
    if (state.state === 'stopped') this.#streams.stopped(state.reason);
  }

  #subscribe(options: SubscriptionOptions, handlers: Handlers): Subscription {
    const subscription = new Subscription(options, handlers, { store: this.#store, wire: this.#streams });
    const { signal } = options;
    if (signal?.aborted) subscription.close();
    else this.#streams.add(subscription);
    signal?.addEventListener('abort', () => subscription.close(), { once: true });
    return subscription;
  }

  #hear(frame: Frame, size: number): void {
    switch (frame.type) {
      case 'hello':
      case 'status':
      case 'token_expires':
      case 'goodbye':
        this.#tell(frame);
        break;
      case 'error':
        if (frame.id === null) this.#tell(frame);
        else this.#streams.frame(frame, size);
        break;
      default:
        this.#streams.frame(frame, size);
    }
  }

  /** A listener that throws keeps nobody else from hearing. */
  #tell(event: ClientEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        void Promise.reject(error);
      }
    }
  }
}

export function createClient(options: ClientOptions): Client {
  return new Client(options);
}

function baseOf(url: string | URL): string {
  const page = globalThis.document?.baseURI ?? globalThis.location?.href;
  const { origin, pathname } = new URL(url, page);
  return origin + pathname.replace(/\/+$/, '');
}
