import { clock, clockSeconds, date } from '../format/time';
import type { Zone } from '../state/view';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [1, 5, 10, 30]
  .map((n) => n * SECOND)
  .concat(
    [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
    [1, 2, 3, 6, 12].map((n) => n * HOUR),
    [1, 2, 7, 14, 30, 90, 365].map((n) => n * DAY),
  );

const MOST = 8;

export interface Tick {
  at: number;
  text: string;
}

/** Round times of a zone between two, few enough to be read. */
export function ticksOf(start: number, end: number, zone: Zone): Tick[] {
  if (!(end > start)) return [];
  const step = STEPS.find((s) => (end - start) / s <= MOST) ?? 365 * DAY;
  const ahead = zone === 'utc' ? 0 : -new Date(start).getTimezoneOffset() * MINUTE;
  const ticks: Tick[] = [];
  const last = end - (end - start) / 20; // one at the very end would be cut
  for (let at = Math.ceil((start + ahead) / step) * step - ahead; at < last; at += step) {
    ticks.push({ at, text: textOf(at, step, zone) });
  }
  return ticks;
}

function textOf(at: number, step: number, zone: Zone): string {
  const time = clockSeconds(at, zone);
  const day = date(at, zone).slice(5);
  if (step >= DAY) return day;
  if (step < SECOND) return clock(at, zone);
  if (step < MINUTE) return time;
  const minutes = time.slice(0, 5);
  return minutes === '00:00' ? day : minutes;
}
