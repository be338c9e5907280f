import type { Event } from '@omninode-ai/eventfeed';
import { useEffect, useState } from 'react';
import { client } from '../../api/client';
import { apart } from '../../state/filter';
import type { Opened } from './use-history';

/** So often at most the number changes. */
const PAUSE_MS = 250;

/** How many events of the view were stored since it was opened: exactly those that a new look would add. */
export function useNewer(opened: Opened | null): number {
  const [newer, setNewer] = useState({ id: 0, count: 0 });
  useEffect(() => {
    if (!opened) return;
    const { id, view, window, through, epoch } = opened;
    const { start_time, end_time } = window.list;
    const start = start_time === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start_time);
    const end = end_time === undefined ? Number.POSITIVE_INFINITY : Date.parse(end_time);
    const isShown = ({ timestamp }: Event) => {
      const at = Date.parse(timestamp);
      return at >= start && at < end;
    };
    let count = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const undo = client.subscribe(
      { filter: apart(view.filter), from: { position: through, epoch } },
      {
        events: (events) => {
          count += events.filter(isShown).length;
          timer ??= setTimeout(() => {
            timer = undefined;
            setNewer({ id, count });
          }, PAUSE_MS);
        },
        ended: () => {}, // what is refused here, the page itself was refused too
      },
    );
    return () => {
      undo();
      clearTimeout(timer);
    };
  }, [opened]);
  return newer.id === opened?.id ? newer.count : 0;
}
