import type { Event } from '@omninode-ai/eventfeed';
import { useTrace } from '../api/queries';
import { counted } from '../format/number';
import { outcomeLook } from '../format/outcome';
import { clock } from '../format/time';
import { typeParts } from '../format/type';
import type { EventRef, Zone } from '../state/view';
import type { Shown } from './columns';
import css from './drawer.module.css';

/** So many effects are listed; the trace has them all. */
const EFFECTS = 8;

export interface RelatedProps {
  event: Shown;
  zone: Zone;
  onSelect: (event: EventRef) => void;
  traceHref: (correlationId: string) => string;
}

/** What caused an event, what it caused, and how many share its correlation. */
export function Related({ event, zone, onSelect, traceHref }: RelatedProps) {
  const trace = useTrace(event.correlation_id);
  if (event.correlation_id === null)
    return <p className={css['hint']}>It has no correlation id, so nothing is known to belong to it.</p>;
  if (trace.error) return <p className={css['hint']}>The events of its correlation cannot be read now.</p>;
  if (!trace.data) return <p className={css['hint']}>Looking …</p>;
  const { events, has_more } = trace.data;
  const cause = events.find((e) => e.event_id === event.causation_id && e.tenant_id === event.tenant_id);
  const effects = events.filter((e) => e.causation_id === event.event_id && e.tenant_id === event.tenant_id);
  const line = (kind: string, e: Event) => (
    <button
      key={`${kind}-${e.position}`}
      type="button"
      onClick={() => onSelect({ tenant: e.tenant_id, id: e.event_id })}
    >
      <span className={css['kind']}>{kind}</span>
      <span>
        {outcomeLook(e.outcome).sign} {typeParts(e.event_type).name}
      </span>
      <time>{clock(e.timestamp, zone)}</time>
    </button>
  );
  return (
    <div className={css['related']}>
      {cause
        ? line('cause', cause)
        : event.causation_id !== null && (
            <p className={css['hint']}>
              Its cause, {event.causation_id}, is not among the stored events of this correlation.
            </p>
          )}
      {effects.slice(0, EFFECTS).map((e) => line('effect', e))}
      {effects.length > EFFECTS && <p className={css['hint']}>{counted(effects.length - EFFECTS, 'more effect')}</p>}
      <a href={traceHref(event.correlation_id)} data-to="">
        <span className={css['kind']}>trace</span>
        <span>
          {counted(events.length, 'event')}
          {has_more ? ' or more' : ''} with the same correlation
        </span>
      </a>
    </div>
  );
}
