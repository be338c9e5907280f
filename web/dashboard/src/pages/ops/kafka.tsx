import type { Replica } from '@omninode-ai/eventfeed';
import { useState } from 'react';
import { count, counted } from '../../format/number';
import { ago, dateTime } from '../../format/time';
import type { Zone } from '../../state/view';
import { Button } from '../../ui/button';
import type { KafkaDetail } from './detail';
import { Facts } from './facts';
import css from './ops.module.css';
import { ranges, type TopicLine, topicLines } from './topics';

const SHOWN = 8;
/** A few records are always on their way. */
const FAR_BEHIND = 100;

interface KafkaProps {
  kafka: KafkaDetail;
  replicas: readonly Replica[];
  zone: Zone;
  now: number;
}

export function Kafka({ kafka, replicas, zone, now }: KafkaProps) {
  const lines = topicLines(kafka.partitions, replicas);
  const [all, setAll] = useState(false);
  return (
    <section className={css['card']} aria-label="Kafka" data-wide="">
      <h2>Kafka</h2>
      <Facts
        facts={[
          ['brokers', kafka.brokers.join(', ')],
          ['group', kafka.group],
          ['topics', `${count(kafka.topicsMatched)} matched of ${count(kafka.topicsSeen)} seen`],
          ['partitions here', count(kafka.partitions.length)],
          ['behind', counted(kafka.lag, 'record')],
          ['last error', kafka.lastError === null ? 'none' : null],
        ]}
      />
      {kafka.lastError !== null && kafka.lastErrorAt !== null && (
        <p className={css['error']}>
          Last error,{' '}
          <time dateTime={kafka.lastErrorAt} title={dateTime(kafka.lastErrorAt, zone)}>
            {ago(Math.max(0, now - Date.parse(kafka.lastErrorAt)))}
          </time>
          : {kafka.lastError}
        </p>
      )}
      {lines.length > 0 && <Topics lines={all ? lines : lines.slice(0, SHOWN)} />}
      {lines.length > SHOWN && (
        <Button small onClick={() => setAll(!all)}>
          {all ? `Only ${SHOWN}, those furthest behind` : `All ${count(lines.length)} topics`}
        </Button>
      )}
      <Patterns kafka={kafka} />
    </section>
  );
}

function Topics({ lines }: { lines: readonly TopicLine[] }) {
  return (
    <div className={css['wide']}>
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">Topic, furthest behind first</th>
            <th scope="col" data-number="">
              Behind
            </th>
            <th scope="col" data-number="" data-spare="">
              Partitions
            </th>
            <th scope="col">Read by</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ topic, readers, partitions, lag }) => (
            <tr key={topic}>
              <th scope="row" className={css['name']}>
                {topic}
              </th>
              <td data-number="" data-behind={lag !== null && lag >= FAR_BEHIND ? '' : undefined}>
                {lag === null ? '–' : count(lag)}
              </td>
              <td data-number="" data-spare="">
                {count(partitions)}
              </td>
              <td>{readers.map((r) => `${r.replica}: ${ranges(r.partitions)}`).join(' · ') || '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Patterns({ kafka }: { kafka: KafkaDetail }) {
  return (
    <>
      <details className={css['details']}>
        <summary>
          {count(kafka.unmatched.length)}{' '}
          {kafka.unmatched.length === 50
            ? 'or more topics match'
            : kafka.unmatched.length === 1
              ? 'topic matches'
              : 'topics match'}{' '}
          no pattern
        </summary>
        {kafka.unmatched.length === 0 ? (
          <p>Every topic that Kafka has is read.</p>
        ) : (
          <ul className={css['names']}>
            {kafka.unmatched.map((topic) => (
              <li key={topic}>{topic}</li>
            ))}
          </ul>
        )}
      </details>
      <details className={css['details']}>
        <summary>{count(kafka.patterns.length)} patterns say what is read</summary>
        <ul className={css['names']}>
          {kafka.patterns.map((pattern) => (
            <li key={pattern}>{pattern}</li>
          ))}
        </ul>
      </details>
    </>
  );
}
