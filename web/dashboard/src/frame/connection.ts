import type { ConnectionState, Hello, StatusFrame } from '@omninode-ai/eventfeed';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { client } from '../api/client';

interface Known {
  state: ConnectionState;
  /** Of the last conn: what it said stays true for what is on the page. */
  hello: Hello | null;
  /** Of this conn, if it has said how the services do. */
  services: StatusFrame | null;
}

let known: Known = { state: client.state, hello: null, services: null };
const listeners = new Set<() => void>();

client.watch((event) => {
  if (event.type === 'state') {
    const services = event.state.state === 'open' ? known.services : null;
    known = { ...known, state: event.state, services };
  } else if (event.type === 'hello') known = { ...known, hello: event };
  else if (event.type === 'status') known = { ...known, services: event };
  else return;
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** How the page's conn does. */
export function useConnection(): Known {
  return useSyncExternalStore(subscribe, () => known);
}

/** The time, again and again. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
