import type { Event } from '@omninode-ai/eventfeed';
import type { Bucket } from '../charts/bucket';

export const BUCKET_MS = 5_000;
export const BUCKETS = 60;

function emptyBucket(start: number): Bucket {
  return { start, success: 0, failure: 0, open: 0, other: 0 };
}

/** Events by timestamp, over the last five minutes. */
export class Buckets {
  #by = new Map<number, Bucket>();

  add({ timestamp, outcome }: Pick<Event, 'timestamp' | 'outcome'>): void {
    const at = Date.parse(timestamp);
    if (Number.isNaN(at)) return;
    const start = at - (((at % BUCKET_MS) + BUCKET_MS) % BUCKET_MS);
    const bucket = this.#by.get(start) ?? emptyBucket(start);
    bucket[isKnown(outcome) ? outcome : 'other']++;
    this.#by.set(start, bucket);
    if (this.#by.size > 4 * BUCKETS) this.#forget(start);
  }

  /** What was before the page looked, as the server has counted it. */
  seed(buckets: readonly Bucket[]): void {
    for (const b of buckets) this.#by.set(b.start, b);
  }

  clear(): void {
    this.#by.clear();
  }

  /** The last five minutes, oldest first, each bucket there. */
  last(now: number): Bucket[] {
    const end = now - (now % BUCKET_MS);
    return Array.from({ length: BUCKETS }, (_, i) => {
      const start = end - (BUCKETS - 1 - i) * BUCKET_MS;
      return this.#by.get(start) ?? emptyBucket(start);
    });
  }

  /** Late events make old buckets; they must not pile up. */
  #forget(newest: number): void {
    for (const start of this.#by.keys()) if (start < newest - 2 * BUCKETS * BUCKET_MS) this.#by.delete(start);
    if (this.#by.size > 4 * BUCKETS) this.#by = new Map([...this.#by].sort(([a], [b]) => b - a).slice(0, 2 * BUCKETS));
  }
}

function isKnown(outcome: string | null): outcome is 'success' | 'failure' | 'open' {
  return outcome === 'success' || outcome === 'failure' || outcome === 'open';
}
