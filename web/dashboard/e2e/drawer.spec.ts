import { execFileSync } from 'node:child_process';
import { expect, test } from './kit';
import { record, records, TOPIC } from './records';

const EXACT = '{"big":9007199254740993,"cost":1.10}';
const HOSTILE = '<img src=x onerror="document.title=\'owned\'">';

test('UX-40 Enter opens, the arrows walk, Escape closes and gives the focus back', async ({ server, page, open }) => {
  await server.produce(TOPIC, records('ux40', 5, { source: 'ux40' }));
  const live = await open(`${server.url}/live?sources=ux40`);
  await expect(live.rows).toHaveCount(5);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(live.row(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(live.drawer).toContainText('ux40-3');
  await page.keyboard.press('ArrowRight');
  await expect(live.drawer).toContainText('ux40-2');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(live.drawer).toContainText('ux40-4');
  await page.keyboard.press('Escape');
  await expect(live.drawer).toBeHidden();
  await expect(live.row(0)).toBeFocused();
});

test('UX-41 numbers are unchanged on the screen and in the clipboard', async ({ server, page, open }) => {
  await server.produce(TOPIC, [record('ux41', { source: 'ux41', payload: EXACT })]);
  const live = await open(`${server.url}/live?sources=ux41`);
  await expect(live.row(0).locator('[data-column="payload"]')).toContainText('9007199254740993');
  await expect(live.row(0).locator('[data-column="payload"]')).toContainText('1.10');
  await live.row(0).click();
  await expect(live.drawer.getByText('9007199254740993')).toBeVisible();
  await expect(live.drawer.getByText('1.10')).toBeVisible();
  for (const name of ['JSON', 'CloudEvent']) {
    await live.drawer.getByRole('button', { name, exact: true }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/"big": 9007199254740993\b/);
    expect(copied).toMatch(/"cost": 1\.10\b/);
  }
});

test('UX-42 the copied cURL returns the event', async ({ server, page, open }) => {
  const id = "ux42/it's 100% $HOME";
  await server.produce(TOPIC, [record(id, { source: 'ux42', payload: EXACT })]);
  const live = await open(`${server.url}/live?sources=ux42`);
  await live.row(0).click();
  await live.drawer.getByRole('button', { name: 'cURL' }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const answer = execFileSync('bash', ['-c', command]).toString();
  expect(JSON.parse(answer).events[0].event_id).toBe(id);
  expect(answer).toContain('9007199254740993');
});

test('UX-43 HTML in any field is text', async ({ server, page, open }) => {
  const violations: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text());
  });
  await server.produce(TOPIC, [
    record(HOSTILE, {
      type: `${HOSTILE}.failed.v1`,
      tenant: HOSTILE,
      source: HOSTILE,
      namespace: HOSTILE,
      correlation: HOSTILE,
      payload: JSON.stringify({ [HOSTILE]: HOSTILE, list: [HOSTILE] }),
    }),
  ]);
  const live = await open(
    `${server.url}/live?outcomes=failure&columns=time,type,tenant,namespace,source,correlation,payload,id`,
  );
  await expect(live.row(0)).toContainText(HOSTILE);
  await live.row(0).click();
  await expect(live.drawer).toContainText(HOSTILE);
  await live.drawer.getByRole('button', { name: 'Raw' }).click();
  await live.drawer.getByRole('button', { name: 'Filter for this tenant' }).click();
  await expect(page.getByRole('button', { name: /^Remove tenant/ })).toBeVisible();
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).toBe('Live · eventfeed');
  expect(violations).toEqual([]);
});
