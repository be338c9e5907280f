import type { Clock } from './clock.js';
import { Conn, type End, type SocketClass } from './conn.js';
import type { Frame, Hello } from './frames.js';
import type { ProblemError } from './problem.js';
import { pauseOf, type Retry, TOKEN_EXPIRED, type Verdict, verdictOf } from './retry.js';
import type { ConnectionState, Reason } from './state.js';
import { protocolsOf, type Token } from './token.js';

export interface LineConfig {
  /** Who only asks over REST needs none. */
  WebSocket: SocketClass | undefined;
  url: string;
  parse: (text: string) => unknown;
  clock: Clock;
  retry: Retry;
  silenceMs: number;
  token: Token;
  /** Asks over REST whether the server refuses our token; null if that is not what is wrong. */
  refusal: () => Promise<ProblemError | null>;
}

export interface LineTells {
  state(state: ConnectionState): void;
  /** What was subscribed on the conn before is gone. */
  opened(hello: Hello): void;
  frame(frame: Frame, size: number): void;
  lost(): void;
}

/** Keeps one conn alive: connects, notices its end, and knows from the reason whether and when to connect again. */
export class Line {
  state: ConnectionState = { state: 'idle' };
  readonly #config: LineConfig;
  readonly #tells: LineTells;
  #conn: Conn | null = null;
  #attempt = 0;
  #refused = false; // the attempt before, with a token that was then renewed
  #turn = 0; // counts what was begun; an answer to an earlier one comes too late
  #undo = () => {};

  constructor(config: LineConfig, tells: LineTells) {
    this.#config = config;
    this.#tells = tells;
  }

  /** Connects, unless that has begun. */
  open(): void {
    const { state } = this.state;
    if (state === 'closed') throw new Error('the client is closed');
    this.#socketClass();
    if (state === 'idle') void this.#connect();
  }

  /** Connects now instead of after the pause, and also where it had stopped. */
  retry(): void {
    if (this.state.state !== 'waiting' && this.state.state !== 'stopped') return;
    if (this.state.state === 'stopped') this.#attempt = 0;
    void this.#connect();
  }

  close(): void {
    this.#turn++;
    this.#undo();
    this.#conn?.close();
    this.#conn = null;
    this.#to({ state: 'closed' });
  }

  /** Says it, or nothing where there is no conn that has said hello. */
  say(message: object): void {
    if (this.state.state === 'open') this.#conn?.say(message);
  }

  /** Gives the conn up for another one. */
  fail(reason: Reason): void {
    this.#conn?.fail(reason);
  }

  #to(state: ConnectionState): void {
    this.state = state;
    this.#tells.state(state);
  }

  async #connect(): Promise<void> {
    this.#undo();
    const turn = ++this.#turn;
    this.#to({ state: 'connecting', attempt: this.#attempt });
    try {
      const token = await this.#config.token.get();
      if (turn === this.#turn) this.#dial(protocolsOf(token));
    } catch (error) {
      if (turn === this.#turn) this.#wait('backoff', { kind: 'failed', error });
    }
  }

  #dial(protocols: string[]): void {
    this.#conn = new Conn(
      { ...this.#config, WebSocket: this.#socketClass(), protocols },
      {
        frame: (frame, size) => this.#hear(frame, size),
        ended: (end) => void this.#ended(end),
      },
    );
  }

  #socketClass(): SocketClass {
    const { WebSocket } = this.#config;
    if (WebSocket !== undefined) return WebSocket;
    throw new TypeError('there is no WebSocket here: give one to createClient, as that of the package ws');
  }

  #hear(frame: Frame, size: number): void {
    if (frame.type === 'hello') {
      this.#refused = false;
      this.#to({ state: 'open', hello: frame });
      this.#tells.opened(frame);
    }
    if (frame.type === 'token_expires') void this.#renew();
    this.#tells.frame(frame, size);
  }

  /** Changes the token on the open conn. Where that fails the server ends the conn with 4102, and we ask again. */
  async #renew(): Promise<void> {
    const { token } = this.#config;
    const turn = this.#turn;
    const before = await token.get().catch(() => null);
    const now = await token.renew('expires').catch(() => null);
    if (turn === this.#turn && now !== null && now !== before) this.say({ type: 'token', token: now });
  }

  async #ended({ reason, opened, greeted, goodbye }: End): Promise<void> {
    const turn = ++this.#turn;
    this.#conn = null;
    this.#tells.lost();
    const { clock, retry, token } = this.#config;
    if (greeted !== null && clock.now() - greeted >= retry.stableMs) this.#attempt = 0;
    if (!opened) {
      await this.#explain(turn, reason);
      return;
    }
    const code = reason.kind === 'close' ? reason.code : 0;
    if (code === TOKEN_EXPIRED) token.forget('expires');
    this.#wait(verdictOf(code), reason, goodbye?.reconnect_after_ms);
  }

  async #explain(turn: number, reason: Reason): Promise<void> {
    try {
      const refusal = await this.#refusal();
      if (turn !== this.#turn) return;
      if (refusal) this.#wait(refusal.final ? 'never' : 'backoff', { kind: 'refused', problem: refusal.problem });
      else this.#wait('backoff', reason);
    } catch (error) {
      if (turn === this.#turn) this.#wait('backoff', { kind: 'failed', error });
    }
  }

  /**
   * Why a handshake failed cannot be seen, so REST is asked. A refused token is renewed once; one that does not change,
   * or is refused again, ends it: asking for ever would only fill the server's log.
   */
  async #refusal(): Promise<{ problem: ProblemError; final: boolean } | null> {
    const { token, refusal } = this.#config;
    const before = await token.get();
    const problem = await refusal();
    if (problem === null) return null;
    if (problem.status !== 401 || this.#refused) return { problem, final: true };
    this.#refused = true;
    return { problem, final: (await token.renew('refused')) === before };
  }

  #wait(verdict: Verdict, reason: Reason, told = 0): void {
    if (verdict === 'never') {
      // Who calls retry may have another token.
      this.#refused = false;
      this.#config.token.forget('refused');
      this.#to({ state: 'stopped', reason });
      return;
    }
    const pauseMs = Math.max(told, pauseOf(verdict, this.#attempt++, this.#config));
    const until = this.#config.clock.now() + pauseMs;
    this.#to({ state: 'waiting', attempt: this.#attempt, pauseMs, until, reason });
    this.#undo = this.#config.clock.after(pauseMs, () => void this.#connect());
  }
}
