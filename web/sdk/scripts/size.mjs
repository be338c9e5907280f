// What the client adds to a page: bundled from its one entry, minified, and compressed with gzip.
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

export async function size() {
  const built = await build({
    root: new URL('..', import.meta.url).pathname,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      rolldownOptions: { input: 'src/index.ts', preserveEntrySignatures: 'strict', output: { format: 'es' } },
    },
  });
  const [{ output }] = [built].flat();
  return gzipSync(output[0].code, { level: 9 }).length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${await size()} bytes, minified and compressed with gzip\n`);
}
