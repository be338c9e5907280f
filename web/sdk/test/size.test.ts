import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { size } from '../scripts/size.mjs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as object;

test('the client adds at most 8 kB to a page, minified and compressed', async () => {
  expect(await size()).toBeLessThanOrEqual(8_000);
});

test('the client needs no other package', () => {
  expect(Object.keys(manifest).filter((name) => /^(peer|optional)?dependencies$/i.test(name))).toEqual([]);
});
