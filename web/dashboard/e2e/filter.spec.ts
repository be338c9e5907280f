import { expect, test } from './kit';
import { record, records, TOPIC } from './records';

const NESTED = '{"big":9007199254740993,"cost":1.10,"deep":{"list":[1.0,{"n":12345678901234567890}]}}';

test('UX-30 a filter narrows what is sent', async ({ server, page, open }) => {
  const frames: string[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))));
  const live = await open(server.url);
  await page.getByRole('combobox').fill('source:ux30-wanted');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing matches this filter yet')).toBeVisible();
  frames.length = 0;
  await server.produce(TOPIC, records('ux30-a', 50, { source: 'ux30-other' }));
  await server.produce(TOPIC, records('ux30-b', 3, { source: 'ux30-wanted' }));
  await expect(live.rows).toHaveCount(3);
  expect(frames.join()).toContain('ux30-b-2');
  expect(frames.join()).not.toContain('ux30-other');
});

test('UX-31 a copied URL shows the same view elsewhere', async ({ server, page, browser, open }) => {
  await server.produce(TOPIC, [
    ...records('bar31', 3, { source: 'bar31', payload: NESTED }),
    record('bar31-x', { source: 'other' }),
  ]);
  const live = await open(server.url);
  await page.getByRole('combobox').fill('source:bar31');
  await page.keyboard.press('Enter');
  await expect(live.rows).toHaveCount(3);
  await page.getByRole('button', { name: 'Local' }).click();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByLabel('A field of the payload').fill('deep.list.1.n');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await live.row(1).click();
  await expect(live.drawer).toContainText('bar31-1');
  await page.keyboard.press('c');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const other = await browser.newPage({ viewport: { width: 1440, height: 900 }, timezoneId: 'Asia/Tokyo' });
  await other.goto(copied);
  await expect(other.getByRole('grid').locator('[data-key]')).toHaveCount(3);
  await expect(other.getByRole('columnheader', { name: 'deep.list.1.n' })).toBeVisible();
  await expect(other.getByRole('gridcell', { name: '12345678901234567890' }).first()).toBeVisible();
  await expect(other.getByRole('complementary', { name: 'Event' })).toContainText('bar31-1');
  const times = (p: typeof page) => p.locator('[data-column="time"]').allTextContents();
  expect(await times(other)).toEqual(await times(page));
  await other.close();
});

test('UX-32 back and forward undo and redo', async ({ server, page, open }) => {
  await server.produce(TOPIC, records('bar32', 3, { source: 'bar32' }));
  const live = await open(server.url);
  await page.getByRole('combobox').fill('source:bar32');
  await page.keyboard.press('Enter');
  await expect(live.rows).toHaveCount(3);
  await page.getByRole('button', { name: 'failure' }).click();
  await expect(page.getByText('Nothing matches this filter yet')).toBeVisible();
  await page.goBack();
  await expect(live.rows).toHaveCount(3);
  await live.row(0).click();
  await expect(live.drawer).toBeVisible();
  await page.goBack();
  await expect(live.drawer).toBeHidden();
  await page.goBack();
  await expect(page.getByRole('button', { name: /^Remove/ })).toHaveCount(0);
  await page.goForward();
  await expect(page.getByRole('button', { name: 'Remove source bar32' })).toBeVisible();
  await expect(live.rows).toHaveCount(3);
});

test('UX-33 a bad expression is told at its place, and the result before stays', async ({ server, page, open }) => {
  await server.produce(TOPIC, records('bar33', 4, { source: 'bar33' }));
  const live = await open(`${server.url}/live?sources=bar33`);
  await expect(live.rows).toHaveCount(4);
  const where = page.getByRole('textbox', { name: /^Where/ });
  await where.fill('payload.duration_ms > 1e3');
  await where.press('Enter');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('What you see is still the filter before');
  await expect(alert.locator('[data-at]')).toHaveAttribute('data-at', '1:24');
  await expect(live.rows).toHaveCount(4);
  await server.produce(TOPIC, records('bar33-more', 2, { source: 'bar33' }));
  await expect(live.rows).toHaveCount(6); // it is still live
  await where.fill('payload.duration_ms > 1000');
  await where.press('Enter');
  await expect(alert).toBeHidden();
  await expect(page.getByText('Nothing matches this filter yet')).toBeVisible();
});

test('UX-34 the counts of the facets are those of the rows', async ({ server, page, open }) => {
  const own = { source: 'bar34' };
  await server.produce(TOPIC, [
    ...records('bar34-a', 7, { ...own, tenant: 'acme' }),
    ...records('bar34-b', 5, { ...own, tenant: 'beta', type: 'omninode.agent.execution.failed.v1' }),
    ...records('bar34-c', 2, { ...own, tenant: 'beta', type: 'omninode.agent.execution.started.v1' }),
  ]);
  const live = await open(`${server.url}/live?sources=bar34`);
  await expect(live.rows).toHaveCount(14);
  const counted = async (facet: string) => {
    const buttons = page.locator(`[data-facet="${facet}"] button`);
    const texts = await buttons.evaluateAll((all) =>
      all.map((b) => [b.querySelector('span')?.textContent, b.querySelector('b')?.textContent]),
    );
    return Object.fromEntries(texts);
  };
  expect(await counted('tenant_ids')).toEqual({ acme: '7', beta: '7' });
  expect(await counted('outcomes')).toEqual({ '✓ success': '7', '✕ failure': '5', '○ open': '2' });
  expect(await live.rows.filter({ hasText: 'beta' }).count()).toBe(7);
  await page.locator('[data-facet="tenant_ids"] button', { hasText: 'beta' }).click();
  await expect(live.rows).toHaveCount(7);
  await page.locator('[data-facet="outcomes"] button', { hasText: 'open' }).click({ modifiers: ['Alt'] });
  await expect(live.rows).toHaveCount(5);
  expect(new URL(page.url()).searchParams.get('where')).toBe('NOT outcome = "open"');
});
