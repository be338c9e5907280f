import { type PointerEvent, useRef, useState } from 'react';
import { count } from '../format/number';
import { clockSeconds } from '../format/time';
import type { Zone } from '../state/view';
import { classes } from '../ui/classes';
import { type Bucket, totalOf } from './bucket';
import css from './histogram.module.css';
import { ticksOf } from './ticks';

const HEIGHT = 40;
const WIDTH = 600;

interface HistogramProps {
  buckets: readonly Bucket[];
  zone: Zone;
  /** Of one bucket. */
  widthMs: number;
  /** What the buckets span, in a few words. */
  span: string;
  /** A range was brushed: Unix milliseconds, the end not in it. */
  onBrush: (start: number, end: number) => void;
  /** For a page that is about time: it is taller, and has an axis. */
  tall?: boolean;
  /** What else there is to say of what was counted. */
  note?: string | undefined;
}

/** Events over time. Failures grow down from the line, everything else up: they differ by place, not only by colour. */
export function Histogram({ buckets, zone, widthMs, span, onBrush, tall = false, note }: HistogramProps) {
  const box = useRef<SVGSVGElement>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const most = Math.max(1, ...buckets.map((b) => totalOf(b) - b.failure));
  const worst = Math.max(1, ...buckets.map((b) => b.failure));
  const failures = buckets.reduce((sum, b) => sum + b.failure, 0);
  const total = buckets.reduce((sum, b) => sum + totalOf(b), 0);
  const step = WIDTH / Math.max(1, buckets.length);
  const room = HEIGHT - (tall ? 17 : 13);
  const first = buckets[0]?.start ?? 0;
  const width = buckets.length * widthMs;

  const at = (event: PointerEvent) => {
    const rect = box.current?.getBoundingClientRect();
    if (!rect || rect.width === 0) return 0;
    return Math.min(
      buckets.length - 1,
      Math.max(0, Math.floor(((event.clientX - rect.left) / rect.width) * buckets.length)),
    );
  };
  const onUp = () => {
    if (!brush) return;
    const first = buckets[Math.min(brush.from, brush.to)];
    const last = buckets[Math.max(brush.from, brush.to)];
    setBrush(null);
    if (first && last) onBrush(first.start, last.start + widthMs);
  };
  const pointed = over === null ? undefined : buckets[over];
  return (
    <figure
      className={classes(css['histogram'], tall && css['tall'])}
      aria-label={`${span}: ${count(total)} events, ${count(failures)} failures`}
    >
      <div className={css['plot']}>
        <svg
          ref={box}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          onPointerDown={(e) => {
            e.currentTarget.setPointerCapture(e.pointerId);
            setBrush({ from: at(e), to: at(e) });
          }}
          onPointerMove={(e) => {
            setOver(at(e));
            if (brush) setBrush({ ...brush, to: at(e) });
          }}
          onPointerUp={onUp}
          onPointerCancel={() => setBrush(null)}
          onPointerLeave={() => setOver(null)}
        >
          {brush && (
            <rect
              className={css['brush']}
              x={Math.min(brush.from, brush.to) * step}
              width={(Math.abs(brush.to - brush.from) + 1) * step}
              y={0}
              height={HEIGHT}
            />
          )}
          {over !== null && !brush && (
            <rect className={css['brush']} x={over * step} width={step} y={0} height={HEIGHT} />
          )}
          {buckets.map((b, i) => {
            const heights = [b.success, b.open, b.other].map((n) => (n / most) * room);
            const [success = 0, open = 0, other = 0] = heights;
            const down = b.failure === 0 ? 0 : Math.max(tall ? 1.2 : 2.5, (b.failure / worst) * (tall ? 15 : 11));
            const x = i * step + step / 10;
            const width = step * 0.8;
            return (
              <g key={b.start}>
                <rect className={css['success']} x={x} width={width} y={room - success} height={success} />
                <rect className={css['open']} x={x} width={width} y={room - success - open} height={open} />
                <rect className={css['other']} x={x} width={width} y={room - success - open - other} height={other} />
                <rect className={css['failure']} x={x} width={width} y={room + 1.5} height={down} />
              </g>
            );
          })}
          <rect className={css['axis']} x={0} width={WIDTH} y={room} height={1} />
        </svg>
        {tall && total > 0 && (
          <span className={css['most']} aria-hidden="true">
            {total > failures && `↑ ${count(most)} `}
            {failures > 0 && `↓ ${count(worst)}`}
          </span>
        )}
        {tall && (
          <div className={css['ticks']} aria-hidden="true">
            {ticksOf(first, first + width, zone).map(({ at, text }) => (
              <span key={at} style={{ left: `${(100 * (at - first)) / width}%` }}>
                {text}
              </span>
            ))}
          </div>
        )}
      </div>
      <figcaption>
        {pointed ? (
          <>
            <b>{clockSeconds(pointed.start, zone)}</b> {count(totalOf(pointed))} events, {count(pointed.failure)}{' '}
            failures
          </>
        ) : (
          <>
            <b>{span}</b>{' '}
            <strong data-total={total}>
              {count(total)} <small>events</small>
            </strong>{' '}
            <span data-failures={failures}>✕ {count(failures)} failures ↓</span>
            {note && <i>{note}</i>}
          </>
        )}
      </figcaption>
    </figure>
  );
}
