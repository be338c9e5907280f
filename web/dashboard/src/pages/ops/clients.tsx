import { Dialog } from '@base-ui/react/dialog';
import type { ConnectedClient } from '@omninode-ai/eventfeed';
import { useState } from 'react';
import { bytes, count } from '../../format/number';
import { duration } from '../../format/time';
import dialog from '../../frame/dialog.module.css';
import { Button } from '../../ui/button';
import { classes } from '../../ui/classes';
import { filterWords } from './filter-words';
import css from './ops.module.css';
import { useDisconnect } from './queries';

interface ClientsProps {
  clients: readonly ConnectedClient[];
  now: number;
}

/** A few positions are always on their way. */
const FAR_BEHIND = 100;

const behindOf = (c: ConnectedClient) => Math.max(0, ...c.subscriptions.map((s) => s.behind));

/** Who is connected to this replica, and how far behind. */
export function Clients({ clients, now }: ClientsProps) {
  const [asked, setAsked] = useState<ConnectedClient | null>(null);
  const sorted = [...clients].sort((a, b) => behindOf(b) - behindOf(a));
  return (
    <section className={css['card']} aria-label="Clients" data-wide="">
      <h2>
        Clients <span>{count(clients.length)} connected here</span>
      </h2>
      {clients.length === 0 ? (
        <p className={css['hint']}>Nobody listens.</p>
      ) : (
        <div className={css['wide']}>
          <table className={classes(css['table'], css['stacked'])}>
            <thead>
              <tr>
                <th scope="col">Subject</th>
                <th scope="col">Tenants</th>
                <th scope="col">Filter</th>
                <th scope="col" data-number="">
                  Behind
                </th>
                <th scope="col" data-number="">
                  Sent
                </th>
                <th scope="col" data-number="">
                  Connected
                </th>
                <th scope="col">From</th>
                <th scope="col">
                  <span className="spoken">Disconnect</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sorted.map((client) => (
                <Row key={client.id} client={client} now={now} onAsk={() => setAsked(client)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Confirm client={asked} onClose={() => setAsked(null)} />
    </section>
  );
}

function Row({ client, now, onAsk }: { client: ConnectedClient; now: number; onAsk: () => void }) {
  const { subject, admin, tenants, subscriptions, bytes_sent, since, transport, remote_address, user_agent } = client;
  const behind = behindOf(client);
  const states = [...new Set(subscriptions.map((s) => s.state).filter((s) => s !== 'live'))];
  return (
    <tr data-client={client.id}>
      <th scope="row">
        <b>{subject === '' ? 'anonymous' : subject}</b> {admin && 'admin'}
      </th>
      <td data-label="tenants">{tenants.length === 0 || tenants.includes('*') ? 'all' : tenants.join(', ')}</td>
      <td className={css['filter']} data-label="filter">
        {subscriptions.length === 0 ? 'none yet' : subscriptions.map((s) => filterWords(s.filter)).join(' · ')}
      </td>
      <td data-number="" data-label="behind" data-behind={behind >= FAR_BEHIND ? '' : undefined}>
        {count(behind)} {states.map((s) => s.replace('_', ' ')).join(', ')}
      </td>
      <td data-number="" data-label="sent">
        {bytes(bytes_sent)}
      </td>
      <td data-number="" data-label="connected">
        {duration(Math.max(0, now - Date.parse(since)))}
      </td>
      <td title={user_agent} data-label="from">
        {remote_address} {transport === 'sse' ? 'SSE' : 'WebSocket'}
      </td>
      <td>
        <Button small onClick={onAsk} aria-label={`Disconnect ${subject || 'anonymous'} from ${remote_address}`}>
          Disconnect
        </Button>
      </td>
    </tr>
  );
}

function Confirm({ client, onClose }: { client: ConnectedClient | null; onClose: () => void }) {
  const disconnect = useDisconnect();
  const end = () => {
    if (client) disconnect.mutate(client.id, { onSuccess: onClose });
  };
  return (
    <Dialog.Root open={client !== null} onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog['backdrop']} />
        <Dialog.Popup className={dialog['popup']}>
          <Dialog.Title className={dialog['title']}>
            Disconnect {client?.subject || 'anonymous'} from {client?.remote_address}?
          </Dialog.Title>
          <Dialog.Description className={css['question']}>
            Its conn is closed. It loses nothing, and comes again after a pause: to keep it away, take back its token.
          </Dialog.Description>
          {disconnect.error && (
            <p className={css['error']} role="alert">
              {disconnect.error.message}
            </p>
          )}
          <footer>
            <Dialog.Close render={<Button>Leave it</Button>} />
            <Button look="main" onClick={end} disabled={disconnect.isPending}>
              Disconnect
            </Button>
          </footer>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
