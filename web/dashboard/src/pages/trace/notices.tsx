import { count, counted } from '../../format/number';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import css from './trace.module.css';
import type { Tree } from './tree';
import type { TraceEvents } from './use-trace-events';

interface NoticesProps {
  tree: Tree;
  trace: TraceEvents;
  failure: Error | null;
  onRetry: () => void;
}

/** What the tree cannot show, or shows otherwise than one may think. */
export function Notices({ tree, trace, failure, onRetry }: NoticesProps) {
  const { counts, hidden, byTime } = tree;
  const loud = [
    ...(trace.more
      ? [
          `This correlation has more events than can be read at once: these are its oldest ${count(trace.events.length)}.`,
        ]
      : []),
    ...(hidden > 0
      ? [`${counted(hidden, 'event')} ${hidden === 1 ? 'is' : 'are'} not shown: the rows are those nearest the root.`]
      : []),
    ...(counts.cycle > 0
      ? ['Some events cause each other in a circle; the tree begins with the earliest of them.']
      : []),
    ...(counts.skew > 0
      ? [
          `${counted(counts.skew, 'event')} happened before ${counts.skew === 1 ? 'its' : 'their'} cause: clocks differ.`,
        ]
      : []),
  ];
  const mild = [
    ...(byTime && trace.events.length > 1
      ? ['Its producers name no causes: the events stand in the order of their time.']
      : []),
    ...(counts['by time'] > 0 ? [`${counted(counts['by time'], 'event')} without a cause, placed by time.`] : []),
  ];
  if (loud.length + mild.length === 0 && !failure) return null;
  return (
    <div className={css['notices']}>
      {failure && (
        <p role="alert">
          <Icon name="warning" size={14} />
          What is new cannot be shown now: {failure.message}.
          <Button small onClick={onRetry}>
            Try again
          </Button>
        </p>
      )}
      {loud.map((text) => (
        <p key={text}>
          <Icon name="warning" size={14} />
          {text}
        </p>
      ))}
      {mild.map((text) => (
        <p key={text} data-mild="">
          {text}
        </p>
      ))}
    </div>
  );
}
