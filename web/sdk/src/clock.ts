/** Time and chance, so that tests need neither. */
export interface Clock {
  /** Milliseconds; only differences matter. */
  now(): number;
  /** Calls run once, after so many milliseconds; the answer undoes it. */
  after(ms: number, run: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
