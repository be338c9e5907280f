import { execFileSync } from 'node:child_process';
import { findings } from './axe';
import { expect, test } from './kit';
import { produceBytes, textOf } from './raw';
import { records, TOPIC } from './records';

test('UX-62 a malformed message shows up in Rejected with its bytes, the place, what to do, and kcat’s line', async ({
  server,
  page,
}) => {
  await server.produce(TOPIC, records('ux62', 1));
  const value = Buffer.from('{"event_id":"ux62","payload":{"name":"\xff\xfe"}}', 'latin1');
  produceBytes(server, TOPIC, value, 'node-62');
  await page.goto(`${server.url}/rejected`);
  const group = page.locator('[data-group]', { hasText: 'by node-62' });
  await expect(group).toBeVisible({ timeout: 10_000 });
  await expect(page.locator('[data-reason="invalid_utf8"]')).toContainText('The value is not UTF-8');
  await group.click();
  const detail = page.getByRole('complementary', { name: 'Rejected event' });
  await expect(detail.getByRole('region', { name: 'What to fix' })).toContainText('Encode the JSON as UTF-8');
  await expect(detail.locator('[data-bytes="text"]')).toContainText('"name":"\ufffd\ufffd"');
  await expect(detail.locator('[data-bytes="hex"]')).toContainText(
    '7b 22 65 76 65 6e 74 5f  69 64 22 3a 22 75 78 36  {"event_id":"ux6',
  );
  await expect(detail.locator('[data-bytes="hex"] mark')).toHaveText(['ff', '·']);
  await expect(detail.getByRole('region', { name: 'Bytes' })).toContainText(`byte ${value.indexOf(0xff)}`);
  await expect(detail.getByRole('region', { name: 'Headers' })).toContainText('x-sourcenode-62');
  await expect(detail.getByRole('region', { name: 'Where it is' })).toContainText(TOPIC);
  const command = await textOf(detail.locator('code', { hasText: 'kcat' }));
  const shown = execFileSync('bash', ['-c', command]);
  expect(shown.includes(value)).toBe(true);
  expect(shown.toString()).toContain('x-source=node-62');
  await detail.getByRole('button', { name: 'Copy base64' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(Buffer.from(copied, 'base64').equals(value)).toBe(true);
});

test('UX-52 the times of a rejected event change with the zone', async ({ server, page }) => {
  produceBytes(server, TOPIC, Buffer.from('not json'), 'node-52');
  await page.goto(`${server.url}/rejected`);
  await page.locator('[data-group]', { hasText: 'by node-52' }).click();
  const place = page.getByRole('region', { name: 'Where it is' });
  const written = place.locator('div', { has: page.locator('dt', { hasText: 'written' }) }).locator('dd');
  const local = await textOf(written);
  await page.locator('[data-zone]').click();
  await expect(written).not.toHaveText(local);
  const apart = Date.parse(`${local.replace(' ', 'T')}Z`) - Date.parse(`${(await textOf(written)).replace(' ', 'T')}Z`);
  expect([3_600_000, 7_200_000]).toContain(apart); // Berlin's winter or summer
});

test('rejected events are gone through by keyboard alone, and axe has no serious finding', async ({ server, page }) => {
  for (const text of ['one', 'two', 'three'])
    produceBytes(server, `${TOPIC}`, Buffer.from(`${text} is no JSON`), 'node-71');
  await page.goto(`${server.url}/rejected`);
  const group = page.locator('[data-group]', { hasText: 'by node-71' });
  await expect(group).toBeVisible();
  await expect(group.locator('xpath=ancestor::tr').locator('td').first()).toHaveText('3');
  while (!(await group.evaluate((g) => g === document.activeElement))) await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const text = page.locator('[data-bytes="text"]');
  await expect(text).toHaveText('three is no JSON');
  await expect(page.getByText('1 of 3')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(text).toHaveText('two is no JSON');
  await page.keyboard.press('ArrowLeft');
  await expect(text).toHaveText('three is no JSON');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await findings(page), colorScheme).toEqual([]);
  }
  await page.keyboard.press('Escape');
  await expect(page.getByRole('complementary', { name: 'Rejected event' })).toBeHidden();
  await expect(group).toBeFocused();
  await page.goBack();
  await expect(text).toHaveText('three is no JSON'); // a link to it shows it, too
});
