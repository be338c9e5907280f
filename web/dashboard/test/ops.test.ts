import { expect, test } from 'vitest';
import { gapsOf, hubDetail, kafkaDetail, relayDetail } from '../src/pages/ops/detail';
import { filterWords } from '../src/pages/ops/filter-words';
import { ranges, topicLines } from '../src/pages/ops/topics';

test('numbers in a row are written as a range', () => {
  expect(ranges([7, 0, 1, 2, 4])).toBe('0–2, 4, 7');
  expect(ranges([])).toBe('');
});

test('a topic knows who reads it, and how far this replica is behind; the furthest comes first', () => {
  const replica = (name: string, topic: string, ...partitions: number[]) => ({
    replica: name,
    member: `m-${name}`,
    host: 'h',
    reads: [{ topic, partitions }],
  });
  const lines = topicLines(
    [
      { topic: 'a', partition: 0, next: 5, lag: 1 },
      { topic: 'a', partition: 1, next: 5, lag: 2 },
      { topic: 'c', partition: 0, next: 5, lag: 9 },
    ],
    [replica('r1', 'a', 0, 1), replica('r2', 'a', 2), replica('', 'b', 0)],
  );
  expect(lines.map((l) => [l.topic, l.lag, l.partitions, l.readers.map((r) => r.replica).join()])).toEqual([
    ['c', 9, 1, ''],
    ['a', 3, 3, 'r1,r2'],
    ['b', null, 1, 'm-'],
  ]);
});

test('details of services are read whatever is missing of them, and are null where there are none', () => {
  expect([kafkaDetail(null), relayDetail(undefined), hubDetail(null)]).toEqual([null, null, null]);
  expect(kafkaDetail({ lag: 3, partitions: [{ topic: 't', lag: 3 }], brokers: ['h:1', 5] })).toMatchObject({
    lag: 3,
    brokers: ['h:1'],
    partitions: [{ topic: 't', partition: 0, next: 0, lag: 3 }],
    lastError: null,
  });
  expect(relayDetail({ siblings: [{ replica: 'r2', position: 5 }, 7] })?.siblings).toEqual([
    { replica: 'r2', position: 5, lastSeen: null },
    { replica: '', position: 0, lastSeen: null },
  ]);
  expect(gapsOf([{ topic: 't', partition: 1, from: 3, to: 9, reason: 'retention', noticed_at: 'x' }])).toEqual([
    { topic: 't', partition: 1, from: 3, to: 9, reason: 'retention', noticedAt: 'x' },
  ]);
});

test('a filter is said on one line', () => {
  expect(filterWords({})).toBe('everything');
  expect(filterWords({ event_types: ['*.failed.v1'], tenant_ids: ['a', 'b'], where: 'x = 1' })).toBe(
    'type: *.failed.v1, tenant: a or b, where x = 1',
  );
});
