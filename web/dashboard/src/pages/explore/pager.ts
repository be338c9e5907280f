import type { Event, EventsPage, EventsQuery } from '@omninode-ai/eventfeed';
import { payloadOf } from '../../api/payload';
import { eventRow, type Row, type Rows } from '../../events/row';
import { microsOf, timeOf } from '../../format/micros';
import { compare, type Order, type Place, placeOf } from './place';

/** Events of a page. */
const PAGE = 200;
/** What is in memory at most; what is scrolled far away is let go, and read again when one comes back. */
const MOST = { events: 10_000, payloads: 64 << 20 };

export interface PagerOptions {
  /** The filter, and the range: the start is in it, the end is not. */
  query: Omit<EventsQuery, 'cursor' | 'limit' | 'offset' | 'order_by' | 'order_direction' | 'through'>;
  order: Order;
  /** The last position that is shown: so nothing that is stored meanwhile moves what is here. */
  through: number;
  /** The list opens here, and can be scrolled both ways; at its top if null. A time, for lists by timestamp. */
  at: string | null;
  load: (query: EventsQuery, signal: AbortSignal) => Promise<EventsPage>;
  page?: number;
  most?: { events: number; payloads: number };
}

export type Way = 'up' | 'down';

/** One end of what is loaded: how to go on from there. */
interface End {
  more: boolean;
  cursor: string | null;
  /** Reading begins anew at this place: what comes up to it is here already. */
  after: Place | null;
  loading: AbortController | null;
  failure: Error | null;
}

export interface Pages {
  rows: Rows;
  /** The events alone. */
  loaded: number;
  /** No page has come yet. */
  opening: boolean;
  /** The end in this direction has been reached. */
  ended: Record<Way, boolean>;
  /** More is there than can be held in this order. */
  capped: boolean;
  failure: Error | null;
}

const end = (more: boolean): End => ({ more, cursor: null, after: null, loading: null, failure: null });

/**
 * A window of history that grows at both its ends, page by page. Pages are read by keyset, of what was stored up to one
 * position: no event is there twice, and none is missing, whatever is written meanwhile.
 */
export class Pager {
  readonly #options: PagerOptions;
  readonly #page: number;
  readonly #most: { events: number; payloads: number };
  readonly #listeners = new Set<() => void>();
  readonly #ends: Record<Way, End>;
  #rows: Row[] = [];
  #events: Event[] = [];
  #payloads = 0;
  #shift = 0;
  #seen = { first: 0, last: 0 };
  #capped = false;
  #opened = false;
  #pages: Pages;

  constructor(options: PagerOptions) {
    this.#options = options;
    this.#page = options.page ?? PAGE;
    this.#most = options.most ?? MOST;
    this.#ends = { up: end(this.#split !== null), down: end(true) };
    this.#pages = this.#look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): Pages => this.#pages;

  /** Reads on where rows are in sight that are not loaded. */
  readonly see = (first: number, last: number): void => {
    this.#seen = { first, last };
    const head = this.#ends.up.more ? 1 : 0;
    if (first <= head + this.#page / 4) void this.load('up');
    if (last >= head + this.#rows.length - this.#page / 4) void this.load('down');
  };

  /** The first page, or two where the list opens in its middle. */
  async open(): Promise<void> {
    await Promise.all([this.load('down'), this.load('up')]);
  }

  async load(way: Way): Promise<void> {
    const at = this.#ends[way];
    if (!at.more || at.loading) return;
    const loading = new AbortController();
    at.loading = loading;
    at.failure = null;
    try {
      const page = await this.#options.load(this.#query(way), loading.signal);
      if (loading.signal.aborted) return;
      this.#take(way, page);
    } catch (error) {
      if (!loading.signal.aborted) at.failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      at.loading = null;
    }
    if (loading.signal.aborted) return;
    this.#tell();
    // A page may have brought little or nothing: rows that are in sight may still be missing.
    if (!at.failure && this.#opened) this.see(this.#seen.first, this.#seen.last);
  }

  /** After a failure: tries again. */
  readonly retry = (): void => {
    for (const way of ['up', 'down'] as const) if (this.#ends[way].failure) void this.load(way);
  };

  close(): void {
    for (const { loading } of Object.values(this.#ends)) loading?.abort();
  }

  /** The time at which the two ends began. */
  get #split(): bigint | null {
    const { at, order } = this.#options;
    return at !== null && order.by === 'timestamp' ? microsOf(at) : null;
  }

  #query(way: Way): EventsQuery {
    const { query, order, through } = this.#options;
    const { cursor, after } = this.#ends[way];
    const ascending = (order.direction === 'asc') === (way === 'down');
    const asked: EventsQuery = {
      ...query,
      ...this.#bound(ascending, after),
      order_by: order.by,
      order_direction: ascending ? 'asc' : 'desc',
      limit: this.#page,
      through: Math.max(1, through),
    };
    return cursor === null ? asked : { ...asked, cursor };
  }

  /** Where an end begins, as a range of time: ranges of both ends meet without a seam. */
  #bound(ascending: boolean, after: Place | null): { start_time?: string; end_time?: string } {
    const { order } = this.#options;
    if (order.by !== 'timestamp') return {};
    const micros = after?.micros ?? this.#split;
    if (micros === null) return {};
    // Events of the same microsecond as `after` come again, and are left out when they are here.
    if (ascending) return { start_time: timeOf(micros) };
    return { end_time: timeOf(after ? micros + 1n : micros) };
  }

  #take(way: Way, page: EventsPage): void {
    const at = this.#ends[way];
    const { after } = at;
    const before = this.#place;
    const fresh = after ? page.events.filter((e) => this.#isBeyond(way, placeOf(e), after)) : page.events;
    at.cursor = page.next_cursor;
    at.more = page.next_cursor !== null;
    this.#opened ||= way === 'down';
    if (fresh.length === 0) return;
    this.#payloads += weigh(fresh);
    const rows = fresh.map(eventRow);
    if (way === 'down') {
      this.#events = [...this.#events, ...fresh];
      this.#rows = [...this.#rows, ...rows];
    } else {
      this.#events = [...fresh.toReversed(), ...this.#events];
      this.#rows = [...rows.reverse(), ...this.#rows];
      this.#shift += rows.length;
    }
    this.#letGo(way === 'down' ? 'up' : 'down');
    const by = this.#place - before;
    this.#seen = { first: this.#seen.first + by, last: this.#seen.last + by };
  }

  /** Where the first row of all that ever were here would be. */
  get #place(): number {
    return this.#shift + (this.#ends.up.more ? 1 : 0);
  }

  #isBeyond(way: Way, place: Place, after: Place): boolean {
    const order = compare(place, after, this.#options.order);
    return way === 'down' ? order > 0 : order < 0;
  }

  /** Keeps memory bounded at the end that is far from where one reads. */
  #letGo(way: Way): void {
    const { events: most, payloads } = this.#most;
    if (this.#options.order.by !== 'timestamp') {
      this.#cap(); // a place by position cannot be asked for
      return;
    }
    let gone = 0;
    let weight = this.#payloads;
    const count = this.#events.length;
    while ((count - gone > most || weight > payloads) && count - gone > 2 * this.#page) {
      const event = this.#events[way === 'up' ? gone : count - 1 - gone];
      if (event) weight -= weightOf(event);
      gone++;
    }
    if (gone === 0) return;
    const [from, to] = way === 'up' ? [gone, count] : [0, count - gone];
    this.#events = this.#events.slice(from, to);
    this.#rows = this.#rows.slice(from, to);
    this.#payloads = weight;
    if (way === 'up') this.#shift -= gone;
    const edge = way === 'up' ? this.#events[0] : this.#events.at(-1);
    this.#ends[way].loading?.abort();
    this.#ends[way] = { ...end(true), after: edge ? placeOf(edge) : null };
  }

  #cap(): void {
    const { events, payloads } = this.#most;
    if (this.#events.length < events && this.#payloads < payloads) return;
    this.#capped = this.#ends.down.more;
    this.#ends.down.more = false;
  }

  #tell(): void {
    this.#pages = this.#look();
    for (const listener of this.#listeners) listener();
  }

  #look(): Pages {
    const rows = this.#rows;
    const { up, down } = this.#ends;
    const head = up.more ? 1 : 0;
    return {
      rows: {
        length: head + rows.length + (down.more ? 1 : 0),
        at: (i) => rows[i - head],
        shift: this.#place,
      },
      loaded: rows.length,
      opening: !this.#opened,
      ended: { up: !up.more, down: !down.more },
      capped: this.#capped,
      failure: down.failure ?? up.failure,
    };
  }
}

const weightOf = (event: Event) => payloadOf(event).text.length;
const weigh = (events: readonly Event[]) => events.reduce((sum, e) => sum + weightOf(e), 0);
