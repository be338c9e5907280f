import { firstInvalid } from './bytes';

/** The bytes that are to blame: from, and up to but without to. */
export interface Place {
  from: number;
  to: number;
}

interface Faulty {
  reason: string;
  detail: string;
}

/** Where the fault is, as far as the detail says it or the bytes show it. Null: in all of it, or in none. */
export function placeOf({ reason, detail }: Faulty, bytes: Uint8Array): Place | null {
  const named = /^byte (\d+)/.exec(detail)?.[1];
  if (named !== undefined) return within(Number(named), 1, bytes);
  switch (reason) {
    case 'invalid_utf8': {
      const at = firstInvalid(bytes);
      return at === null ? null : within(at, 1, bytes);
    }
    case 'not_json':
      return bytes.length > 0 && detail.startsWith('it ends') ? { from: bytes.length - 1, to: bytes.length } : null;
    case 'field_too_long':
      return find(bytes, `"${/^(\S+) has/.exec(detail)?.[1] ?? ''}"`);
    case 'bad_timestamp':
    case 'bad_tenant':
      return find(bytes, /^("(?:[^"\\]|\\.)*"|\S+)/.exec(detail)?.[1] ?? '');
    default:
      return null;
  }
}

function within(at: number, length: number, bytes: Uint8Array): Place | null {
  if (bytes.length === 0) return null;
  const from = Math.min(at, bytes.length - 1);
  return { from, to: Math.min(from + length, bytes.length) };
}

function find(bytes: Uint8Array, text: string): Place | null {
  if (text === '' || text === '""') return null;
  const wanted = new TextEncoder().encode(text);
  const last = bytes.length - wanted.length;
  let found: Place | null = null;
  // The last one counts: of a repeated key, that is what was read.
  for (let at = 0; at <= last; at++) {
    if (wanted.every((b, i) => bytes[at + i] === b)) found = { from: at, to: at + wanted.length };
  }
  return found;
}
