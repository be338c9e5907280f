import type { ConnectionState } from '@omninode-ai/eventfeed';
import { useEffect, useSyncExternalStore } from 'react';
import { count, rate } from '../format/number';
import { ago, duration } from '../format/time';
import { feed } from '../live/app-feed';
import type { Snapshot } from '../live/snapshot';
import { useConnection, useNow } from './connection';
import css from './strip.module.css';

function wordOf(state: ConnectionState, phase: Snapshot['phase']): { word: string; look: 'good' | 'busy' | 'bad' } {
  switch (state.state) {
    case 'open':
      return phase === 'live' ? { word: 'Live', look: 'good' } : { word: 'Catching up', look: 'busy' };
    case 'waiting':
      return { word: 'Reconnecting', look: 'bad' };
    case 'stopped':
    case 'closed':
      return { word: 'Stopped', look: 'bad' };
    default:
      return { word: 'Connecting', look: 'busy' };
  }
}

/** At the bottom of every page: is it alive, how much comes, how late is it. */
export function Strip() {
  const { state, hello } = useConnection();
  const snapshot = useSyncExternalStore(feed.subscribe, feed.getSnapshot);
  const now = useNow(500);
  useEffect(() => {
    const timer = setInterval(() => feed.tick(), 1_000); // histograms move, though nothing comes
    return () => clearInterval(timer);
  }, []);
  const { word, look } = wordOf(state, snapshot.phase);
  const { lastAt, lagMs, position } = snapshot;
  return (
    <footer className={css['strip']}>
      <span className={css['state']} data-look={look}>
        <i aria-hidden="true" />
        {word}
      </span>
      <Fact name="events/s" value={rate(feed.rate())} />
      <Fact
        name="lag"
        value={lagMs === null ? '–' : duration(lagMs)}
        title="From stored to this page, of the newest event"
      />
      <Fact
        name="position"
        value={position === null ? '–' : count(position)}
        title="Everything up to here is on this page, if it matches"
      />
      <Fact name="last event" value={lastAt === null ? '–' : ago(now - lastAt)} />
      {hello && (
        <span className={css['server']}>
          {hello.replica} · {hello.version}
        </span>
      )}
    </footer>
  );
}

function Fact({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <span className={css['fact']} title={title} data-fact={name}>
      <span>{name}</span> <b>{value}</b>
    </span>
  );
}
