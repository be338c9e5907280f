import { type Client, createClient } from '@omninode-ai/eventfeed';
import { Session } from './session';
import { parseWire } from './wire';

/** Where the dashboard is served, with a slash at its end; the server says it in index.html. */
export const base = new URL('.', document.baseURI);

export const apiURL = new URL('api/event-bus', base);

const meta = document.querySelector<HTMLMetaElement>('meta[name="token-url"]');

export const session = new Session({
  storage: sessionStorage,
  tokenURL: meta?.content ?? '',
  fetch: (...args) => fetch(...args),
  isOpen: () => client.state.state === 'open',
});

/** The one client of the page: its stream, and REST. */
export const client: Client = createClient({ url: apiURL, getToken: session.getToken, parse: parseWire });
