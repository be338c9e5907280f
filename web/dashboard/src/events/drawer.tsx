import { type KeyboardEvent, type MouseEvent, useDeferredValue, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { session } from '../api/client';
import { payloadOf } from '../api/payload';
import { pretty } from '../format/json';
import { bytes, count } from '../format/number';
import { outcomeLook } from '../format/outcome';
import { dateTime, duration, zoneName } from '../format/time';
import { typeParts } from '../format/type';
import { basePath } from '../state/use-view';
import type { EventRef, Zone } from '../state/view';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Icon } from '../ui/icon';
import type { Shown } from './columns';
import { cloudEventJSON, eventCurl, eventJSON } from './copies';
import css from './drawer.module.css';
import { type FieldActions, FieldLine } from './fields';
import { Related } from './related';
import { PayloadTree, type TreeActions } from './tree';

export interface DrawerProps extends FieldActions, TreeActions {
  /** Null while it is looked for; the words say what is to be said instead. */
  event: Shown | null;
  missing?: string | undefined;
  zone: Zone;
  onClose: () => void;
  /** To the next newer (-1) or older (1) event of the list. */
  onWalk: (by: 1 | -1) => void;
  onSelect: (event: EventRef) => void;
  traceHref: (correlationId: string) => string;
}

/** Of a longer text only the beginning is shown at first. */
const RAW = 100_000;

/** Everything about one event. */
export function Drawer(props: DrawerProps) {
  const { event, onClose, onWalk } = props;
  const panel = useRef<HTMLElement>(null);
  const [, navigate] = useLocation();
  useEffect(() => panel.current?.focus({ preventScroll: true }), []);

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key === 'Escape') {
      e.stopPropagation();
      onClose();
    }
  };
  const onClick = (e: MouseEvent) => {
    const link = e.target instanceof Element ? e.target.closest<HTMLAnchorElement>('a[data-to]') : null;
    if (!link || e.metaKey || e.ctrlKey || e.shiftKey) return;
    e.preventDefault();
    navigate(link.pathname.slice(basePath.length) + link.search);
  };

  return (
    <aside
      ref={panel}
      className={css['drawer']}
      aria-label="Event"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <header className={css['head']}>
        <div className={css['title']}>{event ? <Title event={event} zone={props.zone} /> : <h2>Event</h2>}</div>
        <Button look="plain" square aria-label="Newer event" title="Newer (←)" onClick={() => onWalk(-1)}>
          <Icon name="left" />
        </Button>
        <Button look="plain" square aria-label="Older event" title="Older (→)" onClick={() => onWalk(1)}>
          <Icon name="right" />
        </Button>
        <Button look="plain" square aria-label="Close" title="Close (Esc)" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </header>
      {event ? <Body {...props} event={event} /> : <p className={css['state']}>{props.missing ?? 'Looking …'}</p>}
    </aside>
  );
}

function Title({ event, zone }: { event: Shown; zone: Zone }) {
  const { family, name, version } = typeParts(event.event_type);
  const { sign, word } = outcomeLook(event.outcome);
  return (
    <>
      <h2>
        <span>{family}</span>
        {name}
        <span>{version}</span>
      </h2>
      <p className={css['when']}>
        <span className={css['outcome']} data-outcome={event.outcome ?? 'other'}>
          {sign} {word}
        </span>
        <time dateTime={event.timestamp}>{dateTime(event.timestamp, zone)}</time>
        <span>{zoneName(zone, new Date(event.timestamp))}</span>
      </p>
    </>
  );
}

function Body(props: DrawerProps & { event: Shown }) {
  const { event, zone, onInclude, onExclude } = props;
  const acts = { onInclude, onExclude };
  return (
    <>
      <div className={css['copies']}>
        <CopyButton small text={() => eventJSON(event)} title="Copy as JSON (y)">
          JSON
        </CopyButton>
        <CopyButton small text={() => cloudEventJSON(event)}>
          CloudEvent
        </CopyButton>
        <CopyButton small text={() => eventCurl(event, session.token !== null)}>
          cURL
        </CopyButton>
        <CopyButton small text={() => location.href} title="Copy a link to this view (c)">
          Link
        </CopyButton>
      </div>
      <div className={css['scroll']}>
        <PayloadSection key={event.offset + event.topic} {...props} />
        <section className={css['section']}>
          <header>
            <h3>Related</h3>
          </header>
          <Related event={event} zone={zone} onSelect={props.onSelect} traceHref={props.traceHref} />
        </section>
        <section className={css['section']}>
          <header>
            <h3>Fields</h3>
          </header>
          <dl className={css['fields']}>
            <FieldLine name="event id" value={event.event_id} />
            <FieldLine name="type" value={event.event_type} field="event_types" {...acts} />
            <FieldLine name="timestamp" value={event.timestamp}>
              {dateTime(event.timestamp, zone)}
            </FieldLine>
            <FieldLine name="tenant" value={event.tenant_id} field="tenant_ids" {...acts} />
            <FieldLine name="namespace" value={event.namespace} field="namespaces" {...acts} />
            <FieldLine name="source" value={event.source} field="sources" {...acts} />
            <FieldLine name="correlation" value={event.correlation_id} field="correlation_ids" {...acts} />
            <FieldLine name="causation" value={event.causation_id} />
            <FieldLine name="schema" value={event.schema_ref} />
            <FieldLine name="outcome" value={event.outcome} field="outcomes" {...acts} />
          </dl>
        </section>
        <Place event={event} zone={zone} actions={acts} />
      </div>
    </>
  );
}

function PayloadSection({ event, onWhere, onColumn }: DrawerProps & { event: Shown }) {
  const payload = payloadOf(event);
  const [raw, setRaw] = useState(false);
  const [all, setAll] = useState(false);
  const text = raw ? payload.text : '';
  const readable = useDeferredValue(payload, null); // a megabyte takes a moment; the rest of the drawer does not wait
  return (
    <section className={css['section']}>
      <header>
        <h3>Payload, {bytes(payload.text.length)}</h3>
        <CopyButton
          look="plain"
          small
          square
          aria-label="Copy the payload"
          title="Copy the payload"
          text={() => pretty(payload.value)}
        />
        <span role="group" aria-label="Show the payload">
          <Button look="plain" small aria-pressed={!raw} onClick={() => setRaw(false)}>
            Tree
          </Button>
          <Button look="plain" small aria-pressed={raw} onClick={() => setRaw(true)}>
            Raw
          </Button>
        </span>
      </header>
      {raw ? (
        <pre className={css['raw']}>{all ? text : text.slice(0, RAW)}</pre>
      ) : readable === null ? (
        <p className={css['hint']}>Reading …</p>
      ) : (
        <PayloadTree value={readable.value} onWhere={onWhere} onColumn={onColumn} />
      )}
      {raw && !all && text.length > RAW && (
        <Button small onClick={() => setAll(true)}>
          Show all {bytes(text.length)}
        </Button>
      )}
    </section>
  );
}

function Place({ event, zone, actions }: { event: Shown; zone: Zone; actions: FieldActions }) {
  const stored = 'position' in event ? event : null;
  const at = (time: string | null | undefined) => (time ? Date.parse(time) : Number.NaN);
  const delay = (from: number, to: number) => (Number.isNaN(to - from) ? null : duration(to - from));
  const made = at(event.timestamp);
  const processed = at(event.processed_at);
  const storedAt = at(stored?.stored_at);
  return (
    <section className={css['section']}>
      <header>
        <h3>Where it is, and when it came</h3>
      </header>
      <dl className={css['fields']}>
        <FieldLine name="position" value={stored && String(stored.position)}>
          {stored ? count(stored.position) : 'not stored yet'}
        </FieldLine>
        <FieldLine name="topic" value={event.topic} field="topics" {...actions} />
        <FieldLine name="partition" value={String(event.partition)} />
        <FieldLine name="offset" value={event.offset} />
        <FieldLine name="processed" value={event.processed_at}>
          {event.processed_at && `${dateTime(event.processed_at, zone)}, ${delay(made, processed)} after its timestamp`}
        </FieldLine>
        <FieldLine name="stored" value={stored?.stored_at ?? null}>
          {stored ? `${dateTime(stored.stored_at, zone)}, ${delay(processed, storedAt)} later` : 'not yet'}
        </FieldLine>
      </dl>
    </section>
  );
}
