import { payloadOf } from '../api/payload';
import type { Row, Rows } from '../events/row';

export const RING_ROWS = 10_000;
export const RING_BYTES = 64 << 20;

/** About what an event holds beside its payload. */
const EVENT_BYTES = 1_500;

export function sizeOf(row: Row): number {
  return row.kind === 'note' ? EVENT_BYTES : EVENT_BYTES + payloadOf(row.event).text.length;
}

/** The newest rows: when there are too many, or they are too large, the oldest give way. */
export class Ring {
  readonly #slots: (Row | undefined)[];
  readonly #maxBytes: number;
  readonly #evicted: (row: Row) => void;
  #first = 0;
  #next = 0;
  #bytes = 0;

  constructor(evicted: (row: Row) => void = () => {}, { rows = RING_ROWS, bytes = RING_BYTES } = {}) {
    this.#slots = new Array<Row | undefined>(rows);
    this.#maxBytes = bytes;
    this.#evicted = evicted;
  }

  get length(): number {
    return this.#next - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Gives the row's number, by which it can be replaced. */
  push(row: Row): number {
    const size = sizeOf(row);
    while (this.length === this.#slots.length || (this.length > 0 && this.#bytes + size > this.#maxBytes))
      this.#evict();
    this.#slots[this.#next % this.#slots.length] = row;
    this.#bytes += size;
    return this.#next++;
  }

  /** Puts another row where one is, if it is still there. */
  replace(seq: number, row: Row): void {
    const old = this.#at(seq);
    if (!old) return;
    this.#bytes += sizeOf(row) - sizeOf(old);
    this.#slots[seq % this.#slots.length] = row;
  }

  clear(): void {
    while (this.length > 0) this.#evict();
  }

  /** The rows as they are now, the newest first; when the ring goes on, the oldest of them may become undefined. */
  rows(): Rows {
    const next = this.#next;
    return { length: this.length, at: (i) => this.#at(next - 1 - i) };
  }

  /** The rows as they are now, for good. */
  copy(): readonly Row[] {
    const rows = this.rows();
    return Array.from({ length: rows.length }, (_, i) => rows.at(i)).filter((row) => row !== undefined);
  }

  #at(seq: number): Row | undefined {
    return seq >= this.#first && seq < this.#next ? this.#slots[seq % this.#slots.length] : undefined;
  }

  #evict(): void {
    const slot = this.#first % this.#slots.length;
    const row = this.#slots[slot];
    this.#slots[slot] = undefined;
    this.#first++;
    if (!row) return;
    this.#bytes -= sizeOf(row);
    this.#evicted(row);
  }
}
