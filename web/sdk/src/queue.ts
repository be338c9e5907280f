import type { Event } from './event.js';
import type { Notice } from './notice.js';
import type { Place } from './place.js';

/** Up to place everything has been handled when this is; count and size are of its events and their text. */
type Item = { count: number; size: number } & (
  | { events: Event[]; place: Place }
  | { notice: Notice; place: Place | null }
);

export interface Receiver {
  events(events: Event[], place: Place): unknown;
  notice(notice: Notice): void;
  /** After each item, the handler having returned; place is null where nothing moved. */
  handled(place: Place | null): unknown;
  /** By what a handler threw, or handled. */
  failed(error: unknown): void;
}

const AHEAD = 2_000;
/** The most text that may wait, too: events may be large. */
const AHEAD_SIZE = 8 << 20;

/** What waits for the handlers of a subscription: handed over in order, the next when the promise of the last is kept. */
export class Queue {
  readonly #receiver: Receiver;
  readonly #bound: number;
  #items: Item[] = [];
  #ahead = 0; // events that wait or are being handled
  #size = 0; // of their text
  #running = false;
  #closed = false;

  constructor(receiver: Receiver, bound = AHEAD) {
    this.#receiver = receiver;
    this.#bound = bound;
  }

  /** Whether more waits than this part of what may. */
  behind(part: number): boolean {
    return this.#ahead > part * this.#bound || this.#size > part * AHEAD_SIZE;
  }

  events(events: Event[], size: number, place: Place): void {
    this.#push({ events, count: events.length, size, place });
  }

  /** Of progress the last says it for those that wait. */
  notice(notice: Notice, place: Place | null): void {
    const last = this.#items.at(-1);
    if (notice.type === 'progress' && last && 'notice' in last && last.notice.type === 'progress') this.#items.pop();
    this.#push({ notice, count: 0, size: 0, place });
  }

  /** Previews are nothing to wait for: they are left out where much waits. */
  preview(notice: Notice & { type: 'preview' }, size: number): void {
    if (!this.behind(0.5)) this.#push({ notice, count: notice.events.length, size, place: null });
  }

  close(): void {
    this.#closed = true;
    this.#items = [];
  }

  #push(item: Item): void {
    if (this.#closed) return;
    this.#items.push(item);
    this.#ahead += item.count;
    this.#size += item.size;
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let item = this.#items.shift(); item; item = this.#items.shift()) await this.#handle(item);
    } catch (error) {
      this.#receiver.failed(error);
    }
    this.#running = false;
  }

  async #handle(item: Item): Promise<void> {
    if ('notice' in item) this.#receiver.notice(item.notice);
    else await this.#receiver.events(item.events, item.place);
    this.#ahead -= item.count;
    this.#size -= item.size;
    await this.#receiver.handled(item.place);
  }
}
