import { type Decode, maybe, num, object, or, text } from './decode.js';
import type { Reason } from './state.js';

/** What RFC 9457 says of an answer that is an error. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** The parameter to blame. */
  parameter: string | null;
  request_id: string | null;
  /** Where in the parameter, if it is an expression. */
  at: { line: number; column: number } | null;
}

const problem: Decode<Problem> = object<Problem>({
  type: or(text, 'about:blank'),
  title: or(text, ''),
  status: num,
  detail: or(text, ''),
  parameter: maybe(text),
  request_id: maybe(text),
  at: maybe(object({ line: num, column: num })),
});

/** The server refused a request, and said why. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  /** When it is worth to ask again; null if the server did not say. */
  readonly retryAfterMs: number | null;

  constructor(told: Problem, retryAfterMs: number | null) {
    super(told.detail || told.title || `status ${told.status}`);
    this.problem = told;
    this.retryAfterMs = retryAfterMs;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** The error of an answer, also where something on the way answered that knows no problems. */
export async function problemOf(answer: Response): Promise<ProblemError> {
  const seconds = Number(answer.headers.get('Retry-After') ?? Number.NaN);
  const after = Number.isNaN(seconds) ? null : seconds * 1000;
  if ((answer.headers.get('Content-Type') ?? '').startsWith('application/problem+json')) {
    return new ProblemError(problem(await answer.json()), after);
  }
  const { status, statusText } = answer;
  await answer.body?.cancel();
  return new ProblemError(problem({ status, title: statusText }), after);
}

/** The server does not serve a subscription, and its code says why; asking the same again does not help. */
export class SubscriptionError extends Error {
  override readonly name = 'SubscriptionError';
  /** bad_filter, bad_message, duplicate, forbidden, too_many_subscriptions, or one of a later version. */
  readonly code: string;
  /** Where in the filter's expression. */
  readonly at: { line: number; column: number } | null;

  constructor(code: string, message: string, at: { line: number; column: number } | null) {
    super(message);
    this.code = code;
    this.at = at;
  }
}

/** The conn has stopped, and what is iterated over it ends; subscriptions with handlers wait for retry(). */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(`the conn has stopped: ${reason.kind === 'close' ? `${reason.code} ${reason.text}` : reason.kind}`);
    this.reason = reason;
  }
}
