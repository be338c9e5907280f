import fc from 'fast-check';
import { isLosslessNumber } from 'lossless-json';
import { expect, test } from 'vitest';
import { Payload, payloadOf } from '../src/api/payload';
import { parseWire } from '../src/api/wire';

const eventOf = (payload: string, more = '') => `{"event_id":"e","payload":${payload}${more}}`;
const frameOf = (...events: string[]) =>
  `{"type":"events","feed":7,"prev":0,"position":9,"events":[${events.join(',')}]}`;

function payloads(text: string): string[] {
  const { events } = parseWire(text) as { events: { payload: unknown }[] };
  return events.map((e) => (e.payload as Payload).text);
}

test('a payload stays the text that came', () => {
  const text = '{"id": 9007199254740993, "cost":1.10,"e":1e400}';
  expect(payloads(frameOf(eventOf(text), eventOf('[]', ',"payload2":1'), eventOf('"a\\\\"')))).toEqual([
    text,
    '[]',
    '"a\\\\"',
  ]);
});

test('a payload of any kind ends where it ends', () => {
  for (const text of [
    'null',
    'true',
    '-1.50',
    '""',
    '"}],\\""',
    '{}',
    '[[{"a":"]"}]]',
    '{"payload":{"payload":[1]}}',
  ]) {
    expect(payloads(frameOf(eventOf(text), eventOf(text, ',"topic":"t"')))).toEqual([text, text]);
    expect(payloads(frameOf(`{"payload" : ${text} , "event_id":"e"}`))).toEqual([text]);
  }
});

test('what is no event keeps its payload', () => {
  expect(parseWire('{"payload":{"n":1},"events":[]}')).toEqual({ payload: { n: 1 }, events: [] });
  expect(parseWire('{"options":{"events":[{"payload":1}]}}')).toEqual({ options: { events: [{ payload: 1 }] } });
  expect(parseWire('{"rejected":[{"payload":1}]}')).toEqual({ rejected: [{ payload: 1 }] });
});

test('any payload comes back as it was, and the event around it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.json(), fc.string())), (pairs) => {
      const text = frameOf(...pairs.map(([json, id]) => `{"event_id":${JSON.stringify(id)},"payload":${json}}`));
      const { events } = parseWire(text) as { events: { event_id: string; payload: Payload }[] };
      expect(events.map((e) => [e.payload.text, e.event_id])).toEqual(pairs);
    }),
  );
});

test('numbers inside a payload keep their digits', () => {
  const payload = new Payload('{"big":9007199254740993,"cost":1.10,"list":[{"a":2}]}');
  const big = payload.at(['big']);
  expect(isLosslessNumber(big) && big.value).toBe('9007199254740993');
  expect(String(payload.at(['cost']))).toBe('1.10');
  expect(String(payload.at(['list', '0', 'a']))).toBe('2');
  expect(payload.at(['list', '1', 'a'])).toBeUndefined();
  expect(payload.at(['constructor'])).toBeUndefined();
  expect(payloadOf({ payload: undefined }).text).toBe('null');
});
