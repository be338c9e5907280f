import { useStatus } from '../../api/queries';
import { brokerOf, firstEvent } from '../../events/first-event';
import type { Snapshot } from '../../live/snapshot';
import { Button } from '../../ui/button';
import { Command, EmptyState } from '../../ui/empty-state';

interface EmptyProps {
  phase: Snapshot['phase'];
  filtered: boolean;
  refused: boolean;
  onClear: () => void;
}

/** No rows: why, and what to do about it. */
export function Empty({ phase, filtered, refused, onClear }: EmptyProps) {
  const { data } = useStatus();
  if (refused && phase === 'starting') {
    return (
      <EmptyState title="The server does not take this filter">
        <p>What is wrong with it is said above. Nothing was shown before that could stay.</p>
        <Button onClick={onClear}>Clear the filter</Button>
      </EmptyState>
    );
  }
  if (phase !== 'live') return <EmptyState title="Connecting …" />;
  if (filtered) {
    return (
      <EmptyState title="Nothing matches this filter yet">
        <p>It is live: what matches shows up here as it comes.</p>
        <Button onClick={onClear}>Clear the filter</Button>
      </EmptyState>
    );
  }
  if (data && data.head > 0) {
    return (
      <EmptyState title="The list is empty">
        <p>What comes from now on shows up here.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No events yet">
      {data?.kafka.reason && <p>{data.kafka.reason}</p>}
      <p>Write one to Kafka, and it is the first row here:</p>
      <Command text={firstEvent(brokerOf(data?.kafka.detail))} />
    </EmptyState>
  );
}
