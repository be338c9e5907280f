import type { Event } from '@omninode-ai/eventfeed';
import { useEffect, useState } from 'react';
import { client } from '../../api/client';
import { keyOf } from '../../events/row';
import { apart } from '../../state/filter';

/** Of one correlation, the server gives so many at most; those that come live are added. */
const MOST = 5_000;
/** So often at most the page is drawn anew. */
const PAUSE_MS = 150;

export interface TraceEvents {
  id: string;
  events: readonly Event[];
  /** The server has more than it gives. */
  more: boolean;
  /** Since the page was opened. */
  fresh: number;
}

export interface TraceRead {
  trace: TraceEvents | null;
  failure: Error | null;
  retry: () => void;
}

/** The events of a correlation: those that are stored, and then those that come. */
export function useTraceEvents(id: string): TraceRead {
  const [trace, setTrace] = useState<TraceEvents | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const [again, setAgain] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: again reads anew
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    let undo = () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      // What is stored behind this head comes live; what is not, is read: between the two is no seam.
      const { head, epoch } = await client.status({ signal });
      const { events, has_more } = await client.trace(id, { limit: MOST }, { signal });
      const known = new Map(events.map((e) => [keyOf(e), e]));
      let fresh = 0;
      const show = () => setTrace({ id, events: [...known.values()], more: has_more, fresh });
      show();
      setFailure(null);
      undo = client.subscribe(
        { filter: apart({ correlation_ids: [id] }), from: { position: head, epoch }, signal },
        {
          events: (batch) => {
            for (const event of batch) {
              if (!known.has(keyOf(event))) fresh++;
              known.set(keyOf(event), event);
            }
            timer ??= setTimeout(() => {
              timer = undefined;
              show();
            }, PAUSE_MS);
          },
          ended: (error) => setFailure(error instanceof Error ? error : new Error(String(error))),
        },
      );
    };
    read().catch((error: unknown) => {
      if (!signal.aborted) setFailure(error instanceof Error ? error : new Error(String(error)));
    });
    return () => {
      ending.abort();
      clearTimeout(timer);
      undo();
    };
  }, [id, again]);
  return { trace: trace?.id === id ? trace : null, failure, retry: () => setAgain((n) => n + 1) };
}
