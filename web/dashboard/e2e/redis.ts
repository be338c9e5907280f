import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './server';

/** A Redis that keeps nothing on disk. */
export class Redis {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #abandon = () => void this.#process.kill('SIGKILL');

  private constructor(port: number) {
    this.port = port;
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', ''];
    this.#process = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('exit', this.#abandon);
  }

  static async start(): Promise<Redis> {
    const redis = new Redis(await freePort());
    for await (const said of redis.#process.stdout ?? []) if (String(said).includes('Ready to accept')) return redis;
    throw new Error(`redis-server ended with ${redis.#process.exitCode ?? redis.#process.signalCode}`);
  }

  async remove(): Promise<void> {
    process.off('exit', this.#abandon);
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
