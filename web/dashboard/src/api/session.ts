import type { GetToken } from '@omninode-ai/eventfeed';

const KEY = 'eventfeed.token';

/**
 * Whether the page may go on: `needed` shows the sign-in page, `refused` says there that the last token is no good any more,
 * `expiring` only that this is near.
 */
export type SessionState = 'in' | 'expiring' | 'needed' | 'refused';

export interface SessionOptions {
  /** Kept here, so that it ends with the tab and no other site's page can send it. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** TOKEN_URL: where the browser gets a token with its cookies; '' where there is none. */
  tokenURL: string;
  fetch: typeof fetch;
  /** Whether there is a conn: then a token that expires is still good. */
  isOpen: () => boolean;
}

/** Where the page's token comes from. */
export class Session {
  readonly #options: SessionOptions;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = 'in';
  #used: string | null = null; // by the client
  #waiting: ((token: string) => void)[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get state(): SessionState {
    return this.#state;
  }

  get token(): string | null {
    return this.#options.storage.getItem(KEY);
  }

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /**
   * Given to the client. Where a new token is needed and only a person can give it, the answer waits for that person:
   * nothing is tried again before.
   */
  readonly getToken: GetToken = async (why) => {
    if (this.#options.tokenURL !== '') return this.#fetch();
    if (why === 'first' || this.token !== this.#used) return this.#use();
    if (why === 'expires' && this.#options.isOpen()) {
      this.#to('expiring');
      return this.token; // the requests of the last minute need not wait for a person
    }
    this.require();
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  /** An answer was 401. */
  require(): void {
    this.#to(this.token === null ? 'needed' : 'refused');
  }

  signIn(token: string): void {
    this.#options.storage.setItem(KEY, token);
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#to('in');
    for (const give of waiting) give(token);
    if (waiting.length > 0) this.#use();
  }

  #use(): string | null {
    this.#used = this.token;
    return this.#used;
  }

  async #fetch(): Promise<string> {
    const answer = await this.#options.fetch(this.#options.tokenURL, { credentials: 'include' });
    const text = (await answer.text()).trim();
    if (!answer.ok || text === '') throw new Error(`the token's address answers ${answer.status}`);
    return text;
  }

  #to(state: SessionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
