import { findings } from './axe';
import { expect, test } from './kit';
import { textOf } from './raw';
import { record, records, TOPIC } from './records';
import { Server } from './server';

const FAILED = 'omninode.agent.execution.failed.v1';

/** Twelve events of now: nine of acme, of which two failed, and three of beta. */
function twelve(): string[] {
  return [
    ...records('s-ok', 7),
    record('s-f1', { type: FAILED }),
    record('s-f2', { type: FAILED }),
    ...records('s-beta', 3, { tenant: 'beta', type: 'omninode.logging.audit.v1' }),
  ];
}

test.describe('statistics', () => {
  let own: Server;
  test.beforeAll(async () => {
    own = await Server.start();
    await own.produce(TOPIC, twelve());
    await own.stored(12);
  });
  test.afterAll(() => own.remove());

  test('figures, types and tenants count what there is, and every chart has a table with the same numbers', async ({
    page,
  }) => {
    await page.goto(`${own.url}/stats?last=1h`);
    await expect(page.locator('[data-figure="events"] dd')).toHaveText('12');
    await expect(page.locator('[data-figure="failures"] dd')).toContainText('✕ 2');
    await expect(page.locator('[data-figure="failures"] dd')).toContainText('22 % of what ended');
    const family = page
      .getByRole('region', { name: 'Top types', exact: true })
      .getByRole('row', { name: /agent\.execution/ });
    await expect(family.getByRole('cell').first()).toHaveText('9');
    await expect(family).toContainText('✕ 22 %');
    await expect(family).toContainText('this minute');
    const tenants = page.getByRole('region', { name: 'Tenants', exact: true });
    await expect(tenants.getByRole('row', { name: /beta/ })).toContainText('25 %');
    const overTime = page.getByRole('region', { name: 'Events over time', exact: true });
    await expect(overTime.getByRole('img')).toHaveAttribute('aria-label', /failure 2, ✓ success 7, · no outcome 3$/);
    for (const [by, columns] of [
      ['outcome', [2, 7, 3]],
      ['type', [7, 3, 2]],
      ['tenant', [9, 3]],
    ] as const) {
      await overTime.getByRole('button', { name: `by ${by}` }).click();
      await overTime.getByRole('button', { name: 'Chart' }).click();
      await expect(overTime.locator('li b')).toHaveText([...columns].reverse().map(String));
      await overTime.getByRole('button', { name: 'Table' }).click();
      await expect(overTime.getByRole('row').first()).toBeVisible();
      const sums = await overTime.locator('tbody').evaluate((body) => {
        const rows = [...body.querySelectorAll('tr')].map((tr) =>
          [...tr.querySelectorAll('td')].map((td) => Number(td.textContent)),
        );
        return rows.reduce((a, b) => a.map((n, i) => n + (b[i] ?? 0)));
      });
      expect(sums).toEqual([...columns, 12]);
    }
    const delays = page.getByRole('region', { name: 'Storage delay', exact: true });
    await expect(delays).toContainText('Measured over 12 events');
    await delays.getByRole('button', { name: 'Table' }).click();
    await expect(delays.locator('tbody tr td:last-child').first()).toHaveText('12');
  });

  test('a bar, a bucket, a type and a tenant lead to their events in Explore', async ({ page }) => {
    await page.goto(`${own.url}/stats?last=1h&tenant_ids=acme`);
    const overTime = page.getByRole('region', { name: 'Events over time', exact: true });
    const over = overTime.locator('.u-over');
    await expect(over).toBeVisible();
    const box = await over.boundingBox();
    await over.click({ position: { x: (box?.width ?? 0) - 3, y: 40 } });
    await expect(page).toHaveURL(/\/events\?tenant_ids=acme&start_time=[^&]+&end_time=/);
    await page.goBack();
    await overTime.getByRole('button', { name: 'Table' }).click();
    await overTime.getByRole('link', { name: '2', exact: true }).click();
    await expect(page).toHaveURL(/\/events\?tenant_ids=acme&outcomes=failure&start_time=[^&]+&end_time=/);
    const { start, end } = await page.evaluate(() => {
      const q = new URLSearchParams(location.search);
      return { start: q.get('start_time') ?? '', end: q.get('end_time') ?? '' };
    });
    expect(Date.parse(end) - Date.parse(start)).toBe(60_000);
    const answer = await fetch(
      `${own.api}/events?tenant_ids=acme&outcomes=failure&start_time=${start}&end_time=${end}`,
    );
    expect((await answer.json()).count).toBe(2);
    await page.goBack();
    await page.getByRole('link', { name: '✕ failed 2' }).click();
    await expect(page).toHaveURL(new RegExp(`/events\\?event_types=${FAILED}&tenant_ids=acme&last=1h`));
  });

  test('UX-52 the times of the tables change with the zone', async ({ page }) => {
    await page.goto(`${own.url}/stats?last=1h`);
    const overTime = page.getByRole('region', { name: 'Events over time', exact: true });
    await overTime.getByRole('button', { name: 'Table' }).click();
    const first = overTime.locator('tbody th').first();
    const local = await textOf(first);
    await page.locator('[data-zone]').click();
    await expect(first).not.toHaveText(local);
    expect([1, 2]).toContain((Date.parse(`${local}Z`) - Date.parse(`${await textOf(first)}Z`)) / 3_600_000);
  });

  test('the chart comes when it is shown, the table needs none, and all of it works by keyboard', async ({ page }) => {
    const loaded: string[] = [];
    page.on('request', (r) => loaded.push(r.url()));
    const hasPlot = () => loaded.some((url) => /\/plot-[^/]*\.js$/.test(url));
    await page.goto(`${own.url}/live`);
    await expect(page.locator('footer [data-look]')).toHaveText('Live');
    expect(hasPlot()).toBe(false);
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await expect(page.locator('.u-over').first()).toBeVisible();
    expect(hasPlot()).toBe(true);
    await page.getByRole('button', { name: 'by type' }).focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/by=type/);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('region', { name: 'Events over time', exact: true }).getByRole('table')).toBeVisible();
    await page.goBack();
    await expect(page).not.toHaveURL(/by=type/);
  });

  test('axe has no serious finding on the statistics, as charts and as tables, by day and by night', async ({
    page,
  }) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${own.url}/stats?last=1h&by=tenant&sources=x`);
      await expect(page.locator('.u-over').first()).toBeVisible();
      await expect(page.getByText('does not narrow this page')).toBeVisible();
      expect(await findings(page), colorScheme).toEqual([]);
      for (const table of await page.getByRole('button', { name: 'Table' }).all()) await table.click();
      expect(await findings(page), `${colorScheme}, tables`).toEqual([]);
    }
  });
});
