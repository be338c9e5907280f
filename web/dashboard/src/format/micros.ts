const MICROS = 1000n;

/** A time as it is stored, to the microsecond, which Date does not have. */
export function microsOf(time: string): bigint {
  const digits = (/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(6, '0').slice(3, 6);
  return BigInt(Math.floor(Date.parse(time))) * MICROS + BigInt(digits);
}

export function timeOf(micros: bigint): string {
  const ms = new Date(Number(micros / MICROS)).toISOString();
  return `${ms.slice(0, -1)}${String(micros % MICROS).padStart(3, '0')}Z`;
}
