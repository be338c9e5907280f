import type { RejectedEvent } from '@omninode-ai/eventfeed';
import { useEffect, useMemo, useRef } from 'react';
import { useStatus } from '../../api/queries';
import { count, bytes as size } from '../../format/number';
import { dateTime } from '../../format/time';
import type { GroupRef, Zone } from '../../state/view';
import { Button } from '../../ui/button';
import { Command } from '../../ui/empty-state';
import { Icon } from '../../ui/icon';
import { kafkaDetail } from '../ops/detail';
import { bytesOf } from './bytes';
import { BytesView } from './bytes-view';
import { kcatLine } from './kcat';
import { placeOf } from './place';
import { useMembers, useRejected, WALKED } from './queries';
import { reasonWords } from './reasons';
import css from './rejected.module.css';

interface DetailProps {
  id: number;
  group: GroupRef | null;
  zone: Zone;
  onId: (id: number) => void;
  onClose: () => void;
}

/** One rejected event: what is wrong, where, and what to do about it. */
export function Detail({ id, group, zone, onId, onClose }: DetailProps) {
  const panel = useRef<HTMLElement>(null);
  const { data, error } = useRejected(id);
  useEffect(() => panel.current?.focus({ preventScroll: true }), []);
  return (
    <aside ref={panel} className={css['detail']} aria-label="Rejected event" tabIndex={-1}>
      <header className={css['head']}>
        <div>
          <h2>{data ? reasonWords(data.reason).title : 'Rejected event'}</h2>
          {data && data.detail !== '' && <p className={css['said']}>{data.detail}</p>}
        </div>
        <Walk id={id} group={group} onId={onId} />
        <Button look="plain" square aria-label="Close" title="Close (Esc)" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </header>
      {data ? <Body event={data} zone={zone} /> : <p className={css['wait']}>{error ? error.message : 'Looking …'}</p>}
    </aside>
  );
}

/** Through its group, from the newest to older ones. */
function Walk({ id, group, onId }: Pick<DetailProps, 'id' | 'group' | 'onId'>) {
  const members = useMembers(group).data ?? [];
  const at = members.findIndex((m) => m.id === id);
  if (at < 0 || members.length < 2) return null;
  const newer = members[at - 1]?.id;
  const older = members[at + 1]?.id;
  return (
    <span className={css['walk']}>
      {count(at + 1)} of {members.length === WALKED ? `the newest ${WALKED}` : count(members.length)}
      <Button
        small
        square
        aria-label="Newer"
        title="Newer of its group (←)"
        disabled={newer === undefined}
        onClick={() => newer !== undefined && onId(newer)}
      >
        <Icon name="left" />
      </Button>
      <Button
        small
        square
        aria-label="Older"
        title="Older of its group (→)"
        disabled={older === undefined}
        onClick={() => older !== undefined && onId(older)}
      >
        <Icon name="right" />
      </Button>
    </span>
  );
}

function Body({ event, zone }: { event: RejectedEvent; zone: Zone }) {
  const brokers = kafkaDetail(useStatus().data?.kafka.detail)?.brokers ?? [];
  const { reason, detail, value_base64 } = event;
  const place = useMemo(() => placeOf({ reason, detail }, bytesOf(value_base64)), [reason, detail, value_base64]);
  return (
    <div className={css['body']}>
      <section className={css['fix']} aria-label="What to fix">
        <h3>What to fix</h3>
        <p>{reasonWords(reason).fix}</p>
      </section>
      <BytesView key={event.id} value={value_base64} place={place} />
      <section className={css['section']} aria-label="Where it is">
        <header>
          <h3>See it in Kafka</h3>
        </header>
        <Command text={kcatLine(event, brokers)} />
        <dl className={css['facts']}>
          <Fact name="reason" value={reason} />
          <Fact name="topic" value={event.topic} />
          <Fact name="partition" value={String(event.partition)} />
          <Fact name="offset" value={event.offset} />
          <Fact name="producer" value={event.producer} />
          <Fact name="written" value={event.record_time && dateTime(event.record_time, zone)} />
          <Fact name="rejected" value={dateTime(event.rejected_at, zone)} />
          <Fact name="size" value={`${size(event.size)} of key and value`} />
          <Fact name="key" value={event.key ?? hexOf(event.key_base64)} />
        </dl>
      </section>
      <section className={css['section']} aria-label="Headers">
        <header>
          <h3>{event.headers.length === 0 ? 'No headers' : `Headers, ${event.headers.length}`}</h3>
        </header>
        {event.headers.length > 0 && (
          <table className={css['table']}>
            <thead>
              <tr>
                <th scope="col">Header</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody>
              {event.headers.map((h, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a header may come twice
                <tr key={i}>
                  <th scope="row">{h.key}</th>
                  <td>{h.value ?? hexOf(h.value_base64) ?? 'none'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </div>
  );
}

function hexOf(base64: string | null): string | null {
  if (base64 === null) return null;
  return `0x${[...bytesOf(base64)].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
}

function Fact({ name, value }: { name: string; value: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-none={value === null ? '' : undefined}>{value ?? 'none'}</dd>
    </div>
  );
}
