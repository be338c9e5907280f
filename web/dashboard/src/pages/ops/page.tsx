import { useStatus } from '../../api/queries';
import { useConnection, useNow } from '../../frame/connection';
import { useView } from '../../state/use-view';
import { EmptyState } from '../../ui/empty-state';
import ui from '../../ui/page.module.css';
import { Clients } from './clients';
import { Configuration } from './configuration';
import { hubDetail, kafkaDetail, relayDetail } from './detail';
import { Kafka } from './kafka';
import css from './ops.module.css';
import { Postgres } from './postgres';
import { useClients, useConfiguration, useReplicas } from './queries';
import { Replicas } from './replicas';
import { Vitals } from './vitals';

/** Does it run, what is behind, who listens, how is it set. */
export function OpsPage() {
  const [{ zone }] = useView();
  const now = useNow(1_000);
  const status = useStatus();
  const { hello } = useConnection();
  const isAdmin = hello?.admin ?? (status.data ? status.data.hub !== null : false);
  const replicas = useReplicas(isAdmin);
  const clients = useClients(isAdmin);
  const configuration = useConfiguration(isAdmin);
  if (!status.data) {
    return status.error ? (
      <EmptyState title="The server does not answer">
        <p>{status.error.message}</p>
      </EmptyState>
    ) : (
      <EmptyState title="Asking the server …" />
    );
  }
  const kafka = kafkaDetail(status.data.kafka.detail);
  const relay = relayDetail(status.data.relay.detail);
  return (
    <div className={ui['scroll']}>
      <div className={css['cards']}>
        {status.error && (
          <p className={css['note']} role="alert">
            The server does not answer: what is shown is its last answer.
          </p>
        )}
        <Vitals status={status.data} kafka={kafka} relay={relay} configuration={configuration.data} now={now} />
        {!isAdmin && (
          <p className={css['note']}>Lag, sizes, clients and configuration are for admins; your token is none.</p>
        )}
        {kafka && <Kafka kafka={kafka} replicas={replicas.data ?? []} zone={zone} now={now} />}
        {isAdmin && (
          <>
            <Postgres status={status.data} zone={zone} now={now} />
            <Replicas
              replicas={replicas.data}
              status={status.data}
              relay={relay}
              hub={hubDetail(status.data.hub)}
              now={now}
            />
          </>
        )}
        {clients.data && <Clients clients={clients.data} now={now} />}
        {configuration.data && <Configuration configuration={configuration.data} zone={zone} now={now} />}
      </div>
    </div>
  );
}
