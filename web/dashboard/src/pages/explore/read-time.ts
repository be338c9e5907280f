import type { Zone } from '../../state/view';

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2})(\.\d{1,6})?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** What a person wrote as a time, as RFC 3339 in UTC; in the page's zone unless it says its own. Null if it is none. */
export function readTime(text: string, zone: Zone): string | null {
  const parts = TIME.exec(text.trim());
  if (!parts) return null;
  const [, day, minutes = '00:00', seconds = '00', fraction = '', own] = parts;
  const at = new Date(`${day}T${minutes}:${seconds}${fraction}${own ?? (zone === 'utc' ? 'Z' : '')}`);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
