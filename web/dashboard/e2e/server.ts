import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BINARY = process.env['EVENTFEED_BIN'] ?? new URL('../../../bin/eventfeed', import.meta.url).pathname;

/** A test that failed half-way leaves its servers to this. */
const running = new Set<Server>();
process.on('exit', () => {
  for (const server of running) server.abandon();
});

const given = new Set<number>();

/** Below those that systems give to whoever asks for any, so that nobody gets it before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return free;
}

export interface ServerOptions {
  /** `dev` brings services along, `serve` is told of them. */
  command?: 'dev' | 'serve';
  /** Whose Kafka it reads; its own unless given. */
  kafkaOf?: Server;
  token?: string;
  /** Demo events, with some history. */
  demo?: boolean;
  /** Another build than the one under test. */
  binary?: string;
  env?: Record<string, string>;
  basePath?: string;
  args?: readonly string[];
}

/** Writes what it is given to one partition, so that the order is the one in which it was given. */
export class Producer {
  readonly #kcat: ChildProcess;
  readonly #wrote: (values: readonly string[]) => void;
  #said = '';

  constructor(broker: string, topic: string, wrote: (values: readonly string[]) => void) {
    this.#wrote = wrote;
    const args = ['-P', '-q', '-b', broker, '-t', topic, '-p', '0', '-X', 'linger.ms=1,message.max.bytes=4000000'];
    this.#kcat = spawn('kcat', args, { stdio: ['pipe', 'ignore', 'pipe'] });
    this.#kcat.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
  }

  write(values: readonly string[]): void {
    this.#kcat.stdin?.write(`${values.join('\n')}\n`);
    this.#wrote(values);
  }

  async end(): Promise<void> {
    const ended = once(this.#kcat, 'exit');
    this.#kcat.stdin?.end();
    const [code] = await ended;
    if (code !== 0) throw new Error(`kcat ended with ${code}: ${this.#said}`);
  }
}

/** `eventfeed dev --no-demo` with its own PostgreSQL and Kafka, in a folder of its own, on free ports. */
export class Server {
  readonly port: number;
  readonly kafkaPort: number;
  readonly dir: string;
  readonly #options: ServerOptions;
  #process: ChildProcess | null = null;
  #log = '';
  #produced = 0;
  readonly #ids = new Set<string>();

  private constructor(port: number, kafkaPort: number, options: ServerOptions) {
    this.port = port;
    this.kafkaPort = kafkaPort;
    this.#options = options;
    this.dir = mkdtempSync(join(tmpdir(), 'eventfeed-e2e-'));
    chmodSync(this.dir, 0o755); // PostgreSQL does not run as root, and has to get in
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    const server = new Server(await freePort(), await freePort(), options);
    await server.start();
    return server;
  }

  /** A replica that uses services of others. */
  static async serve(env: Record<string, string>, kafkaOf: Server): Promise<Server> {
    return Server.start({ command: 'serve', env, kafkaOf });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#options.basePath ?? ''}`;
  }

  get api(): string {
    return `${this.url}/api/event-bus`;
  }

  get kafka(): string {
    return this.#options.kafkaOf?.kafka ?? `127.0.0.1:${this.kafkaPort}`;
  }

  get log(): string {
    return this.#log;
  }

  async start(): Promise<void> {
    const { command = 'dev', demo = false, env = {}, args = [], basePath } = this.#options;
    const own = [demo ? '--demo' : '--no-demo', '--kafka-listen', this.kafka, '--data-dir', join(this.dir, 'data')];
    const all = ['--listen-addr', `127.0.0.1:${this.port}`, ...(command === 'dev' ? own : []), ...args];
    if (basePath !== undefined) all.push('--base-path', basePath);
    const child = spawn(this.#options.binary ?? BINARY, [command, ...all], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    running.add(this);
    const keep = (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    await this.#ready(child);
  }

  async #ready(child: ChildProcess): Promise<void> {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`eventfeed ended with ${child.exitCode}:\n${this.#log}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50)); // there is no signal of a port that opens
    }
  }

  /** Ends it; kill leaves it no time to say goodbye. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** What remove does, where nothing can be waited for. */
  abandon(): void {
    this.#process?.kill('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.stop();
    running.delete(this);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Writes events to Kafka, with kcat, in order; returns when they are stored, unless there is nothing to store them. */
  async produce(topic: string, values: readonly string[], { wait = true } = {}): Promise<void> {
    const producer = this.producer(topic);
    producer.write(values);
    await producer.end();
    if (wait) await this.stored(this.#produced);
  }

  /** One that stays, so that what it writes is on its way at once. */
  producer(topic: string): Producer {
    return new Producer(this.kafka, topic, (values) => this.#count(values));
  }

  /** Tests share the server: an event whose id another test has used would never be stored. */
  #count(values: readonly string[]): void {
    for (const value of values) {
      const id = /"event_id":"[^"]*"/.exec(value)?.[0];
      if (id === undefined) continue;
      if (this.#ids.has(id)) throw new Error(`an event with ${id} has been written to this server before`);
      this.#ids.add(id);
    }
    this.#produced += values.length;
  }

  /** Waits until so many events are stored, and the replica has them to deliver. */
  async stored(count: number): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.api}/status`, { headers: this.#headers() });
      const { head, hub } = (await answer.json()) as { head?: number; hub?: { position: number } };
      if (Math.min(head ?? 0, hub?.position ?? 0) >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 30)); // the status is all there is to ask
    }
  }

  #headers(): Record<string, string> {
    const { token } = this.#options;
    return token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }
}
