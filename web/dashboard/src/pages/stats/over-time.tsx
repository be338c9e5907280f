import type { Filter } from '@omninode-ai/eventfeed';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { PlotLine } from '../../charts/plot';
import { count, share } from '../../format/number';
import { dateTime, duration } from '../../format/time';
import { KINDS, type Kind, type Zone } from '../../state/view';
import { Button } from '../../ui/button';
import { colorOf, Swatch } from './look';
import { type OverTime as Numbers, type Series, stacked, sum } from './series';
import css from './stats.module.css';
import { TableSwitch } from './table-switch';

const Plot = lazy(() => import('../../charts/plot'));

const HEIGHT = 300;

/** What the events of a bucket, of a series, or of both are found with in Explore. */
export type ExploreHref = (narrow: Filter | null, range?: { start: number; end: number }) => string;

interface OverTimeProps {
  numbers: Numbers | undefined;
  by: Kind;
  onBy: (by: Kind) => void;
  zone: Zone;
  href: ExploreHref;
  onPick: (start: number, end: number) => void;
}

export function OverTime({ numbers, by, onBy, zone, href, onPick }: OverTimeProps) {
  const [asTable, setAsTable] = useState(false);
  const [over, setOver] = useState<number | null>(null);
  const lines = useMemo(() => linesOf(numbers?.series ?? []), [numbers]);
  const total = sum((numbers?.series ?? []).map(({ values }) => sum(values)));
  const label = `Events over time by ${by}: ${(numbers?.series ?? []).map((s) => `${s.name} ${count(sum(s.values))}`).join(', ')}`;
  return (
    <section className={css['card']} aria-label="Events over time" data-wide="">
      <header>
        <h2>Events over time</h2>
        <span className={css['switch']} role="group" aria-label="Told apart by">
          {KINDS.map((kind) => (
            <Button key={kind} small look="plain" aria-pressed={kind === by} onClick={() => onBy(kind)}>
              by {kind}
            </Button>
          ))}
        </span>
        <TableSwitch on={asTable} onSwitch={setAsTable} />
      </header>
      {numbers === undefined ? (
        <p className={css['wait']}>Counting …</p>
      ) : asTable ? (
        <BucketTable numbers={numbers} zone={zone} href={href} />
      ) : (
        <div className={css['chart']}>
          <Suspense fallback={<div style={{ height: HEIGHT, flex: 1 }} />}>
            <Plot
              label={label}
              kind="bars"
              starts={numbers.starts}
              widthMs={numbers.widthMs}
              lines={lines}
              zone={zone}
              height={HEIGHT}
              format={count}
              onHover={setOver}
              onPick={onPick}
            />
          </Suspense>
          <Legend numbers={numbers} over={over} total={total} zone={zone} href={href} />
        </div>
      )}
    </section>
  );
}

/** The highest first: the lower ones are drawn over it. */
function linesOf(series: readonly Series[]): PlotLine[] {
  const tops = stacked(series);
  return series
    .map((s, i) => ({ name: s.name, values: tops[i] ?? [], color: colorOf(s.look), hatched: s.look === 'failure' }))
    .reverse();
}

interface LegendProps extends Pick<OverTimeProps, 'zone' | 'href'> {
  numbers: Numbers;
  over: number | null;
  total: number;
}

/** Of the bucket below the pointer, else of all. */
function Legend({ numbers, over, total, zone, href }: LegendProps) {
  const start = over === null ? undefined : numbers.starts[over];
  const of = (s: Series) => (over === null ? sum(s.values) : (s.values[over] ?? 0));
  const whole = over === null ? total : sum(numbers.series.map(of));
  return (
    <div className={css['legend']}>
      <p>
        <b>{count(whole)}</b>{' '}
        {start === undefined
          ? 'events in all'
          : `in ${duration(numbers.widthMs)} from ${dateTime(start, zone).slice(5, -4)}`}
      </p>
      <ul>
        {[...numbers.series].reverse().map((s) => (
          <li key={s.name}>
            <Swatch look={s.look} />
            {s.filter ? (
              <a href={href(s.filter)} data-to="" title={s.title}>
                {s.name}
              </a>
            ) : (
              <span>{s.name}</span>
            )}
            <b>{count(of(s))}</b>
            <i>{share(of(s), whole)}</i>
          </li>
        ))}
      </ul>
      <p className={css['hint']}>Click a bar, or drag over several, to see their events.</p>
    </div>
  );
}

function BucketTable({ numbers, zone, href }: { numbers: Numbers; zone: Zone; href: ExploreHref }) {
  const { starts, widthMs, series } = numbers;
  return (
    <div className={css['scroll']} role="region" aria-label="Events over time, as a table">
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">From, for {duration(widthMs)}</th>
            {series.map((s) => (
              <th key={s.name} scope="col" data-number="">
                {s.name}
              </th>
            ))}
            <th scope="col" data-number="">
              all
            </th>
          </tr>
        </thead>
        <tbody>
          {starts.map((start, i) => {
            const range = { start, end: start + widthMs };
            return (
              <tr key={start}>
                <th scope="row">
                  <a href={href(null, range)} data-to="">
                    {dateTime(start, zone).slice(0, -4)}
                  </a>
                </th>
                {series.map((s) => (
                  <td key={s.name} data-number="">
                    {s.filter && (s.values[i] ?? 0) > 0 ? (
                      <a href={href(s.filter, range)} data-to="">
                        {count(s.values[i] ?? 0)}
                      </a>
                    ) : (
                      count(s.values[i] ?? 0)
                    )}
                  </td>
                ))}
                <td data-number="">{count(sum(series.map((s) => s.values[i] ?? 0)))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
