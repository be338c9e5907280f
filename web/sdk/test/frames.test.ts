import { readdirSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'lossless-json';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '../src/decode.js';
import { frame } from '../src/frames.js';

const folder = new URL('../../../docs/testdata/frames/', import.meta.url);

const golden = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

/** Null and absent mean the same. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== null)
      .map(([name, v]) => [name, withoutNulls(v)]),
  );
}

test('there is a golden frame of every type that is known', () => {
  const types = new Set(golden.map(({ text }) => (JSON.parse(text) as { type: string }).type));
  expect([...types].sort()).toEqual(
    [
      ...['hello', 'subscribed', 'events', 'preview', 'progress', 'caught_up', 'lagging', 'reset', 'status'],
      ...['token_expires', 'goodbye', 'error', 'pong', 'unsubscribed'],
    ].sort(),
  );
});

describe.each(golden)('$name', ({ text }) => {
  const said = JSON.parse(text) as Record<string, unknown>;

  test('is read whole', () => {
    expect(withoutNulls(frame(said))).toEqual(withoutNulls(said));
  });

  test('is read the same with fields that a later version adds', () => {
    expect(frame({ ...said, added_later: { at: 1 } })).toEqual(frame(said));
  });

  test('is read the same where parse gives an object for each number', () => {
    const { events: _, ...lossless } = frame(parse(text)) as unknown as Record<string, unknown>;
    const { events: __, ...plain } = frame(said) as unknown as Record<string, unknown>;
    expect(lossless).toEqual(plain);
  });

  test('with a field of another shape is an error that names it', () => {
    for (const name of Object.keys(said).filter((n) => n !== 'type')) {
      expect(() => frame({ ...said, [name]: Symbol(name) })).toThrow(ShapeError);
      expect(() => frame({ ...said, [name]: Symbol(name) })).toThrow(name);
    }
  });
});

test('a payload is what parse made of it, digit by digit', () => {
  const text = golden.find(({ name }) => name === 'events_live.json')?.text ?? '';
  const read = frame(parse(text));
  expect(read?.type === 'events' && stringify(read.events[0]?.payload)).toBe(
    '{"cost":1.10,"duration_ms":9007199254740993}',
  );
});

test('a frame of a type that a later version adds is ignored', () => {
  expect(frame({ type: 'weather', degrees: 21 })).toBeNull();
  expect(frame({ type: 'toString' })).toBeNull();
});

test('what is no frame is an error', () => {
  for (const value of [null, 3, 'hello', [], {}, { type: 1 }]) expect(() => frame(value)).toThrow(ShapeError);
});
