import type { Event } from '@omninode-ai/eventfeed';
import { microsOf } from '../../format/micros';

/** From times of a trace to places beside each other. */
export interface Scale {
  start: bigint;
  /** From the earliest to the latest event, in milliseconds. */
  ms: number;
}

export function scaleOf(events: readonly Event[]): Scale {
  const times = events.map((e) => microsOf(e.timestamp));
  let [start = 0n] = times;
  let end = start;
  for (const time of times) {
    if (time < start) start = time;
    if (time > end) end = time;
  }
  return { start, ms: Number(end - start) / 1000 };
}

/** Milliseconds after the trace's beginning. */
export function offsetOf({ start }: Scale, { timestamp }: Event): number {
  return Number(microsOf(timestamp) - start) / 1000;
}

/** A part of the width, 0 to 100. */
export function percentOf({ ms }: Scale, offset: number): number {
  return ms === 0 ? 0 : (100 * offset) / ms;
}

/** Round numbers of milliseconds along the scale. */
export function marksOf({ ms }: Scale, most = 4): number[] {
  if (ms <= 0) return [0];
  const rough = ms / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((n) => n * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(ms / step) + 1 }, (_, i) => i * step);
}
