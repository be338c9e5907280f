import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, firstInvalid, hexLines, textOf } from '../src/pages/rejected/bytes';
import { byReason } from '../src/pages/rejected/groups';
import { kcatLine } from '../src/pages/rejected/kcat';
import { placeOf } from '../src/pages/rejected/place';
import { reasonWords } from '../src/pages/rejected/reasons';

const utf8 = (text: string) => new TextEncoder().encode(text);
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

test('bytes come back from base64 as they were, and hex shows each once', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const back = bytesOf(base64(bytes));
      expect([...back]).toEqual([...bytes]);
      const shown = hexLines(back, 0, back.length).flatMap((line) => line.bytes.map((b) => Number.parseInt(b.hex, 16)));
      expect(shown).toEqual([...bytes]);
    }),
  );
  expect(bytesOf(null)).toHaveLength(0);
});

test('a line of hex says where it begins, and its signs are those that can be seen', () => {
  const [, line] = hexLines(utf8('0123456789abcdef{"ä'), 16, 20);
  expect(line).toBeUndefined();
  const [only] = hexLines(utf8('0123456789abcdef{"ä'), 17, 20);
  expect(only?.offset).toBe('00000010');
  expect(only?.bytes.map((b) => b.sign).join('')).toBe('{"··');
});

test('the first byte that is no UTF-8 is found wherever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
      const good = utf8(before);
      expect(firstInvalid(good)).toBeNull();
      expect(firstInvalid(Uint8Array.from([...good, 0xff, ...utf8(after)]))).toBe(good.length);
    }),
  );
});

test('what cannot be seen has a sign in the text', () => {
  expect(textOf(Uint8Array.of(0x61, 0, 0x0a, 0x0d, 0x7f, 0xff, 0xc2, 0x85))).toBe('a␀\n␍␡\ufffd·');
});

test('the place of the fault is where the detail says, or where the bytes show it', () => {
  const value = '{"id":1,"correlation_id":"t","timestamp":"x","timestamp":"last Tuesday"}';
  const of = (reason: string, detail: string, bytes = utf8(value)) => {
    const place = placeOf({ reason, detail }, bytes);
    return place && new TextDecoder().decode(bytes.subarray(place.from, place.to));
  };
  expect(of('not_json', 'byte 1: got "i", want a name')).toBe('"');
  expect(of('not_json', 'it ends where a value was expected')).toBe('}');
  expect(of('not_json', 'byte 9999: beyond')).toBe('}');
  expect(of('field_too_long', 'correlation_id has 1200 bytes, want at most 1024')).toBe('"correlation_id"');
  expect(of('bad_timestamp', '"last Tuesday" is neither RFC 3339 nor epoch time')).toBe('"last Tuesday"');
  expect(of('invalid_utf8', '', Uint8Array.of(0x7b, 0x61, 0xfe))).toBe('\ufffd');
  expect(of('empty', '', new Uint8Array())).toBeNull();
  expect(of('not_object', 'got [1]')).toBeNull();
});

test('kcat shows the record, whatever its topic is called', () => {
  const where = { topic: "a 'b", partition: 2, offset: '9007199254740993' };
  expect(kcatLine(where, ['h:1', 'i:2'])).toBe(
    "kcat -C -b h:1,i:2 -t 'a '\\''b' -p 2 -o 9007199254740993 -c 1 -e -f 'key: %k\\nheaders: %h\\n%s\\n'",
  );
  expect(kcatLine(where, [])).toContain('-b BROKER:9092 ');
});

test('groups are put together by reason, the most frequent reason first', () => {
  const group = (reason: string, topic: string, count: number, first: number, last: number) => ({
    reason,
    topic,
    producer: 'p',
    count,
    bytes: 1,
    first_at: new Date(first).toISOString(),
    last_at: new Date(last).toISOString(),
    newest_id: last,
  });
  const reasons = byReason([group('nul', 'a', 2, 5, 9), group('empty', 'b', 4, 1, 3), group('empty', 'c', 3, 2, 8)]);
  expect(reasons.map((r) => [r.reason, r.count, Date.parse(r.firstAt), Date.parse(r.lastAt)])).toEqual([
    ['empty', 7, 1, 8],
    ['nul', 2, 5, 9],
  ]);
  expect(reasons[0]?.groups.map((g) => g.topic)).toEqual(['c', 'b']);
});

/** As internal/event/reason.go has them. */
const REASONS =
  'empty too_large invalid_utf8 not_json not_object nul lone_surrogate too_deep number_out_of_range numbers_too_long field_too_long bad_timestamp bad_tenant refused_by_store';

test.each(REASONS.split(' '))('%s has a title and says what to do', (reason) => {
  const { title, fix } = reasonWords(reason);
  expect(title).not.toBe(reason.replaceAll('_', ' '));
  expect(fix.length).toBeGreaterThan(20);
});
