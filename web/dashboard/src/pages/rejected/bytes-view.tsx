import { useEffect, useRef, useState } from 'react';
import { count, bytes as size } from '../../format/number';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { bytesOf, hexLines, LINE, textOf } from './bytes';
import type { Place } from './place';
import css from './rejected.module.css';

/** So much is shown at once: a megabyte of hex is a hundred thousand elements. */
const WINDOW = 2048;
const BEFORE = 512;

interface BytesProps {
  value: string | null;
  place: Place | null;
}

/** The bytes as they came, as text and as hex, with the place that is to blame marked. */
export function BytesView({ value, place }: BytesProps) {
  const bytes = bytesOf(value);
  const start = place && place.from > WINDOW - LINE ? place.from - (place.from % LINE) - BEFORE : 0;
  const [from, setFrom] = useState(start);
  const to = Math.min(bytes.length, from + WINDOW);
  const parts = cut(bytes, from, to, place);
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown has changed
  useEffect(() => showMarks(box.current), [from, value]);
  return (
    <section ref={box} className={css['section']} aria-label="Bytes">
      <header>
        <h3>{value === null ? 'No value' : `Value, ${size(bytes.length)}`}</h3>
        {bytes.length > WINDOW && (
          <span className={css['walk']}>
            bytes {count(from)} to {count(to)}
            <Button small disabled={from === 0} onClick={() => setFrom(Math.max(0, from - WINDOW))}>
              Earlier
            </Button>
            <Button small disabled={to === bytes.length} onClick={() => setFrom(from + WINDOW)}>
              Later
            </Button>
          </span>
        )}
        <CopyButton small text={() => value ?? ''} disabled={bytes.length === 0}>
          Copy base64
        </CopyButton>
      </header>
      {place && (
        <p className={css['legend']}>
          <mark>Marked</mark> is where the fault is: byte {count(place.from)}
          {place.to - place.from > 1 && ` to ${count(place.to - 1)}`}, hex {place.from.toString(16).padStart(8, '0')}
        </p>
      )}
      {bytes.length === 0 ? (
        <p className={css['hint']}>There are none.</p>
      ) : (
        <>
          <h4>As text</h4>
          <pre className={css['text']} data-bytes="text" data-box="">
            {parts.before}
            {parts.at !== '' && <mark>{parts.at}</mark>}
            {parts.after}
          </pre>
          <h4>As hex</h4>
          <Hex bytes={bytes} from={from} to={to} place={place} />
        </>
      )}
    </section>
  );
}

/** Each box is scrolled to its mark; the page is not. */
function showMarks(section: HTMLElement | null): void {
  for (const box of section?.querySelectorAll<HTMLElement>('[data-box]') ?? []) {
    const mark = box.querySelector('mark');
    const down = mark ? mark.getBoundingClientRect().top - box.getBoundingClientRect().top : 0;
    box.scrollTop += Math.max(0, down - box.clientHeight / 2);
  }
}

function cut(bytes: Uint8Array, from: number, to: number, place: Place | null) {
  const isHere = place !== null && place.from < to && place.to > from;
  const first = isHere ? Math.max(from, place.from) : to;
  const last = isHere ? Math.min(to, place.to) : to;
  return {
    before: textOf(bytes.subarray(from, first)),
    at: textOf(bytes.subarray(first, last)),
    after: textOf(bytes.subarray(last, to)),
  };
}

function Hex({ bytes, from, to, place }: { bytes: Uint8Array; from: number; to: number; place: Place | null }) {
  const isMarked = (at: number) => place !== null && at >= place.from && at < place.to;
  return (
    <div className={css['hexBox']} data-box="">
      <pre className={css['hex']} data-bytes="hex">
        {hexLines(bytes, from, to).map((line) => (
          <span key={line.offset} className={css['hexLine']}>
            <i>{line.offset}</i>
            {'  '}
            {line.bytes.map((b, i) => (
              <Byte key={b.at} text={b.hex} marked={isMarked(b.at)} after={i === 7 ? '  ' : ' '} />
            ))}
            {' '.repeat(pad(line.bytes.length))}
            {line.bytes.map((b) => (
              <Byte key={b.at} text={b.sign} marked={isMarked(b.at)} after="" />
            ))}
            {'\n'}
          </span>
        ))}
      </pre>
    </div>
  );
}

/** What a line lacks until its signs begin where those of full lines do. */
function pad(length: number): number {
  return (LINE - length) * 3 + (length < 8 ? 1 : 0) + 1;
}

function Byte({ text, marked, after }: { text: string; marked: boolean; after: string }) {
  return (
    <>
      {marked ? <mark>{text}</mark> : text}
      {after}
    </>
  );
}
