import type { Filter } from '@omninode-ai/eventfeed';
import { ProblemError } from '@omninode-ai/eventfeed';
import { useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { FilterBar } from '../../filter/bar';
import { useKnown } from '../../filter/use-known';
import { dateTime } from '../../format/time';
import { useNow } from '../../frame/connection';
import { isEmpty } from '../../state/filter';
import { useLinks } from '../../state/use-links';
import { basePath, useLinkTo, useView } from '../../state/use-view';
import { SPANS, type TimeRange } from '../../state/view';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import ui from '../../ui/page.module.css';
import { countable } from './countable';
import { DelaysCard } from './delays';
import { familiesOf } from './families';
import { Figures } from './figures';
import { type ExploreHref, OverTime } from './over-time';
import { minutesOf, STEP_MS, spanOf, windowOf } from './range';
import css from './stats.module.css';
import { TenantsCard } from './tenants';
import { TypesCard } from './types';
import { useNumbers } from './use-numbers';

const iso = (ms: number) => new Date(ms).toISOString();

/** How many, of what, how late. */
export function StatsPage() {
  const [view, setView] = useView();
  const linkTo = useLinkTo();
  const onLink = useLinks();
  const [, navigate] = useLocation();
  const now = useNow(STEP_MS);
  const { range, zone, by } = view;
  const { filter, leftOut } = useMemo(() => countable(view.filter), [view.filter]);
  const window = useMemo(() => windowOf(range, now), [range, now]);
  const numbers = useNumbers(filter, window, by);
  const { statistics, types } = numbers;
  const known = useKnown(useMemo(() => countsOf(statistics?.events_by_tenant), [statistics]));
  const families = useMemo(() => familiesOf(statistics?.events_by_type ?? {}, types), [statistics, types]);
  const narrowed = (narrow: Filter | null, to: TimeRange) =>
    linkTo('/events', { filter: { ...filter, ...narrow }, range: to });
  const whole: TimeRange = range ?? { last: '24h' };
  const href: ExploreHref = (narrow, to) =>
    basePath + narrowed(narrow, to ? { start: iso(to.start), end: iso(to.end) } : whole);
  const onPick = (start: number, end: number) => navigate(narrowed(null, { start: iso(start), end: iso(end) }));
  const minutes = minutesOf(window);
  return (
    <div className={ui['column']} onClick={onLink}>
      <FilterBar
        filter={view.filter}
        onFilter={(changed) => setView({ filter: changed })}
        refusal={refusalOf(numbers.error, statistics !== undefined)}
        known={known}
      >
        <Ranges range={range} zone={zone} onRange={(to) => setView({ range: to })} />
      </FilterBar>
      <div className={ui['scroll']}>
        {leftOut.length > 0 && (
          <p className={css['note']}>
            Counts know types, tenants and outcomes: {leftOut.join(', ')} {leftOut.length === 1 ? 'does' : 'do'} not
            narrow this page.
          </p>
        )}
        {numbers.error && !refusalOf(numbers.error, false) && (
          <p className={css['note']} role="alert">
            {numbers.error.message}. {statistics ? 'What is shown is the last good answer.' : ''}
          </p>
        )}
        {statistics?.total_events === 0 ? (
          <Nothing
            filtered={!isEmpty(filter)}
            onClear={() => setView({ filter: {} })}
            onWider={spanOf(range) === '7d' ? null : () => setView({ range: { last: '7d' } })}
          />
        ) : (
          <div className={css['cards']}>
            <Figures statistics={statistics} histogram={numbers.histogram} delays={numbers.delays} href={href} />
            <OverTime
              numbers={numbers.overTime}
              by={by}
              onBy={(kind) => setView({ by: kind })}
              zone={zone}
              href={href}
              onPick={onPick}
            />
            <TypesCard families={families} minutes={minutes} now={now} zone={zone} href={href} />
            <DelaysCard delays={numbers.delays} zone={zone} href={href} onPick={onPick} />
            <TenantsCard
              counts={statistics?.events_by_tenant ?? {}}
              ended={numbers.ended}
              failed={numbers.failed}
              total={statistics?.total_events ?? 0}
              minutes={minutes}
              href={href}
            />
          </div>
        )}
      </div>
    </div>
  );
}

function countsOf(tenants: Record<string, number> = {}) {
  return { tenant_ids: Object.entries(tenants).map(([value, count]) => ({ value, count })) };
}

/** What is the filter's fault is said beside it. */
function refusalOf(error: Error | null, kept: boolean) {
  return error instanceof ProblemError && error.status < 500 && error.status !== 401
    ? { message: error.message, at: null, kept }
    : null;
}

interface RangesProps {
  range: TimeRange | null;
  zone: 'local' | 'utc';
  onRange: (range: TimeRange) => void;
}

function Ranges({ range, zone, onRange }: RangesProps) {
  const chosen = spanOf(range);
  return (
    <span className={css['ranges']} role="group" aria-label="Range">
      {SPANS.map((span) => (
        <Button key={span} aria-pressed={span === chosen} onClick={() => onRange({ last: span })}>
          {span}
        </Button>
      ))}
      {range && 'start' in range && (
        <span className={css['own']}>
          {dateTime(range.start, zone).slice(0, -4)} – {dateTime(range.end, zone).slice(0, -4)}
        </span>
      )}
    </span>
  );
}

function Nothing({
  filtered,
  onClear,
  onWider,
}: {
  filtered: boolean;
  onClear: () => void;
  onWider: (() => void) | null;
}) {
  const linkTo = useLinkTo();
  return (
    <EmptyState title={filtered ? 'Nothing that matches was counted in this range' : 'No events in this range'}>
      <p>
        Counted are events by their own timestamp.{' '}
        {filtered ? (
          'The filter may be too narrow, or the range too short.'
        ) : (
          <>
            <Link href={linkTo('/live')}>Live</Link> says how to write the first one.
          </>
        )}
      </p>
      <div className={css['acts']}>
        {filtered && <Button onClick={onClear}>Clear the filter</Button>}
        {onWider && <Button onClick={onWider}>Look at 7 days</Button>}
      </div>
    </EmptyState>
  );
}
