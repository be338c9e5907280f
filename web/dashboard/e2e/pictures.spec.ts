import { mkdirSync } from 'node:fs';
import { expect, test } from './kit';
import { Server } from './server';

const TO = new URL('../pictures/', import.meta.url).pathname;
const PAGES = ['live', 'events', 'trace', 'stats', 'ops', 'rejected'];
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 900 },
  { width: 390, height: 800 },
];

/** Of every page, by day and by night, with demo events and without: to be looked at. */
test('pictures of every page', async ({ page, server, own }) => {
  test.setTimeout(300_000);
  mkdirSync(TO, { recursive: true });
  const demo = await own(Server.start({ demo: true }));
  await demo.stored(5_000);
  for (const [name, { url }] of Object.entries({ demo, empty: server })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const size of name === 'demo' ? WIDTHS : WIDTHS.slice(0, 1)) {
        await page.setViewportSize(size);
        for (const path of PAGES) {
          await page.goto(`${url}/${path}`);
          await expect(page.locator('footer [data-look]')).toHaveText('Live');
          await page.waitForTimeout(700); // what is loaded has come, and is drawn
          await page.screenshot({ path: `${TO}${path}-${name}-${size.width}-${colorScheme}.png` });
        }
      }
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${demo.url}/live?outcomes=failure`);
  await page.getByRole('grid').locator('[data-key]').first().click();
  await expect(page.getByRole('complementary', { name: 'Event' })).toBeVisible();
  await page.screenshot({ path: `${TO}drawer-demo-1440-dark.png` });
});
