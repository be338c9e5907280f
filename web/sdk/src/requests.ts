import type { Decode } from './decode.js';
import { type ProblemError, problemOf } from './problem.js';
import type { Token } from './token.js';

export interface RequestsConfig {
  /** Ends with /api/event-bus or wherever that is served. */
  base: string;
  fetch: typeof fetch;
  parse: (text: string) => unknown;
  token: Token;
}

/** The signal ends a request, or the paging. */
export interface Asking {
  signal?: AbortSignal;
}

interface Asked extends Asking {
  method?: 'DELETE';
  accept?: string;
}

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** Asks with the token in use, and once more with a renewed one where that is refused. */
export class Requests {
  readonly base: string;
  readonly #config: RequestsConfig;

  constructor(config: RequestsConfig) {
    this.base = config.base;
    this.#config = config;
  }

  async ask<T>(decode: Decode<T>, path: string, asked: Asked): Promise<T> {
    const answer = await this.open(path, asked);
    return decode(this.#config.parse(await answer.text()));
  }

  async open(path: string, asked: Asked): Promise<Response> {
    const token = await this.#config.token.get();
    let answer = await this.#fetch(path, asked, token);
    if (answer.status === UNAUTHORIZED && token !== null) {
      const renewed = await this.#config.token.renew('refused');
      if (renewed !== token) answer = await this.#fetch(path, asked, renewed);
    }
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }

  /** Whether the token in use is refused; null also where the server cannot be asked. */
  async refusal(): Promise<ProblemError | null> {
    const token = await this.#config.token.get();
    const answer = await this.#fetch('status', {}, token).catch(() => null);
    if (answer?.status === UNAUTHORIZED || answer?.status === FORBIDDEN) return problemOf(answer);
    await answer?.body?.cancel();
    return null;
  }

  #fetch(path: string, { method, accept, signal }: Asked, token: string | null): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept ?? 'application/json' };
    if (token !== null) headers['Authorization'] = `Bearer ${token}`;
    const { fetch } = this.#config; // a browser's must not be called as a method
    return fetch(`${this.base}/${path}`, { headers, method: method ?? 'GET', signal: signal ?? null });
  }
}
