import type { Event } from '@omninode-ai/eventfeed';
import { Link } from 'wouter';
import { payloadOf } from '../../api/payload';
import { count, counted } from '../../format/number';
import { outcomeLook } from '../../format/outcome';
import { dateTime, duration, zoneName } from '../../format/time';
import { typeParts } from '../../format/type';
import { quoted } from '../../state/filter';
import { useLinkTo } from '../../state/use-view';
import type { Zone } from '../../state/view';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { Icon } from '../../ui/icon';
import { offsetOf, type Scale } from './scale';
import css from './trace.module.css';
import type { TraceEvents } from './use-trace-events';

/** Around a failure, what else may have to do with it. */
const AROUND_MS = 60_000;

/** So long after an event, effects of it in other correlations are looked for. */
const EFFECTS_MS = 3_600_000;

interface SummaryProps {
  trace: TraceEvents;
  scale: Scale;
  zone: Zone;
  onShow: (event: Event) => void;
}

export function failuresOf(events: readonly Event[]): Event[] {
  return events
    .filter((e) => e.outcome === 'failure')
    .sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp) || a.position - b.position);
}

/** How it went, in the order in which one asks: well or not, where it broke, how much and how long. */
export function Summary({ trace, scale, zone, onShow }: SummaryProps) {
  const { events } = trace;
  const linkTo = useLinkTo();
  const failures = failuresOf(events);
  const [first] = failures;
  const isOpen = events.at(-1)?.outcome === 'open';
  const { sign, word } = first
    ? { sign: outcomeLook('failure').sign, word: 'Failed' }
    : isOpen
      ? { sign: outcomeLook('open').sign, word: 'Open' }
      : { sign: outcomeLook('success').sign, word: 'No failure' };
  const start = Number(scale.start / 1000n);
  const of = (pick: (e: Event) => string) => new Set(events.map(pick)).size;
  return (
    <header className={css['summary']} data-outcome={first ? 'failure' : isOpen ? 'open' : 'success'}>
      <div className={css['headline']}>
        <h2>
          <span>
            {sign} {word}
          </span>
          {first && <> at {typeParts(first.event_type).name}</>}
        </h2>
        <dl>
          <div>
            <dt>took</dt>
            <dd>{duration(scale.ms)}</dd>
          </div>
          <div>
            <dt>events</dt>
            <dd data-events={events.length}>
              {count(events.length)}
              {trace.more && '+'}
            </dd>
          </div>
          <div>
            <dt>failures</dt>
            <dd>{count(failures.length)}</dd>
          </div>
          <div>
            <dt>sources</dt>
            <dd>{count(of((e) => e.source))}</dd>
          </div>
          {of((e) => e.tenant_id) > 1 && (
            <div>
              <dt>tenants</dt>
              <dd>{count(of((e) => e.tenant_id))}</dd>
            </div>
          )}
        </dl>
      </div>
      {first && (
        <p className={css['failure']}>
          <span>
            {offsetOf(scale, first) === 0 ? (
              'It began with a failure'
            ) : (
              <>
                First failure after <b>{duration(offsetOf(scale, first))}</b>
              </>
            )}
            {saidOf(first) && (
              <>
                : <q>{saidOf(first)}</q>
              </>
            )}
          </span>
          <Button small onClick={() => onShow(first)}>
            Show it
          </Button>
          <Link
            href={linkTo('/events', {
              filter: { tenant_ids: [first.tenant_id], outcomes: ['failure'] },
              range: around(first),
              order: { by: 'timestamp', direction: 'asc' },
            })}
          >
            What else failed around then
          </Link>
          <Link
            href={linkTo('/events', {
              filter: { where: `causation_id = ${quoted(first.event_id)}` },
              range: { start: first.timestamp, end: new Date(Date.parse(first.timestamp) + EFFECTS_MS).toISOString() },
              order: { by: 'timestamp', direction: 'asc' },
            })}
          >
            All that it caused
          </Link>
        </p>
      )}
      <p className={css['about']}>
        <span>
          began {dateTime(start, zone)} {zoneName(zone, new Date(start))}
        </span>
        <span className={css['id']}>
          correlation <code>{trace.id}</code>
          <CopyButton
            look="plain"
            small
            square
            aria-label="Copy the correlation id"
            title="Copy the correlation id"
            text={() => trace.id}
          />
        </span>
        <Link href={linkTo('/events', { filter: { correlation_ids: [trace.id] }, range: spanOf(scale) })}>
          <Icon name="explore" size={12} /> In Explore
        </Link>
        {trace.fresh > 0 && <span data-fresh={trace.fresh}>{counted(trace.fresh, 'event')} came live</span>}
      </p>
    </header>
  );
}

function around({ timestamp }: Event) {
  const at = Date.parse(timestamp);
  return { start: new Date(at - AROUND_MS).toISOString(), end: new Date(at + AROUND_MS).toISOString() };
}

/** All of the trace, and a little room. */
function spanOf({ start, ms }: Scale) {
  const from = Number(start / 1000n);
  const room = Math.max(1_000, ms / 10);
  return { start: new Date(from - room).toISOString(), end: new Date(from + ms + room).toISOString() };
}

/** What a failure says of itself, wherever its producer puts it. */
const WORDS = [['error_message'], ['error', 'error_message'], ['error', 'message'], ['error'], ['message'], ['reason']];

function saidOf(event: Event): string | null {
  const payload = payloadOf(event);
  for (const path of WORDS) {
    const value = payload.at(path);
    if (typeof value === 'string' && value !== '') return value.slice(0, 160);
  }
  return null;
}
