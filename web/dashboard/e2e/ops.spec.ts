import { findings } from './axe';
import { expect, test } from './kit';
import { produceBytes, textOf } from './raw';
import { records, TOPIC } from './records';
import { Stack } from './stack';

test('operations shows who reads what, how the store does, and the configuration with its sources', async ({
  server,
  page,
}) => {
  await server.produce(TOPIC, records('ops', 3));
  produceBytes(server, 'elsewhere', Buffer.from('{}'), 'ops');
  await page.goto(`${server.url}/ops`);
  const kafka = page.getByRole('region', { name: 'Kafka', exact: true });
  const topic = kafka.getByRole('row', { name: TOPIC });
  await expect(topic).toContainText(/: 0–2|: 0$/, { timeout: 15_000 });
  await expect(kafka).toContainText(/\d+ matched of \d+ seen/);
  await kafka.getByText('topic matches no pattern').click();
  await expect(kafka.getByText('elsewhere')).toBeVisible();
  await expect(page.locator('[data-vital="Kafka"]')).toHaveAttribute('data-state', 'ok');
  const store = page.getByRole('region', { name: 'PostgreSQL', exact: true });
  await expect(store).toContainText(/on average, .* at most/);
  await expect(store).toContainText('off: kept for ever');
  const configuration = page.getByRole('region', { name: 'Configuration', exact: true });
  await expect(configuration.getByRole('row', { name: /^KAFKA_LISTEN/ })).toContainText(
    `${server.kafka}flag --kafka-listen`,
  );
  await configuration.getByRole('button', { name: /^All/ }).click();
  await expect(configuration.getByRole('row', { name: /^RETENTION/ })).toContainText('default');
});

test('UX-52 the times of operations change with the zone', async ({ server, page }) => {
  await page.goto(`${server.url}/ops`);
  const since = page.locator('dt', { hasText: 'answers since' }).locator('xpath=../dd');
  const local = await textOf(since);
  await page.locator('[data-zone]').click();
  await expect(since).not.toHaveText(local);
  expect([1, 2]).toContain((Date.parse(`${local}Z`) - Date.parse(`${await textOf(since)}Z`)) / 3_600_000);
});

test('an admin disconnects a client after being asked, by keyboard, and its page can come again', async ({
  server,
  page,
  context,
}) => {
  const other = await context.newPage();
  await other.goto(`${server.url}/live?sources=ops-other`);
  await expect(other.locator('footer [data-look]')).toHaveText('Live');
  await page.goto(`${server.url}/ops`);
  const row = page.locator('[data-client]', { hasText: 'source: ops-other' });
  await expect(row).toHaveCount(1);
  const id = (await row.getAttribute('data-client')) ?? '';
  const button = row.getByRole('button', { name: /^Disconnect/ });
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('It loses nothing');
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator(`[data-client="${id}"]`)).toHaveCount(0);
  await expect(other.locator('footer [data-look]')).toHaveText('Reconnecting'); // after the pause that it was told
  await other.getByRole('button', { name: 'Retry now' }).click();
  await expect(other.locator('footer [data-look]')).toHaveText('Live');
  await expect(row).toHaveCount(1);
});

test('axe has no serious finding on operations, by day and by night', async ({ server, page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(`${server.url}/ops`);
    await expect(page.locator('[data-client]').first()).toBeVisible();
    await expect(page.getByRole('region', { name: 'Configuration', exact: true })).toBeVisible();
    expect(await findings(page), colorScheme).toEqual([]);
  }
});

test('UX-60 statistics, operations and rejected events say within 5 s that Kafka is away, and go on', {
  tag: '@provokes',
}, async ({ page, own }) => {
  test.setTimeout(120_000);
  const stack = await own(Stack.start());
  const { server } = stack;
  await server.produce(TOPIC, records('ux60-ops', 3));
  await server.stored(3);
  await page.goto(`${server.url}/ops`);
  const kafka = page.locator('[data-vital="Kafka"]');
  await expect(kafka).toHaveAttribute('data-state', 'ok');
  const banner = page.locator('[data-outage="kafka"]');
  await stack.kafka.stop('SIGKILL');
  await expect(banner).toBeVisible({ timeout: 5_000 });
  await expect(kafka).toHaveAttribute('data-state', 'away', { timeout: 5_000 });
  await expect(page.getByRole('region', { name: 'PostgreSQL', exact: true })).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.goto(`${server.url}/stats?last=1h`);
  await expect(banner).toBeVisible({ timeout: 5_000 });
  await expect(page.locator('[data-figure="events"] dd')).toHaveText('3');
  await page.goto(`${server.url}/rejected`);
  await expect(banner).toBeVisible({ timeout: 5_000 });
  await expect(page.getByText('Nothing was rejected')).toBeVisible();
});
