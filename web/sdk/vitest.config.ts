import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@omninode-ai/eventfeed': new URL('src/index.ts', import.meta.url).pathname } },
  test: { include: ['test/**/*.test.ts'], exclude: ['test/real.test.ts'], testTimeout: 20_000 },
});
