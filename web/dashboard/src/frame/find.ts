import { type Event, ProblemError } from '@omninode-ai/eventfeed';
import { client } from '../api/client';
import type { EventRef } from '../state/view';

export type Found =
  | { what: 'event'; event: EventRef; at: string }
  | { what: 'trace'; correlationId: string }
  | { what: 'nothing'; why: string };

const NOT_FOUND = 404;

/** Finds what a text names: a position if it is a number that is one, else an event, else a correlation. */
export async function findAnything(text: string): Promise<Found> {
  try {
    return (await byPosition(text)) ?? (await byEventId(text)) ?? (await byCorrelation(text)) ?? nothing(text);
  } catch (error) {
    return { what: 'nothing', why: error instanceof ProblemError ? error.message : 'The server cannot be reached now' };
  }
}

function foundEvent({ tenant_id, event_id, timestamp }: Event): Found {
  return { what: 'event', event: { tenant: tenant_id, id: event_id }, at: timestamp };
}

function nothing(text: string): Found {
  return { what: 'nothing', why: `No event that you may see has the id, correlation or position ${text}` };
}

async function byPosition(text: string): Promise<Found | null> {
  const digits = text.replaceAll(',', '');
  if (!/^\d{1,15}$/.test(digits)) return null;
  if (Number(digits) < 1) return null;
  const { events } = await client.eventsPage({ through: Number(digits), order_by: 'position', limit: 1 });
  const event = events.find(({ position }) => position === Number(digits));
  return event ? foundEvent(event) : null;
}

async function byEventId(text: string): Promise<Found | null> {
  try {
    const [event] = await client.event(text);
    return event ? foundEvent(event) : null;
  } catch (error) {
    if (error instanceof ProblemError && error.status === NOT_FOUND) return null;
    throw error;
  }
}

async function byCorrelation(text: string): Promise<Found | null> {
  const { events } = await client.trace(text, { limit: 1 });
  return events.length > 0 ? { what: 'trace', correlationId: text } : null;
}
