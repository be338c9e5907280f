import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticksOf } from '../src/charts/ticks';
import { microsOf, timeOf } from '../src/format/micros';
import { Counter, readExport } from '../src/pages/explore/export-run';
import { readTime } from '../src/pages/explore/read-time';
import { windowOf, zoomedOut } from '../src/pages/explore/span';

const NOW = Date.parse('2026-10-01T08:00:00Z');

test('a time keeps its microseconds', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 4_000_000_000_000_000n), (micros) => {
      expect(microsOf(timeOf(micros))).toBe(micros);
    }),
  );
  expect(microsOf('2026-10-01T08:00:00.1Z') - microsOf('2026-10-01T08:00:00Z')).toBe(100_000n);
});

test('what a person writes as a time is read in the zone of the page, unless it says its own', () => {
  expect(readTime(' 2026-10-01 08:00 ', 'utc')).toBe('2026-10-01T08:00:00.000Z');
  expect(readTime('2026-10-01T08:00:00.123+02:00', 'utc')).toBe('2026-10-01T06:00:00.123Z');
  expect(readTime('2026-10-01', 'local')).toBe(new Date(2026, 9, 1).toISOString());
  expect(readTime('yesterday', 'utc')).toBeNull();
  expect(readTime('2026-13-01 08:00', 'utc')).toBeNull();
});

test('a span has no end in the list, so that clocks that are ahead hide nothing', () => {
  const { list, chart } = windowOf({ range: { last: '15m' }, at: null }, NOW);
  expect(list).toEqual({ start_time: '2026-10-01T07:45:00.000Z' });
  expect(chart).toEqual({ start: NOW - 900_000, end: NOW });
});

test('zooming out goes to the next span, or to three times the range but not beyond now', () => {
  const chart = { start: NOW - 900_000, end: NOW };
  expect(zoomedOut({ last: '15m' }, chart, NOW)).toEqual({ last: '1h' });
  const own = { start: '2026-10-01T07:00:00Z', end: '2026-10-01T07:10:00Z' };
  expect(zoomedOut(own, windowOf({ range: own, at: null }, NOW).chart, NOW)).toEqual({
    start: '2026-10-01T06:50:00.000Z',
    end: '2026-10-01T07:20:00.000Z',
  });
  expect(zoomedOut(own, { start: NOW - 600_000, end: NOW }, NOW)).toEqual({
    start: '2026-10-01T07:30:00.000Z',
    end: '2026-10-01T08:00:00.000Z',
  });
});

test('an axis has round times, few enough to be read', () => {
  expect(ticksOf(NOW - 3_600_000, NOW, 'utc').map((t) => t.text)).toEqual([
    '07:00',
    '07:10',
    '07:20',
    '07:30',
    '07:40',
    '07:50',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4e9 }), (width) => {
      expect(ticksOf(NOW, NOW + width, 'local').length).toBeLessThanOrEqual(9);
    }),
  );
});

const bytes = (text: string) => new TextEncoder().encode(text);

/** An answer in pieces of so many bytes. */
function answer(text: string, size: number, brokenOff = false): Response {
  const all = bytes(text);
  let from = 0;
  return new Response(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (from >= all.length)
          return brokenOff ? controller.error(new TypeError('network error')) : controller.close();
        controller.enqueue(all.slice(from, from + size));
        from += size;
        return undefined;
      },
    }),
  );
}

test('rows of a table are counted, not the line breaks in its cells', () => {
  const table = 'id,payload\n1,"{""a"":""x\ny""}"\n2,"\n\n"\n';
  for (const size of [1, 2, 3, 7, 100]) {
    const counter = new Counter('text/csv');
    for (let i = 0; i < table.length; i += size) counter.add(bytes(table.slice(i, i + size)));
    expect(counter.events).toBe(2);
  }
});

test('an export in lines is whole when its last line says so', async () => {
  const whole = '{"a":1}\n{"a":2}\n{"_end":true,"count":2}\n';
  const { events, told, file } = await readExport(answer(whole, 5), 'application/x-ndjson', () => {});
  expect({ events, told, size: file.size }).toEqual({ events: 2, told: 2, size: whole.length });
  const read = (text: string, broken = false) => readExport(answer(text, 5, broken), 'application/x-ndjson', () => {});
  await expect(read('{"a":1}\n{"a":2}\n')).rejects.toThrow('no last line');
  await expect(read('{"a":1}\n{"_end":true,"count":2}\n')).rejects.toThrow('says that it has 2 events, and has 1');
  await expect(read(whole, true)).rejects.toThrow('network error');
});
