import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const START = 60_000;

/** The program itself, as `eventfeed dev` with a data folder of its own: Kafka in process, PostgreSQL, demo events. */
export class Program {
  readonly port: number;
  readonly #binary: string;
  readonly #folder: string;
  readonly #kafka: number;
  readonly #rate: number;
  #process: ChildProcess | null = null;

  static async prepare(binary: string, rate: number): Promise<Program> {
    return new Program(binary, rate, await freePort(), await freePort());
  }

  private constructor(binary: string, rate: number, port: number, kafka: number) {
    this.#binary = binary;
    this.#rate = rate;
    this.port = port;
    this.#kafka = kafka;
    this.#folder = mkdtempSync(join(tmpdir(), 'eventfeed-sdk-'));
    chmodSync(this.#folder, 0o755); // PostgreSQL's user has to enter it
  }

  /** Starts it, and waits until it is ready. */
  async start(): Promise<void> {
    const log = createWriteStream(join(this.#folder, 'log'), { flags: 'a' });
    await once(log, 'open');
    const args = ['dev', '--data-dir', join(this.#folder, 'data'), '--demo-rate', String(this.#rate)];
    args.push('--demo-history-events', '1000', '--kafka-listen', `127.0.0.1:${this.#kafka}`);
    args.push('--listen-addr', `127.0.0.1:${this.port}`);
    const program = spawn(this.#binary, args, { stdio: ['ignore', log, log] });
    this.#process = program;
    const until = Date.now() + START;
    while (!(await this.#ready())) {
      if (program.exitCode !== null || Date.now() > until)
        throw new Error(`eventfeed dev is not ready:\n${this.log()}`);
      await setTimeout(100);
    }
  }

  /** SIGTERM lets it say goodbye, SIGKILL does not. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const program = this.#process;
    if (program === null || program.exitCode !== null) return;
    program.kill(signal);
    await once(program, 'exit');
  }

  async remove(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.#folder, { recursive: true });
  }

  log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8').slice(-4000);
  }

  async #ready(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => null);
    return answer?.ok ?? false;
  }
}

/** A network between a client and the program that can be cut. */
export class Network {
  readonly #server = createServer((near) => this.#carry(near));
  readonly #sockets = new Set<Socket>();
  readonly #to: number;

  constructor(to: number) {
    this.#to = to;
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/event-bus`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #carry(near: Socket): void {
    const far = connect(this.#to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy()); // whichever end goes first takes the other along
      one.on('close', () => {
        other.destroy();
        this.#sockets.delete(one);
      });
    }
  }
}
