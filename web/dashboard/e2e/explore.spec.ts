import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { expect, type LivePage, test } from './kit';
import { record, TOPIC } from './records';

const run = promisify(execFile);

/** Times of one test's events, far from those of others: ten milliseconds apart. */
const moment = (day: number, i = 0) => new Date(Date.UTC(2026, 8, day, 10, 0, 0, 10 * i)).toISOString();
const range = (day: number) => `start_time=${moment(day)}&end_time=${moment(day + 1)}`;

/** Events of a day of September 2026, each later than the one before. */
function onDay(day: number, prefix: string, count: number, payload?: string): string[] {
  return Array.from({ length: count }, (_, i) =>
    record(`${prefix}-${i}`, { source: prefix, timestamp: moment(day, i), ...(payload && { payload }) }),
  );
}

const idsOf = (live: LivePage) =>
  live.rows.evaluateAll((rows) => rows.map((r) => r.querySelector('[data-column="id"]')?.textContent));

const totalOf = (page: Page) => page.locator('figure [data-total]');

/** Scrolls the list to its end, and gives the event id of each row on the way, by its index. */
async function scrolledIds(live: LivePage): Promise<string[]> {
  return live.grid.evaluate(async (grid) => {
    const ids: string[] = [];
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)));
    for (let still = 0; still < 25; ) {
      for (const row of grid.querySelectorAll<HTMLElement>('[data-key]'))
        ids[Number(row.ariaRowIndex) - 2] = row.querySelector('[data-column="id"]')?.textContent ?? '';
      const before = grid.scrollTop;
      grid.scrollTop += grid.clientHeight * 0.6;
      await frame();
      still = grid.scrollTop === before ? still + 1 : 0;
    }
    return ids;
  });
}

test('UX-31 a copied URL shows the same view elsewhere, in Explore', async ({ server, page, open, browser }) => {
  await server.produce(TOPIC, onDay(1, 'ux31', 5));
  const live = await open(`${server.url}/events?sources=ux31&${range(1)}`);
  await expect(live.rows).toHaveCount(5);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Event id' }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'Order' }).selectOption('Oldest first');
  await page.locator('[data-zone]').click();
  await expect(live.rows.first()).toContainText('ux31-0');
  await live.row(2).click();
  await expect(live.drawer).toContainText('ux31-2');
  await page.locator('body').press('c');
  const copied = await page.evaluate(() => navigator.clipboard.readText());

  const other = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'Asia/Tokyo' });
  const elsewhere = await other.newPage();
  await elsewhere.goto(copied);
  const rows = elsewhere.getByRole('grid').locator('[data-key]');
  await expect(rows).toHaveCount(5);
  expect(await rows.allTextContents()).toEqual(await live.rows.allTextContents());
  await expect(elsewhere.getByRole('complementary', { name: 'Event' })).toContainText('ux31-2');
  await other.close();
});

test('UX-32 back and forward undo the steps of Explore', async ({ server, page, open }) => {
  await server.produce(TOPIC, onDay(2, 'ux32', 4));
  const live = await open(`${server.url}/events?sources=ux32&${range(2)}`);
  await expect(live.rows).toHaveCount(4);
  await page.getByRole('group', { name: 'Outcome' }).getByRole('button', { name: 'failure' }).click();
  await expect(page.getByText('Nothing in this range matches the filter')).toBeVisible();
  await page.getByRole('button', { name: '24h' }).click();
  await expect(page).toHaveURL(/last=24h/);
  await page.goBack();
  await page.goBack();
  await expect(live.rows).toHaveCount(4);
  await page.goForward();
  await expect(page.getByText('Nothing in this range matches the filter')).toBeVisible();
});

test('UX-33 a bad where is told at its place, and the rows before stay, in Explore', { tag: '@provokes' }, async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, onDay(3, 'ux33', 4));
  const live = await open(`${server.url}/events?sources=ux33&${range(3)}`);
  await expect(live.rows).toHaveCount(4);
  const where = page.getByRole('textbox', { name: /where/i });
  await where.fill('payload.duration_ms > > 3');
  await where.press('Enter');
  await expect(page.locator('[data-at]')).toHaveAttribute('data-at', '1:23');
  await expect(live.rows).toHaveCount(4);
  await where.fill('payload.duration_ms > 3');
  await where.press('Enter');
  await expect(page.locator('[data-at]')).toBeHidden();
  await expect(live.rows).toHaveCount(4);
});

test('UX-34 the facets of Explore equal its rows', async ({ server, page, open }) => {
  const failed = { type: 'omninode.agent.execution.failed.v1', source: 'ux34', namespace: 'dev' };
  await server.produce(TOPIC, [
    ...onDay(4, 'ux34', 7),
    ...[0, 1, 2].map((i) => record(`ux34-f${i}`, { ...failed, tenant: 'beta', timestamp: moment(4, i) })),
  ]);
  const live = await open(`${server.url}/events?sources=ux34&${range(4)}`);
  await expect(live.rows).toHaveCount(10);
  const facet = (field: string, value: string) =>
    page.locator(`[data-facet="${field}"] button`, { hasText: value }).locator('[data-count]');
  await expect(facet('outcomes', 'failure')).toHaveText('3');
  await expect(facet('tenant_ids', 'beta')).toHaveText('3');
  await expect(facet('namespaces', 'prod')).toHaveText('7');
  await expect(totalOf(page)).toHaveText('10 events');
  await page.locator('[data-facet="namespaces"] button', { hasText: 'dev' }).click();
  await expect(live.rows).toHaveCount(3);
  await expect(totalOf(page)).toHaveText('3 events');
  await page.locator('[data-facet="tenant_ids"] button', { hasText: 'beta' }).click({ modifiers: ['Alt'] });
  await expect(page.getByText('Nothing in this range matches the filter')).toBeVisible();
});

test('UX-42 the copied cURL returns the event, and that of the page all of them', async ({ server, page, open }) => {
  const payload = '{"n":9007199254740993,"cost":1.10}';
  await server.produce(TOPIC, onDay(5, "ux42'é", 3, payload));
  const live = await open(`${server.url}/events?sources=ux42'%C3%A9&${range(5)}`);
  await live.row(0).click();
  const copied = async (click: () => Promise<void>) => {
    await click();
    const { stdout } = await run('sh', ['-c', await page.evaluate(() => navigator.clipboard.readText())]);
    return stdout;
  };
  const one = await copied(() => live.drawer.getByRole('button', { name: 'cURL' }).click());
  expect(JSON.parse(one).events[0].event_id).toBe("ux42'é-2");
  expect(one.replaceAll(' ', '')).toContain('"cost":1.10');
  expect(one).toContain('9007199254740993');
  await page.keyboard.press('Escape');
  const all = await copied(() => page.getByRole('toolbar').getByRole('button', { name: 'cURL' }).click());
  expect(all.trim().split('\n').at(-1)).toBe('{"_end":true,"count":3}');
});

test('UX-50 of 1,500 rows that are scrolled while writing goes on, none is there twice and none is missing', async ({
  server,
  open,
}) => {
  test.slow();
  await server.produce(TOPIC, onDay(6, 'ux50', 1_500));
  const live = await open(`${server.url}/events?sources=ux50&${range(6)}&columns=time,id`);
  await expect(live.rows.first()).toContainText('ux50-1499');
  let writing = true;
  let written = 0;
  const writer = (async () => {
    while (writing) {
      // Later, between and before: all places in the list are written to.
      await server.produce(
        TOPIC,
        [5, 7_000, 14_000, 20_000].map((ms) =>
          record(`ux50-new-${written++}`, {
            source: 'ux50',
            timestamp: new Date(Date.parse(moment(6)) + ms).toISOString(),
          }),
        ),
      );
    }
  })();
  const ids = await scrolledIds(live);
  writing = false;
  await writer;
  expect(ids).toEqual(Array.from({ length: 1_500 }, (_, i) => `ux50-${1_499 - i}`));
  const newer = live.page.locator('button[data-newer]');
  await expect(newer).toHaveText(`${written} newer`); // 1,000s would have a comma
  await live.grid.evaluate((grid) => {
    grid.scrollTop = 0;
  });
  await newer.click();
  await expect(newer).toBeHidden();
  await expect(live.rows.first()).toContainText('ux50-new-');
  expect((await scrolledIds(live)).length).toBe(1_500 + written);
});

test('UX-50 newer events are counted exactly, and shift nothing until they are asked for', async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, onDay(7, 'ux50b', 60));
  const live = await open(`${server.url}/events?sources=ux50b&${range(7)}&columns=time,id`);
  await expect(live.rows.first()).toContainText('ux50b-59');
  const before = await idsOf(live);
  await server.produce(TOPIC, [
    ...Array.from({ length: 42 }, (_, i) => record(`ux50b-late-${i}`, { source: 'ux50b', timestamp: moment(7, i) })),
    record('ux50b-outside', { source: 'ux50b', timestamp: moment(9) }),
  ]);
  await expect(page.locator('button[data-newer]')).toHaveText('42 newer');
  expect(await idsOf(live)).toEqual(before);
  await page.locator('body').press('.');
  await expect(totalOf(page)).toHaveText('102 events');
  await expect(page.locator('button[data-newer]')).toBeHidden();
});

test('UX-51 exported lines are as many as counted, and no cell is a formula', async ({ server, page, open }) => {
  await server.produce(TOPIC, [
    ...onDay(8, 'ux51', 700, '{"text":"a \\"quoted\\" comma, and\\nline"}'),
    record('=cmd|calc!A1', { source: 'ux51', timestamp: moment(8) }),
  ]);
  const live = await open(`${server.url}/events?sources=ux51&${range(8)}`);
  await expect(totalOf(page)).toHaveText('701 events');
  await expect(live.rows.first()).toBeVisible();
  const exported = async (format: string) => {
    await page.getByRole('toolbar').getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(format).check();
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    const file = await readFile(await (await download).path(), 'utf8');
    await expect(dialog.locator('[data-exported]')).toHaveAttribute('data-exported', '701');
    await expect(dialog).toContainText('701 events, whole.');
    await dialog.getByRole('button', { name: 'Close' }).click();
    return file;
  };
  const lines = (await exported('NDJSON')).trimEnd().split('\n');
  expect(lines.length).toBe(702);
  expect(lines.at(-1)).toBe('{"_end":true,"count":701}');
  expect(new Set(lines.slice(0, -1).map((line) => JSON.parse(line).event_id)).size).toBe(701);
  const table = await exported('CSV');
  expect(table).toContain(",'=cmd|calc!A1,");
  expect(table).not.toMatch(/(^|,)"?=cmd/m);
});

test('UX-51 an export shows its progress, and can be cancelled', { tag: '@provokes' }, async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, onDay(10, 'ux51c', 10));
  await open(`${server.url}/events?sources=ux51c&${range(10)}`);
  // As from a slow server: the export has begun, and its end does not come.
  await page.addInitScript(() => {
    const whole = window.fetch;
    window.fetch = async (input, init) => {
      const answer = await whole(input, init);
      if (!String(input).includes('/export')) return answer;
      const first = await answer.text();
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(`${first.split('\n').slice(0, 4).join('\n')}\n`));
          init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
        },
      });
      return new Response(body, { headers: answer.headers });
    };
  });
  await page.reload();
  await page.getByRole('toolbar').getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog');
  let downloads = 0;
  page.on('download', () => downloads++);
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(dialog.getByRole('progressbar')).toHaveAttribute('value', '4');
  await expect(dialog).toContainText('4 events');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toContainText('Cancelled after 4 events. Nothing was saved.');
  expect(downloads).toBe(0);
});

test('UX-52 from local time to UTC, every time that Explore shows changes', async ({ server, page, open }) => {
  await server.produce(TOPIC, onDay(11, 'ux52', 3));
  const live = await open(`${server.url}/events?sources=ux52&${range(11)}`);
  await live.row(0).click();
  await expect(live.drawer.getByRole('heading', { level: 2 })).toBeVisible();
  const times = async () => {
    await page.locator('figure svg').hover();
    return page.evaluate(() => {
      const texts = (css: string) => [...document.querySelectorAll(css)].map((e) => e.textContent ?? '');
      const all = [
        ...texts('main time'),
        ...texts('button[aria-label^="Custom range"]'),
        ...texts('figcaption b'),
        ...texts('aside dd').filter((t) => /\d\d:\d\d/.test(t)),
      ];
      return all.filter((t) => /\d\d:\d\d/.test(t));
    });
  };
  await expect.poll(async () => (await times()).length).toBeGreaterThan(6);
  const local = await times();
  const ticks = () => page.locator('figure [class*="ticks"] span').allTextContents();
  const localTicks = await ticks();
  await page.locator('[data-zone]').click();
  await expect(live.row(0).locator('time')).toContainText('10:00:00.020');
  const utc = await times();
  expect(utc.length).toBe(local.length);
  const same = local.filter((t, i) => t === utc[i]);
  expect(same).toEqual([]);
  expect(await ticks()).not.toEqual(localTicks);
});

test('the chart is brushed to look closer, and zoomed out of', async ({ server, page, open }) => {
  await server.produce(TOPIC, onDay(12, 'brush', 1_200));
  await open(`${server.url}/events?sources=brush&start_time=${moment(12)}&end_time=${moment(12, 1_200)}`);
  await expect(totalOf(page)).toHaveText('1,200 events');
  const box = await page.locator('figure svg').boundingBox();
  if (!box) throw new Error('there is no chart');
  await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.49, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(totalOf(page)).not.toHaveText('1,200 events');
  const inside = Number((await totalOf(page).textContent())?.match(/\d+/)?.[0]);
  expect(inside).toBeGreaterThan(200);
  expect(inside).toBeLessThan(500);
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await expect(totalOf(page)).not.toHaveText(`${inside} events`);
  await page.goBack();
  await page.goBack();
  await expect(totalOf(page)).toHaveText('1,200 events');
});

test('a position opens Explore around its event, and both ways lead on', async ({ server, page, open }) => {
  await server.produce(TOPIC, onDay(13, 'around', 900));
  const live = await open(`${server.url}/live?columns=position,id&zone=utc`);
  const { events } = await page.evaluate(
    async (url) => (await fetch(url)).json(),
    `${server.api}/events?where=${encodeURIComponent('event_id = "around-450"')}&limit=1`,
  );
  await page.getByLabel('Open an event id').fill(String(events[0].position));
  await page.getByLabel('Open an event id').press('Enter');
  await expect(live.drawer).toContainText('around-450');
  await expect(live.grid.locator('[data-selected]')).toBeVisible();
  await expect(page.locator('.spoken[role=status]')).toBeAttached();
  for (const [key, id] of [
    ['ArrowLeft', 'around-451'],
    ['ArrowRight', 'around-450'],
    ['ArrowRight', 'around-449'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(live.drawer).toContainText(id);
  }
});

test('what is looked at goes on live with its filter', async ({ server, page, open }) => {
  await server.produce(TOPIC, onDay(14, 'golive', 2));
  await open(`${server.url}/events?sources=golive&${range(14)}`);
  await page.getByRole('link', { name: 'Go live with this filter' }).click();
  await expect(page).toHaveURL(/\/live\?sources=golive/);
  await expect(page.getByText('golive').first()).toBeVisible();
});

test('UX-40 UX-71 Explore by keyboard alone', async ({ server, page, open }) => {
  await server.produce(TOPIC, onDay(15, 'keys', 5));
  const live = await open(`${server.url}/events?${range(15)}`);
  await expect(live.rows).toHaveCount(5);
  await page.keyboard.press('/');
  await page.keyboard.type('source:keys');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/sources=keys/);
  await page.keyboard.press('Escape');
  await expect(live.rows).toHaveCount(5);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(live.row(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(live.drawer).toContainText('keys-3');
  await page.keyboard.press('ArrowRight');
  await expect(live.drawer).toContainText('keys-2');
  await page.keyboard.press('Escape');
  await expect(live.drawer).toBeHidden();
  await expect(live.row(2)).toBeFocused();
  await page.getByRole('button', { name: 'Custom range' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('From')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Custom range' })).toBeFocused();
});

test('UX-70 axe finds nothing serious in Explore, with the drawer and the dialog', async ({ server, page, open }) => {
  await server.produce(TOPIC, onDay(16, 'axe', 30));
  const live = await open(`${server.url}/events?${range(16)}`);
  await expect(live.rows.first()).toBeVisible();
  await expectAccessible(page);
  await live.row(0).click();
  await expect(live.drawer.getByRole('heading', { level: 2 })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('toolbar').getByRole('button', { name: 'Export' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page);
});

test('an empty Explore shows the first event that comes by itself', async ({ server, page, open }) => {
  const live = await open(`${server.url}/events?sources=first-one`);
  await expect(page.getByText('Nothing in this range matches the filter')).toBeVisible();
  await server.produce(TOPIC, [record('first-one', { source: 'first-one' })]);
  await expect(live.rows).toHaveCount(1);
});
