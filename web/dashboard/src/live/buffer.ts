import type { Event, Preview } from '@omninode-ai/eventfeed';
import type { Bucket } from '../charts/bucket';
import { eventRow, type Note, type Row, type Rows } from '../events/row';
import type { FacetCounts } from '../filter/counted';
import { Buckets } from './buckets';
import { Counts } from './counts';
import { Previews } from './previews';
import { Ring } from './ring';
import { above } from './snapshot';

/** The rows of one filter, and what is counted of them. */
export class Buffer {
  readonly #counts = new Counts();
  readonly #buckets = new Buckets();
  readonly #ring = new Ring((row) => this.#evicted(row));
  readonly #previews = new Previews((preview) => this.#counts.add(preview, -1));
  #notes = 0;

  /** The number of rows that are new. */
  add(events: readonly Event[]): number {
    let fresh = 0;
    for (const event of events) {
      const shown = this.#previews.size > 0 && this.#previews.settle(event);
      if (!shown) {
        this.#buckets.add(event);
        fresh++;
      }
      this.#ring.push(eventRow(event));
      this.#counts.add(event);
    }
    return fresh;
  }

  addPreviews(events: readonly Preview[]): number {
    let fresh = 0;
    for (const event of events) {
      if (!this.#previews.add(event)) continue;
      this.#counts.add(event);
      this.#buckets.add(event);
      fresh++;
    }
    return fresh;
  }

  /** Gives what changes the note later. */
  note(note: Note, at: number): (note: Note) => void {
    const row = { kind: 'note', key: `note-${++this.#notes}`, note, at } as const;
    const seq = this.#ring.push(row);
    return (changed) => this.#ring.replace(seq, { ...row, note: changed });
  }

  seed(buckets: readonly Bucket[]): void {
    this.#buckets.seed(buckets);
  }

  dropPreviews(): void {
    this.#previews.clear();
  }

  clear(): void {
    this.#ring.clear();
    this.#previews.clear();
    this.#buckets.clear();
  }

  clearRows(): void {
    this.#ring.clear();
    this.#previews.clear();
  }

  get previews(): number {
    return this.#previews.size;
  }

  rows(): Rows {
    return above(this.#previews.rows(), this.#ring.rows());
  }

  /** The rows as they are now, for good. */
  frozen(): Rows {
    const previews = this.#previews.rows();
    const stored = this.#ring.copy();
    return above(previews, { length: stored.length, at: (i) => stored[i] });
  }

  counts(): FacetCounts {
    return this.#counts.all();
  }

  buckets(now: number): Bucket[] {
    return this.#buckets.last(now);
  }

  #evicted(row: Row): void {
    if (row.kind === 'event') this.#counts.add(row.event, -1);
  }
}
