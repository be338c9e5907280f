const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `12,345` */
export function count(n: number): string {
  return whole.format(n);
}

/** `0`, `0.4`, `12`, `1,240`: as many digits as one can read. */
export function rate(n: number): string {
  return n === 0 || n >= 10 ? count(n) : n.toFixed(1);
}

/** `1 event`, `12 events` */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `12 %` */
export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(part === 0 || part / whole >= 0.1 ? 0 : 1)} %`;
}

/** `812 B`, `1.4 kB`, `3.2 MB` */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = n / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : count(value)} ${units[unit]}`;
}
