import { apiURL } from '../api/client';
import { Payload, payloadOf } from '../api/payload';
import { pretty } from '../format/json';
import type { Shown } from './columns';

/** An event as JSON as it came: each number of the payload with all its digits. */
export function eventJSON(event: Shown): string {
  const members = Object.entries({ ...event, payload: payloadOf(event) }).map(
    ([name, value]) => `${JSON.stringify(name)}:${value instanceof Payload ? value.text : JSON.stringify(value)}`,
  );
  return pretty(new Payload(`{${members.join(',')}}`).value);
}

/** The same as a CloudEvent, as the export writes it. */
export function cloudEventJSON(event: Shown): string {
  const stored = 'position' in event ? event : null;
  const attributes: Record<string, unknown> = {
    specversion: '1.0',
    id: event.event_id,
    source: event.source,
    type: event.event_type,
    time: event.timestamp,
    datacontenttype: 'application/json',
    dataschema: event.schema_ref,
    tenantid: event.tenant_id,
    namespace: event.namespace,
    correlationid: event.correlation_id,
    causationid: event.causation_id,
    outcome: event.outcome,
    position: stored && String(stored.position),
    topic: event.topic,
    partition: event.partition,
    offset: event.offset,
    processedat: event.processed_at,
    storedat: stored?.stored_at,
  };
  const given = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined);
  const members = given.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return pretty(new Payload(`{${members.join(',')},"data":${payloadOf(event).text}}`).value);
}

/** A command that gives the event. The token is the shell's own: what is copied gets around. */
export function eventCurl(event: Shown, withToken: boolean): string {
  const url = `${apiURL.href}/events/${encodeURIComponent(event.event_id)}?tenant_id=${encodeURIComponent(event.tenant_id)}`;
  return curl(url, withToken);
}

export function curl(url: string, withToken: boolean): string {
  const header = withToken ? ' -H "Authorization: Bearer $EVENTFEED_TOKEN"' : '';
  return `curl -sS${header} ${shellQuoted(url)}`;
}

/** A word of a shell's line, whatever is in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
