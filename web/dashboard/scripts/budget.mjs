// After the build: compresses what is worth it, and fails when the first load is over its budget.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = { js: 200_000, css: 30_000 };
const dist = new URL('../dist/', import.meta.url);

const size = new Map();
for (const name of readdirSync(new URL('assets/', dist))) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const packed = gzipSync(readFileSync(new URL(`assets/${name}`, dist)), { level: 9 });
  // gzip alone: browsers take brotli over TLS only, and a server on a desk has none.
  writeFileSync(new URL(`assets/${name}.gz`, dist), packed);
  size.set(name, packed.length);
}

const page = readFileSync(new URL('index.html', dist), 'utf8');
const first = [...page.matchAll(/(?:src|href)="\.\/assets\/([^"]+)"/g)].map(([, name]) => name);
let over = false;
for (const [kind, budget] of Object.entries(BUDGET)) {
  const names = first.filter((name) => name.endsWith(`.${kind}`));
  if (names.length === 0) throw new Error(`budget: index.html loads no ${kind}`);
  const bytes = names.reduce((sum, name) => sum + (size.get(name) ?? 0), 0);
  process.stdout.write(
    `first load: ${(bytes / 1000).toFixed(1)} kB of ${kind} (gzip), ${budget / 1000} kB are allowed\n`,
  );
  over ||= bytes > budget;
}
if (over) process.exit(1);
