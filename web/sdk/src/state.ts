import type { Hello } from './frames.js';
import type { ProblemError } from './problem.js';

/** Why there is no conn. */
export type Reason =
  /** It was closed with a code of the contract; text is the server's word for it. */
  | { kind: 'close'; code: number; text: string }
  /** The server could not be reached, or the conn broke. */
  | { kind: 'network' }
  /** Nothing was heard for longer than a server is ever silent. */
  | { kind: 'silence' }
  /** What came was no frame of the contract; to go on could lose events. */
  | { kind: 'bad_frame'; error: unknown }
  /** Frames were missing, and were so again after asking for them. */
  | { kind: 'gap' }
  /** The token is refused, or may see nothing. */
  | { kind: 'refused'; problem: ProblemError }
  /** getToken failed, or the WebSocket could not be made. */
  | { kind: 'failed'; error: unknown };

/** How the one conn of a client does. Each change makes a new object. */
export type ConnectionState =
  /** Nobody has subscribed yet. */
  | { state: 'idle' }
  /** attempt counts the tries since a conn that lived a while; the very first is 0. */
  | { state: 'connecting'; attempt: number }
  | { state: 'open'; hello: Hello }
  /** The next attempt follows by itself, at `until` on the client's clock, or at once with retry(). */
  | { state: 'waiting'; attempt: number; pauseMs: number; until: number; reason: Reason }
  /** To try again would not help; retry() does, when something has changed. */
  | { state: 'stopped'; reason: Reason }
  /** close() was called. */
  | { state: 'closed' };
