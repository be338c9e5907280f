import { once } from 'node:events';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';

/** A line between the browser and the server that can be cut. */
export class Cable {
  readonly #server: NetServer;
  readonly #to: number;
  readonly #pairs = new Set<Socket>();
  #open = true;
  #port = 0;

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer((from) => this.#join(from));
  }

  static async start(to: number): Promise<Cable> {
    const cable = new Cable(to);
    cable.#server.listen(0, '127.0.0.1');
    await once(cable.#server, 'listening');
    const address = cable.#server.address();
    if (typeof address === 'object' && address) cable.#port = address.port;
    return cable;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Ends what is open, and refuses what comes. */
  cut(): void {
    this.#open = false;
    for (const socket of this.#pairs) socket.destroy();
    this.#pairs.clear();
  }

  heal(): void {
    this.#open = true;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(from: Socket): void {
    if (!this.#open) {
      from.destroy();
      return;
    }
    const to = connect(this.#to, '127.0.0.1');
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#pairs.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#pairs.delete(socket);
        other.destroy();
      });
    }
  }
}
