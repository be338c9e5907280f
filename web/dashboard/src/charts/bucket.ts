/** Events of one stretch of time, by outcome. */
export interface Bucket {
  /** Unix milliseconds. */
  start: number;
  success: number;
  failure: number;
  open: number;
  other: number;
}

export function totalOf({ success, failure, open, other }: Omit<Bucket, 'start'>): number {
  return success + failure + open + other;
}
