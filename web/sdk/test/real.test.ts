import { parse } from 'lossless-json';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, createClient, type Filter, type Notice } from '../src/index.js';
import { Network, Program } from './kit/program.js';

const RATE = 300;
const CUTS = 20;

let program: Program;
let network: Network;
let client: Client;

beforeAll(async () => {
  const binary = process.env['EVENTFEED_BIN'];
  if (!binary) throw new Error('EVENTFEED_BIN names the program to test against');
  program = await Program.prepare(binary, RATE);
  await program.start();
  network = new Network(program.port);
  client = createClient({ url: await network.start(), WebSocket, parse: (text) => parse(text), retry: { maxMs: 500 } });
});

afterAll(async () => {
  client.close();
  await network.stop();
  await program.remove();
});

/** Follows a filter from the first event on, and tells of each batch. */
function follow(filter: Filter, { ahead, told }: { ahead: number; told: (position: number) => void }) {
  const positions: number[] = [];
  const notices: Notice[] = [];
  const ended: unknown[] = [];
  const undo = client.subscribe(
    { filter, from: { position: 0 }, ahead },
    {
      events: async (events, { position }) => {
        positions.push(...events.map((event) => event.position));
        told(position);
        await new Promise((resolve) => setImmediate(resolve));
      },
      notice: (notice) => {
        notices.push(notice);
        if (notice.type === 'progress' || notice.type === 'caught_up') told(notice.position);
      },
      ended: (error) => ended.push(error),
    },
  );
  return { positions, notices, ended, undo };
}

/** What history has for a filter up to a position, oldest first. */
async function history(filter: Filter, through: number): Promise<number[]> {
  const positions: number[] = [];
  for await (const { position } of client.events({
    ...filter,
    order_by: 'position',
    order_direction: 'asc',
    limit: 1000,
  })) {
    if (position > through) break;
    positions.push(position);
  }
  return positions;
}

test('through 20 cuts, a goodbye and a kill, subscriptions get what history has, once and in order', async () => {
  const filters: Filter[] = [{}, { outcomes: ['failure'] }, { event_types: ['*.agent.*'] }];
  const at = filters.map(() => 0);
  let heard = () => {};
  const followers = filters.map((filter, i) =>
    follow(filter, {
      ahead: [2000, 5, 100][i] ?? 2000,
      told: (position) => {
        at[i] = Math.max(at[i] ?? 0, position);
        heard();
      },
    }),
  );
  const reached = async (position: number) => {
    while (Math.min(...at) < position) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  };
  for (let cut = 1; cut <= CUTS; cut++) {
    await reached(Math.max(...at) + Math.ceil(Math.random() * RATE * 0.5));
    if (cut === 7 || cut === 14) {
      await program.end(cut === 7 ? 'SIGTERM' : 'SIGKILL');
      await program.start();
    } else network.cut();
  }
  const { head } = await client.status();
  await reached(head);
  for (const { undo } of followers) undo();
  expect(followers[1]?.notices.map(({ type }) => type)).toContain('held'); // its bound is below one frame
  const through = Math.min(...at);
  for (const [i, { positions, ended, notices }] of followers.entries()) {
    const got = positions.filter((position) => position <= through);
    expect(got.length).toBeGreaterThan(0);
    expect(got).toEqual(await history(filters[i] ?? {}, through));
    expect(ended).toEqual([]);
    expect(notices.filter(({ type }) => type === 'gap' || type === 'reset')).toEqual([]);
  }
});

test('what REST answers is what the client reads', async () => {
  const { head, status } = await client.status();
  expect(status).toBe('running');
  expect((await client.statistics()).total_events).toBeGreaterThan(0);
  expect((await client.eventTypes()).length).toBeGreaterThan(3);
  const { events } = await client.eventsPage({ order_by: 'position', limit: 1 });
  const [newest] = events;
  expect(newest?.position).toBeGreaterThanOrEqual(head);
  const [found] = await client.event(newest?.event_id ?? '', { tenant_ids: [newest?.tenant_id ?? ''] });
  expect(found?.position).toBe(newest?.position);
  expect((await client.rejectedPage({ limit: 1 })).count).toBeLessThanOrEqual(1);
});
