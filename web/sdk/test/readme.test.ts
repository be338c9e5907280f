import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { EventServer } from './kit/server.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('the example of the README prints the last ten events, then each new one', async () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(example.split('\n').filter((line) => line !== '').length).toBe(5);
  const server = await EventServer.start();
  for (let i = 0; i < 20; i++) server.append('a');
  const printed: unknown[] = [];
  vi.stubGlobal('WebSocket', WebSocket);
  vi.spyOn(console, 'log').mockImplementation((position: unknown) => {
    printed.push(position);
    if (position === 20) server.append('a');
    if (position === 21) server.cut(4003); // so that the loop ends
  });
  const folder = mkdtempSync(new URL('example-', import.meta.url).pathname);
  const file = `${folder}/example.ts`;
  try {
    // Its filter is by type, which this server does not know and takes for all.
    writeFileSync(file, example.replace('http://127.0.0.1:3000/api/event-bus', server.url));
    await expect(import(/* @vite-ignore */ file)).rejects.toMatchObject({ name: 'StoppedError' });
  } finally {
    rmSync(folder, { recursive: true });
    await server.stop();
  }
  expect(printed).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
});
