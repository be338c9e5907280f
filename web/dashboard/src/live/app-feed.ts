import { client } from '../api/client';
import { BUCKET_MS } from './buckets';
import { LiveFeed } from './feed';
import { browserClock } from './painter';

/** The page's one feed. It goes on while other pages are shown: the strip at the bottom tells of it, and Live is there at once. */
export const feed = new LiveFeed(client, browserClock, async (filter, start, end) => {
  const range = { start_time: new Date(start).toISOString(), end_time: new Date(end).toISOString() };
  const { buckets, width_ms } = await client.histogram({ ...filter, ...range, buckets: (end - start) / BUCKET_MS });
  if (width_ms !== BUCKET_MS) return [];
  return buckets.map((b) => ({ ...b, start: Date.parse(b.start) }));
});
