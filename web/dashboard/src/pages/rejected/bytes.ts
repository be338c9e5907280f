/** What a rejected event is made of, from the base64 of its answer. */
export function bytesOf(base64: string | null): Uint8Array {
  if (base64 === null || base64 === '') return new Uint8Array();
  const text = atob(base64);
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Where the first byte is that is no UTF-8; null if all of it is. */
export function firstInvalid(bytes: Uint8Array): number | null {
  if (isText(bytes, bytes.length)) return null;
  let good = 0;
  let bad = bytes.length;
  while (good + 1 < bad) {
    const middle = (good + bad) >>> 1;
    if (isText(bytes, middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/** Whether the first bytes are UTF-8; a character that is cut off at their end is. */
function isText(bytes: Uint8Array, length: number): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: length < bytes.length });
    return true;
  } catch {
    return false;
  }
}

const CONTROL = /(?![\t\n])\p{Cc}/gu;
/** Unicode's pictures of the control characters, in their order. */
const PICTURES = 0x2400;
const DELETE = '\u007f';

function pictureOf(control: string): string {
  if (control === DELETE) return '␡';
  return control < ' ' ? String.fromCharCode(PICTURES + control.charCodeAt(0)) : '·';
}

/** Bytes as text; what cannot be seen is shown by a sign of its own. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replaceAll(CONTROL, pictureOf);
}

export const LINE = 16;

export interface HexLine {
  offset: string;
  bytes: readonly { hex: string; sign: string; at: number }[];
}

/** Lines of sixteen, from a byte on that begins one. */
export function hexLines(bytes: Uint8Array, from: number, to: number): HexLine[] {
  const lines: HexLine[] = [];
  const first = from - (from % LINE);
  for (let at = first; at < Math.min(to, bytes.length); at += LINE) {
    lines.push({
      offset: at.toString(16).padStart(8, '0'),
      bytes: [...bytes.subarray(at, at + LINE)].map((b, i) => ({
        hex: b.toString(16).padStart(2, '0'),
        sign: b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '·',
        at: at + i,
      })),
    });
  }
  return lines;
}
