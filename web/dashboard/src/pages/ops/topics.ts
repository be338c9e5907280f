import type { Replica } from '@omninode-ai/eventfeed';
import type { KafkaDetail } from './detail';

/** A topic that is read: by whom, and how far this replica is. */
export interface TopicLine {
  topic: string;
  /** By the name of who reads it. */
  readers: { replica: string; partitions: number[] }[];
  partitions: number;
  /** Null: another replica reads it, and only that knows. */
  lag: number | null;
}

/** What a replica is called; a member of the group that is none of ours by its own name. */
export function nameOf({ replica, member }: Replica): string {
  return replica === '' ? member : replica;
}

/** All topics that are read, those that are furthest behind first. */
export function topicLines(partitions: KafkaDetail['partitions'], replicas: readonly Replica[]): TopicLine[] {
  const lines = new Map<string, TopicLine>();
  const of = (topic: string) => {
    const line = lines.get(topic) ?? { topic, readers: [], partitions: 0, lag: null };
    lines.set(topic, line);
    return line;
  };
  for (const replica of replicas) {
    for (const { topic, partitions: read } of replica.reads) {
      const line = of(topic);
      line.readers.push({ replica: nameOf(replica), partitions: read });
      line.partitions += read.length;
    }
  }
  for (const { topic, lag } of partitions) {
    const line = of(topic);
    line.lag = (line.lag ?? 0) + lag;
    if (line.readers.length === 0) line.partitions++; // who reads what is not known yet
  }
  return [...lines.values()].sort((a, b) => (b.lag ?? 0) - (a.lag ?? 0) || (a.topic < b.topic ? -1 : 1));
}

/** `0–3, 7` */
export function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last && n <= last[1] + 1) last[1] = n;
    else parts.push([n, n]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}
