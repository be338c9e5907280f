import { rmSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => new URL(path, import.meta.url).pathname;

/** Vite's own emptying would take dist/placeholder.html along, which git keeps so that `go build` works without npm. */
function clear(): Plugin {
  return {
    name: 'clear',
    apply: 'build',
    buildStart() {
      rmSync(here('dist/assets'), { recursive: true, force: true });
      rmSync(here('dist/index.html'), { force: true });
    },
  };
}

export default defineConfig({
  // Relative to <base>, which the server writes into index.html: see internal/api/page.go.
  base: '',
  plugins: [react(), clear()],
  // The client's source, not a package: a fresh clone builds without building it first, and there is one version of it.
  resolve: { alias: { '@omninode-ai/eventfeed': here('../sdk/src/index.ts') } },
  build: {
    target: 'es2022',
    emptyOutDir: false,
    assetsInlineLimit: 0, // data: is outside the Content-Security-Policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      '/api': { target: process.env['EVENTFEED_URL'] ?? 'http://127.0.0.1:3000', ws: true, changeOrigin: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    css: { modules: { classNameStrategy: 'non-scoped' } },
  },
});
