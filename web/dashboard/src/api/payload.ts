import { isLosslessNumber, parse } from 'lossless-json';

/**
 * What a producer sent, as the text that came: cut for a row, copied and shown raw without a digit changing. It is read
 * only where somebody looks inside.
 */
export class Payload {
  readonly text: string;
  #value: unknown;
  #read = false;

  constructor(text: string) {
    this.text = text;
  }

  /** Numbers are LosslessNumber: `1.10` keeps its zero and 9007199254740993 its last digit. */
  get value(): unknown {
    if (!this.#read) {
      this.#value = parse(this.text);
      this.#read = true;
    }
    return this.#value;
  }

  /** The value at a path of names and indices, or undefined. */
  at(path: readonly string[]): unknown {
    let value = this.value;
    for (const name of path) {
      if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return undefined;
      if (!Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return value;
  }
}

/** The payload of an event; one that came without is null. */
export function payloadOf(event: { payload: unknown }): Payload {
  return event.payload instanceof Payload ? event.payload : new Payload(JSON.stringify(event.payload ?? null));
}
