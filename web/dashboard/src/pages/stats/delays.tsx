import type { Delays as Answer, Measured, Percentiles } from '@omninode-ai/eventfeed';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { PlotLine } from '../../charts/plot';
import { count } from '../../format/number';
import { dateTime, duration } from '../../format/time';
import type { Zone } from '../../state/view';
import { Button } from '../../ui/button';
import type { ExploreHref } from './over-time';
import css from './stats.module.css';
import { TableSwitch } from './table-switch';

const Plot = lazy(() => import('../../charts/plot'));

const HEIGHT = 190;

type Which = 'storing' | 'total';

const WORDS: Record<Which, string> = {
  storing: 'From decoded to stored: what waiting for PostgreSQL costs.',
  total: 'From the event’s own timestamp to stored: the producer’s clock, Kafka and a late producer are in it.',
};

const SHARES: readonly { key: keyof Percentiles; name: string; color: string; dash?: number[] }[] = [
  { key: 'p99_ms', name: 'p99', color: '--series-5' },
  { key: 'p95_ms', name: 'p95', color: '--series-2', dash: [7, 4] },
  { key: 'p50_ms', name: 'p50', color: '--series-1', dash: [2, 3] },
];

interface DelaysProps {
  delays: Answer | undefined;
  zone: Zone;
  href: ExploreHref;
  onPick: (start: number, end: number) => void;
}

export function DelaysCard({ delays, zone, href, onPick }: DelaysProps) {
  const [which, setWhich] = useState<Which>('storing');
  const [asTable, setAsTable] = useState(false);
  const [over, setOver] = useState<number | null>(null);
  const axis = useMemo(() => axisOf(delays, which), [delays, which]);
  const pointed = over === null ? undefined : axis.buckets[over];
  const shown: Measured | undefined = pointed ?? delays?.all;
  return (
    <section className={css['card']} aria-label="Storage delay">
      <header>
        <h2>Storage delay</h2>
        <span className={css['switch']} role="group" aria-label="Measured">
          <Button small look="plain" aria-pressed={which === 'storing'} onClick={() => setWhich('storing')}>
            decoded → stored
          </Button>
          <Button small look="plain" aria-pressed={which === 'total'} onClick={() => setWhich('total')}>
            timestamp → stored
          </Button>
        </span>
        <TableSwitch on={asTable} onSwitch={setAsTable} />
      </header>
      <dl className={css['percentiles']}>
        {[...SHARES].reverse().map(({ key, name, color, dash }) => (
          <div key={key}>
            <dt>
              <svg width="18" height="8" aria-hidden="true">
                <path d="M0 4h18" stroke={`var(${color})`} strokeWidth="2.5" strokeDasharray={dash?.join(' ')} />
              </svg>
              {name}
            </dt>
            <dd>{shown && shown.events > 0 ? duration(shown[which][key]) : '–'}</dd>
          </div>
        ))}
      </dl>
      {delays === undefined ? (
        <p className={css['wait']}>Measuring …</p>
      ) : delays.all.events === 0 ? (
        <p className={css['wait']}>Nothing was stored in this range.</p>
      ) : asTable ? (
        <DelayTable delays={delays} which={which} zone={zone} href={href} />
      ) : (
        <Suspense fallback={<div style={{ height: HEIGHT }} />}>
          <Plot
            label={`Storage delay: ${SHARES.map(({ key, name }) => `${name} ${duration(delays.all[which][key])}`).join(', ')}`}
            kind="lines"
            starts={axis.starts}
            widthMs={delays.width_ms}
            lines={axis.lines}
            zone={zone}
            height={HEIGHT}
            format={(ms) => (ms === 0 ? '0' : duration(ms))}
            onHover={setOver}
            onPick={onPick}
          />
        </Suspense>
      )}
      <p className={css['hint']}>
        {WORDS[which]} {pointed ? `From ${dateTime(pointed.start, zone).slice(5, -4)}: ` : ''}
        {shown && shown.events > 0
          ? `Measured over ${count(shown.events)} events, spread evenly by when they were stored.`
          : ''}
      </p>
    </section>
  );
}

type Bucket = Answer['buckets'][number];

/** Every bucket of the range, also those without an event. */
function axisOf(delays: Answer | undefined, which: Which) {
  const { buckets = [], width_ms = 1 } = delays ?? {};
  const byStart = new Map(buckets.map((b) => [Date.parse(b.start), b]));
  const first = buckets[0] ? Date.parse(buckets[0].start) : 0;
  const last = buckets.at(-1);
  const end = last ? Date.parse(last.start) : -1;
  const starts: number[] = [];
  for (let at = first; at <= end; at += width_ms) starts.push(at);
  const all: (Bucket | undefined)[] = starts.map((at) => byStart.get(at));
  const lines: PlotLine[] = SHARES.map(({ key, name, color, dash }) => ({
    name,
    color,
    values: all.map((b) => b?.[which][key] ?? null),
    ...(dash && { dash }),
  }));
  return { starts, buckets: all, lines };
}

function DelayTable({
  delays,
  which,
  zone,
  href,
}: Pick<DelaysProps, 'zone' | 'href'> & { delays: Answer; which: Which }) {
  return (
    <div className={css['scroll']} role="region" aria-label="Storage delay, as a table">
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">Stored from, for {duration(delays.width_ms)}</th>
            {['p50', 'p95', 'p99', 'measured'].map((name) => (
              <th key={name} scope="col" data-number="">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {delays.buckets.map((b) => {
            const start = Date.parse(b.start);
            return (
              <tr key={b.start}>
                <th scope="row">
                  <a href={href(null, { start, end: start + delays.width_ms })} data-to="">
                    {dateTime(start, zone).slice(0, -4)}
                  </a>
                </th>
                <td data-number="">{duration(b[which].p50_ms)}</td>
                <td data-number="">{duration(b[which].p95_ms)}</td>
                <td data-number="">{duration(b[which].p99_ms)}</td>
                <td data-number="">{count(b.events)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
