import type { Event, Preview } from '@omninode-ai/eventfeed';
import type { ReactNode } from 'react';

/** What the list says between events. */
export type Note =
  | { what: 'reconnected'; afterMs: number; events: number }
  | { what: 'retention'; from: number; to: number }
  | { what: 'epoch' }
  | { what: 'lagging'; behind: number }
  /** What else a page has to say in this place. */
  | { what: 'missing'; words: ReactNode };

/** One line of a list. The key stays the same while an event is shown, also when a preview is stored. */
export type Row =
  | { kind: 'event'; key: string; event: Event }
  | { kind: 'preview'; key: string; event: Preview }
  | { kind: 'note'; key: string; note: Note; at: number };

/** Rows from the top of the list on; what is not loaded is undefined. */
export interface Rows {
  readonly length: number;
  at(index: number): Row | undefined;
  /** How far rows have moved down since the list began, as others came above them: the list stays where it is read. */
  readonly shift?: number;
}

export const NO_ROWS: Rows = { length: 0, at: () => undefined };

export function rowsOf(list: readonly Row[]): Rows {
  return { length: list.length, at: (i) => list[i] };
}

/** Kafka's name of an event, the same before and after it is stored. */
export function keyOf({ topic, partition, offset }: Pick<Event, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`;
}

export function eventRow(event: Event): Row {
  return { kind: 'event', key: keyOf(event), event };
}

/** The index of the row with a key, or -1. */
export function indexOf(rows: Rows, key: string | null): number {
  if (key === null) return -1;
  for (let i = 0; i < rows.length; i++) if (rows.at(i)?.key === key) return i;
  return -1;
}

/** The next row that is an event, in a direction; -1 at the end. */
export function step(rows: Rows, from: number, by: 1 | -1): number {
  for (let i = from + by; i >= 0 && i < rows.length; i += by) {
    const row = rows.at(i);
    if (row && row.kind !== 'note') return i;
  }
  return -1;
}
