import { isLosslessNumber, stringify } from 'lossless-json';

/** JSON over several lines, each number as it came. */
export function pretty(value: unknown): string {
  return stringify(value, null, 2) ?? 'null';
}

/** JSON on one line, each number as it came. */
export function compact(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** A value as a cell of a table shows it: a text without quotes. */
export function cell(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return isLosslessNumber(value) ? value.value : compact(value);
}
