import { parse, stringify } from 'lossless-json';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ClientOptions, createClient, ProblemError } from '../src/index.js';
import { AnswerServer, golden, json } from './kit/answers.js';
import { event } from './kit/bench.js';
import { fastClock } from './kit/clock.js';

let server: AnswerServer;
beforeAll(async () => {
  server = await AnswerServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = 0;
});

const client = (options: Partial<ClientOptions> = {}) => createClient({ url: server.url, WebSocket, ...options });

const page = (next: string | null, ...positions: number[]) =>
  json({
    events: positions.map(event),
    count: positions.length,
    next_cursor: next,
    has_more: next !== null,
    options: {},
  });

describe('the golden answers of the server are read', () => {
  test.each([
    ['events', () => client().eventsPage({ event_types: ['*.v1'], limit: 10 }), 'events?event_types=*.v1&limit=10'],
    ['events_none', () => client().eventsPage(), 'events'],
    ['trace', () => client().trace('c/1', { limit: 5 }), 'traces/c%2F1?limit=5'],
    ['trace_cut', () => client().trace('c-1'), 'traces/c-1'],
    ['statistics', () => client().statistics({ tenant_ids: ['acme'] }), 'statistics?tenant_ids=acme'],
    ['statistics_none', () => client().statistics(), 'statistics'],
    ['status', () => client().status(), 'status'],
    ['rejected', () => client().rejectedPage({ reason: 'not_utf8' }), 'rejected?reason=not_utf8'],
    ['rejected_one', () => client().rejectedEvent(2), 'rejected/2'],
  ] as [string, () => Promise<object>, string][])('%s', async (name, ask, path) => {
    const answer = golden(name);
    server.answers = [answer];
    expect(await ask()).toMatchObject(JSON.parse(answer.body) as object);
    expect(server.asked[0]?.path).toBe(path);
  });

  test('event', async () => {
    server.answers = [golden('event')];
    const found = await client().event('e/0', { tenant_ids: ['acme', 'beta'] });
    expect(found.map(({ tenant_id }) => tenant_id)).toEqual(['acme', 'beta']);
    expect(server.asked[0]?.path).toBe('events/e%2F0?tenant_ids=acme&tenant_ids=beta');
  });

  test('event types', async () => {
    server.answers = [golden('event_types')];
    expect((await client().eventTypes()).map(({ count }) => count)).toEqual([2, 1, 1]);
  });

  test('with the digits that they came with, where parse keeps them', async () => {
    server.answers = [golden('event')];
    const [found] = await client({ parse: (text) => parse(text) }).event('e-0');
    expect(stringify(found?.payload)).toBe('{"cost":1.10,"duration_ms":9007199254740993}');
    expect(found?.position).toBe(1);
  });
});

describe('answers of the contract are read', () => {
  test('histogram', async () => {
    const answer = {
      buckets: [{ start: '2026-10-01T08:00:00Z', success: 1, failure: 2, open: 3, other: 4 }],
      width_ms: 60000,
    };
    server.answers = [json(answer)];
    expect(await client().histogram({ buckets: 60, where: 'payload.a > 1' })).toMatchObject(answer);
    expect(server.asked[0]?.path).toBe('histogram?buckets=60&where=payload.a+%3E+1');
  });

  test('facets', async () => {
    const range = { start: '2026-10-01T08:00:00Z', end: '2026-10-01T09:00:00Z' };
    const facets = { event_types: [{ value: 'a.v1', count: 2 }] };
    const answer = { facets, ...range, complete: false, counted_from: '2026-10-01T08:30:00Z' };
    server.answers = [json(answer)];
    expect(await client().facets({ fields: ['event_types', 'sources'], limit: 5 })).toEqual(answer);
    expect(server.asked[0]?.path).toBe('facets?fields=event_types&fields=sources&limit=5');
  });

  test('clients, who can be disconnected', async () => {
    const one = {
      ...{ id: 'k7', transport: 'websocket', subject: 's', tenants: ['acme'], admin: false, remote_address: '::1' },
      ...{ user_agent: 'ua', since: '2026-10-01T08:00:00Z', frames_sent: 3, bytes_sent: 400 },
      subscriptions: [{ id: 'a', feed: 1, filter: { sources: ['x'] }, state: 'live', position: 3, behind: 0 }],
    };
    server.answers = [json({ clients: [one], count: 1, replica: 'r1' }), { status: 204, headers: {}, body: '' }];
    const admin = client();
    expect(await admin.clients()).toEqual([one]);
    await admin.disconnect('k7');
    expect(server.asked[1]).toMatchObject({ path: 'clients/k7', method: 'DELETE' });
  });

  test('an export is a link, and a stream in the format asked for', async () => {
    server.answers = [{ status: 200, headers: { 'Content-Type': 'text/csv' }, body: 'a,b\n' }];
    expect(client().exportURL({ sources: ['a,b'] })).toBe(`${server.url}/export?sources=a%5C%2Cb`);
    const answer = await client().export({ sources: ['a,b'] }, 'text/csv');
    expect(await answer.text()).toBe('a,b\n');
    expect(server.asked[0]).toMatchObject({ accept: 'text/csv', path: 'export?sources=a%5C%2Cb' });
  });
});

describe('paging', () => {
  test('asks for the next page when its first event is wanted, with the cursor and the same query', async () => {
    server.answers = [page('c1', 1, 2), page('c2', 3), page(null, 4)];
    const got: number[] = [];
    for await (const { position } of client().events({ sources: ['x'], limit: 2, offset: 5 })) {
      got.push(position);
      if (position === 2) expect(server.asked.length).toBe(1);
    }
    expect(got).toEqual([1, 2, 3, 4]);
    expect(server.asked.map(({ path }) => path)).toEqual([
      'events?sources=x&limit=2&offset=5',
      'events?sources=x&limit=2&cursor=c1',
      'events?sources=x&limit=2&cursor=c2',
    ]);
  });

  test('stops asking when the loop is left', async () => {
    server.answers = [page('c1', 1, 2), page(null, 3)];
    for await (const { position } of client().events()) if (position === 2) break;
    expect(server.asked.length).toBe(1);
  });

  test('waits out an outage in the middle, as long as the server says', async () => {
    const away = { status: 503, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '2' } };
    const busy = { ...away, body: '{"status":503,"title":"Service Unavailable"}' };
    server.answers = [page('c1', 1), busy, busy, page(null, 2)];
    const got: number[] = [];
    for await (const { position } of client({ clock: fastClock(100) }).events()) got.push(position);
    expect(got).toEqual([1, 2]);
    server.answers = [busy];
    await expect(
      client({ clock: fastClock(100) })
        .events()
        .next(),
    ).rejects.toMatchObject({ status: 503, retryAfterMs: 2000 });
  });

  test('goes through rejected events, too', async () => {
    const { rejected } = JSON.parse(golden('rejected').body) as { rejected: object[] };
    const answer = (next: string | null) => json({ rejected, count: 1, next_cursor: next, has_more: next !== null });
    server.answers = [answer('c1'), answer(null)];
    const got: number[] = [];
    for await (const { id } of client().rejected({ limit: 1 })) got.push(id);
    expect(got).toEqual([2, 2]);
  });
});

describe('problems', () => {
  test('say what the server says', async () => {
    server.answers = [golden('bad_parameter')];
    const error: unknown = await client()
      .eventsPage({ limit: 0 })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      message: 'limit must be a whole number from 1 to 1000',
      status: 400,
      problem: { parameter: 'limit', title: 'Bad Request' },
      retryAfterMs: null,
    });
  });

  test('are made of answers that are none', async () => {
    server.answers = [{ status: 502, headers: { 'Content-Type': 'text/html' }, body: '<h1>no</h1>' }];
    await expect(client().status()).rejects.toMatchObject({
      name: 'ProblemError',
      status: 502,
      message: 'Bad Gateway',
    });
  });

  test('an answer of another shape is an error that names the field', async () => {
    server.answers = [
      json({ events: [{ ...event(1), position: 'one' }], count: 1, next_cursor: null, has_more: false }),
    ];
    await expect(client().eventsPage()).rejects.toThrow('events: position: want a number, got string');
  });

  test('a signal ends a request', async () => {
    server.answers = [page(null)];
    await expect(client().eventsPage({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

test('a refused token is renewed once for a request, and kept for the next', async () => {
  server.answers = [{ status: 401, headers: {}, body: '' }, page(null), page(null)];
  const tokens = ['one', 'two'];
  const asking = client({ getToken: () => tokens.shift() ?? null });
  await asking.eventsPage();
  await asking.eventsPage();
  expect(server.asked.map(({ authorization }) => authorization)).toEqual(['Bearer one', 'Bearer two', 'Bearer two']);
  expect(tokens).toEqual([]);
});
