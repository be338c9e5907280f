import type { Event } from '@omninode-ai/eventfeed';
import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useEventsPage } from '../../api/queries';
import { counted } from '../../format/number';
import { outcomeLook } from '../../format/outcome';
import { dateTime } from '../../format/time';
import { shortId, typeParts } from '../../format/type';
import { useLinkTo } from '../../state/use-view';
import type { Zone } from '../../state/view';
import { Button } from '../../ui/button';
import css from './trace.module.css';

/** Of so many of the newest events. */
const LOOKED_AT = 300;
const SHOWN = 14;

interface Recent {
  id: string;
  /** The newest of those that were looked at. */
  last: Event;
  events: number;
}

/** The correlations of some events, that of the first event first. */
export function recentOf(events: readonly Event[]): Recent[] {
  const byId = new Map<string, Recent>();
  for (const event of events) {
    const id = event.correlation_id;
    if (id === null) continue;
    const known = byId.get(id);
    byId.set(id, known ? { ...known, events: known.events + 1 } : { id, last: event, events: 1 });
  }
  return [...byId.values()].slice(0, SHOWN);
}

/** Which trace? An id, or one of those that were seen last. */
export function Landing({ zone }: { zone: Zone }) {
  const [typed, setTyped] = useState('');
  const [, navigate] = useLocation();
  const linkTo = useLinkTo();
  const failed = useEventsPage({ outcomes: ['failure'], limit: LOOKED_AT, order_by: 'position' });
  const all = useEventsPage({ limit: LOOKED_AT, order_by: 'position' });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== '') navigate(linkTo(`/trace/${encodeURIComponent(typed.trim())}`));
  };
  return (
    <div className={css['landing']}>
      <form onSubmit={onSubmit}>
        <label>
          Follow a correlation
          <input
            value={typed}
            placeholder="its correlation id"
            spellCheck={false}
            autoComplete="off"
            onChange={(e) => setTyped(e.target.value)}
          />
        </label>
        <Button look="main" type="submit">
          Show its trace
        </Button>
      </form>
      <div className={css['columns']}>
        <List title="Failed last" query={failed} zone={zone} none="Nothing that is stored has failed." />
        <List title="Seen last" query={all} zone={zone} none="No stored event has a correlation id yet." />
      </div>
    </div>
  );
}

interface ListProps {
  title: string;
  query: ReturnType<typeof useEventsPage>;
  zone: Zone;
  none: string;
}

function List({ title, query, zone, none }: ListProps) {
  const linkTo = useLinkTo();
  const recent = recentOf(query.data?.events ?? []);
  return (
    <section>
      <h2>{title}</h2>
      <p>
        {query.error
          ? `It cannot be read now: ${query.error.message}.`
          : !query.data
            ? 'Reading …'
            : recent.length === 0
              ? none
              : `Correlations of the last ${counted(query.data.events.length, 'event')}, newest first`}
      </p>
      {recent.length > 0 && (
        <ul>
          {recent.map(({ id, last, events }) => {
            const { sign, word } = outcomeLook(last.outcome);
            return (
              <li key={id}>
                <Link href={linkTo(`/trace/${encodeURIComponent(id)}`)}>
                  <span data-outcome={last.outcome ?? 'other'} role="img" aria-label={word}>
                    {sign}
                  </span>
                  <b>{typeParts(last.event_type).name}</b>
                  <time dateTime={last.timestamp}>{dateTime(last.timestamp, zone).slice(5)}</time>
                  <small>
                    {shortId(id)} · {last.tenant_id} · {last.source}
                    {events > 1 && ` · ${counted(events, 'event')}`}
                  </small>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
