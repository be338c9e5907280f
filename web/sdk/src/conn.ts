import type { Clock } from './clock.js';
import { text } from './decode.js';
import { type Frame, frame, type Goodbye } from './frames.js';
import { Outbox } from './outbox.js';
import type { Reason } from './state.js';

/** What we use of a WebSocket: those of browsers, of Node from 22 on and of the package ws have it. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type SocketClass = new (url: string, protocols: string[]) => Socket;

export interface ConnConfig {
  WebSocket: SocketClass;
  url: string;
  protocols: string[];
  parse: (text: string) => unknown;
  clock: Clock;
  silenceMs: number;
}

/** How a conn ended. */
export interface End {
  reason: Reason;
  /** False: the handshake failed, and why cannot be seen from here. */
  opened: boolean;
  /** When it said hello; null if it did not. */
  greeted: number | null;
  goodbye: Goodbye | null;
}

export interface ConnTells {
  /** size is the length of the text that it came in. */
  frame(frame: Frame, size: number): void;
  /** Once, unless close was called. */
  ended(end: End): void;
}

/** Of a conn that has heard nothing, this part of the silence is left for the answer to a ping. */
const GRACE = 0.5;
const NEVER_CLOSED = 1006;

/** One WebSocket, from its handshake to its end. */
export class Conn {
  readonly #config: ConnConfig;
  readonly #tells: ConnTells;
  readonly #socket: Socket;
  readonly #outbox: Outbox;
  #opened = false;
  #greeted: number | null = null;
  #goodbye: Goodbye | null = null;
  #over = false;
  #undo = () => {};

  constructor(config: ConnConfig, tells: ConnTells) {
    this.#config = config;
    this.#tells = tells;
    this.#socket = new config.WebSocket(config.url, config.protocols);
    this.#outbox = new Outbox((message) => this.#socket.send(message), config.clock);
    this.#socket.onopen = () => {
      this.#opened = true;
    };
    this.#socket.onmessage = ({ data }: { data: unknown }) => this.#hear(data);
    this.#socket.onclose = ({ code, reason }: { code: number; reason: string }) => this.#closed(code, reason);
    // After an open conn's error comes its close; some WebSockets leave that out when the handshake fails.
    this.#socket.onerror = () => {
      if (!this.#opened) this.#closed(NEVER_CLOSED, '');
    };
    this.#watch();
  }

  say(message: object): void {
    if (!this.#over) this.#outbox.say(message);
  }

  /** Ends it for a reason of ours. */
  fail(reason: Reason): void {
    if (this.#over) return;
    this.close();
    this.#tells.ended({ reason, opened: this.#opened, greeted: this.#greeted, goodbye: this.#goodbye });
  }

  /** Ends it; nothing is told any more. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#undo();
    this.#outbox.close();
    this.#socket.close(1000);
  }

  #closed(code: number, reason: string): void {
    this.fail(code === NEVER_CLOSED ? { kind: 'network' } : { kind: 'close', code, text: reason });
  }

  #hear(data: unknown): void {
    if (this.#over) return;
    this.#watch();
    let said: string;
    let heard: Frame | null;
    try {
      said = text(data);
      heard = frame(this.#config.parse(said));
    } catch (error) {
      this.fail({ kind: 'bad_frame', error });
      return;
    }
    if (heard === null) return;
    if (heard.type === 'hello') this.#greeted = this.#config.clock.now();
    if (heard.type === 'goodbye') this.#goodbye = heard;
    if (heard.type === 'pong') this.#outbox.pong();
    this.#tells.frame(heard, said.length);
  }

  /** A network that went away without a word is noticed by silence; a timer that a sleeping machine held up only pings. */
  #watch(): void {
    const { clock, silenceMs } = this.#config;
    this.#undo();
    this.#undo = clock.after(silenceMs, () => {
      if (this.#greeted === null) {
        this.fail({ kind: 'silence' });
        return;
      }
      this.#outbox.say({ type: 'ping' });
      this.#undo = clock.after(silenceMs * GRACE, () => this.fail({ kind: 'silence' }));
    });
  }
}
