import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const folder = new URL('../../../../internal/api/testdata/', import.meta.url);

/** What differs from run to run is an ellipsis in the golden answers; here it is what it could be. */
const likely: [RegExp, string][] = [
  [/"(bytes|size)":"…"/g, '"$1":8192'],
  [/"…"/g, '"2026-10-01T09:00:00Z"'],
];

/** A golden answer of the server, as the tests of package api have it. */
export function golden(name: string): Answer {
  const [head = '', ...rest] = readFileSync(new URL(`${name}.http`, folder), 'utf8').split('\n\n');
  const [status, ...lines] = head.split('\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2)));
  const body = likely.reduce((text, [what, is]) => text.replaceAll(what, is), rest.join('\n\n'));
  return { status: Number(status), headers, body };
}

export const json = (body: unknown): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** A real HTTP server that gives the answers of a test, in turn; the last one again and again. */
export class AnswerServer {
  readonly asked: { path: string; method: string; accept: string; authorization: string }[] = [];
  answers: Answer[] = [];
  readonly #server: Server;

  static async start(): Promise<AnswerServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new AnswerServer(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response) => {
      const { url = '', method = '', headers } = request;
      const { accept = '', authorization = '' } = headers;
      this.asked.push({ path: url.replace('/api/event-bus/', ''), method, accept, authorization });
      const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
      response.writeHead(answer?.status ?? 500, answer?.headers).end(answer?.body);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/event-bus`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
