import { execFileSync } from 'node:child_process';
import type { Locator } from '@playwright/test';
import type { Server } from './server';

/** One record of any bytes, with a header that says who it is from. Nobody waits for it: it need not become an event. */
export function produceBytes(server: Server, topic: string, value: Buffer, source: string): void {
  const to = ['-P', '-q', '-b', server.kafka, '-t', topic, '-p', '0'];
  execFileSync('kcat', [...to, '-H', `x-source=${source}`, '-k', 'k-1', '-D', '\x1e'], { input: value });
}

export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}
