import { parse } from 'lossless-json';
import { expect, test } from 'vitest';
import { shellQuoted } from '../src/events/copies';
import { cell, pretty } from '../src/format/json';
import { bytes, count, counted, rate, share } from '../src/format/number';
import { ago, clock, dateTime, duration, zoneName } from '../src/format/time';
import { shortId, typeParts } from '../src/format/type';

const TIME = '2026-10-01T08:00:00.123456Z';

test('a time is shown in UTC, or where the browser is', () => {
  expect(clock(TIME, 'utc')).toBe('08:00:00.123');
  expect(dateTime(TIME, 'utc')).toBe('2026-10-01 08:00:00.123');
  const local = new Date(TIME);
  expect(clock(TIME, 'local')).toContain(`${String(local.getHours()).padStart(2, '0')}:00:00.123`);
  expect(clock('2026-10-01T08:00:00.1Z', 'utc')).toBe('08:00:00.100');
  expect(clock('no time', 'utc')).toBe('no time');
  expect(zoneName('utc')).toBe('UTC');
});

test('durations and ages are said in two numbers at most', () => {
  expect([0, 12, 4200, 61_000, 3_700_000, 90_000_000, -5].map(duration)).toEqual([
    '0 ms',
    '12 ms',
    '4.2 s',
    '1 min 1 s',
    '1 h 1 min',
    '1 d 1 h',
    '−5 ms',
  ]);
  expect([0, 2_500, 60_000, 7_200_000, 200_000_000].map(ago)).toEqual([
    'now',
    '2 s ago',
    '1 min ago',
    '2 h ago',
    '2 d ago',
  ]);
});

test('numbers are short and have their unit', () => {
  expect([count(1234567), counted(1, 'event'), counted(12, 'event'), rate(0.44), rate(0), rate(1240)]).toEqual([
    '1,234,567',
    '1 event',
    '12 events',
    '0.4',
    '0',
    '1,240',
  ]);
  expect([bytes(812), bytes(1400), bytes(1_048_576), share(1, 8), share(1, 200), share(1, 0)]).toEqual([
    '812 B',
    '1.4 kB',
    '1.0 MB',
    '13 %',
    '0.5 %',
    '–',
  ]);
});

test('a type tells what sets it apart', () => {
  expect(typeParts('omninode.agent.execution.failed.v1')).toEqual({
    family: 'omninode.',
    name: 'agent.execution.failed',
    version: '.v1',
  });
  expect(typeParts('agent-actions')).toEqual({ family: '', name: 'agent-actions', version: '' });
  expect(shortId('01a20fa9-a5bc-74ea-860a-79e397a59fea')).toBe('…97a59fea');
  expect(shortId('c-1')).toBe('c-1');
});

test('JSON keeps every digit', () => {
  expect(pretty(parse('{"a":9007199254740993,"b":1.10}'))).toBe('{\n  "a": 9007199254740993,\n  "b": 1.10\n}');
  expect(cell(parse('1.10'))).toBe('1.10');
});

test('a shell takes a text as it is', () => {
  expect(shellQuoted("it's; rm -rf $HOME")).toBe(`'it'\\''s; rm -rf $HOME'`);
});
