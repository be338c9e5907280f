import { useEffect, useSyncExternalStore } from 'react';
import { client, session as sessionOf } from '../api/client';
import { useStatus } from '../api/queries';
import { announce } from '../ui/announce';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import css from './banners.module.css';
import { useConnection, useNow } from './connection';
import { outagesOf } from './outage';

/** What everybody has to know, whatever page they are on. */
export function Banners() {
  const { state, services } = useConnection();
  const status = useStatus();
  const session = useSyncExternalStore(sessionOf.watch, () => sessionOf.state);
  const outages = outagesOf(services, status.data);
  const reasons = status.data?.reasons.filter((reason) => reason !== '') ?? [];
  const broken =
    state.state === 'waiting' || state.state === 'stopped' || (state.state === 'connecting' && state.attempt > 0);
  const { dataUpdatedAt } = status;
  useEffect(() => {
    // It answers again: no need to wait for the rest of a pause that the network caused. One that the server asked for is kept.
    const now = client.state;
    if (dataUpdatedAt > 0 && now.state === 'waiting' && now.reason.kind === 'network' && now.attempt > 1)
      client.retry();
  }, [dataUpdatedAt]);
  const said = [...(broken ? ['The connection is lost.'] : []), ...outages.map((o) => o.title)].join(' ');
  useEffect(() => {
    if (said !== '') announce(said);
  }, [said]);
  return (
    <section aria-label="Outages">
      {session === 'expiring' && (
        <p className={css['banner']} data-outage="token">
          <Icon name="key" />
          <span>
            <b>Your token expires within a minute.</b> With a new one the page goes on where it is.
          </span>
          <Button small onClick={() => sessionOf.require()}>
            Give a new one
          </Button>
        </p>
      )}
      {broken && <Broken />}
      {outages.map(({ what, title, still }) => (
        <p key={what} className={css['banner']} data-outage={what}>
          <Icon name="warning" />
          <span>
            <b>{title}</b> {still}
          </span>
        </p>
      ))}
      {outages.length === 0 && status.data?.status === 'degraded' && reasons.length > 0 && (
        <p className={css['banner']} data-outage="degraded">
          <Icon name="warning" />
          <span>{reasons.join('. ')}</span>
        </p>
      )}
    </section>
  );
}

/** The conn is gone: how long until the next try, and the way to have it now. */
function Broken() {
  const { state } = useConnection();
  const now = useNow(200);
  if (state.state !== 'waiting' && state.state !== 'connecting' && state.state !== 'stopped') return null;
  const left = state.state === 'waiting' ? Math.max(0, state.until - now) / 1000 : 0;
  const isStopped = state.state === 'stopped';
  const retry = () => {
    if (isStopped && state.reason.kind === 'refused' && state.reason.problem.status === 401) sessionOf.require();
    client.retry();
  };
  return (
    <p className={css['banner']} data-outage="conn">
      <Icon name="warning" />
      <span>
        <b>
          {isStopped
            ? `Not connected: ${why(state.reason)}.`
            : state.state === 'waiting'
              ? `Reconnecting (attempt ${state.attempt}, in ${left.toFixed(left < 10 ? 1 : 0)} s).`
              : `Reconnecting (attempt ${state.attempt}, now).`}
        </b>{' '}
        What is on the page stays; what is missed meanwhile comes when the server is back.
      </span>
      <Button small onClick={retry}>
        Retry now
      </Button>
    </p>
  );
}

function why(reason: Extract<ReturnType<typeof useConnection>['state'], { state: 'stopped' }>['reason']): string {
  switch (reason.kind) {
    case 'close':
      return reason.text || `the server closed the conn with code ${reason.code}`;
    case 'refused':
      return reason.problem.message;
    default:
      return reason.kind.replace('_', ' ');
  }
}
