import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { Server } from './server';

export { expect } from '@playwright/test';

interface Fixtures {
  /** What the page did that it should not; the test fails if there is anything. */
  complaints: string[];
  open: (url: string) => Promise<LivePage>;
  /** Keeps what a test has started for itself until its page has been asked what it complains about, and removes it. */
  own: <T extends { remove: () => Promise<void> }>(starting: Promise<T>) => Promise<T>;
}

/** What a test provokes: a server that is not there, or a refusal that the page shows. */
const PROVOKED =
  /ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket connection to|status of (400|401|403|404|500|502|503)/;

/**
 * Every test's page complains to the test: UX-82, no console error or warning, and UX-79, no request leaves the origin, hold in
 * the whole run.
 */
export const test = base.extend<Fixtures, { server: Server }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.remove();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  own: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
    async ({}, use) => {
      const started: { remove: () => Promise<void> }[] = [];
      await use(async (starting) => {
        const one = await starting;
        started.push(one);
        return one;
      });
      for (const one of started.reverse()) await one.remove();
    },
    { timeout: 60_000 },
  ],
  complaints: [
    async ({ page, own: _ }, use, info) => {
      const complaints: string[] = [];
      const calm = !info.tags.includes('@provokes');
      page.on('console', (message) => {
        const text = message.text();
        if (!['error', 'warning'].includes(message.type())) return;
        if (calm || !PROVOKED.test(text)) complaints.push(`${message.type()}: ${text} ${message.location().url}`);
      });
      page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
      page.on('request', (request) => {
        const { hostname, protocol } = new URL(request.url());
        if (hostname !== '127.0.0.1' && protocol !== 'data:' && protocol !== 'blob:')
          complaints.push(`left the origin: ${request.url()}`);
      });
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
  open: async ({ page }, use) => {
    await use(async (url) => {
      await page.goto(url);
      const live = new LivePage(page);
      await expect(live.state).toHaveText('Live');
      return live;
    });
  },
});

/** The live page as a person sees it. */
export class LivePage {
  readonly page: Page;
  readonly state: Locator;
  readonly rows: Locator;
  readonly grid: Locator;
  readonly pill: Locator;
  readonly drawer: Locator;

  constructor(page: Page) {
    this.page = page;
    this.state = page.locator('footer [data-look]');
    this.grid = page.getByRole('grid');
    this.rows = this.grid.locator('[data-key]');
    this.pill = page.locator('button[data-fresh]');
    this.drawer = page.getByRole('complementary', { name: 'Event' });
  }

  row(index: number): Locator {
    return this.rows.nth(index);
  }

  /** Kafka's, of the rows in the document. */
  offsets(): Promise<number[]> {
    return this.rows.evaluateAll((rows) => rows.map((row) => Number(row.dataset['key']?.split('/').at(-1))));
  }

  fact(name: string): Locator {
    return this.page.locator(`[data-fact="${name}"] b`);
  }

  /** All rows of the list, also those that are not in the document: from the top to the bottom. */
  async allKeys(): Promise<string[]> {
    return this.grid.evaluate(async (grid) => {
      const keys: string[] = [];
      const seen = new Set<string>();
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30)));
      for (let top = 0; ; top += grid.clientHeight / 2) {
        grid.scrollTop = top;
        await frame();
        for (const row of grid.querySelectorAll<HTMLElement>('[data-key], [data-note]')) {
          const key = row.dataset['key'] ?? `note:${row.dataset['note']}`;
          if (seen.has(`${row.ariaRowIndex}`)) continue;
          seen.add(`${row.ariaRowIndex}`);
          keys[Number(row.ariaRowIndex) - 2] = key;
        }
        if (top + grid.clientHeight >= grid.scrollHeight) break;
      }
      grid.scrollTop = 0;
      await frame();
      return keys.filter((key) => key !== undefined);
    });
  }
}
