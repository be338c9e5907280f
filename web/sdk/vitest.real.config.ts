import { defineConfig } from 'vitest/config';

/** Against the program itself, which EVENTFEED_BIN names. */
export default defineConfig({
  test: { include: ['test/real.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
});
