import type { Event, Preview } from '@omninode-ai/eventfeed';
import { keyOf, type Row, type Rows, rowsOf } from '../events/row';

const MOST = 1_000;

type PreviewRow = Extract<Row, { kind: 'preview' }>;

/** Events that are not stored yet. They lie above the stored ones, and settle into place when they are. */
export class Previews {
  readonly #rows = new Map<string, PreviewRow>();
  readonly #gone: (preview: Preview) => void;

  constructor(gone: (preview: Preview) => void) {
    this.#gone = gone;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** False: it is here already. */
  add(event: Preview): boolean {
    const key = keyOf(event);
    if (this.#rows.has(key)) return false;
    this.#rows.set(key, { kind: 'preview', key, event });
    for (const row of this.#rows.values()) {
      if (this.#rows.size <= MOST) break;
      this.#drop(row);
    }
    return true;
  }

  /**
   * An event was stored: says whether it was here. A partition is stored in order, so previews before it were found to be
   * duplicates, or rejected: they go, too.
   */
  settle({ topic, partition, offset }: Event): boolean {
    const upTo = BigInt(offset);
    let found = false;
    for (const row of this.#rows.values()) {
      if (row.event.topic !== topic || row.event.partition !== partition) continue;
      if (row.event.offset === offset) found = true;
      if (BigInt(row.event.offset) <= upTo) this.#drop(row);
    }
    return found;
  }

  clear(): void {
    for (const row of this.#rows.values()) this.#drop(row);
  }

  rows(): Rows {
    return rowsOf([...this.#rows.values()].reverse());
  }

  #drop(row: PreviewRow): void {
    this.#rows.delete(row.key);
    this.#gone(row.event);
  }
}
