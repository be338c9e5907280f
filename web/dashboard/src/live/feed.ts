import type { Client, ClientEvent, Event, Filter, Notice, Undo } from '@omninode-ai/eventfeed';
import { SubscriptionError } from '@omninode-ai/eventfeed';
import type { Bucket } from '../charts/bucket';
import type { Rows } from '../events/row';
import type { FacetCounts } from '../filter/counted';
import type { FilterRefusal } from '../filter/refusal';
import { sameFilter } from '../state/filter';
import { BUCKET_MS, BUCKETS } from './buckets';
import { Buffer } from './buffer';
import { browserClock, Painter, type PainterClock } from './painter';
import { Rate } from './rate';
import { EMPTY, type Held, type Snapshot } from './snapshot';

/** With how much of the past the page opens. */
const FIRST = { last: 100 } as const;

/** Previews that are still here so long after the store is back were duplicates, or rejected. */
const LEFT_OVER_MS = 10_000;

/** Counts what was before, from one time to another. */
export type CountBack = (filter: Filter, start: number, end: number) => Promise<Bucket[]>;

/** A subscription, until another filter takes its place. */
interface Take {
  filter: Filter;
  undo: Undo;
}

type Frozen = { why: Held; rows: Rows; counts: FacetCounts; fresh: number };

/** What comes live: the rows of one filter, kept across breaks, and what there is to know of them. */
export class LiveFeed {
  readonly #client: Pick<Client, 'subscribe' | 'watch' | 'state'>;
  readonly #clock: PainterClock;
  readonly #countBack: CountBack | null;
  readonly #painter: Painter;
  readonly #listeners = new Set<() => void>();
  readonly #rate = new Rate();
  #buffer = new Buffer();
  #take: Take | null = null;
  #next: Take | null = null; // asked for, and not granted yet
  #refusal: FilterRefusal | null = null;
  #frozen: Frozen | null = null;
  #phase: Snapshot['phase'] = 'starting';
  #position: number | null = null;
  #lagMs: number | null = null;
  #lastAt: number | null = null;
  #total = 0;
  #lostAt: number | null = null;
  #reconnected: ((events: number) => void) | null = null;
  #snapshot: Snapshot = EMPTY;
  #undoLeftOver: Undo | null = null;

  constructor(
    client: Pick<Client, 'subscribe' | 'watch' | 'state'>,
    clock = browserClock,
    countBack: CountBack | null = null,
  ) {
    this.#client = client;
    this.#clock = clock;
    this.#countBack = countBack;
    this.#painter = new Painter(() => this.#paint(), clock);
    client.watch((event) => this.#hear(event));
  }

  readonly subscribe = (listener: () => void): Undo => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): Snapshot => this.#snapshot;

  rate(): number {
    return this.#rate.at(this.#clock.now());
  }

  /** Shows another filter's events. Those of the one before stay, and stay live, until the server has granted it. */
  setFilter(filter: Filter): void {
    const wanted = this.#next ?? this.#take;
    if (wanted && sameFilter(wanted.filter, filter)) {
      if (!this.#next) this.#refuse(null);
      return;
    }
    this.#next?.undo();
    this.#next = null;
    this.#refuse(null);
    if (this.#take && sameFilter(this.#take.filter, filter)) return;
    const take: Take = { filter, undo: () => {} };
    this.#next = take;
    take.undo = this.#client.subscribe(
      { filter, from: FIRST },
      {
        events: (events) => this.#events(take, events),
        notice: (notice) => this.#notice(take, notice),
        ended: (error) => this.#ended(take, error),
      },
    );
  }

  /** The list stands still; what comes is counted. A pause is only ended by a person, the rest also by scrolling back. */
  hold(why: Held): void {
    if (this.#frozen) {
      if (why === 'paused') this.#frozen = { ...this.#frozen, why };
    } else this.#frozen = { why, rows: this.#buffer.frozen(), counts: this.#buffer.counts(), fresh: 0 };
    this.#painter.now();
  }

  follow(): void {
    if (!this.#frozen) return;
    this.#frozen = null;
    this.#painter.now();
  }

  clear(): void {
    this.#buffer.clearRows();
    this.#frozen = this.#frozen && {
      ...this.#frozen,
      rows: this.#buffer.frozen(),
      counts: this.#buffer.counts(),
      fresh: 0,
    };
    this.#painter.now();
  }

  /** Time passes: histograms move, though nothing comes. */
  tick(): void {
    if (!this.#frozen) this.#painter.soon();
  }

  #refuse(refusal: FilterRefusal | null): void {
    if (refusal === this.#refusal) return;
    this.#refusal = refusal;
    this.#painter.now();
  }

  #ended(take: Take, error: unknown): void {
    if (take === this.#next) {
      this.#next = null;
      // The same filter in other words is what we have already.
      if (error instanceof SubscriptionError && error.code === 'duplicate') return;
    } else if (take === this.#take) this.#take = null;
    else return;
    const at = error instanceof SubscriptionError ? error.at : null;
    this.#refuse({ message: error instanceof Error ? error.message : String(error), at, kept: this.#take !== null });
  }

  /** The server has granted a filter: what was shown of the one before gives way. */
  #granted(take: Take): void {
    this.#take?.undo();
    this.#take = take;
    this.#next = null;
    this.#buffer = new Buffer();
    if (this.#frozen?.why === 'scrolled') this.#frozen = null;
    if (this.#frozen)
      this.#frozen = { ...this.#frozen, rows: this.#buffer.frozen(), counts: this.#buffer.counts(), fresh: 0 };
    this.#total = 0;
    this.#lastAt = null;
    this.#lagMs = null;
    this.#reconnected = null;
    void this.#seed(take);
  }

  /** The buckets before now come from the server; from the next one on they are counted here. */
  async #seed(take: Take): Promise<void> {
    if (!this.#countBack) return;
    const now = this.#clock.now();
    const end = now - (now % BUCKET_MS);
    const buffer = this.#buffer;
    try {
      buffer.seed(await this.#countBack(take.filter, end - BUCKETS * BUCKET_MS, end));
      this.#painter.soon();
    } catch {
      // Without them the histogram begins with what the page has seen; an outage is told by the banner.
    }
  }

  #events(take: Take, events: readonly Event[]): void {
    if (take !== this.#take) return;
    const now = this.#clock.now();
    const fresh = this.#buffer.add(events);
    this.#total += events.length;
    const last = events.at(-1);
    if (!last) return;
    this.#position = last.position;
    if (this.#phase === 'live') {
      this.#rate.add(events.length, now);
      this.#lagMs = Math.max(0, now - Date.parse(last.stored_at));
      this.#lastAt = now;
    } else this.#lastAt = Math.min(now, Date.parse(last.stored_at));
    if (this.#frozen) this.#frozen = { ...this.#frozen, fresh: this.#frozen.fresh + fresh };
    this.#painter.soon();
  }

  #notice(take: Take, notice: Notice): void {
    if (take === this.#next && notice.type === 'subscribed') this.#granted(take);
    if (take !== this.#take) return;
    switch (notice.type) {
      case 'subscribed':
        this.#phase = 'catching_up';
        this.#noteReconnect();
        break;
      case 'caught_up':
        this.#phase = 'live';
        this.#position = notice.position;
        this.#reconnected?.(notice.events);
        this.#reconnected = null;
        break;
      case 'progress':
        this.#position = notice.position;
        break;
      case 'lagging':
        this.#phase = 'catching_up';
        break;
      case 'reset':
        this.#reset(notice);
        break;
      case 'preview':
        this.#previews(notice.events);
        break;
    }
    this.#painter.soon();
  }

  #previews(events: Extract<Notice, { type: 'preview' }>['events']): void {
    const now = this.#clock.now();
    const fresh = this.#buffer.addPreviews(events);
    this.#rate.add(fresh, now);
    this.#lastAt = now;
    if (this.#frozen) this.#frozen = { ...this.#frozen, fresh: this.#frozen.fresh + fresh };
  }

  #reset({ reason, position, from }: Extract<Notice, { type: 'reset' }>): void {
    const now = this.#clock.now();
    if (reason === 'retention') this.#buffer.note({ what: 'retention', from: from?.position ?? 0, to: position }, now);
    else this.#buffer.note({ what: 'epoch' }, now);
    this.#position = position;
  }

  /** Goes where the break was: below what is caught up, which is counted when it is complete. */
  #noteReconnect(): void {
    if (this.#lostAt === null) return;
    const now = this.#clock.now();
    const afterMs = now - this.#lostAt;
    this.#lostAt = null;
    const change = this.#buffer.note({ what: 'reconnected', afterMs, events: 0 }, now);
    this.#reconnected = (events) => change({ what: 'reconnected', afterMs, events });
  }

  #hear(event: ClientEvent): void {
    if (event.type === 'state') {
      const isOpen = event.state.state === 'open';
      if (!isOpen && this.#phase !== 'starting') {
        this.#phase = 'catching_up';
        this.#lostAt ??= this.#clock.now();
      }
    }
    if (event.type === 'status') this.#store(event.store);
    this.#painter.soon();
  }

  #store(state: string | null): void {
    this.#undoLeftOver?.();
    this.#undoLeftOver = null;
    if (state !== 'ok' || this.#buffer.previews === 0) return;
    this.#undoLeftOver = this.#clock.after(LEFT_OVER_MS, () => {
      this.#buffer.dropPreviews();
      this.#painter.soon();
    });
  }

  #paint(): void {
    const now = this.#clock.now();
    this.#snapshot = {
      rows: this.#frozen?.rows ?? this.#buffer.rows(),
      counts: this.#frozen?.counts ?? this.#buffer.counts(),
      buckets: this.#buffer.buckets(now),
      held: this.#frozen?.why ?? null,
      fresh: this.#frozen?.fresh ?? 0,
      phase: this.#phase,
      refusal: this.#refusal,
      previews: this.#buffer.previews,
      position: this.#position,
      lagMs: this.#lagMs,
      lastAt: this.#lastAt,
      total: this.#total,
    };
    for (const listener of this.#listeners) listener();
  }
}
