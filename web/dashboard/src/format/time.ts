import type { Zone } from '../state/view';

const two = (n: number) => String(n).padStart(2, '0');
const three = (n: number) => String(n).padStart(3, '0');

interface Parts {
  date: string;
  clock: string;
  ms: string;
}

function partsOf(at: number, zone: Zone): Parts | null {
  const d = new Date(at);
  if (Number.isNaN(d.getTime())) return null;
  if (zone === 'utc') {
    const iso = d.toISOString();
    return { date: iso.slice(0, -14), clock: iso.slice(-13, -5), ms: iso.slice(-4, -1) };
  }
  return {
    date: `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`,
    clock: `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`,
    ms: three(d.getMilliseconds()),
  };
}

const millis = (time: string | number) => (typeof time === 'number' ? time : Date.parse(time));

/** `08:00:00.123` */
export function clock(time: string | number, zone: Zone): string {
  const parts = partsOf(millis(time), zone);
  return parts ? `${parts.clock}.${parts.ms}` : String(time);
}

/** `08:00:00` */
export function clockSeconds(time: string | number, zone: Zone): string {
  return partsOf(millis(time), zone)?.clock ?? String(time);
}

/** `2026-10-01` */
export function date(time: string | number, zone: Zone): string {
  return partsOf(millis(time), zone)?.date ?? String(time);
}

/** `2026-10-01 08:00:00.123` */
export function dateTime(time: string | number, zone: Zone): string {
  const parts = partsOf(millis(time), zone);
  return parts ? `${parts.date} ${parts.clock}.${parts.ms}` : String(time);
}

/** What a zone is called: `UTC`, or like `UTC+02:00`. */
export function zoneName(zone: Zone, at = new Date()): string {
  const minutes = zone === 'utc' ? 0 : -at.getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const abs = Math.abs(minutes);
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}

/** `2 s ago` */
export function ago(ms: number): string {
  const s = Math.floor(ms / 1000);
  if (s < 1) return 'now';
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86_400)} d ago`;
}

/** `12 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(ms: number): string {
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < 10 && ms % 1 !== 0) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return twoParts(ms, [60_000, 'min'], [1000, 's']);
  if (ms < 86_400_000) return twoParts(ms, [3_600_000, 'h'], [60_000, 'min']);
  return twoParts(ms, [86_400_000, 'd'], [3_600_000, 'h']);
}

type Unit = readonly [ms: number, name: string];

function twoParts(ms: number, [large, name]: Unit, [small, part]: Unit): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${name}${rest === 0 ? '' : ` ${rest} ${part}`}`;
}
