import type { Status } from '@omninode-ai/eventfeed';
import { bytes, count, counted, rate } from '../../format/number';
import { ago, dateTime, duration } from '../../format/time';
import type { Zone } from '../../state/view';
import { type Gap, gapsOf } from './detail';
import { Facts } from './facts';
import css from './ops.module.css';

interface PostgresProps {
  status: Status;
  zone: Zone;
  now: number;
}

export function Postgres({ status, zone, now }: PostgresProps) {
  const { store, head, oldest } = status;
  const { appends } = store;
  const gaps = gapsOf(store.gaps);
  return (
    <section className={css['card']} aria-label="PostgreSQL">
      <h2>PostgreSQL</h2>
      <Facts
        facts={[
          ['size', store.bytes === null ? null : bytes(store.bytes)],
          ['partitions', store.partitions === null ? null : count(store.partitions)],
          ['retention', retention(store.retention_seconds)],
          ['positions', head === 0 ? 'none yet' : `${count(oldest)} – ${count(head)}`],
          [
            'appended here',
            appends && `${rate(appends.events / 60)} events/s, in ${rate(appends.appends / 60)} appends/s`,
          ],
          [
            'append time',
            appends && appends.appends > 0
              ? `${duration(appends.mean_ms)} on average, ${duration(appends.slowest_ms)} at most`
              : 'nothing appended in the last minute',
          ],
          ['last append', appends?.last_at ? ago(Math.max(0, now - Date.parse(appends.last_at))) : null],
          [
            store.state === 'ok' ? 'answers since' : 'away since',
            store.since && dateTime(store.since, zone).slice(0, -4),
          ],
        ]}
      />
      {gaps.length > 0 && <Gaps gaps={gaps} zone={zone} />}
    </section>
  );
}

function retention(seconds: number | null): string | null {
  if (seconds === null) return null;
  return seconds === 0 ? 'off: kept for ever' : duration(seconds * 1000);
}

const REASONS: Record<string, string> = {
  retention: 'Kafka deleted them before they were read',
  recreated: 'the topic was deleted and made again',
  truncated: 'the log ended below what was stored',
};

/** What Kafka itself lost is said, never papered over. */
function Gaps({ gaps, zone }: { gaps: readonly Gap[]; zone: Zone }) {
  return (
    <>
      <h3>Source gaps, the newest</h3>
      <ul className={css['gaps']}>
        {gaps.map((gap) => (
          <li key={`${gap.topic} ${gap.partition} ${gap.from}`}>
            <b>{counted(gap.to - gap.from, 'offset')}</b> of {gap.topic} [{gap.partition}], {count(gap.from)} to{' '}
            {count(gap.to)}: {REASONS[gap.reason] ?? gap.reason}, noticed {dateTime(gap.noticedAt, zone).slice(0, -4)}
          </li>
        ))}
      </ul>
    </>
  );
}
