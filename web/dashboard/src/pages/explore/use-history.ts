import { ProblemError } from '@omninode-ai/eventfeed';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { client } from '../../api/client';
import { NO_ROWS } from '../../events/row';
import type { FilterRefusal } from '../../filter/refusal';
import type { View } from '../../state/view';
import { Pager, type Pages } from './pager';
import { type Window, windowOf } from './span';

/** What the page shows: history as it was at one moment. */
export interface Opened {
  /** Another list, with its own place. */
  id: number;
  pager: Pager;
  view: Pick<View, 'filter' | 'range' | 'order' | 'at'>;
  window: Window;
  through: number;
  epoch: string;
}

export interface History {
  opened: Opened | null;
  pages: Pages;
  /** Another one is on its way; what is shown is the one before. */
  opening: boolean;
  /** The server does not take the filter. */
  refusal: FilterRefusal | null;
  /** It could not be read. */
  failure: Error | null;
  /** Reads anew, up to now. */
  refresh: () => void;
}

const NOTHING: Pages = {
  rows: NO_ROWS,
  loaded: 0,
  opening: true,
  ended: { up: true, down: false },
  capped: false,
  failure: null,
};
const still = { subscribe: () => () => {}, getSnapshot: () => NOTHING };

let ids = 0;

async function open(view: Opened['view'], signal: AbortSignal): Promise<Opened> {
  const { head, epoch } = await client.status({ signal });
  const window = windowOf(view, Date.now());
  const pager = new Pager({
    query: { ...view.filter, ...window.list },
    order: view.order,
    through: head,
    at: within(view.at, window),
    load: (query, loading) => client.eventsPage(query, { signal: loading }),
  });
  const close = () => pager.close();
  signal.addEventListener('abort', close);
  await pager.open();
  signal.removeEventListener('abort', close); // it is shown until another one takes its place
  const { failure, opening } = pager.getSnapshot();
  if (opening && failure) throw failure;
  return { id: ++ids, pager, view, window, through: head, epoch };
}

/** A time outside the range is none to open at. */
function within(at: string | null, { list }: Window): string | null {
  if (at === null) return null;
  const ms = Date.parse(at);
  const isBefore = list.start_time !== undefined && ms < Date.parse(list.start_time);
  return isBefore || (list.end_time !== undefined && ms > Date.parse(list.end_time)) ? null : at;
}

/** The history that a view names. What was shown before stays until it is there, and if it cannot be had. */
export function useHistory({ filter, range, order, at }: View): History {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const [opening, setOpening] = useState(true);
  const [again, setAgain] = useState(0);
  const key = JSON.stringify([filter, range, order, at]);
  const view = useRef({ filter, range, order, at });
  view.current = { filter, range, order, at };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the view, by value; again asks anew
  useEffect(() => {
    const ending = new AbortController();
    setOpening(true);
    open(view.current, ending.signal)
      .then((next) => {
        if (ending.signal.aborted) return;
        setOpened(next);
        setFailure(null);
      })
      .catch((error: unknown) => {
        if (!ending.signal.aborted) setFailure(error instanceof Error ? error : new Error(String(error)));
      })
      .finally(() => {
        if (!ending.signal.aborted) setOpening(false);
      });
    return () => ending.abort();
  }, [key, again]);

  useEffect(() => () => opened?.pager.close(), [opened]);
  const { subscribe, getSnapshot } = opened?.pager ?? still;
  const pages = useSyncExternalStore(subscribe, getSnapshot);
  const refused = failure instanceof ProblemError && failure.status < 500 ? failure : null;
  return {
    opened,
    pages,
    opening,
    refusal: refused && { message: refused.message, at: refused.problem.at, kept: opened !== null },
    failure: refused ? null : failure,
    refresh: useCallback(() => setAgain((n) => n + 1), []),
  };
}
