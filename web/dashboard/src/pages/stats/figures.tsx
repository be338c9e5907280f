import type { Delays, Histogram, Statistics } from '@omninode-ai/eventfeed';
import { count, rate, share } from '../../format/number';
import { duration } from '../../format/time';
import type { ExploreHref } from './over-time';
import css from './stats.module.css';

interface FiguresProps {
  statistics: Statistics | undefined;
  histogram: Histogram | undefined;
  delays: Delays | undefined;
  href: ExploreHref;
}

/** What one reads from across the room. */
export function Figures({ statistics, histogram, delays, href }: FiguresProps) {
  const add = (of: 'success' | 'failure') => (histogram?.buckets ?? []).reduce((n, b) => n + b[of], 0);
  const failures = add('failure');
  const ended = failures + add('success');
  const storing = delays && delays.all.events > 0 ? delays.all.storing : null;
  return (
    <dl className={css['figures']}>
      <div data-figure="events">
        <dt>Events</dt>
        <dd>{statistics ? count(statistics.total_events) : '…'}</dd>
      </div>
      <div data-figure="rate">
        <dt>per minute</dt>
        <dd>{statistics ? rate(statistics.events_per_minute) : '…'}</dd>
      </div>
      <div data-figure="failures" data-bad={failures > 0 ? '' : undefined}>
        <dt>Failures</dt>
        <dd>
          <a href={href({ outcomes: ['failure'] })} data-to="">
            {failures > 0 && '✕ '}
            {histogram ? count(failures) : '…'}
          </a>
          {ended > 0 && <small>{share(failures, ended)} of what ended</small>}
        </dd>
      </div>
      <div data-figure="delay">
        <dt>Storage delay, p99</dt>
        <dd>
          {storing ? duration(storing.p99_ms) : '–'}
          {storing && <small>p50 {duration(storing.p50_ms)}</small>}
        </dd>
      </div>
    </dl>
  );
}
