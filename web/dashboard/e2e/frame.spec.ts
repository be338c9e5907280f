import { execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { findings } from './axe';
import { expect, LivePage, test } from './kit';
import { record, records, TOPIC } from './records';
import { Server } from './server';
import { Stack } from './stack';

const PATHS = ['/live', '/events', '/trace', '/stats', '/ops', '/rejected'];

test('UX-60 an outage is told on every page within 5 s, with what still works', { tag: '@provokes' }, async ({
  page,
  open,
  own,
}) => {
  test.setTimeout(180_000);
  const stack = await own(Stack.start());
  const { server } = stack;
  await server.produce(TOPIC, records('ux60', 3));
  const live = await open(server.url);
  await expect(live.rows).toHaveCount(3);
  await stack.kafka.stop('SIGKILL');
  const kafka = page.locator('[data-outage="kafka"]');
  await expect(kafka).toContainText('History, search and statistics work', { timeout: 5_000 });
  await expect(live.rows).toHaveCount(3);
  for (const path of PATHS) {
    await page.goto(server.url + path);
    await expect(kafka).toBeVisible({ timeout: 5_000 });
  }
  await stack.kafka.start();
  await expect(kafka).toBeHidden({ timeout: 30_000 });
  await page.goto(server.url);
  await expect(live.state).toHaveText('Live');
  await server.produce(TOPIC, records('ux60-back', 1));
  await expect(live.rows).toHaveCount(4);
  stack.storeLine.cut();
  const store = page.locator('[data-outage="store"]');
  await expect(store).toContainText('shown live before they are stored', { timeout: 5_000 });
  await server.produce(TOPIC, records('ux60-preview', 2), { wait: false });
  const previews = live.grid.locator('[data-preview]');
  await expect(previews).toHaveCount(2, { timeout: 15_000 });
  stack.storeLine.heal();
  await expect(previews).toHaveCount(0, { timeout: 30_000 });
  await expect(live.rows).toHaveCount(6);
  stack.redisLine.cut();
  const relay = page.locator('[data-outage="relay"]');
  await expect(relay).toContainText('Everything works', { timeout: 5_000 });
  await server.produce(TOPIC, records('ux60-alone', 1));
  await expect(live.rows).toHaveCount(7);
  stack.redisLine.heal();
  await expect(relay).toBeHidden({ timeout: 30_000 });
});

test('UX-70 axe has no serious finding on any page, by day and by night', async ({ server, page }) => {
  test.setTimeout(120_000);
  await server.produce(TOPIC, [
    ...records('ux70', 5),
    record('ux70-f', { type: 'omninode.agent.execution.failed.v1', correlation: 'c-70' }),
  ]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const path of [...PATHS, '/live?event=acme,ux70-f&tenant_ids=acme']) {
      await page.goto(server.url + path);
      await expect(page.locator('footer [data-look]')).toHaveText('Live');
      expect(await findings(page), `${path} ${colorScheme}`).toEqual([]);
    }
    await page.goto(`${server.url}/live`);
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await findings(page), `shortcuts ${colorScheme}`).toEqual([]);
  }
});

test('UX-71 pause, filter, a fault and the drawer by keyboard alone', { tag: '@provokes' }, async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, records('ux71', 6, { source: 'ux71' }));
  const live = await open(server.url);
  await page.keyboard.press('/');
  await page.keyboard.type('source:ux71');
  await page.keyboard.press('Enter');
  await expect(live.rows).toHaveCount(6);
  await page.keyboard.press('Escape'); // leaves the box
  await page.keyboard.press('Space');
  await expect(live.pill).toHaveText('Paused, 0 new events. Resume');
  await server.produce(TOPIC, records('ux71-more', 10, { source: 'ux71' }));
  await expect(live.pill).toHaveText('Paused, 10 new events. Resume');
  await page.keyboard.press('Space');
  await expect(live.rows).toHaveCount(16);
  await page.getByRole('textbox', { name: /^Where/ }).focus();
  await page.keyboard.type('payload.duration_ms >');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(live.drawer).toContainText('ux71-more-9');
  await page.keyboard.press('ArrowRight');
  await expect(live.drawer).toContainText('ux71-more-8');
  await page.keyboard.press('Escape');
  await expect(live.row(1)).toBeFocused();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.getByLabel('Shortcuts are on').press('Space');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('UX-74 the theme is the system’s, or the one that was chosen, also after a reload', async ({
  server,
  page,
  open,
}) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await open(server.url);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  expect(await ground()).toBe(dark);
  await page.reload();
  expect(await ground()).toBe(dark);
  await page.getByRole('button', { name: 'Theme: dark' }).click();
  expect(await ground()).toBe(light);
});

test('UX-75 at 320 px pause can be reached, and no page scrolls sideways', async ({ server, page, open }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await server.produce(TOPIC, records('ux75', 5));
  const live = await open(server.url);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(live.pill).toBeVisible();
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await live.row(0).click();
  await expect(live.drawer).toBeVisible();
  expect(await overflow()).toBeLessThanOrEqual(0);
  for (const path of PATHS) {
    await page.goto(server.url + path);
    await expect(page.getByRole('navigation')).toBeVisible();
    expect(await overflow(), path).toBeLessThanOrEqual(0);
  }
});

test('UX-77 everything works under a prefix, deep links and the stream included', async ({ page, open, own }) => {
  const server = await own(Server.start({ basePath: '/some/prefix' }));
  await server.produce(TOPIC, records('ux77', 3, { source: 'ux77', correlation: 'c/77' }));
  const live = await open(`${server.url}/live?sources=ux77`);
  await expect(live.rows).toHaveCount(3);
  await live.row(0).getByRole('link', { name: 'c/77' }).click();
  await expect(page).toHaveURL(`${server.url}/trace/c%2F77?sources=ux77`);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Traces', level: 1 })).toBeVisible();
  await expect(live.state).toHaveText('Live');
  await page.getByRole('link', { name: 'Live' }).click();
  await expect(live.rows).toHaveCount(3);
});

// It has no icon, which the browser asks for.
test('UX-78 a binary built without npm says how to build the dashboard, and its API works', {
  tag: '@provokes',
}, async ({ page, own }) => {
  test.setTimeout(180_000);
  const top = new URL('../../..', import.meta.url).pathname;
  const dir = execFileSync('mktemp', ['-d']).toString().trim();
  // What git has, as a fresh clone has it.
  execFileSync('bash', ['-c', `git -C ${top} archive HEAD | tar -x -C ${dir}`]);
  execFileSync('go', ['build', '-buildvcs=false', '-o', `${dir}/eventfeed`, './cmd/eventfeed'], { cwd: dir });
  const server = await own(Server.start({ binary: `${dir}/eventfeed` }));
  await page.goto(`${server.url}/trace/c-1`);
  await expect(page.getByRole('heading')).toContainText('its dashboard is not in this binary');
  const status = await page.evaluate(
    async () => (await fetch(new URL('api/event-bus/status', document.baseURI))).status,
  );
  expect(status).toBe(200);
  execFileSync('rm', ['-rf', dir]);
});

test('UX-79 no request leaves the origin, on any page', async ({ server, page, complaints }) => {
  for (const path of PATHS) {
    await page.goto(server.url + path);
    await expect(page.locator('footer [data-look]')).toHaveText('Live');
  }
  expect(complaints).toEqual([]);
});

test('UX-80 the first load is within its budget', async ({ server, page, open }) => {
  const sizes = { script: 0, stylesheet: 0 };
  const counted: Promise<void>[] = [];
  page.on('requestfinished', (request) => {
    const kind = request.resourceType();
    if (kind !== 'script' && kind !== 'stylesheet') return;
    counted.push(
      request.sizes().then(({ responseBodySize }) => {
        sizes[kind] += responseBodySize;
      }),
    );
  });
  await open(server.url);
  await Promise.all(counted);
  expect(sizes.script).toBeGreaterThan(50_000);
  expect(sizes.script).toBeLessThan(200_000);
  expect(sizes.stylesheet).toBeLessThan(30_000);
  const assets = readdirSync(new URL('../dist/assets', import.meta.url));
  expect(assets.filter((name) => name.endsWith('.js')).every((name) => assets.includes(`${name}.gz`))).toBe(true);
});

test('UX-81 with an empty database the copied command makes the first row appear', async ({ page, own }) => {
  const server = await own(Server.start());
  await page.goto(server.url);
  await expect(page.getByText('No events yet')).toBeVisible();
  await page.getByRole('button', { name: 'Copy' }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const shell = spawn('bash', ['-c', command], { stdio: 'ignore' });
  await new Promise((resolve) => shell.on('exit', resolve));
  await expect(new LivePage(page).rows).toHaveCount(1);
});

test('UX-82 the console stays silent while one looks around', async ({ server, page, open, complaints }) => {
  await server.produce(TOPIC, records('ux82', 30));
  const live = await open(server.url);
  await live.row(3).click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Event id' }).check();
  await page.keyboard.press('Escape');
  for (const key of ['e', 't', 's', 'o', 'r', 'l']) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
  }
  await expect(page.getByRole('heading', { name: 'Live', level: 1 })).toBeVisible();
  await expect(live.row(0)).toBeVisible();
  expect(complaints).toEqual([]);
});
