const SECONDS = 5;

/** Events a second, over the last whole seconds. */
export class Rate {
  #second = 0;
  #counts = new Array<number>(SECONDS + 1).fill(0); // the newest first; it is not over yet

  add(count: number, now: number): void {
    this.#moveTo(now);
    this.#counts[0] = (this.#counts[0] ?? 0) + count;
  }

  at(now: number): number {
    this.#moveTo(now);
    return this.#counts.slice(1).reduce((sum, n) => sum + n, 0) / SECONDS;
  }

  #moveTo(now: number): void {
    const second = Math.floor(now / 1000);
    const passed = Math.min(second - this.#second, this.#counts.length);
    if (passed <= 0) return;
    this.#counts = [...new Array<number>(passed).fill(0), ...this.#counts].slice(0, SECONDS + 1);
    this.#second = second;
  }
}
