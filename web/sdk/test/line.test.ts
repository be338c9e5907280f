import { describe, expect, test, vi } from 'vitest';
import { createClient, type TokenReason } from '../src/index.js';
import { Bench, event, Notes, subscribed, TestSocket } from './kit/bench.js';
import { settle, TestClock } from './kit/clock.js';

/** A bench with one subscription, whose conn has said hello. */
async function opened(options: ConstructorParameters<typeof Bench>[0] = {}) {
  const bench = new Bench(options);
  const notes = new Notes();
  bench.client.subscribe({}, notes);
  await settle();
  await bench.socket.hello();
  return { bench, notes };
}

const waiting = (bench: Bench) => {
  const { state } = bench.client;
  if (state.state !== 'waiting') throw new Error(`got ${state.state}, want waiting`);
  return state;
};

test('nothing is connected before somebody subscribes', async () => {
  const bench = new Bench();
  await settle();
  expect([bench.client.state.state, bench.sockets.length]).toEqual(['idle', 0]);
  bench.client.subscribe({}, new Notes());
  await settle();
  expect(bench.socket.url).toBe('wss://feed.example/api/event-bus/stream');
  expect(bench.socket.protocols).toEqual(['eventfeed.v1']);
  await bench.socket.hello();
  expect(bench.states()).toEqual(['connecting', 'open']);
});

test('a token goes as a subprotocol and never in the URL', async () => {
  const bench = new Bench({ getToken: () => 'a.b>>?' });
  bench.client.subscribe({}, new Notes());
  await settle();
  expect(bench.socket.protocols).toEqual(['eventfeed.v1', 'eventfeed.bearer.YS5iPj4_']);
  expect(bench.socket.url).not.toContain('a.b');
});

describe('after a break of the network', () => {
  test('pauses grow with full jitter and stay within the bounds', async () => {
    const { bench } = await opened();
    bench.clock.chance = 0.999_999;
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      await bench.socket.drop();
      pauses.push(waiting(bench).pauseMs);
      await bench.clock.pass(waiting(bench).pauseMs);
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    bench.clock.chance = 0;
    await bench.socket.drop();
    expect(waiting(bench)).toMatchObject({ pauseMs: 0, attempt: 9, reason: { kind: 'network' } });
  });

  test('pauses are short again after a conn that lived a while, and not after one that only said hello', async () => {
    const { bench } = await opened();
    bench.clock.chance = 0.999_999;
    await bench.socket.drop();
    await bench.clock.pass(500);
    await bench.socket.hello();
    await bench.socket.drop();
    expect(waiting(bench).pauseMs).toBe(1000);
    await bench.clock.pass(1000);
    await bench.socket.hello();
    await bench.clock.pass(5000);
    await bench.socket.drop();
    expect(waiting(bench)).toMatchObject({ pauseMs: 500, attempt: 1 });
  });

  test('retry connects at once', async () => {
    const { bench } = await opened();
    await bench.socket.drop();
    bench.client.retry();
    await settle();
    expect(bench.sockets.length).toBe(2);
    await bench.clock.pass(60_000);
    expect(bench.sockets.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(1);
  });
});

describe('close codes', () => {
  test.each([1009, 4000, 4001, 4003, 4008, 4099])('%i is final until retry', async (code) => {
    const { bench } = await opened();
    await bench.socket.drop(code, 'why');
    expect(bench.client.state).toEqual({ state: 'stopped', reason: { kind: 'close', code, text: 'why' } });
    await bench.clock.pass(3_600_000);
    expect(bench.sockets.length).toBe(1);
    bench.client.retry();
    await settle();
    expect(bench.sockets.length).toBe(2);
  });

  test.each([4100, 4101, 4103, 4199])('%i pauses for a second at least', async (code) => {
    const { bench } = await opened();
    bench.clock.chance = 0;
    await bench.socket.drop(code);
    expect(waiting(bench).pauseMs).toBe(1000);
  });

  test.each([4200, 4201, 4299, 4300])('%i connects now, but only once in a row', async (code) => {
    const { bench } = await opened();
    await bench.socket.drop(code);
    expect(waiting(bench).pauseMs).toBe(0);
    await bench.clock.pass(0);
    await bench.socket.hello();
    await bench.socket.drop(code);
    expect(waiting(bench).pauseMs).toBe(500);
  });

  test.each([1000, 1001, 1006, 1011, 1012])('%i is the network’s', async (code) => {
    const { bench } = await opened();
    await bench.socket.drop(code);
    expect(waiting(bench).pauseMs).toBe(250);
  });

  test('goodbye says when to come back', async () => {
    const { bench } = await opened();
    await bench.socket.say({ type: 'goodbye', reason: 'draining', reconnect_after_ms: 2300 });
    await bench.socket.drop(4200, 'draining');
    expect(waiting(bench).pauseMs).toBe(2300);
    expect(bench.heard).toContainEqual({ type: 'goodbye', reason: 'draining', reconnect_after_ms: 2300 });
  });
});

describe('tokens', () => {
  const tokens = (...given: (string | Error)[]) => {
    const asked: TokenReason[] = [];
    const getToken = async (why: TokenReason) => {
      asked.push(why);
      const token = given.length > 1 ? given.shift() : given[0];
      if (token instanceof Error) throw token;
      return token ?? null;
    };
    return { asked, getToken };
  };

  test('one that has expired is asked for again, after a pause', async () => {
    const { asked, getToken } = tokens('one', 'two');
    const { bench } = await opened({ getToken });
    await bench.socket.drop(4102, 'token expired');
    expect(waiting(bench).pauseMs).toBeGreaterThanOrEqual(1000);
    await bench.clock.pass(1000);
    expect(asked).toEqual(['first', 'expires']);
    expect(bench.socket.protocols[1]).toBe(`eventfeed.bearer.${btoa('two')}`);
  });

  test('one about to expire is changed on the open conn', async () => {
    const { asked, getToken } = tokens('one', 'two');
    const { bench } = await opened({ getToken });
    await bench.socket.say({ type: 'token_expires', in_ms: 60_000 });
    expect(bench.socket.said.at(-1)).toEqual({ type: 'token', token: 'two' });
    expect(asked).toEqual(['first', 'expires']);
    expect(bench.sockets.length).toBe(1);
    expect(bench.heard).toContainEqual({ type: 'token_expires', in_ms: 60_000 });
  });

  test('one that is refused is renewed once; refused again it stops, and retry asks for another', async () => {
    const { asked, getToken } = tokens('one', 'two', 'other');
    const bench = new Bench({ getToken });
    bench.client.subscribe({}, new Notes());
    await settle();
    bench.status = 401;
    await bench.socket.drop();
    expect(waiting(bench).reason.kind).toBe('refused');
    await bench.clock.pass(1000);
    await bench.socket.drop();
    expect(bench.client.state).toMatchObject({
      state: 'stopped',
      reason: { kind: 'refused', problem: { status: 401 } },
    });
    await bench.clock.pass(3_600_000);
    expect([asked, bench.sockets.length]).toEqual([['first', 'refused'], 2]);
    bench.client.retry();
    await settle();
    expect(bench.socket.protocols[1]).toBe('eventfeed.bearer.b3RoZXI');
    await bench.socket.hello();
    expect(bench.client.state.state).toBe('open');
  });

  test.each([401, 403])('one that does not change stops at once (%i)', async (status) => {
    const { getToken } = tokens('one');
    const bench = new Bench({ getToken });
    bench.client.subscribe({}, new Notes());
    await settle();
    bench.status = status;
    await bench.socket.drop();
    expect(bench.client.state.state).toBe('stopped');
  });

  test('a server that cannot be reached is no refusal', async () => {
    const bench = new Bench({ getToken: () => 'one' });
    bench.client.subscribe({}, new Notes());
    await settle();
    bench.status = new TypeError('fetch failed');
    await bench.socket.drop();
    expect(waiting(bench).reason.kind).toBe('network');
    bench.status = 503;
    await bench.clock.pass(15_000);
    await bench.socket.drop();
    expect(waiting(bench).reason.kind).toBe('network');
  });

  test('a getToken that fails is asked again', async () => {
    const { asked, getToken } = tokens(new Error('away'), 'one');
    const bench = new Bench({ getToken });
    bench.client.subscribe({}, new Notes());
    await settle();
    expect(waiting(bench).reason).toMatchObject({ kind: 'failed', error: { message: 'away' } });
    await bench.clock.pass(500);
    expect([asked, bench.sockets.length]).toEqual([['first', 'first'], 1]);
  });
});

test('a conn that says nothing is asked, and given up when it does not answer', async () => {
  const { bench } = await opened();
  await bench.clock.pass(19_999);
  expect(bench.socket.said.filter(({ type }) => type === 'ping')).toEqual([]);
  await bench.clock.pass(1);
  expect(bench.socket.said.filter(({ type }) => type === 'ping').length).toBe(1);
  await bench.socket.say({ type: 'pong' });
  await bench.clock.pass(29_999);
  expect(bench.client.state.state).toBe('open');
  await bench.clock.pass(1);
  expect(waiting(bench).reason.kind).toBe('silence');
  expect(bench.sockets[0]?.closed).toBe(true);
});

test('a handshake that nobody answers is given up', async () => {
  const bench = new Bench();
  bench.client.subscribe({}, new Notes());
  await bench.clock.pass(20_000);
  expect(bench.sockets[0]?.closed).toBe(true);
  expect(waiting(bench).reason.kind).toBe('silence');
});

test.each([['no JSON'], ['[1]'], ['{"type":"events","feed":1,"prev":3,"events":[]}']])(
  'what is no frame ends the conn, as it may have been events: %s',
  async (text) => {
    const { bench } = await opened();
    await bench.socket.say(subscribed('1', 1, 40), text);
    expect(waiting(bench).reason.kind).toBe('bad_frame');
    const socket = await bench.reconnected();
    expect(socket.said[0]).toMatchObject({ type: 'subscribe', from: { position: 40, epoch: 'e1' } });
  },
);

test('frames of a later version are ignored', async () => {
  const { bench } = await opened();
  await bench.socket.say({ type: 'weather', degrees: 21 });
  expect(bench.client.state.state).toBe('open');
});

test('more is never said in a second than a server takes, even where the network hands it over late', async () => {
  const bench = new Bench();
  for (let i = 0; i < 32; i++) bench.client.subscribe({ filter: { sources: [String(i)] } }, new Notes());
  await settle();
  await bench.socket.hello();
  const { said } = bench.socket;
  expect(said.map(({ type }) => type)).toEqual([...Array<string>(8).fill('subscribe'), 'ping']);
  await bench.clock.pass(10_000); // stalled: what was said may all be read at once
  expect(said.length).toBe(9);
  for (let i = 0; i < 3; i++) {
    await bench.socket.say({ type: 'pong' });
    await bench.clock.pass(1000);
  }
  expect(bench.socket.asked().length).toBe(32);
  const seconds = new Map<number, number>();
  for (const at of bench.socket.saidAt)
    seconds.set(Math.floor(at / 1000), (seconds.get(Math.floor(at / 1000)) ?? 0) + 1);
  expect(Math.max(...seconds.values())).toBeLessThanOrEqual(18);
});

test('a listener that throws keeps no other from hearing', async () => {
  const rejections: unknown[] = [];
  const note = (error: unknown) => rejections.push(error);
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  const bench = new Bench();
  const undo = bench.client.watch(() => {
    throw new Error('mine');
  });
  const heard: string[] = [];
  bench.client.watch(({ type }) => heard.push(type));
  bench.client.subscribe({}, new Notes());
  await new Promise((resolve) => setImmediate(resolve));
  undo();
  await bench.socket.hello();
  process.off('unhandledRejection', note);
  for (const listener of before) process.on('unhandledRejection', listener);
  expect(heard).toEqual(['state', 'state', 'hello']);
  expect(rejections).toMatchObject([{ message: 'mine' }]);
});

test('without a WebSocket there is REST, and a subscription says what to do', () => {
  const { WebSocket } = globalThis;
  Reflect.deleteProperty(globalThis, 'WebSocket');
  try {
    const client = createClient({ url: 'https://feed.example/api/event-bus' });
    expect(client.exportURL()).toBe('https://feed.example/api/event-bus/export');
    expect(() => client.subscribe({}, new Notes())).toThrow('give one to createClient');
    client.close();
  } finally {
    if (WebSocket) globalThis.WebSocket = WebSocket;
  }
});

test('a WebSocket that cannot be made is tried again, and says why', async () => {
  const fail = class extends TestSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, new TestClock());
      throw new Error('not from this page');
    }
  };
  const bench = new Bench({ WebSocket: fail });
  bench.client.subscribe({}, new Notes());
  await settle();
  expect(waiting(bench).reason).toMatchObject({ kind: 'failed', error: { message: 'not from this page' } });
});

test('an address may be relative to the page', async () => {
  vi.stubGlobal('document', { baseURI: 'https://ops.example/prefix/live?x=1' });
  const bench = new Bench({ url: 'api/event-bus/' });
  vi.unstubAllGlobals();
  bench.client.subscribe({}, new Notes());
  await settle();
  expect(bench.socket.url).toBe('wss://ops.example/prefix/api/event-bus/stream');
});

test('close ends the conn and everything on it, for good', async () => {
  const { bench, notes } = await opened();
  bench.client.close();
  await bench.socket.say(subscribed('1', 1, 1), { type: 'events', feed: 1, prev: 1, position: 2, events: [event(2)] });
  await bench.clock.pass(3_600_000);
  expect([bench.client.state.state, bench.socket.closed, bench.sockets.length]).toEqual(['closed', true, 1]);
  expect(notes.positions).toEqual([]);
  expect(() => bench.client.subscribe({}, notes)).toThrow('closed');
});
