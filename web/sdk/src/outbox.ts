import type { Clock } from './clock.js';

/**
 * A server ends the conn of a client that says more than it may in a second (20 messages unless configured otherwise), for
 * good. Pacing alone would not keep us below that: a network that stalls hands over the messages of several seconds at
 * once. So after a burst a ping is said, and the next burst waits for its pong and for a second to have passed.
 */
const BURST = 8;
const SECOND = 1_000;

/** What a conn says, in order, and no faster than a server takes it. */
export class Outbox {
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  #waiting: string[] = [];
  #said = 0; // since the last fence
  #begun = 0; // when the first of them was said
  #fenced = false;
  #undo: (() => void) | null = null;

  constructor(write: (text: string) => void, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  say(message: object): void {
    this.#waiting.push(JSON.stringify(message));
    this.#flush();
  }

  /** The server has read everything that was said before the ping. */
  pong(): void {
    if (!this.#fenced || this.#undo) return;
    this.#undo = this.#clock.after(Math.max(0, this.#begun + SECOND - this.#clock.now()), () => {
      this.#undo = null;
      this.#fenced = false;
      this.#said = 0;
      this.#flush();
    });
  }

  close(): void {
    this.#undo?.();
    this.#waiting = [];
  }

  #flush(): void {
    for (const message of this.#waiting.splice(0, this.#fenced ? 0 : BURST - this.#said)) {
      if (this.#said++ === 0) this.#begun = this.#clock.now();
      this.#write(message);
    }
    if (this.#said < BURST || this.#fenced) return;
    this.#fenced = true;
    this.#write('{"type":"ping"}');
  }
}
