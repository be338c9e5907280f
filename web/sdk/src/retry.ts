import type { Clock } from './clock.js';

export interface Retry {
  /** The first pause is anything below this; each further one may be twice as long. */
  baseMs: number;
  /** No pause is longer. */
  maxMs: number;
  /** A conn that lived so long was a good one: the next pauses are short again. */
  stableMs: number;
}

export const defaultRetry: Retry = { baseMs: 500, maxMs: 15_000, stableMs: 5_000 };

/** What a close code asks for; backoff is for what the network did. */
export type Verdict = 'never' | 'pause' | 'now' | 'backoff';

const MESSAGE_TOO_BIG = 1009;
export const TOKEN_EXPIRED = 4102;
/** Who is asked to pause waits at least this. */
const PAUSE = 1_000;

/** 40xx: what we say is at fault; 41xx: come back later; 42xx and above: the server has a reason of its own. */
export function verdictOf(code: number): Verdict {
  if (code === MESSAGE_TOO_BIG || (code >= 4000 && code < 4100)) return 'never';
  if (code >= 4100 && code < 4200) return 'pause';
  return code >= 4200 ? 'now' : 'backoff';
}

/**
 * How long to wait. Full jitter spreads the clients of a server that fell over. "Now" is now only once in a row: a server
 * that sends everybody away as soon as they come must not be stormed.
 */
export function pauseOf(verdict: Verdict, attempt: number, { retry, clock }: { retry: Retry; clock: Clock }): number {
  if (verdict === 'now' && attempt === 0) return 0;
  const spread = clock.random() * Math.min(retry.maxMs, retry.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(verdict === 'pause' ? Math.max(PAUSE, spread) : spread);
}
