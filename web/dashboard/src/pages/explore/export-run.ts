import type { ExportFormat } from '@omninode-ai/eventfeed';

export interface Progress {
  events: number;
  bytes: number;
}

export interface Exported extends Progress {
  file: Blob;
  /** What the file itself says, in its last line; null where the format has no such line. */
  told: number | null;
}

const NEWLINE = 10;
const QUOTE = 34;

/** Into a Blob, which a browser may keep on disk, goes what has come once it is so much. */
const PART = 8 << 20;
const PROGRESS_MS = 100;

/** Counts the records of a file as it comes, whatever the pieces it comes in. */
export class Counter {
  readonly #format: ExportFormat;
  #lines = 0;
  #quoted = false;

  constructor(format: ExportFormat) {
    this.#format = format;
  }

  add(piece: Uint8Array): void {
    for (const byte of piece) {
      if (byte === QUOTE && this.#format === 'text/csv') this.#quoted = !this.#quoted;
      else if (byte === NEWLINE && !this.#quoted) this.#lines++;
    }
  }

  /** Without the head of a table. */
  get events(): number {
    return this.#format === 'text/csv' ? Math.max(0, this.#lines - 1) : this.#lines;
  }
}

/**
 * Reads an export to its end. It is whole, or this throws: the server cuts one off that it cannot finish, and NDJSON says in
 * its last line how many events it has.
 */
export async function readExport(
  answer: Response,
  format: ExportFormat,
  onProgress: (progress: Progress) => void,
): Promise<Exported> {
  const reader = answer.body?.getReader();
  if (!reader) throw new Error('the answer is empty');
  const counter = new Counter(format);
  const parts: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  let bytes = 0;
  let toldAt = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    counter.add(value);
    bytes += value.length;
    held += value.length;
    pieces.push(value);
    if (held >= PART) {
      parts.push(new Blob(pieces));
      pieces = [];
      held = 0;
    }
    if (performance.now() - toldAt < PROGRESS_MS) continue;
    toldAt = performance.now();
    onProgress({ events: counter.events, bytes });
  }
  const file = new Blob([...parts, ...pieces], { type: format });
  if (format === 'text/csv') return { file, bytes, events: counter.events, told: null };
  return { file, bytes, ...(await lastLine(file, counter.events - 1)) };
}

/** More than the last line is long. */
const TAIL = 200;

async function lastLine(file: Blob, events: number): Promise<{ events: number; told: number }> {
  const text = await file.slice(-TAIL).text();
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  const told = Number(/^\{"_end":true,"count":(\d+)\}$/.exec(line)?.[1] ?? Number.NaN);
  if (Number.isNaN(told)) throw new Error('the file has no last line that says how many events it has');
  if (told !== events) throw new Error(`the file says that it has ${told} events, and has ${events}`);
  return { events, told };
}

/** Gives a file to the browser's downloads. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // a browser may still be reading it
}
