import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { type Claims, tokenOf } from './token';

/** Whoever makes tokens, on an origin of its own: who comes with the cookie gets one of the first claims, then of the next. */
export class Login {
  static readonly cookie = { name: 'session', value: 'ann' };
  readonly #server: HttpServer;
  readonly #claims: readonly Claims[];
  #given = 0;
  #url = '';

  private constructor(claims: readonly Claims[]) {
    this.#claims = claims;
    this.#server = createServer((request, response) => {
      response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '');
      response.setHeader('Access-Control-Allow-Credentials', 'true');
      const claims = this.#claims[Math.min(this.#given, this.#claims.length - 1)];
      if (request.headers.cookie !== `${Login.cookie.name}=${Login.cookie.value}` || claims === undefined) {
        response.writeHead(401).end();
        return;
      }
      this.#given++;
      response.end(tokenOf(claims));
    });
  }

  static async start(claims: readonly Claims[]): Promise<Login> {
    const login = new Login(claims);
    login.#server.listen(0, '127.0.0.1');
    await once(login.#server, 'listening');
    const address = login.#server.address();
    if (typeof address === 'object' && address) login.#url = `http://127.0.0.1:${address.port}/token`;
    return login;
  }

  get url(): string {
    return this.#url;
  }

  /** Tokens so far. */
  get given(): number {
    return this.#given;
  }

  async remove(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
