import type { Replica, Status } from '@omninode-ai/eventfeed';
import { bytes, count, counted } from '../../format/number';
import { ago } from '../../format/time';
import type { HubDetail, RelayDetail } from './detail';
import { Facts } from './facts';
import css from './ops.module.css';
import { nameOf } from './topics';

interface ReplicasProps {
  replicas: readonly Replica[] | undefined;
  status: Status;
  relay: RelayDetail | null;
  hub: HubDetail | null;
  now: number;
}

export function Replicas({ replicas, status, relay, hub, now }: ReplicasProps) {
  const heard = new Map(relay?.siblings.map((s) => [s.replica, s]));
  const rows = rowsOf(replicas ?? [], relay, status.replica);
  return (
    <section className={css['card']} aria-label="Replicas">
      <h2>Replicas and Redis</h2>
      {replicas === undefined && rows.length === 0 && (
        <p className={css['hint']}>Kafka has not said yet who reads what.</p>
      )}
      <div className={css['wide']}>
        <table className={css['table']}>
          <thead>
            <tr>
              <th scope="col">Replica</th>
              <th scope="col" data-number="">
                Partitions
              </th>
              <th scope="col" data-number="">
                Behind the head
              </th>
              <th scope="col">Seen</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, host, partitions }) => {
              const sibling = heard.get(name);
              const isThis = name === status.replica;
              return (
                <tr key={name + host}>
                  <th scope="row">
                    <b>{name}</b> {isThis ? '(answers you)' : host}
                  </th>
                  <td data-number="">{partitions === null ? '–' : count(partitions)}</td>
                  <td data-number="">
                    {sibling ? count(Math.max(0, status.head - sibling.position)) : isThis ? '0' : '–'}
                  </td>
                  <td>
                    {isThis
                      ? 'now'
                      : sibling?.lastSeen
                        ? ago(Math.max(0, now - Date.parse(sibling.lastSeen)))
                        : 'by Kafka'}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <Facts
        facts={[
          ['Redis', redisWords(status.relay.state, relay)],
          [
            'not sent',
            relay && relay.dropped > 0 ? `${count(relay.dropped)} events; found in PostgreSQL instead` : null,
          ],
          ['unreadable', relay && relay.refused > 0 ? `${count(relay.refused)} messages` : null],
          [
            'live here',
            hub &&
              `${counted(hub.conns, 'conn')}, ${counted(hub.subscriptions, 'subscription')}, ${counted(hub.feeds, 'feed')}`,
          ],
          ['tail in memory', hub && `${count(hub.tailEvents)} events, ${bytes(hub.tailBytes)}`],
        ]}
      />
    </section>
  );
}

function redisWords(state: string, relay: RelayDetail | null): string {
  if (state === 'none') return 'not configured: replicas look at PostgreSQL every second';
  if (relay?.error) return `away: ${relay.error}`;
  return state === 'ok' ? 'ok: what one replica stores reaches the others in a moment' : state;
}

/** Those that read, those that are only heard of, and this one, even if it does not read yet. */
function rowsOf(replicas: readonly Replica[], relay: RelayDetail | null, own: string | null) {
  const read = replicas.map((r) => ({
    name: nameOf(r),
    host: r.host.replace(/:\d+$/, ''),
    partitions: r.reads.reduce((n, { partitions }) => n + partitions.length, 0) as number | null,
  }));
  const silent = (relay?.siblings ?? [])
    .filter((s) => !read.some((r) => r.name === s.replica))
    .map((s) => ({ name: s.replica, host: '', partitions: null }));
  const all = [...read, ...silent];
  if (own === null || all.some((r) => r.name === own)) return all;
  return [{ name: own, host: '', partitions: null }, ...all];
}
