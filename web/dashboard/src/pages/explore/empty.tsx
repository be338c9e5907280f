import { useStatus } from '../../api/queries';
import { brokerOf, firstEvent } from '../../events/first-event';
import { Button } from '../../ui/button';
import { Command, EmptyState } from '../../ui/empty-state';
import type { History } from './use-history';

interface EmptyProps {
  history: History;
  filtered: boolean;
  onClear: () => void;
  onZoomOut: () => void;
}

/** No rows: why, and what to do about it. */
export function Empty({ history, filtered, onClear, onZoomOut }: EmptyProps) {
  const { data } = useStatus();
  const { opened, opening, failure, refusal, refresh } = history;
  if (!opened && failure) {
    return (
      <EmptyState title="History cannot be read now">
        <p>{failure.message}.</p>
        <Button onClick={refresh}>Try again</Button>
      </EmptyState>
    );
  }
  if (!opened && refusal)
    return <EmptyState title="The filter is not understood">Its fault is shown above.</EmptyState>;
  if (!opened || opening || !history.pages.ended.down) return <EmptyState title="Reading history …" />;
  if (data && data.head === 0) {
    return (
      <EmptyState title="No events yet">
        {data.kafka.reason && <p>{data.kafka.reason}</p>}
        <p>Nothing is stored. Write one to Kafka, and it shows up here:</p>
        <Command text={firstEvent(brokerOf(data.kafka.detail))} />
        <Button onClick={refresh}>Look again</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={filtered ? 'Nothing in this range matches the filter' : 'Nothing happened in this range'}>
      <p>{filtered ? 'A wider range or a wider filter may have it.' : 'There are events outside it.'}</p>
      <p>
        <Button look="main" onClick={onZoomOut}>
          Zoom out
        </Button>{' '}
        {filtered && <Button onClick={onClear}>Clear the filter</Button>}
      </p>
    </EmptyState>
  );
}
