/** Why a token is asked for: at first, because it is about to expire or has, or because the server refused the last one. */
export type TokenReason = 'first' | 'expires' | 'refused';

export type GetToken = (why: TokenReason) => string | null | Promise<string | null>;

/** The token in use. It is asked for once, and again only for a reason. */
export class Token {
  readonly #get: GetToken | null;
  #why: TokenReason = 'first';
  #held: Promise<string | null> | null = null;
  #renewing: Promise<string | null> | null = null;

  constructor(get: GetToken | null) {
    this.#get = get;
  }

  get(): Promise<string | null> {
    this.#held ??= this.#ask(this.#why);
    return this.#held;
  }

  /** Asks for another one; whoever asks meanwhile gets the same answer. */
  renew(why: TokenReason): Promise<string | null> {
    this.#renewing ??= this.#ask(why).finally(() => {
      this.#renewing = null;
    });
    this.#held = this.#renewing;
    return this.#renewing;
  }

  /** Lets the next get ask for another one. */
  forget(why: TokenReason): void {
    this.#held = null;
    this.#why = why;
  }

  async #ask(why: TokenReason): Promise<string | null> {
    try {
      return (await this.#get?.(why)) ?? null;
    } catch (error) {
      this.forget(why); // what failed is asked again
      throw error;
    }
  }
}

/** How a token goes with a WebSocket: never in the URL, which ends up in logs. */
export function protocolsOf(token: string | null): string[] {
  const encoded = btoa(token ?? '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return ['eventfeed.v1', ...(token === null ? [] : [`eventfeed.bearer.${encoded}`])];
}
