import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../src/clock.js';
import type { Event, Filter } from '../../src/event.js';

import { event, hello, type Message } from './bench.js';

interface Sub {
  id: string;
  feed: Feed;
  position: number;
  /** What its client knows of that. */
  told: number;
  live: boolean;
  gone: boolean;
}

interface Feed {
  number: number;
  sources: readonly string[];
  /** The end of its last frame. */
  position: number;
}

export interface ServerOptions {
  clock?: Clock;
  /** Positions that one step of a catch-up covers. */
  step?: number;
  /** Messages that a client may say in a second. */
  messages?: number;
}

/**
 * A small server that keeps the protocol over real sockets: catch-up in steps that take time, then live from the border of
 * a frame, one frame for all of a feed. It knows filters by source only. What it cannot do is lie; it can be cut.
 */
export class EventServer {
  readonly log: Event[] = [];
  readonly conns = new Set<ServerConn>();
  /** Every message that clients said. */
  readonly said: Message[] = [];
  #ws: WebSocketServer;
  #feeds = new Map<string, Feed>();

  static async start(options: ServerOptions = {}): Promise<EventServer> {
    const ws = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'eventfeed.v1' });
    await once(ws, 'listening');
    return new EventServer(ws, options);
  }

  private constructor(ws: WebSocketServer, options: ServerOptions) {
    this.#ws = ws;
    ws.on('connection', (socket) => {
      const conn = new ServerConn(this, socket, options);
      this.conns.add(conn);
      socket.on('close', () => this.conns.delete(conn));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#ws.address() as AddressInfo).port}/api/event-bus`;
  }

  /** Stores an event of each source, and writes a frame to each feed that has one of them. */
  append(...sources: string[]): void {
    for (const source of sources) this.log.push({ ...event(this.log.length + 1), source });
    const position = this.log.length;
    for (const feed of this.#feeds.values()) {
      const found = this.match(feed.sources, feed.position, position);
      if (found.length === 0) continue;
      const frame = { type: 'events', feed: feed.number, prev: feed.position, position, events: found };
      feed.position = position;
      for (const conn of this.conns) conn.live(feed, frame);
    }
    for (const conn of this.conns) conn.progress(position);
  }

  match(sources: readonly string[], after: number, through: number): Event[] {
    return this.log.slice(after, through).filter(({ source }) => sources.length === 0 || sources.includes(source));
  }

  feed({ sources = [] }: Filter): Feed {
    const key = [...sources].sort().join();
    const feed = this.#feeds.get(key) ?? { number: this.#feeds.size + 1, sources, position: this.log.length };
    this.#feeds.set(key, feed);
    return feed;
  }

  /** Ends every conn: as a network does (0), or with a code. */
  cut(code: number): void {
    for (const conn of this.conns) conn.cut(code);
  }

  async stop(): Promise<void> {
    for (const { socket } of this.conns) socket.terminate();
    this.#ws.close();
    await once(this.#ws, 'close');
  }
}

/** One conn of the server. */
class ServerConn {
  readonly socket: WebSocket;
  readonly #server: EventServer;
  readonly #clock: Clock;
  readonly #options: ServerOptions;
  #subs: Sub[] = [];
  #second = 0;
  #said = 0;

  constructor(server: EventServer, socket: WebSocket, options: ServerOptions) {
    this.#server = server;
    this.socket = socket;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    socket.on('message', (data) => this.#hear(JSON.parse(String(data)) as Message));
    this.#say({ ...hello(), head: server.log.length });
  }

  cut(code: number): void {
    if (code === 0) {
      this.socket.terminate();
      return;
    }
    if (code === 4200) this.#say({ type: 'goodbye', reason: 'draining', reconnect_after_ms: 50 });
    this.socket.close(code);
    this.#subs = [];
  }

  live(feed: Feed, frame: { prev: number; position: number }): void {
    for (const sub of this.#subs) {
      if (sub.feed !== feed || !sub.live) continue;
      sub.position = frame.position;
      this.#say(frame);
    }
  }

  progress(position: number): void {
    if (this.#subs.some(({ live }) => live)) this.#say({ type: 'progress', position });
  }

  #say(frame: object): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  #hear(message: Message): void {
    this.#server.said.push(message);
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) [this.#second, this.#said] = [second, 0];
    if (++this.#said > (this.#options.messages ?? 20)) {
      this.cut(4008);
      return;
    }
    const id = String(message['id']);
    if (message.type === 'ping') this.#say({ type: 'pong' });
    if (message.type === 'subscribe') this.#subscribe(id, message['filter'] as Filter, message['from']);
    if (message.type === 'unsubscribe') this.#unsubscribe(id);
  }

  #subscribe(id: string, filter: Filter, from: unknown): void {
    const feed = this.#server.feed(filter);
    if (this.#subs.some((sub) => sub.feed === feed)) {
      this.#say({ type: 'error', id, code: 'duplicate', message: 'this filter is subscribed already' });
      return;
    }
    const head = this.#server.log.length;
    const position = this.#start(feed, from);
    const sub = { id, feed, position, told: position, live: false, gone: false };
    this.#subs.push(sub);
    this.#say({ type: 'subscribed', id, feed: feed.number, filter, position, head });
    this.#later(() => this.#catchUp(sub));
  }

  #start(feed: Feed, from: unknown): number {
    const { position, last } = from as { position?: number; last?: number };
    const head = this.#server.log.length;
    const newest = last === undefined ? [] : this.#server.match(feed.sources, 0, head).slice(-last);
    return position ?? (newest[0] ? newest[0].position - 1 : head);
  }

  #catchUp(sub: Sub): void {
    if (sub.gone || !this.#subs.includes(sub)) return;
    const head = this.#server.log.length;
    const through = Math.min(sub.position + (this.#options.step ?? 20), head);
    const found = this.#server.match(sub.feed.sources, sub.position, through);
    if (found.length > 0) {
      this.#say({ type: 'events', id: sub.id, prev: sub.told, position: through, events: found });
      sub.told = through;
    }
    sub.position = through;
    if (through < head) {
      this.#later(() => this.#catchUp(sub));
      return;
    }
    sub.live = true;
    this.#say({ type: 'caught_up', id: sub.id, position: through });
  }

  #unsubscribe(id: string): void {
    for (const sub of this.#subs) sub.gone ||= sub.id === id;
    this.#subs = this.#subs.filter(({ gone }) => !gone);
    this.#say({ type: 'unsubscribed', id });
  }

  /** History takes a moment to read. */
  #later(run: () => void): void {
    this.#clock.after(1 + this.#clock.random() * 50, run);
  }
}
