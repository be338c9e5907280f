import { Cable } from './cable';
import { expect, LivePage, test } from './kit';
import { Login } from './login';
import { record, records, TOPIC } from './records';
import { Server } from './server';
import { SECRET, tokenOf } from './token';

const PROVOKES = { tag: '@provokes' };

test(
  'UX-20 a cut conn is told within a second, with the way to retry now, and the rows stay',
  PROVOKES,
  async ({ server, page, open }) => {
    const cable = await Cable.start(server.port);
    await server.produce(TOPIC, records('ux20', 5, { source: 'ux20' }));
    const live = await open(`${cable.url}/live?sources=ux20`);
    await expect(live.rows).toHaveCount(5);
    cable.cut();
    const banner = page.locator('[data-outage="conn"]');
    await expect(banner).toContainText(/Reconnecting \(attempt \d+, (in [\d.]+ s|now)\)/, { timeout: 1_000 });
    await expect(live.state).toHaveText('Reconnecting');
    await expect(live.rows).toHaveCount(5);
    // By itself it would wait for a while, as long as it does not see that the status is back: what connects it is the button.
    await page.route('**/status', (route) => route.abort('connectionrefused'));
    await expect(banner).toContainText(/in ([4-9]|\d{2,})(\.\d+)? s/, { timeout: 45_000 });
    cable.heal();
    await banner.getByRole('button', { name: 'Retry now' }).click();
    await expect(live.state).toHaveText('Live', { timeout: 2_000 });
    await expect(banner).toBeHidden();
    await cable.close();
  },
);

test(
  'UX-21 what is missed appears exactly once, behind a row that says so',
  PROVOKES,
  async ({ server, page, open }) => {
    await page.setViewportSize({ width: 1440, height: 1600 }); // so that the row is in sight
    const cable = await Cable.start(server.port);
    await server.produce(TOPIC, records('ux21', 5, { source: 'ux21' }));
    const live = await open(`${cable.url}/live?sources=ux21`);
    await expect(live.rows).toHaveCount(5);
    cable.cut();
    await expect(live.state).toHaveText('Reconnecting');
    await server.produce(TOPIC, records('ux21-missed', 37, { source: 'ux21' }));
    cable.heal();
    await expect(page.locator('[data-note="reconnected"]')).toContainText(
      /Reconnected after [\d.]+ (ms|s), 37 events caught up/,
      { timeout: 20_000 },
    );
    await server.produce(TOPIC, records('ux21-after', 2, { source: 'ux21' }));
    await expect(live.fact('last event')).toHaveText('now');
    const keys = await live.allKeys();
    expect(keys.indexOf('note:reconnected')).toBe(2 + 37);
    const offsets = keys.filter((key) => !key.startsWith('note')).map((key) => Number(key.split('/').at(-1)));
    expect(offsets).toEqual(Array.from({ length: 44 }, (_, i) => (offsets[0] ?? 0) - i));
    await cable.close();
  },
);

test('UX-21 a server that was killed is found again', PROVOKES, async ({ open, own }) => {
  const server = await own(Server.start());
  await server.produce(TOPIC, records('killed', 3));
  const live = await open(server.url);
  await expect(live.rows).toHaveCount(3);
  await server.stop('SIGKILL');
  await expect(live.state).toHaveText('Reconnecting');
  await server.start();
  await server.produce(TOPIC, records('killed-after', 4));
  await expect(live.rows).toHaveCount(7, { timeout: 30_000 });
});

test('UX-22 what retention has taken is said to be gone', PROVOKES, async ({ page, open, own }) => {
  test.setTimeout(240_000);
  const server = await own(Server.start({ args: ['--retention', '1m'] }));
  const cable = await Cable.start(server.port);
  await server.produce(TOPIC, [record('ux22-first')]);
  const live = await open(cable.url);
  await expect(live.rows).toHaveCount(1);
  cable.cut();
  await server.produce(TOPIC, records('ux22-gone', 8));
  await expect
    .poll(async () => (await fetch(`${server.api}/status`).then((a) => a.json())).oldest, { timeout: 200_000 })
    .toBe(0); // nothing is left
  cable.heal();
  await expect(page.locator('[data-note="retention"]')).toContainText(/Positions 2 to 9 are gone for good/, {
    timeout: 30_000,
  });
  await expect(live.rows).toHaveCount(1);
  await cable.close();
});

test('UX-23 a page that is slow misses nothing', async ({ server, page, open }) => {
  const live = await open(`${server.url}/live?sources=ux23`);
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await page.evaluate(() => {
    setInterval(() => {
      const end = performance.now() + 300;
      while (performance.now() < end);
    }, 600);
  });
  for (let i = 0; i < 10; i++) await server.produce(TOPIC, records(`ux23-${i}`, 500, { source: 'ux23' }));
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await expect(page.locator('[data-facet="sources"] [data-count="5000"]')).toBeVisible({ timeout: 30_000 });
  await live.page.keyboard.press('Space');
  const numbers = await page.evaluate(() => document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount'));
  expect(numbers).toBe('5001');
});

test(
  'UX-24 an expired token is asked for, not retried, and the page goes on from its position',
  PROVOKES,
  async ({ page, own }) => {
    const admin = tokenOf({ tenants: ['*'], admin: true });
    const server = await own(Server.start({ env: { AUTH_JWT_SECRET: SECRET }, token: admin }));
    await server.produce(TOPIC, records('ux24', 3));
    await page.goto(server.url);
    const token = page.getByLabel('Token');
    await token.fill(tokenOf({ tenants: ['acme'], validFor: 8 }));
    await page.getByRole('button', { name: 'Sign in' }).click();
    const live = new LivePage(page);
    await expect(live.rows).toHaveCount(3);
    await expect(page.getByText('tenants: acme, from your token')).toBeVisible();
    await expect(page.getByText('has expired, or the server does not accept it')).toBeVisible({ timeout: 40_000 });
    const asked: string[] = [];
    page.on('websocket', (socket) => asked.push(socket.url()));
    await server.produce(TOPIC, records('ux24-missed', 4));
    await page.waitForTimeout(3_000); // that nothing happens cannot be waited for
    expect(asked).toEqual([]);
    await expect(live.rows).toHaveCount(3);
    await token.fill(tokenOf({ tenants: ['acme'] }));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(live.rows).toHaveCount(7);
    expect(page.url()).not.toContain('ey');
  },
);

test(
  'UX-36 a user of one tenant never gets another one’s events, whatever the URL says',
  PROVOKES,
  async ({ page, own }) => {
    const admin = tokenOf({ tenants: ['*'], admin: true });
    const server = await own(Server.start({ env: { AUTH_JWT_SECRET: SECRET }, token: admin }));
    const frames: string[] = [];
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))));
    await server.produce(TOPIC, [
      ...records('ux36-own', 3, { tenant: 'acme' }),
      ...records('ux36-other', 3, { tenant: 'beta' }),
    ]);
    await page.goto(server.url);
    await page.getByLabel('Token').fill(tokenOf({ tenants: ['acme'] }));
    await page.getByRole('button', { name: 'Sign in' }).click();
    const live = new LivePage(page);
    await expect(live.rows).toHaveCount(3);
    for (const search of [
      'tenant_ids=beta',
      'tenant_ids=acme,beta',
      'where=tenant_id+%3D+"beta"',
      'event=beta,ux36-other-0',
      'tenant_ids=*',
    ]) {
      await page.goto(`${server.url}/live?${search}`);
      await expect(live.state).toHaveText(/Live|Catching up|Connecting/);
      await server.produce(TOPIC, records(`ux36-${search.length}`, 2, { tenant: 'beta' }));
      await expect(live.rows.filter({ hasText: 'beta' })).toHaveCount(0);
    }
    expect(frames.join()).not.toContain('ux36-other');
  },
);

test('where TOKEN_URL gives tokens nobody is asked for one, nor notices that one has expired', async ({
  page,
  open,
  own,
}) => {
  const ann = { tenants: ['acme'] };
  const login = await own(Login.start([{ ...ann, validFor: 8 }, ann]));
  const admin = tokenOf({ tenants: ['*'], admin: true });
  const server = await own(Server.start({ env: { AUTH_JWT_SECRET: SECRET, TOKEN_URL: login.url }, token: admin }));
  await page.context().addCookies([{ ...Login.cookie, url: login.url }]);
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await server.produce(TOPIC, records('token-url', 3));
  const live = await open(server.url);
  await expect(live.rows).toHaveCount(3);
  await page.waitForTimeout(10_000); // the first one ends meanwhile
  await server.produce(TOPIC, [...records('token-url-later', 2), ...records('token-url-other', 2, { tenant: 'beta' })]);
  await expect(live.rows).toHaveCount(5);
  await expect(page.getByText('tenants: acme, from your token')).toBeVisible();
  expect({ sockets: sockets.length, tokens: login.given }).toEqual({ sockets: 1, tokens: 2 });
});
