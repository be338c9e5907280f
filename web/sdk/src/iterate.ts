import type { Event } from './event.js';
import type { Notice } from './notice.js';
import type { Place } from './place.js';
import { StoppedError } from './problem.js';
import type { Handlers, Subscription } from './subscription.js';

interface Batch {
  events: Event[];
  place: Place;
  handled: () => void;
}

/**
 * The events of a subscription, one by one. An event counts as handled, and its place is saved, when the next is asked
 * for: a loop that is left in the middle of an event gets that event again after a reload. Nothing is asked of the server
 * before the first event is.
 */
export function iterate(
  open: (handlers: Handlers) => Subscription,
  notice: (notice: Notice) => void,
): AsyncIterableIterator<Event, undefined> {
  let wake = () => {};
  let batch: Batch | null = null;
  let over = false;
  let failure: { error: unknown } | null = null;
  let subscription: Subscription | null = null;

  const handlers: Handlers = {
    events: (events, place) =>
      new Promise<void>((handled) => {
        batch = { events, place, handled };
        wake();
      }),
    notice,
    ended: fail,
    stopped: (reason) => fail(new StoppedError(reason)),
    closed: stop,
  };

  function fail(error: unknown): void {
    failure = { error };
    stop();
  }

  function stop(): void {
    if (over) return;
    over = true;
    subscription?.close();
    wake();
  }

  async function* run(): AsyncGenerator<Event, undefined> {
    if (!over) subscription = open(handlers);
    while (!over) {
      const { events, place, handled } = batch ?? { events: [], place: null, handled: () => {} };
      batch = null;
      for (const event of events) {
        yield event;
        if (over) break;
        if (event !== events.at(-1) && place) await subscription?.save({ ...place, position: event.position });
      }
      handled();
      if (batch === null && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (failure) throw failure.error;
    return undefined;
  }

  const events = run();
  return {
    next: () => events.next(),
    return() {
      stop();
      return events.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
