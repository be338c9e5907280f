import { expect, test } from './kit';
import { records, TOPIC } from './records';

/** Writes at a rate, in small steps. */
async function produceAt(
  server: { producer: (topic: string) => { write: (v: readonly string[]) => void; end: () => Promise<void> } },
  rate: number,
  seconds: number,
  prefix: string,
) {
  const producer = server.producer(TOPIC);
  const step = 50;
  const begun = Date.now();
  let written = 0;
  for (let i = 0; Date.now() - begun < seconds * 1000; i++) {
    const due = Math.floor(((Date.now() - begun) / 1000) * rate) - written;
    if (due > 0) producer.write(records(`${prefix}-${i}`, due, { source: prefix }));
    written += Math.max(0, due);
    await new Promise((resolve) => setTimeout(resolve, step)); // this is the rate
  }
  await producer.end();
  return written;
}

test('UX-10 2,000 events a second for 30 s leave the page free', async ({ server, page, open }) => {
  test.setTimeout(150_000);
  const live = await open(`${server.url}/live?sources=ux10`);
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { longTasks: tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration))).observe({
      type: 'longtask',
    });
  });
  const writing = produceAt(server, 2_000, 30, 'ux10');
  await expect(live.rows.first()).toBeVisible();
  const pauses: number[] = [];
  let most = 0;
  for (let i = 0; i < 10; i++) {
    await page.waitForTimeout(2_000); // the load goes on meanwhile
    most = Math.max(most, await live.grid.locator('[role="row"]').count());
    pauses.push(
      await page.evaluate(async () => {
        const button = document.querySelector('[aria-pressed][title="Space"]');
        const before = button?.getAttribute('aria-pressed');
        const begun = performance.now();
        dispatchEvent(new KeyboardEvent('keydown', { key: ' ' }));
        while (button?.getAttribute('aria-pressed') === before) await new Promise(requestAnimationFrame);
        return performance.now() - begun;
      }),
    );
  }
  const written = await writing;
  const longest = await page.evaluate(() =>
    Math.max(0, ...(globalThis as unknown as { longTasks: number[] }).longTasks),
  );
  process.stdout.write(
    `UX-10: ${written} events; longest task ${longest} ms; Space ${Math.max(...pauses).toFixed(0)} ms; ${most} rows\n`,
  );
  expect(written).toBeGreaterThan(50_000);
  expect(most).toBeLessThanOrEqual(80);
  expect(Math.max(...pauses)).toBeLessThan(200);
  expect(longest).toBeLessThan(200);
});

test('UX-11 100,000 events through the ring let the heap grow by less than 100 MB', async ({ server, page, open }) => {
  test.setTimeout(240_000);
  const live = await open(`${server.url}/live?sources=ux11`);
  const session = await page.context().newCDPSession(page);
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize / 1e6;
  };
  const before = await heap();
  for (let i = 0; i < 10; i++) await server.produce(TOPIC, records(`ux11-${i}`, 10_000, { source: 'ux11' }));
  await expect(page.locator('[data-facet="sources"] [data-count="10000"]')).toBeVisible({ timeout: 60_000 });
  await expect(live.row(0)).toBeVisible();
  const grown = (await heap()) - before;
  process.stdout.write(`UX-11: heap grew by ${grown.toFixed(1)} MB\n`);
  expect(grown).toBeLessThan(100);
});
