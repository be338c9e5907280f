import type { Configuration, Part, Status } from '@omninode-ai/eventfeed';
import type { ReactNode } from 'react';
import { bytes, count } from '../../format/number';
import { ago, duration } from '../../format/time';
import type { KafkaDetail, RelayDetail } from './detail';
import css from './ops.module.css';

interface VitalsProps {
  status: Status;
  kafka: KafkaDetail | null;
  relay: RelayDetail | null;
  configuration: Configuration | undefined;
  now: number;
}

/** The four that everything hangs on: how each does, and its one number. */
export function Vitals({ status, kafka, relay, configuration, now }: VitalsProps) {
  const { store } = status;
  const { appends } = store;
  return (
    <ul className={css['vitals']}>
      <Vital
        name="Kafka"
        part={status.kafka}
        figure={kafka && count(kafka.lag)}
        unit={kafka?.lag === 1 ? 'record behind' : 'records behind'}
      >
        {kafka && `${count(kafka.topicsMatched)} of ${count(kafka.topicsSeen)} topics match`}
      </Vital>
      <Vital
        name="PostgreSQL"
        part={store}
        figure={appends && (appends.appends > 0 ? duration(appends.mean_ms) : '–')}
        unit="an append"
      >
        {store.bytes !== null && `${bytes(store.bytes)} in ${count(store.partitions ?? 0)} partitions`}
      </Vital>
      <Vital
        name="Redis"
        part={status.relay}
        figure={relay && count(relay.siblings.length)}
        unit={relay?.siblings.length === 1 ? 'other replica' : 'other replicas'}
      >
        {status.relay.state === 'none' && 'Not configured: one replica needs none'}
      </Vital>
      <Vital
        name={`Replica ${status.replica ?? ''}`}
        part={{ state: status.status === 'running' ? 'ok' : status.status, reason: null, detail: null }}
        figure={configuration ? duration(now - Date.parse(configuration.started_at)) : null}
        unit="up"
      >
        {appends?.last_at
          ? `last event stored ${ago(Math.max(0, now - Date.parse(appends.last_at)))}`
          : `version ${status.version}`}
      </Vital>
    </ul>
  );
}

const LOOKS: Record<string, { sign: string; word: string }> = {
  ok: { sign: '✓', word: 'ok' },
  none: { sign: '–', word: 'none' },
  away: { sign: '✕', word: 'away' },
};

interface VitalProps {
  name: string;
  part: Part;
  figure: string | null;
  unit: string;
  children: ReactNode;
}

function Vital({ name, part, figure, unit, children }: VitalProps) {
  const { sign, word } = LOOKS[part.state] ?? { sign: '!', word: part.state };
  const troubled = part.state === 'ok' && part.reason !== null;
  return (
    <li data-state={troubled ? 'troubled' : part.state} data-vital={name}>
      <h2>
        {name}
        <span className={css['state']}>
          {troubled ? '!' : sign} {troubled ? 'look' : word}
        </span>
      </h2>
      {figure !== null && (
        <p className={css['figure']}>
          <b>{figure}</b> {unit}
        </p>
      )}
      <p className={css['more']}>{part.reason ?? children}</p>
    </li>
  );
}
