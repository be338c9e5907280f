import { expect, test } from 'vitest';
import type { Event, Place } from '../src/index.js';
import { Bench, events, subscribed } from './kit/bench.js';
import { settle } from './kit/clock.js';

type Live = AsyncIterableIterator<Event, undefined>;

/** Asks for the next event without waiting, as the conn has yet to be opened. */
async function begun(bench: Bench, stream: Live) {
  const first = stream.next();
  await settle();
  await bench.socket.hello();
  return first;
}

test('a loop gets events one by one, in order, over several frames', async () => {
  const bench = new Bench();
  const stream = bench.client.stream();
  const first = begun(bench, stream);
  await settle();
  await bench.socket.say(subscribed('1', 7, 10), events({ id: '1' }, 10, 12, 11, 12), events({ id: '1' }, 12, 14, 14));
  const got = [(await first).value?.position];
  for (let i = 0; i < 2; i++) got.push((await stream.next()).value?.position);
  expect(got).toEqual([11, 12, 14]);
});

test('nothing is asked of the server before the first event is', async () => {
  const bench = new Bench();
  bench.client.stream();
  await settle();
  expect(bench.client.state.state).toBe('idle');
});

test('return ends it also while an event is waited for, and unsubscribes', async () => {
  const bench = new Bench();
  const stream = bench.client.stream();
  const first = begun(bench, stream);
  await settle();
  expect(await stream.return?.()).toEqual({ done: true, value: undefined });
  expect(await first).toEqual({ done: true, value: undefined });
  expect(bench.socket.said.at(-1)).toEqual({ type: 'unsubscribe', id: '1' });
});

test.each([
  ['its signal', (_: Bench, controller: AbortController) => controller.abort()],
  ['the client', (bench: Bench) => bench.client.close()],
])('it ends with %s', async (_, end) => {
  const bench = new Bench();
  const controller = new AbortController();
  const stream = bench.client.stream({ signal: controller.signal });
  const first = begun(bench, stream);
  await settle();
  end(bench, controller);
  expect((await first).done).toBe(true);
});

test('an event is saved as handled when the next one is asked for', async () => {
  const saved: Place[] = [];
  const bench = new Bench({ store: { load: () => null, save: (_, place) => saved.push(place) } });
  const stream = bench.client.stream({ name: 'mine' });
  const first = begun(bench, stream);
  await settle();
  await bench.socket.say(subscribed('1', 7, 10), events({ id: '1' }, 10, 15, 11, 13));
  await first;
  expect(saved.map(({ position }) => position)).toEqual([10]);
  await stream.next();
  expect(saved.map(({ position }) => position)).toEqual([10, 11]);
  void stream.next();
  await settle();
  expect(saved.map(({ position }) => position)).toEqual([10, 11, 15]);
});

test('a refusal by the server is thrown into the loop', async () => {
  const bench = new Bench();
  const first = begun(bench, bench.client.stream());
  const refused = expect(first).rejects.toMatchObject({ name: 'SubscriptionError', code: 'forbidden' });
  await settle();
  await bench.socket.say({ type: 'error', id: '1', code: 'forbidden', message: 'not yours' });
  await refused;
});

test('a conn that has stopped for good is thrown into the loop, and into one begun later', async () => {
  const bench = new Bench();
  const first = begun(bench, bench.client.stream());
  const stopped = expect(first).rejects.toMatchObject({ name: 'StoppedError', reason: { code: 4003 } });
  await settle();
  await bench.socket.drop(4003);
  await stopped;
  await expect(bench.client.stream().next()).rejects.toMatchObject({ name: 'StoppedError' });
});

test('what is told beside the events goes to notice', async () => {
  const bench = new Bench();
  const told: string[] = [];
  const stream = bench.client.stream({ notice: ({ type }) => told.push(type) });
  void begun(bench, stream);
  await settle();
  await bench.socket.say(subscribed('1', 7, 10), { type: 'reset', id: '1', reason: 'retention', position: 12 });
  expect(told).toEqual(['subscribed', 'reset']);
});
