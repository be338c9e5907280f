import { Payload } from './payload';

/**
 * JSON.parse for frames and answers, but the payloads in `events` stay the texts that they came as. JSON.parse would
 * destroy their large numbers, and reading them all into objects would cost most of the time and memory of a busy page.
 */
export function parseWire(text: string): unknown {
  const spans = text.includes('"payload"') ? spansOf(text) : [];
  if (spans.length === 0) return JSON.parse(text);
  let thin = '';
  let at = 0;
  for (const [i, [from, to]] of spans.entries()) {
    thin += text.slice(at, from) + i;
    at = to;
  }
  const value: { events: { payload?: unknown }[] } = JSON.parse(thin + text.slice(at));
  for (const event of value.events) {
    const span = typeof event.payload === 'number' ? spans[event.payload] : undefined;
    if (span) event.payload = new Payload(text.slice(...span));
  }
  return value;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const OPEN = new Set([91, 123]);
const CLOSE = new Set([93, 125]);
const SPACE = new Set([9, 10, 13, 32]);

/** Depths: the answer is 1, its list of events 2, an event 3. */
const ANSWER = 1;
const EVENT = 3;

function spansOf(text: string): [number, number][] {
  const spans: [number, number][] = [];
  let depth = 0;
  let inEvents = false;
  for (let i = 0; i < text.length; ) {
    const c = text.charCodeAt(i);
    if (c !== QUOTE) {
      if (OPEN.has(c)) depth++;
      else if (CLOSE.has(c)) depth--;
      i++;
      continue;
    }
    const end = afterText(text, i);
    const colon = afterSpace(text, end);
    const isName = text.charCodeAt(colon) === COLON;
    if (isName && depth === ANSWER) inEvents = text.startsWith('"events"', i);
    if (isName && depth === EVENT && inEvents && text.startsWith('"payload"', i)) {
      const from = afterSpace(text, colon + 1);
      i = afterValue(text, from);
      spans.push([from, i]);
    } else i = end;
  }
  return spans;
}

function afterSpace(text: string, i: number): number {
  let at = i;
  while (SPACE.has(text.charCodeAt(at))) at++;
  return at;
}

/** Behind the closing quote of the text that begins at i. */
function afterText(text: string, i: number): number {
  for (let end = text.indexOf('"', i + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** Behind the value that begins at i. */
function afterValue(text: string, i: number): number {
  let depth = 0;
  for (let at = i; at < text.length; ) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) {
      at = afterText(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (OPEN.has(c)) depth++;
    else if (CLOSE.has(c)) {
      if (depth === 0) return at; // of a number, true, false or null
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (c === 44 || SPACE.has(c))) return at;
    at++;
  }
  return text.length;
}
