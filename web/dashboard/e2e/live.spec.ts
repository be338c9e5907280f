import { expect, test } from './kit';
import { record, records, TOPIC } from './records';

/** One partition's offsets as they must be: no hole, none twice. */
function descending(count: number, offsets: readonly number[]): number[] {
  return Array.from({ length: count }, (_, i) => (offsets[0] ?? 0) - i);
}

test('UX-02 ten published events are ten rows in less than 500 ms, the newest first', async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, [record('ux02-warm-up', { source: 'ux02' })]);
  const live = await open(`${server.url}/live?sources=ux02`);
  await expect(live.rows).toHaveCount(1);
  const seen = page.evaluate(async () => {
    while (document.querySelectorAll('[data-key]').length < 11) await new Promise(requestAnimationFrame);
    return Date.now();
  });
  await server.produce(TOPIC, records('ux02', 10, { source: 'ux02', timestamp: null }));
  const { events } = await fetch(`${server.api}/events?sources=ux02&limit=10&order_by=position`).then((a) => a.json());
  const published = Math.min(...events.map((e: { timestamp: string }) => Date.parse(e.timestamp)));
  expect((await seen) - published).toBeLessThan(500);
  const offsets = await live.offsets();
  expect(offsets).toEqual(descending(11, offsets));
});

test('UX-03 it opens with the last hundred and goes on live, none twice at the join', async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, records('ux03', 150));
  const producing = (async () => {
    for (let i = 0; i < 5; i++) await server.produce(TOPIC, records(`ux03-live-${i}`, 10));
  })();
  const live = await open(server.url);
  await producing;
  await expect(page.locator('[data-facet="sources"] [data-count]').first()).toHaveText(/^(1[0-9]{2}|200)$/);
  const keys = await live.allKeys();
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBeGreaterThanOrEqual(100);
  const offsets = keys.map((key) => Number(key.split('/').at(-1)));
  expect(offsets).toEqual(descending(keys.length, offsets));
});

test('UX-04 a pause freezes the rows, counts exactly what comes, and shows it all, in order and once', async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, records('ux04', 5));
  const live = await open(server.url);
  await expect(live.row(4)).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  const before = await live.offsets();
  await server.produce(TOPIC, records('ux04-paused', 137));
  await expect(live.pill).toHaveText('Paused, 137 new events. Resume');
  expect(await live.offsets()).toEqual(before);
  await live.pill.click();
  await expect(live.row(0)).not.toHaveAttribute('data-key', `${TOPIC}/0/${before[0]}`);
  const offsets = (await live.allKeys()).map((key) => Number(key.split('/').at(-1)));
  expect(offsets[0]).toBe((before[0] ?? 0) + 137);
  expect(offsets).toEqual(descending(offsets.length, offsets));
});

test('UX-05 scrolled away, 500 arrivals do not move the first row that is seen', async ({ server, open }) => {
  await server.produce(TOPIC, records('ux05', 120));
  const live = await open(server.url);
  await live.grid.evaluate((grid) => {
    grid.scrollTop = 700;
  });
  const seen = live.row(20);
  const key = await seen.getAttribute('data-key');
  const at = async () => (await live.grid.locator(`[data-key="${key}"]`).boundingBox())?.y ?? Number.NaN;
  const before = await at();
  await server.produce(TOPIC, records('ux05-more', 500));
  await expect(live.pill).toHaveText('500 new');
  expect(Math.abs((await at()) - before)).toBeLessThanOrEqual(1);
  await live.page.keyboard.press('.');
  await expect(live.pill).toBeHidden();
  expect(await live.grid.evaluate((grid) => grid.scrollTop)).toBe(0);
});

test('UX-06 a selection of text survives arrivals', async ({ server, page, open }) => {
  await server.produce(TOPIC, records('ux06', 60));
  const live = await open(server.url);
  await live.row(3).locator('[data-column="source"]').selectText();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('omniclaude');
  await server.produce(TOPIC, records('ux06-more', 200));
  await expect(live.pill).toHaveText('200 new');
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('omniclaude');
  await page.evaluate(() => getSelection()?.removeAllRanges());
  await expect(live.pill).toBeHidden();
});

test('UX-08 the age of the last event grows, and begins anew', async ({ server, open }) => {
  const live = await open(server.url);
  await server.produce(TOPIC, [record('ux08')]);
  await expect(live.fact('last event')).toHaveText('now');
  await expect(live.fact('last event')).toHaveText('2 s ago');
  await server.produce(TOPIC, [record('ux08-again')]);
  await expect(live.fact('last event')).toHaveText('now');
});

test('UX-12 a payload of a megabyte keeps its row short, and its drawer opens in less than 500 ms', async ({
  server,
  page,
  open,
}) => {
  const list = Array.from({ length: 20_000 }, (_, i) => `{"n":${i},"text":"${'x'.repeat(25)}"}`).join(',');
  await server.produce(TOPIC, [record('ux12', { source: 'ux12', payload: `{"list":[${list}]}` })]);
  const live = await open(`${server.url}/live?sources=ux12`);
  const row = live.row(0);
  await expect(row).toBeVisible();
  expect((await row.boundingBox())?.height).toBe(28);
  expect(await row.evaluate((r) => r.textContent.length)).toBeLessThan(800);
  const took = await page.evaluate(async () => {
    const begun = performance.now();
    document.querySelector<HTMLElement>('[data-key]')?.click();
    while (document.querySelector('aside h2') === null) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  expect(took).toBeLessThan(500);
  await expect(live.drawer.getByText(/… 19,950 more/)).toBeVisible();
});
