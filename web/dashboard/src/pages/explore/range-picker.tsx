import { Popover } from '@base-ui/react/popover';
import { type FormEvent, useState } from 'react';
import { dateTime, zoneName } from '../../format/time';
import { SPANS, type TimeRange, type Zone } from '../../state/view';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import css from './explore.module.css';
import { readTime } from './read-time';
import { DEFAULT_RANGE, type Window } from './span';

interface RangePickerProps {
  range: TimeRange | null;
  /** What is shown now; a range of one's own begins with it. */
  chart: Window['chart'];
  zone: Zone;
  /** The list is open at a time, without a range. */
  isAround: boolean;
  onRange: (range: TimeRange) => void;
}

const short = (ms: number | string, zone: Zone) => dateTime(ms, zone).slice(5, -4);

/** How far back the page looks, or from when to when. */
export function RangePicker({ range, chart, zone, isAround, onRange }: RangePickerProps) {
  const shown = range ?? (isAround ? null : DEFAULT_RANGE);
  const own = shown && 'start' in shown ? shown : null;
  const ownText = own && `${short(own.start, zone)} – ${short(own.end, zone)}`;
  return (
    <div className={css['ranges']} role="group" aria-label="Range">
      {SPANS.map((span) => (
        <Button
          key={span}
          aria-pressed={shown !== null && 'last' in shown && shown.last === span}
          onClick={() => onRange({ last: span })}
        >
          {span}
        </Button>
      ))}
      <Popover.Root>
        <Popover.Trigger
          render={<Button className={css['own']} aria-pressed={own !== null} />}
          aria-label={ownText === null ? 'Custom range' : `Custom range: ${ownText}`}
        >
          {ownText ?? 'Custom'}
          <Icon name="down" size={12} />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner sideOffset={6} align="start" className={css['place']}>
            <Popover.Popup className={css['popup']} aria-label="Custom range">
              <OwnRange key={`${own?.start} ${own?.end} ${zone}`} chart={chart} zone={zone} onRange={onRange} />
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}

function OwnRange({ chart, zone, onRange }: Pick<RangePickerProps, 'chart' | 'zone' | 'onRange'>) {
  const [from, setFrom] = useState(() => dateTime(chart.start, zone).slice(0, -4));
  const [to, setTo] = useState(() => dateTime(chart.end, zone).slice(0, -4));
  const [fault, setFault] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const start = readTime(from, zone);
    const end = readTime(to, zone);
    if (start === null || end === null) setFault('A time is like 2026-10-01 08:00 or 2026-10-01 08:00:00.123');
    else if (start >= end) setFault('The end must be after the start');
    else {
      setFault(null);
      onRange({ start, end });
    }
  };
  return (
    <form className={css['ownRange']} onSubmit={submit}>
      <label>
        From
        <input value={from} spellCheck={false} autoComplete="off" onChange={(e) => setFrom(e.target.value)} />
      </label>
      <label>
        To, not included
        <input value={to} spellCheck={false} autoComplete="off" onChange={(e) => setTo(e.target.value)} />
      </label>
      {fault && <p role="alert">{fault}</p>}
      <footer>
        <span>Times are {zone === 'utc' ? 'UTC' : `local, ${zoneName('local')}`}</span>
        <Button look="main" type="submit">
          Show
        </Button>
      </footer>
    </form>
  );
}
