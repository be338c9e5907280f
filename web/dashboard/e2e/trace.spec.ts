import { expectAccessible } from './axe';
import { expect, type LivePage, test } from './kit';
import { type RecordOptions, record, TOPIC } from './records';
import { Server } from './server';

const BEGIN = Date.UTC(2026, 8, 20, 10);

type Step = readonly [id: string, ms: number, cause?: string | undefined, more?: RecordOptions];

/** The events of a correlation: id, milliseconds after its beginning, cause. */
const steps = (correlation: string, ...all: Step[]) =>
  all.map(([id, ms, causation, more]) =>
    record(`${correlation}-${id}`, {
      correlation,
      timestamp: new Date(BEGIN + ms).toISOString(),
      source: correlation,
      ...(causation === undefined ? {} : { causation: `${correlation}-${causation}` }),
      ...more,
    }),
  );

/** What a person reads in the tree: depth, type and offset of each row, and the words of notes. */
async function read(live: LivePage): Promise<string[]> {
  return live.grid.locator('[data-key], [data-note]').evaluateAll((rows) =>
    rows.map((row) => {
      if ((row as HTMLElement).dataset['note']) return `? ${row.textContent}`;
      const tree = row.querySelector<HTMLElement>('[data-depth]');
      const of = (column: string) => row.querySelector(`[data-column="${column}"]`)?.textContent ?? '';
      const flags = [...row.querySelectorAll('[data-flag]')].map((f) => ` (${f.textContent})`).join('');
      return `${tree?.dataset['depth']} ${tree?.querySelector('b')?.textContent?.replace('.v1', '')} ${of('time')}${flags}`;
    }),
  );
}

const type = (name: string) => ({ type: `omninode.${name}.v1` });

test('UX-44 a trace of four levels: order, depth and offsets', async ({ server, page, open }) => {
  await server.produce(
    TOPIC,
    steps(
      'ux44',
      ['c', 812, 'b', type('database.query.failed')],
      ['a', 0, undefined, type('agent.routing.requested')],
      ['d', 820, 'c', type('logging.application')],
      ['b', 34, 'a', type('agent.execution.started')],
      ['e', 2_500, 'a', type('agent.execution.failed')],
    ),
  );
  const live = await open(`${server.url}/trace/ux44`);
  await expect(live.rows).toHaveCount(5);
  expect(await read(live)).toEqual([
    '0 agent.routing.requested +0 ms',
    '1 agent.execution.started +34 ms',
    '2 database.query.failed +812 ms',
    '3 logging.application +820 ms',
    '1 agent.execution.failed +2.5 s',
  ]);
  await expect(page.getByRole('heading', { level: 2 })).toHaveText('✕ Failed at database.query.failed');
  const marks = await live.grid.locator('[data-column="waterfall"] [style*="left"] + b').evaluateAll((bs) => {
    return bs.map((b) => Number.parseFloat((b as HTMLElement).style.left));
  });
  expect(marks.map(Math.round)).toEqual([0, 1, 32, 33, 100]);
  await page.getByRole('button', { name: 'Show it' }).click();
  await expect(live.drawer).toContainText('ux44-c');
  await expect(live.grid.locator('[data-path]')).toHaveCount(3); // itself and what led to it
});

test('UX-45 a missing cause, a cycle and clocks that differ are told', { tag: '@provokes' }, async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, [
    ...steps('ux45', ['a', 0], ['b', 10, 'gone'], ['c', 20, 'gone'], ['x', 50, 'z'], ['y', 60, 'x'], ['z', 70, 'y']),
    ...steps('ux45', ['late', 100], ['early', 90, 'late']),
    ...steps('ux45-other', ['root', -500, undefined, type('database.connection.lost')]),
    record('ux45-far', {
      correlation: 'ux45',
      causation: 'ux45-other-root',
      timestamp: new Date(BEGIN + 200).toISOString(),
    }),
  ]);
  const live = await open(`${server.url}/trace/ux45`);
  const missing = live.grid.locator('[data-note="missing"]');
  await expect(missing).toHaveCount(2);
  await expect(missing.first()).toContainText('is missing');
  await expect(missing.first()).toContainText('not yet come, gone with retention, or never written');
  await expect(missing.first()).toContainText('2 effects');
  const style = await missing.first().evaluate((row) => getComputedStyle(row).borderTopStyle);
  expect(style).toBe('dashed');
  const events = (await read(live)).filter((row) => !row.startsWith('?'));
  expect(events.map((row) => row.replace('agent.execution.completed ', ''))).toEqual([
    '0 +0 ms',
    '1 +10 ms',
    '1 +20 ms',
    '0 +50 ms (cycle)',
    '1 +60 ms',
    '2 +70 ms',
    '0 +100 ms (by time)',
    '1 +90 ms (before its cause)',
    '1 +200 ms',
  ]);
  await expect(page.getByText('Some events cause each other in a circle')).toBeVisible();
  await expect(page.getByText('1 event happened before its cause: clocks differ')).toBeVisible();
  await missing.last().getByRole('link').click();
  await expect(page).toHaveURL(/\/trace\/ux45-other/);
  await expect(page.getByRole('heading', { level: 2 }).first()).toHaveText('✕ Failed at database.connection.lost');
});

test('UX-45 without causes, a trace is by time, and says so', async ({ server, page, open }) => {
  const correlation = { causation: 'ux45t' }; // some producers name the correlation as the cause
  await server.produce(TOPIC, steps('ux45t', ['b', 10, undefined, correlation], ['a', 0, undefined, correlation]));
  const live = await open(`${server.url}/trace/ux45t`);
  await expect(live.rows).toHaveCount(2);
  expect(await read(live)).toEqual(['0 agent.execution.completed +0 ms', '0 agent.execution.completed +10 ms']);
  await expect(page.getByText('the events stand in the order of their time')).toBeVisible();
});

test('a trace grows live, also one that was not there yet', async ({ server, page, open }) => {
  const live = await open(`${server.url}/trace/${encodeURIComponent('grows/ü %')}`);
  await expect(page.getByText('No event has this correlation id')).toBeVisible();
  const step = (id: string, ms: number, causation?: string) =>
    record(id, {
      correlation: 'grows/ü %',
      timestamp: new Date(BEGIN + ms).toISOString(),
      ...(causation && { causation }),
    });
  await server.produce(TOPIC, [step('grows-a', 0)]);
  await expect(live.rows).toHaveCount(1);
  await server.produce(TOPIC, [step('grows-b', 30, 'grows-a')]);
  await expect(live.rows).toHaveCount(2);
  expect((await read(live)).at(-1)).toBe('1 agent.execution.completed +30 ms');
  await expect(page.locator('[data-fresh]')).toHaveText('2 events came live');
});

test('of 5,200 events the tree has the 5,000 nearest its root, and says so', async ({ server, page, open }) => {
  const chain = Array.from({ length: 4_000 }, (_, i): Step => (i === 0 ? ['n0', 0] : [`n${i}`, i, `n${i - 1}`]));
  await server.produce(TOPIC, steps('many', ...chain));
  const live = await open(`${server.url}/trace/many`);
  await expect(page.locator('[data-events]')).toHaveText('4,000');
  const more = Array.from({ length: 1_200 }, (_, i): Step => [`m${i}`, 5_000 + i, 'n0']);
  await server.produce(TOPIC, steps('many', ...more));
  await expect(page.locator('[data-events]')).toHaveText('5,200');
  await expect(page.getByText('200 events are not shown: the rows are those nearest the root')).toBeVisible();
  await expect(live.grid).toHaveAttribute('aria-rowcount', '5001');
  expect(await live.rows.count()).toBeLessThan(80);
});

test('UX-52 from local time to UTC, every time that a trace shows changes', async ({ server, page, open }) => {
  await server.produce(TOPIC, steps('ux52t', ['a', 0], ['b', 10, 'a']));
  const live = await open(`${server.url}/trace/ux52t`);
  await expect(live.rows).toHaveCount(2);
  await expect(page.getByText('began 2026-09-20 12:00:00.000 UTC+02:00')).toBeVisible();
  await expect(live.row(0).locator('time')).toHaveAttribute('title', '2026-09-20 12:00:00.000');
  await page.locator('[data-zone]').click();
  await expect(page.getByText('began 2026-09-20 10:00:00.000 UTC')).toBeVisible();
  await expect(live.row(0).locator('time')).toHaveAttribute('title', '2026-09-20 10:00:00.000');
});

test('UX-40 UX-71 a trace by keyboard alone, from its id to the drawer and back', async ({ server, page, open }) => {
  await server.produce(TOPIC, steps('keys-t', ['a', 0], ['b', 10, 'a'], ['c', 20, 'b']));
  const live = await open(`${server.url}/live`);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByLabel('Follow a correlation').focus();
  await page.keyboard.type('keys-t');
  await page.keyboard.press('Enter');
  await expect(live.rows).toHaveCount(3);
  await page.keyboard.press('Escape');
  await page.locator('body').press('j');
  await page.keyboard.press('j');
  await expect(live.row(1)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(live.drawer).toContainText('keys-t-b');
  await page.keyboard.press('ArrowRight');
  await expect(live.drawer).toContainText('keys-t-c');
  await page.keyboard.press('Escape');
  await expect(live.row(2)).toBeFocused();
});

test('without an id, the correlations that failed or were seen last are a click away', async ({
  server,
  page,
  open,
}) => {
  await server.produce(TOPIC, steps('landing', ['a', 0], ['b', 10, 'a', type('agent.execution.failed')]));
  const live = await open(`${server.url}/trace`);
  await page
    .locator('section', { has: page.getByRole('heading', { name: 'Failed last' }) })
    .getByRole('link', { name: 'landing' })
    .click();
  await expect(live.rows).toHaveCount(2);
});

test('UX-70 axe finds nothing serious in a trace, nor where one is chosen', { tag: '@provokes' }, async ({
  server,
  page,
  open,
}) => {
  await server.produce(
    TOPIC,
    steps('axe-t', ['a', 0], ['b', 10, 'a', type('agent.execution.failed')], ['c', 5, 'gone']),
  );
  const live = await open(`${server.url}/trace/axe-t`);
  await expect(live.rows).toHaveCount(3);
  await expectAccessible(page);
  await live.row(1).click();
  await expect(live.drawer.getByRole('heading', { level: 2 })).toBeVisible();
  await expectAccessible(page);
  await page.goto(`${server.url}/trace`);
  await expect(page.getByRole('link', { name: 'axe-t' }).first()).toBeVisible();
  await expectAccessible(page);
});

test('the demo tells a story: from the chart to a failed request, to the root of the incident', async ({
  page,
  open,
  own,
}) => {
  test.setTimeout(120_000);
  const demo = await own(Server.start({ demo: true }));
  await demo.stored(15_000);
  const live = await open(`${demo.url}/events?last=7d&outcomes=failure`);
  await page.getByRole('textbox', { name: /where/i }).fill('payload.error_type = "DependencyError"');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-facet="event_types"] button')).toHaveCount(1);
  await expect(live.row(0)).toContainText('agent.execution.failed');
  await expect(page.locator('figure [data-total]')).not.toHaveText('0 events');
  await live.row(0).locator('[data-column="correlation"] a').click();
  await expect(page.getByRole('heading', { level: 2 })).toHaveText('✕ Failed at database.query.failed');
  await expect(page.locator('q')).toHaveText('connection failure');
  await live.grid.locator('[data-note="missing"] a').click();
  await expect(page.locator('header h2', { hasText: 'at database.connection.lost' })).toBeVisible();
  await page.getByRole('link', { name: 'All that it caused' }).click();
  await expect(page.locator('[data-facet="event_types"] button').first()).toHaveText(/^database\.query\.failed/);
});
