import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, type ConnectionState, createClient, type Event, type Place, type Store } from '../src/index.js';
import { fastClock } from './kit/clock.js';
import { EventServer } from './kit/server.js';

const TIMES = 50;
const away = () => Promise.reject(new TypeError('there is no REST here'));

/** Waits until the conn is, or has been, in a state. */
function until(client: Client, state: ConnectionState['state']): Promise<void> {
  if (client.state.state === state) return Promise.resolve();
  return new Promise((resolve) => {
    const undo = client.watch((heard) => {
      if (heard.type !== 'state' || heard.state.state !== state) return;
      undo();
      resolve();
    });
  });
}

/** What one subscription got, and a promise of when it has everything up to a position. */
class Follower {
  readonly positions: number[] = [];
  readonly ended: unknown[] = [];
  readonly sources: string[];
  #at = 0;
  #waiting: { position: number; resolve: () => void } | null = null;

  constructor(client: Client, sources: string[], { ahead, slow }: { ahead: number; slow: number }) {
    this.sources = sources;
    client.subscribe(
      { filter: sources.length > 0 ? { sources } : {}, from: { position: 0 }, ahead },
      {
        events: async (events, place) => {
          for (let i = 0; i < slow; i++) await setImmediate();
          this.positions.push(...events.map(({ position }) => position));
          this.#reached(place.position);
        },
        notice: (notice) => {
          if (notice.type === 'caught_up' || notice.type === 'progress') this.#reached(notice.position);
        },
        ended: (error) => this.ended.push(error),
      },
    );
  }

  until(position: number): Promise<void> {
    if (this.#at >= position) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = { position, resolve };
    });
  }

  #reached(position: number): void {
    this.#at = Math.max(this.#at, position);
    if (this.#waiting && this.#at >= this.#waiting.position) this.#waiting.resolve();
  }
}

const cut = fc.record({
  code: fc.constantFrom(0, 0, 1001, 1011, 4101, 4200, 4201),
  /** What is stored before it, by source. */
  before: fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 }), { maxLength: 12 }),
  /** How long it takes to store one batch: none, or long enough for steps of a catch-up to come between. */
  pace: fc.constantFrom(0, 0, 60, 200),
  /** Whether the conn is open again first, or is cut wherever it happens to be. */
  open: fc.boolean(),
});

const scenario = fc.record({
  cuts: fc.array(cut, { minLength: 20, maxLength: 20 }),
  ahead: fc.constantFrom(1, 10, 2000),
  slow: fc.constantFrom(0, 1, 5),
  step: fc.integer({ min: 1, max: 40 }),
});

test('through 20 cuts at random every event comes once and in order, to every subscription', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ cuts, ahead, slow, step }) => {
      const clock = fastClock(TIMES);
      const server = await EventServer.start({ clock, step });
      const client = createClient({ url: server.url, WebSocket, clock, retry: { maxMs: 1_000 }, fetch: away });
      try {
        const followers = [[], ['a'], ['b', 'c']].map((sources) => new Follower(client, sources, { ahead, slow }));
        for (const { code, before, pace, open } of cuts) {
          if (open) await until(client, 'open');
          for (const sources of before) {
            server.append(...sources);
            await (pace === 0 ? setImmediate() : new Promise<void>((resolve) => clock.after(pace, resolve)));
          }
          server.cut(code);
        }
        server.append('a', 'b', 'c');
        const end = server.log.length;
        await Promise.all(followers.map((follower) => follower.until(end)));
        for (const { positions, sources, ended } of followers) {
          expect(positions).toEqual(server.match(sources, 0, end).map(({ position }) => position));
          expect(ended).toEqual([]);
        }
      } finally {
        client.close();
        await server.stop();
      }
    }),
    { numRuns: 20, timeout: 15_000, endOnFailure: true }, // a run that hangs is told with its seed, not made smaller
  );
}, 120_000);

test('a loop that is left and begun again elsewhere goes on where it was, over any number of reloads', async () => {
  const kept = new Map<string, Place>();
  const store: Store = { load: (name) => kept.get(name), save: (name, place) => void kept.set(name, place) };
  const clock = fastClock(TIMES);
  const server = await EventServer.start({ clock, step: 7 });
  for (let i = 0; i <= 100; i++) server.append('a', 'b');
  const got: number[] = [];
  for (let reload = 0; reload < 10; reload++) {
    const client = createClient({ url: server.url, WebSocket, clock, store });
    let event: Event | null = null;
    for await (event of client.stream({ name: 'mine', filter: { sources: ['a'] }, from: { position: 0 } })) {
      if (got.length === 10 * (reload + 1)) break; // this one is not handled, and comes again
      got.push(event.position);
    }
    client.close();
  }
  await server.stop();
  expect(got).toEqual(server.match(['a'], 0, 200).map(({ position }) => position));
});
