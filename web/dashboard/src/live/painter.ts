/** At most so often is anything painted: nobody reads more, and the page stays free for clicks. */
const PAINT_MS = 100;
const PAINT_HIDDEN_MS = 1_000;

export interface PainterClock {
  now(): number;
  after(ms: number, run: () => void): () => void;
  hidden(): boolean;
}

export const browserClock: PainterClock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  hidden: () => document.hidden,
};

/** Calls paint soon after it was asked to, and not more often than is good. */
export class Painter {
  readonly #clock: PainterClock;
  readonly #paint: () => void;
  #painted = 0;
  #undo: (() => void) | null = null;

  constructor(paint: () => void, clock: PainterClock) {
    this.#paint = paint;
    this.#clock = clock;
  }

  soon(): void {
    if (this.#undo) return;
    const pause = this.#clock.hidden() ? PAINT_HIDDEN_MS : PAINT_MS;
    this.#undo = this.#clock.after(Math.max(0, this.#painted + pause - this.#clock.now()), () => this.now());
  }

  /** What a person did is shown at once. */
  now(): void {
    this.#undo?.();
    this.#undo = null;
    this.#painted = this.#clock.now();
    this.#paint();
  }
}
