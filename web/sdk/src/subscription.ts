import type { Event, Filter } from './event.js';
import type {
  CaughtUp,
  ErrorFrame,
  EventsFrame,
  Lagging,
  PreviewFrame,
  Progress,
  Reset,
  Subscribed,
} from './frames.js';
import type { Notice } from './notice.js';
import { type From, type Place, place, type Store } from './place.js';
import { SubscriptionError } from './problem.js';
import { Queue } from './queue.js';
import type { Reason } from './state.js';

export interface SubscriptionOptions {
  filter?: Filter;
  /** Where it begins, unless a place was saved under its name; `now` unless given. */
  from?: From;
  /** Saves its place under this name in the client's store, and goes on from there after a reload. */
  name?: string;
  /** So many events may wait for the handler; 2,000 unless given. */
  ahead?: number;
  /** Ends it, as the undo does. */
  signal?: AbortSignal;
}

export interface Handlers {
  /**
   * Gets events in order, each once; the next when its promise is kept. Only then is the place saved. What it throws ends
   * the subscription.
   */
  events(events: Event[], place: Place): unknown;
  notice?(notice: Notice): void;
  /** It has ended by itself: refused by the server (SubscriptionError), or by what a handler or the store threw. */
  ended?(error: unknown): void;
  /** There is no conn and will be none before the client's retry(); then it goes on. */
  stopped?(reason: Reason): void;
  /** It was undone, or the client was closed. */
  closed?(): void;
}

/** What a subscription needs of the conn. */
export interface Wire {
  /** Asks the server for it, if there is a conn; if not, this is done when there is. */
  ask(subscription: Subscription): void;
  /** Wants no more frames. */
  leave(subscription: Subscription): void;
  /** Gives the conn up, as frames were missing twice. */
  distrust(): void;
}

/**
 * One subscription's place, across conns. Frames move the place; a queue holds what the handler has yet to get, in order.
 * A browser's WebSocket cannot be told to wait, so a queue that is full leaves the feed and asks again, from its own end,
 * when half of it has been handled: what is on its way meanwhile is ignored, and comes again.
 */
export class Subscription {
  readonly filter: Filter;
  readonly #options: SubscriptionOptions;
  readonly #handlers: Handlers;
  readonly #store: Store | null;
  readonly #wire: Wire;
  readonly #queue: Queue;
  #start: From;
  #place: Place | null = null; // of the queue's end
  #epoch = ''; // of the conn
  #caughtUp = false;
  #count = 0; // of events since it was behind
  #saved: Place | null = null;
  #gap: number | null = null; // where frames were missing
  #loaded = false; // the place, from the store
  #held = false;
  #over = false;

  constructor(options: SubscriptionOptions, handlers: Handlers, { store, wire }: { store: Store | null; wire: Wire }) {
    this.filter = options.filter ?? {};
    this.#options = options;
    this.#handlers = handlers;
    this.#store = options.name === undefined ? null : store;
    this.#wire = wire;
    this.#queue = new Queue(
      {
        events: (events, at) => handlers.events(events, at),
        notice: (notice) => handlers.notice?.(notice),
        handled: (at) => this.#handled(at),
        failed: (error) => this.#failed(error),
      },
      options.ahead,
    );
    this.#start = options.from ?? 'now';
    if (typeof this.#start === 'object' && 'position' in this.#start) {
      this.#place = { position: this.#start.position, epoch: this.#start.epoch ?? null };
    }
  }

  /** What to say in from. */
  get from(): From {
    const { position, epoch } = this.#place ?? {};
    if (position === undefined) return this.#start;
    return epoch ? { position, epoch } : { position };
  }

  /** Whether it wants frames. */
  get wanted(): boolean {
    return this.#loaded && !this.#held && !this.#over;
  }

  get alive(): boolean {
    return !this.#over;
  }

  async open(): Promise<void> {
    try {
      const saved: unknown = await this.#store?.load(this.#options.name ?? '');
      if (saved !== undefined && saved !== null) this.#place = place(saved);
    } catch (error) {
      this.end(error); // to begin anywhere else would leave events out in silence
      return;
    }
    this.#loaded = true;
    if (!this.#over) this.#wire.ask(this);
  }

  /** The undo. */
  close(): void {
    if (this.#leave()) this.#handlers.closed?.();
  }

  stopped(reason: Reason): void {
    this.#handlers.stopped?.(reason);
  }

  end(error: unknown): void {
    if (!this.#leave()) return;
    if (this.#handlers.ended) this.#handlers.ended(error);
    else void Promise.reject(error); // nobody listens: the runtime says it
  }

  #failed(error: unknown): void {
    if (!this.#over) this.end(error);
    else void Promise.reject(error); // it was undone meanwhile, and hears no more
  }

  refused({ code, message, at }: ErrorFrame): void {
    this.end(new SubscriptionError(code, message, at));
  }

  /** The conn is gone. */
  lost(): void {
    this.#caughtUp = false;
  }

  subscribed({ filter, position, head }: Subscribed, epoch: string): void {
    this.#epoch = epoch;
    this.#caughtUp = false;
    this.#count = 0;
    // A position above ours means that what lies between is gone; the reset that follows says so and moves us. Moved now,
    // a conn that ends between the two would make it a silent gap.
    this.#place ??= { position, epoch };
    this.#place = { position: this.#place.position, epoch: this.#place.epoch ?? epoch };
    this.#notice({ type: 'subscribed', filter, position, head });
  }

  events(frame: EventsFrame, size: number): void {
    const have = this.#place?.position ?? -1; // a frame before `subscribed` has nothing to follow on
    if (frame.prev > have) {
      this.#missed(have, frame.prev);
      return;
    }
    const events = frame.events.filter(({ position }) => position > have);
    this.#moveTo(frame.position);
    this.#gap = null;
    this.#count += events.length;
    if (events.length > 0 && this.#place) this.#queue.events(events, size, this.#place);
    else this.#told(frame.position);
    if (this.#queue.behind(1)) this.#hold();
  }

  caughtUp({ position }: CaughtUp): void {
    this.#caughtUp = true;
    this.#moveTo(position);
    this.#notice({ type: 'caught_up', position, events: this.#count });
  }

  progress({ position }: Progress): void {
    if (this.#caughtUp) this.#told(position);
  }

  lagging({ position, head }: Lagging): void {
    this.#caughtUp = false;
    this.#count = 0;
    this.#notice({ type: 'lagging', position, head });
  }

  reset({ reason, position }: Reset): void {
    const from = this.#place;
    this.#place = { position, epoch: this.#epoch };
    this.#notice({ type: 'reset', reason, position, from });
  }

  preview({ events }: PreviewFrame, size: number): void {
    this.#queue.preview({ type: 'preview', events }, size);
  }

  /** False: it had left before. */
  #leave(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#queue.close();
    this.#wire.leave(this);
    return true;
  }

  #moveTo(position: number): void {
    if (this.#place && position > this.#place.position) this.#place = { ...this.#place, position };
  }

  #told(position: number): void {
    this.#moveTo(position);
    this.#notice({ type: 'progress', position });
  }

  #missed(have: number, prev: number): void {
    this.#notice({ type: 'gap', have, prev });
    if (this.#gap === have) {
      this.#wire.distrust();
      return;
    }
    this.#gap = have;
    this.#wire.leave(this);
    this.#wire.ask(this);
  }

  #hold(): void {
    this.#held = true;
    this.#caughtUp = false;
    this.#wire.leave(this);
    this.#notice({ type: 'held', position: this.#place?.position ?? 0 });
  }

  async #handled(at: Place | null): Promise<void> {
    if (at !== null && at !== this.#saved) await this.save(at);
    if (!this.#held || this.#over || this.#queue.behind(0.5)) return;
    this.#held = false;
    this.#wire.ask(this);
  }

  #notice(notice: Notice): void {
    this.#queue.notice(notice, this.#place);
  }

  /** Says that everything up to a place has been handled. */
  async save(handled: Place): Promise<void> {
    this.#saved = handled;
    if (!this.#over) await this.#store?.save(this.#options.name ?? '', handled);
  }
}
