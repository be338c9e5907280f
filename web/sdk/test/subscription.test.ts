import { describe, expect, test } from 'vitest';
import { type Place, type Store, SubscriptionError, storeIn } from '../src/index.js';
import type { SubscriptionOptions } from '../src/subscription.js';
import { Bench, event, events, Notes, subscribed } from './kit/bench.js';
import { settle } from './kit/clock.js';

const caughtUp = (id: string, position: number) => ({ type: 'caught_up', id, position });

async function opened(options: SubscriptionOptions = {}, client: ConstructorParameters<typeof Bench>[0] = {}) {
  const bench = new Bench(client);
  const notes = new Notes();
  const undo = bench.client.subscribe(options, notes);
  await settle();
  await bench.socket.hello();
  return { bench, notes, undo };
}

/** A handler that is done when the test says so. */
class Slow extends Notes {
  done: () => void = () => {};

  override async events(...[batch]: Parameters<Notes['events']>): Promise<void> {
    super.events(batch);
    await new Promise<void>((resolve) => {
      this.done = resolve;
    });
  }
}

class Shelf implements Store {
  readonly saved: Place[] = [];
  held: unknown = null;

  load(): unknown {
    return this.held;
  }

  save(_: string, place: Place): void {
    this.saved.push(place);
  }
}

describe('a start', () => {
  test.each([
    [{}, 'now'],
    [{ from: { last: 100 } }, { last: 100 }],
    [{ from: { since: '2026-10-01T08:00:00Z' } }, { since: '2026-10-01T08:00:00Z' }],
    [{ from: { position: 7 } }, { position: 7 }],
    [{ from: { position: 7, epoch: 'e0' } }, { position: 7, epoch: 'e0' }],
  ] as [SubscriptionOptions, unknown][])('%j is said as it is', async (options, from) => {
    const { bench } = await opened(options);
    expect(bench.socket.said).toEqual([{ type: 'subscribe', id: '1', filter: {}, from }]);
  });

  test('is asked for again as long as it was not answered', async () => {
    const { bench } = await opened({ from: { last: 100 } });
    await bench.socket.drop();
    const socket = await bench.reconnected();
    expect(socket.said).toEqual([{ type: 'subscribe', id: '2', filter: {}, from: { last: 100 } }]);
  });
});

test('events come once and in order: from history, live, and after a break from where it was', async () => {
  const { bench, notes } = await opened({ from: { last: 2 } });
  await bench.socket.say(
    subscribed('1', 7, 10),
    events({ id: '1' }, 10, 14, 11, 13),
    caughtUp('1', 14),
    events({ feed: 7 }, 14, 16, 15, 16),
  );
  await bench.socket.drop();
  const socket = await bench.reconnected();
  expect(socket.said[0]).toMatchObject({ from: { position: 16, epoch: 'e1' } });
  await socket.say(subscribed('2', 9, 16), events({ id: '2' }, 16, 18, 18), caughtUp('2', 19));
  await socket.say(events({ feed: 9 }, 17, 20, 18, 20));
  expect(notes.positions).toEqual([11, 13, 15, 16, 18, 20]);
  expect(notes.types()).toEqual(['subscribed', 'caught_up', 'subscribed', 'caught_up']);
  expect(notes.notices.at(-1)).toEqual({ type: 'caught_up', position: 19, events: 1 });
});

test('each of several subscriptions gets its own, over one conn', async () => {
  const bench = new Bench();
  const [one, two] = [new Notes(), new Notes()];
  bench.client.subscribe({ filter: { sources: ['one'] } }, one);
  bench.client.subscribe({ filter: { sources: ['two'] } }, two);
  await settle();
  await bench.socket.hello();
  const { socket } = bench;
  await socket.say(subscribed('1', 7, 10), subscribed('2', 8, 10), caughtUp('1', 10), caughtUp('2', 10));
  await socket.say(events({ feed: 8 }, 10, 11, 11), events({ feed: 7 }, 10, 12, 12), events({ id: '2' }, 11, 13, 13));
  await socket.say(events({ feed: 99 }, 10, 20, 20), events({ id: 'x' }, 10, 20, 20));
  expect([one.positions, two.positions, bench.sockets.length]).toEqual([[12], [11, 13], 1]);
});

test('an undo unsubscribes, and nothing comes any more', async () => {
  const { bench, notes, undo } = await opened();
  await bench.socket.say(subscribed('1', 7, 10), caughtUp('1', 10));
  undo();
  undo();
  await bench.socket.say(events({ feed: 7 }, 10, 11, 11), { type: 'unsubscribed', id: '1' });
  expect(bench.socket.said.slice(1)).toEqual([{ type: 'unsubscribe', id: '1' }]);
  expect(notes.positions).toEqual([]);
  await bench.socket.drop();
  expect((await bench.reconnected()).said).toEqual([]);
});

describe('a gap', () => {
  test('is told, and what was missing is asked for from the own position', async () => {
    const { bench, notes } = await opened();
    await bench.socket.say(subscribed('1', 7, 10), caughtUp('1', 10), events({ feed: 7 }, 12, 13, 13));
    expect(notes.notices.at(-1)).toEqual({ type: 'gap', have: 10, prev: 12 });
    expect(bench.socket.said.slice(1)).toEqual([
      { type: 'unsubscribe', id: '1' },
      { type: 'subscribe', id: '2', filter: {}, from: { position: 10, epoch: 'e1' } },
    ]);
    // What is on its way still belongs to the first asking.
    await bench.socket.say(events({ feed: 7 }, 13, 14, 14), events({ id: '1' }, 10, 15, 15));
    await bench.socket.say(subscribed('2', 7, 10), events({ id: '2' }, 10, 15, 11, 13, 14), caughtUp('2', 15));
    expect(notes.positions).toEqual([11, 13, 14]);
  });

  test('in the same place again is a reason to give the conn up', async () => {
    const { bench } = await opened();
    await bench.socket.say(subscribed('1', 7, 10), events({ id: '1' }, 12, 13, 13));
    await bench.socket.say(subscribed('2', 7, 10), events({ id: '2' }, 12, 13, 13));
    expect(bench.client.state).toMatchObject({ state: 'waiting', reason: { kind: 'gap' } });
  });
});

describe('progress', () => {
  test('moves what is caught up, and nothing else', async () => {
    const { bench, notes } = await opened();
    await bench.socket.say(subscribed('1', 7, 10), { type: 'progress', position: 90 });
    await bench.socket.drop();
    await bench.reconnected();
    expect(bench.socket.said[0]).toMatchObject({ from: { position: 10 } });
    await bench.socket.say(subscribed('2', 7, 10), caughtUp('2', 10), { type: 'progress', position: 95 });
    await bench.socket.drop();
    await bench.reconnected();
    expect(bench.socket.said[0]).toMatchObject({ from: { position: 95 } });
    expect(notes.types().filter((type) => type === 'progress').length).toBe(1);
  });

  test('does not speak of what is lagging', async () => {
    const { bench, notes } = await opened();
    await bench.socket.say(subscribed('1', 7, 10), caughtUp('1', 10));
    await bench.socket.say({ type: 'lagging', id: '1', position: 10, head: 99 }, { type: 'progress', position: 99 });
    await bench.socket.say(events({ id: '1' }, 10, 50, 50), caughtUp('1', 99));
    expect(notes.positions).toEqual([50]);
    expect(notes.types()).toEqual(['subscribed', 'caught_up', 'lagging', 'caught_up']);
  });
});

describe('a reset', () => {
  test('says how much is gone, and it goes on behind that', async () => {
    const { bench, notes } = await opened({ from: { position: 10, epoch: 'e1' } });
    await bench.socket.say(subscribed('1', 7, 40), { type: 'reset', id: '1', reason: 'retention', position: 40 });
    await bench.socket.say(events({ id: '1' }, 40, 42, 41), caughtUp('1', 42));
    expect(notes.notices[1]).toEqual({
      type: 'reset',
      reason: 'retention',
      position: 40,
      from: { position: 10, epoch: 'e1' },
    });
    expect(notes.positions).toEqual([41]);
  });

  test('that a break comes before is told after it', async () => {
    const { bench } = await opened({ from: { position: 10, epoch: 'e1' } });
    await bench.socket.say(subscribed('1', 7, 40));
    await bench.socket.drop();
    const socket = await bench.reconnected();
    expect(socket.said[0]).toMatchObject({ from: { position: 10, epoch: 'e1' } });
  });

  test('to another epoch goes on in that numbering', async () => {
    const { bench, notes } = await opened({ from: { position: 1000, epoch: 'e1' } });
    await bench.socket.drop();
    for (let i = 0; bench.sockets.length === 1 && i < 9; i++) await bench.clock.pass(500);
    await bench.socket.hello('e2');
    expect(bench.socket.said[0]).toMatchObject({ from: { position: 1000, epoch: 'e1' } });
    await bench.socket.say(subscribed('2', 7, 20), { type: 'reset', id: '2', reason: 'epoch', position: 20 });
    await bench.socket.say(events({ id: '2' }, 20, 21, 21));
    await bench.socket.drop();
    await bench.reconnected();
    expect(bench.socket.said[0]).toMatchObject({ from: { position: 21, epoch: 'e2' } });
    expect(notes.positions).toEqual([21]);
  });
});

describe('a slow handler', () => {
  test('gets the next events when it is done with those before, and what it is told stays in order', async () => {
    const bench = new Bench();
    const slow = new Slow();
    bench.client.subscribe({}, slow);
    await settle();
    await bench.socket.hello();
    await bench.socket.say(subscribed('1', 7, 10), events({ id: '1' }, 10, 11, 11));
    await bench.socket.say(events({ id: '1' }, 11, 12, 12), caughtUp('1', 12));
    expect([slow.positions, slow.types()]).toEqual([[11], ['subscribed']]);
    slow.done();
    await settle();
    expect([slow.positions, slow.types()]).toEqual([[11, 12], ['subscribed']]);
    slow.done();
    await settle();
    expect(slow.types()).toEqual(['subscribed', 'caught_up']);
  });

  test('holds the server up within a bound, and loses nothing', async () => {
    const bench = new Bench();
    const slow = new Slow();
    bench.client.subscribe({ ahead: 4 }, slow);
    await settle();
    await bench.socket.hello();
    const { socket } = bench;
    await socket.say(subscribed('1', 7, 0), events({ id: '1' }, 0, 3, 1, 2, 3), events({ id: '1' }, 3, 6, 4, 5, 6));
    expect(socket.said.at(-1)).toEqual({ type: 'unsubscribe', id: '1' });
    await socket.say(events({ id: '1' }, 6, 9, 7, 8, 9), events({ feed: 7 }, 9, 10, 10)); // on their way
    slow.done();
    await settle();
    expect(socket.said.at(-1)).toEqual({ type: 'unsubscribe', id: '1' }); // more than half waits
    slow.done();
    await settle();
    expect(socket.said.at(-1)).toMatchObject({ type: 'subscribe', id: '2', from: { position: 6, epoch: 'e1' } });
    await socket.say(subscribed('2', 7, 6), events({ id: '2' }, 6, 10, 7, 8, 9, 10));
    expect(slow.positions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(slow.types()).toEqual(['subscribed', 'held', 'subscribed']);
  });

  test('that holds is asked for on a new conn only when it has caught up with its queue', async () => {
    const bench = new Bench();
    const slow = new Slow();
    bench.client.subscribe({ ahead: 1 }, slow);
    await settle();
    await bench.socket.hello();
    await bench.socket.say(subscribed('1', 7, 0), events({ id: '1' }, 0, 2, 1, 2));
    await bench.socket.drop();
    const socket = await bench.reconnected();
    expect(socket.said).toEqual([]);
    slow.done();
    await settle();
    expect(socket.said).toMatchObject([{ type: 'subscribe', from: { position: 2 } }]);
  });

  test('is spared previews and all but the last progress', async () => {
    const bench = new Bench();
    const slow = new Slow();
    bench.client.subscribe({ ahead: 1 }, slow);
    await settle();
    await bench.socket.hello();
    const { position: _, stored_at: __, ...unstored } = event(99);
    const preview = { type: 'preview', feed: 7, events: [unstored] };
    await bench.socket.say(subscribed('1', 7, 0), caughtUp('1', 0), preview);
    await bench.socket.say(events({ feed: 7 }, 0, 1, 1));
    await bench.socket.say({ type: 'progress', position: 5 }, preview, { type: 'progress', position: 6 });
    slow.done();
    await settle();
    expect(slow.types()).toEqual(['subscribed', 'caught_up', 'preview', 'progress']);
    expect(slow.notices.at(-1)).toEqual({ type: 'progress', position: 6 });
    expect(slow.notices[2]).toMatchObject({ type: 'preview', events: [{ event_id: 'e-99' }] });
  });
});

describe('a place in a store', () => {
  test('is saved after the handler has returned, and not before', async () => {
    const store = new Shelf();
    const bench = new Bench({ store });
    const slow = new Slow();
    bench.client.subscribe({ name: 'mine' }, slow);
    await settle();
    await bench.socket.hello();
    await bench.socket.say(subscribed('1', 7, 10), events({ id: '1' }, 10, 12, 11), caughtUp('1', 15));
    expect(store.saved).toEqual([{ position: 10, epoch: 'e1' }]);
    slow.done();
    await settle();
    expect(store.saved.slice(1)).toEqual([
      { position: 12, epoch: 'e1' },
      { position: 15, epoch: 'e1' },
    ]);
  });

  test('is where it goes on after a reload, whatever the start', async () => {
    const store = new Shelf();
    store.held = { position: 12, epoch: 'e1' };
    const { bench } = await opened({ name: 'mine', from: { last: 100 } }, { store });
    expect(bench.socket.said[0]).toMatchObject({ from: { position: 12, epoch: 'e1' } });
  });

  test('that cannot be read ends the subscription instead of leaving events out', async () => {
    const store = new Shelf();
    store.held = { position: 'twelve' };
    const { bench, notes } = await opened({ name: 'mine' }, { store });
    expect(notes.error).toMatchObject({ name: 'ShapeError' });
    expect(bench.socket.said).toEqual([]);
  });

  test('of localStorage survives', async () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const { bench } = await opened({ name: 'mine' }, { store: storeIn(storage) });
    await bench.socket.say(subscribed('1', 7, 10), events({ id: '1' }, 10, 12, 11));
    bench.client.close();
    const again = await opened({ name: 'mine' }, { store: storeIn(storage) });
    expect(again.bench.socket.said[0]).toMatchObject({ from: { position: 12, epoch: 'e1' } });
  });

  test('is not touched by a subscription without a name', async () => {
    const store = new Shelf();
    const { bench } = await opened({}, { store });
    await bench.socket.say(subscribed('1', 7, 10), events({ id: '1' }, 10, 12, 11));
    expect(store.saved).toEqual([]);
  });
});

describe('a subscription ends by itself', () => {
  test('when the server refuses it, and says where in the filter', async () => {
    const { bench, notes } = await opened({ filter: { where: 'payload.cost >' } });
    const at = { line: 1, column: 14 };
    await bench.socket.say({ type: 'error', id: '1', code: 'bad_filter', message: 'unfinished', at });
    expect(notes.error).toBeInstanceOf(SubscriptionError);
    expect(notes.error).toMatchObject({ code: 'bad_filter', message: 'unfinished', at });
    await bench.socket.drop();
    expect((await bench.reconnected()).said).toEqual([]);
  });

  test('when its handler throws, which counts as not handled', async () => {
    const store = new Shelf();
    const bench = new Bench({ store });
    const ended: unknown[] = [];
    const fail = () => Promise.reject(new Error('mine'));
    bench.client.subscribe({ name: 'mine' }, { events: fail, ended: (error) => ended.push(error) });
    await settle();
    await bench.socket.hello();
    await bench.socket.say(subscribed('1', 7, 10), events({ id: '1' }, 10, 12, 11));
    expect(ended).toMatchObject([{ message: 'mine' }]);
    expect(store.saved).toEqual([{ position: 10, epoch: 'e1' }]);
    expect(bench.socket.said.at(-1)).toEqual({ type: 'unsubscribe', id: '1' });
  });

  test('with its signal', async () => {
    const controller = new AbortController();
    const { bench } = await opened({ signal: controller.signal });
    controller.abort();
    expect(bench.socket.said.at(-1)).toEqual({ type: 'unsubscribe', id: '1' });
    bench.client.subscribe({ signal: controller.signal }, new Notes());
    await settle();
    expect(bench.socket.said.length).toBe(2);
  });
});

test('what concerns the conn is told to those who watch it', async () => {
  const { bench } = await opened();
  const status = { type: 'status', store: 'away', kafka: 'ok', relay: 'ok' };
  await bench.socket.say(status, { type: 'error', code: 'bad_message', message: 'what?' });
  expect(bench.heard).toContainEqual(status);
  expect(bench.heard).toContainEqual({ type: 'error', id: null, code: 'bad_message', message: 'what?', at: null });
});
