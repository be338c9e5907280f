import type { Status, StatusFrame } from '@omninode-ai/eventfeed';

export interface Outage {
  what: 'store' | 'kafka' | 'relay';
  title: string;
  /** What still works. */
  still: string;
}

const WORDS: Record<Outage['what'], Omit<Outage, 'what'>> = {
  store: {
    title: 'PostgreSQL is away.',
    still:
      'New events are shown live before they are stored, and are stored when it is back: Kafka keeps them. History, search and statistics wait.',
  },
  kafka: {
    title: 'Kafka is away.',
    still:
      'No new events arrive until it is back. History, search and statistics work, and nothing is lost: reading goes on where it was.',
  },
  relay: {
    title: 'Redis is away.',
    still: 'Everything works; events that other replicas read may come a second later.',
  },
};

type States = Record<Outage['what'], string | null>;

/** What is away: by the stream, which tells at once, else by the last answer of /status. */
export function outagesOf(frame: StatusFrame | null, status: Status | undefined): Outage[] {
  const states: States = {
    store: frame?.store ?? status?.store.state ?? null,
    kafka: frame?.kafka ?? status?.kafka.state ?? null,
    relay: frame?.relay ?? status?.relay.state ?? null,
  };
  return (['store', 'kafka', 'relay'] as const)
    .filter((what) => states[what] === 'away')
    .map((what) => ({ what, ...WORDS[what] }));
}
