import type { Frame, Hello } from './frames.js';
import type { Line } from './line.js';
import type { Reason } from './state.js';
import type { Subscription, Wire } from './subscription.js';

/**
 * Which frame is whose. Catch-up frames name the id of a subscription, live ones its feed, which `subscribed` tells. Each
 * asking takes an id of its own, so that no frame of an earlier asking is taken for one of the later.
 */
export class Streams implements Wire {
  readonly #line: () => Line;
  readonly #all = new Set<Subscription>();
  readonly #byId = new Map<string, Subscription>();
  readonly #byFeed = new Map<number, Subscription>();
  #asked = 0;
  #hello: Hello | null = null;

  constructor(line: () => Line) {
    this.#line = line;
  }

  /** Its undo is the subscription's close. */
  add(subscription: Subscription): void {
    const line = this.#line();
    line.open();
    this.#all.add(subscription);
    if (line.state.state === 'stopped') subscription.stopped(line.state.reason);
    void subscription.open();
  }

  ask(subscription: Subscription): void {
    if (this.#hello === null) return;
    const id = String(++this.#asked);
    this.#byId.set(id, subscription);
    this.#line().say({ type: 'subscribe', id, filter: subscription.filter, from: subscription.from });
  }

  leave(subscription: Subscription): void {
    if (!subscription.alive) this.#all.delete(subscription);
    for (const [id, s] of this.#byId) {
      if (s !== subscription) continue;
      this.#byId.delete(id);
      this.#line().say({ type: 'unsubscribe', id });
    }
    for (const [feed, s] of this.#byFeed) if (s === subscription) this.#byFeed.delete(feed);
  }

  distrust(): void {
    this.#line().fail({ kind: 'gap' });
  }

  opened(hello: Hello): void {
    this.#hello = hello;
    for (const s of this.#all) if (s.wanted) this.ask(s);
  }

  lost(): void {
    this.#hello = null;
    this.#byId.clear();
    this.#byFeed.clear();
    for (const s of this.#all) s.lost();
  }

  stopped(reason: Reason): void {
    for (const s of this.#all) s.stopped(reason);
  }

  close(): void {
    for (const s of this.#all) s.close();
  }

  frame(frame: Frame, size: number): void {
    if (frame.type === 'progress') {
      for (const s of this.#byId.values()) s.progress(frame);
      return;
    }
    const s = this.#whose(frame);
    if (s === undefined) return;
    switch (frame.type) {
      case 'subscribed':
        this.#byFeed.set(frame.feed, s);
        s.subscribed(frame, this.#hello?.epoch ?? '');
        break;
      case 'events':
        s.events(frame, size);
        break;
      case 'caught_up':
        s.caughtUp(frame);
        break;
      case 'lagging':
        s.lagging(frame);
        break;
      case 'reset':
        s.reset(frame);
        break;
      case 'preview':
        s.preview(frame, size);
        break;
      case 'error':
        this.#byId.delete(frame.id ?? '');
        s.refused(frame);
        break;
    }
  }

  #whose(frame: Frame): Subscription | undefined {
    if ('id' in frame && frame.id !== null) return this.#byId.get(frame.id);
    return 'feed' in frame && frame.feed !== null ? this.#byFeed.get(frame.feed) : undefined;
  }
}
