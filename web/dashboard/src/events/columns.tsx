import type { Event, Preview } from '@omninode-ai/eventfeed';
import type { ReactNode } from 'react';
import { payloadOf } from '../api/payload';
import { cell } from '../format/json';
import { count } from '../format/number';
import { outcomeLook } from '../format/outcome';
import { clock, date, dateTime, duration } from '../format/time';
import { shortId, typeParts } from '../format/type';
import type { Zone } from '../state/view';
import css from './list.module.css';

export type Shown = Event | Preview;

export interface CellContext {
  zone: Zone;
  /** Shows dates too: for lists that go back further than a day. */
  dates: boolean;
  traceHref: (correlationId: string) => string;
}

export interface Column {
  id: string;
  title: string;
  /** What stands at the top instead of the title. */
  head?: ReactNode;
  /** A track of a CSS grid. */
  track: string;
  /** Where dates are shown too. */
  datesTrack?: string;
  cell: (event: Shown, context: CellContext) => ReactNode;
}

/** So much of a payload is looked at for a row: the rest would not be seen. */
const PREVIEW = 400;

const stored = (event: Shown): Event | null => ('position' in event ? event : null);

const plain = (id: string, title: string, track: string, of: (event: Shown) => string | null): Column => ({
  id,
  title,
  track,
  cell: (event) => of(event) ?? <span className={css['none']}>–</span>,
});

const mono = (column: Column): Column => ({
  ...column,
  cell: (event, context) => <span className={css['mono']}>{column.cell(event, context)}</span>,
});

function TypeCell({ type }: { type: string }) {
  const { name, version } = typeParts(type); // what all share would only take the room
  return (
    <span className={css['type']} title={type}>
      {name}
      <span className={css['dim']}>{version}</span>
    </span>
  );
}

function OutcomeCell({ outcome }: { outcome: string | null }) {
  const { sign, word } = outcomeLook(outcome);
  return (
    <span className={css['outcome']} data-outcome={outcome ?? 'other'}>
      <span className={css['sign']} aria-hidden="true">
        {sign}
      </span>
      {word}
    </span>
  );
}

const COLUMNS: readonly Column[] = [
  {
    id: 'time',
    title: 'Time',
    track: '92px',
    datesTrack: '132px',
    cell: ({ timestamp }, { zone, dates }) => (
      <time className={css['time']} dateTime={timestamp} title={dateTime(timestamp, zone)}>
        {dates && <span className={css['dim']}>{`${date(timestamp, zone).slice(5)} `}</span>}
        {clock(timestamp, zone)}
      </time>
    ),
  },
  { id: 'outcome', title: 'Outcome', track: '78px', cell: ({ outcome }) => <OutcomeCell outcome={outcome} /> },
  {
    id: 'type',
    title: 'Type',
    track: 'minmax(230px, 2.4fr)',
    cell: ({ event_type }) => <TypeCell type={event_type} />,
  },
  plain('tenant', 'Tenant', 'minmax(64px, 0.6fr)', (e) => e.tenant_id),
  plain('namespace', 'Namespace', 'minmax(64px, 0.6fr)', (e) => e.namespace),
  plain('source', 'Source', 'minmax(104px, 1fr)', (e) => e.source),
  {
    id: 'correlation',
    title: 'Correlation',
    track: '88px',
    cell: ({ correlation_id }, { traceHref }) =>
      correlation_id === null ? (
        <span className={css['none']}>–</span>
      ) : (
        <a className={css['mono']} href={traceHref(correlation_id)} data-to="" tabIndex={-1} title={correlation_id}>
          {shortId(correlation_id)}
        </a>
      ),
  },
  {
    id: 'payload',
    title: 'Payload',
    track: 'minmax(150px, 3fr)',
    cell: (event) => <span className={css['payload']}>{payloadOf(event).text.slice(0, PREVIEW)}</span>,
  },
  mono(plain('id', 'Event id', 'minmax(120px, 1fr)', (e) => e.event_id)),
  mono(plain('causation', 'Causation', 'minmax(120px, 1fr)', (e) => e.causation_id)),
  mono(plain('position', 'Position', '84px', (e) => (stored(e) ? count(stored(e)?.position ?? 0) : null))),
  mono(plain('topic', 'Topic', 'minmax(160px, 1.4fr)', (e) => e.topic)),
  mono(plain('partition', 'Partition', '72px', (e) => String(e.partition))),
  mono(plain('offset', 'Offset', '84px', (e) => e.offset)),
  plain('schema', 'Schema', 'minmax(160px, 1fr)', (e) => e.schema_ref),
  {
    id: 'stored',
    title: 'Stored',
    track: '92px',
    cell: (event, { zone }) => (
      <time className={css['time']}>{stored(event) ? clock(stored(event)?.stored_at ?? '', zone) : '–'}</time>
    ),
  },
  {
    id: 'delay',
    title: 'Delay',
    track: '72px',
    cell: (event) => {
      const at = stored(event)?.stored_at;
      return at ? duration(Date.parse(at) - Date.parse(event.timestamp)) : '–';
    },
  },
];

export const DEFAULT_COLUMNS: readonly string[] = [
  'time',
  'outcome',
  'type',
  'tenant',
  'namespace',
  'source',
  'correlation',
  'payload',
];

/** Those with a name of their own; a payload's fields come beside them. */
export const NAMED_COLUMNS: readonly Pick<Column, 'id' | 'title'>[] = COLUMNS;

export const PAYLOAD_PREFIX = 'payload.';

/** The columns with these names: payload.a.b is what the payload has there. */
export function columnsOf(ids: readonly string[] | null): readonly Column[] {
  return (ids ?? DEFAULT_COLUMNS).flatMap((id) => {
    const named = COLUMNS.find((column) => column.id === id);
    if (named) return [named];
    return id.startsWith(PAYLOAD_PREFIX) && id.length > PAYLOAD_PREFIX.length ? [payloadColumn(id)] : [];
  });
}

function payloadColumn(id: string): Column {
  const path = id.slice(PAYLOAD_PREFIX.length).split('.');
  return mono({
    id,
    title: path.join('.'),
    track: 'minmax(96px, 1fr)',
    cell: (event) => {
      const value = payloadOf(event).at(path);
      return value === undefined ? <span className={css['none']}>–</span> : cell(value).slice(0, PREVIEW);
    },
  });
}
