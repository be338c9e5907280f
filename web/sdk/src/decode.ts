// What comes from outside is unknown and is read once, here, into a type; from
// then on nobody asks again. Fields that are not named are ignored.

export type Decode<T> = (value: unknown) => T;

/** What came from outside has not the shape that the contract gives it. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

function wanted(what: string, value: unknown): never {
  throw new ShapeError(`want ${what}, got ${value === null ? 'null' : typeof value}`);
}

export const text: Decode<string> = (value) => (typeof value === 'string' ? value : wanted('a text', value));

export const bool: Decode<boolean> = (value) => (typeof value === 'boolean' ? value : wanted('true or false', value));

/** A number, also where parse gives an object for each number, as lossless-json does, or a bigint. */
export const num: Decode<number> = (value) => {
  if (typeof value === 'number') return value;
  const n = typeof value === 'bigint' || (typeof value === 'object' && value !== null) ? Number(value) : Number.NaN;
  return Number.isNaN(n) ? wanted('a number', value) : n;
};

/** Whatever it is: a payload, or what the contract leaves open. */
export const anything: Decode<unknown> = (value) => value;

/** Absent is null. */
export const maybe =
  <T>(decode: Decode<T>): Decode<T | null> =>
  (value) =>
    value === undefined || value === null ? null : decode(value);

/** Absent is the given value. */
export const or =
  <T>(decode: Decode<T>, otherwise: T): Decode<T> =>
  (value) =>
    value === undefined || value === null ? otherwise : decode(value);

export const list =
  <T>(decode: Decode<T>): Decode<T[]> =>
  (value) =>
    Array.isArray(value) ? value.map((v) => decode(v)) : wanted('a list', value);

export function members(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wanted('an object', value);
  return value as Record<string, unknown>;
}

/** An object whose names are data. */
export const record =
  <T>(decode: Decode<T>): Decode<Record<string, T>> =>
  (value) =>
    Object.fromEntries(Object.entries(members(value)).map(([name, v]) => [name, decode(v)]));

/** An object of these fields; an error says in which the fault is. */
export function object<T extends object>(fields: { [K in keyof T]-?: Decode<T[K]> }): Decode<T> {
  const decoders = Object.entries(fields) as [string, Decode<unknown>][];
  return (value) => {
    const from = members(value);
    const into: Record<string, unknown> = {};
    for (const [name, decode] of decoders) {
      try {
        into[name] = decode(from[name]);
      } catch (error) {
        throw error instanceof ShapeError ? new ShapeError(`${name}: ${error.message}`) : error;
      }
    }
    return into as T;
  };
}
