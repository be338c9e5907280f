import { execFileSync } from 'node:child_process';
import { Cable } from './cable';
import { Server } from './server';

/** One replica with a Kafka and a PostgreSQL of their own, each of which can go away: two other processes lend them. */
export class Stack {
  readonly kafka: Server;
  readonly store: Server;
  readonly server: Server;
  /** To PostgreSQL, which would have another port after a restart. */
  readonly storeLine: Cable;

  private constructor(kafka: Server, store: Server, storeLine: Cable, server: Server) {
    this.storeLine = storeLine;
    this.kafka = kafka;
    this.store = store;
    this.server = server;
  }

  static async start(): Promise<Stack> {
    const [kafka, store] = await Promise.all([Server.start(), Server.start()]);
    const own = postgresOf(store);
    execFileSync('psql', [own, '-qc', 'CREATE DATABASE stack']);
    const database = new URL(own);
    const storeLine = await Cable.start(Number(database.port));
    database.host = new URL(storeLine.url).host;
    database.pathname = '/stack';
    // Who lends the Kafka reads it, too: in a group of its own.
    const env = { KAFKA_BROKERS: kafka.kafka, KAFKA_GROUP_ID: 'stack', DATABASE_URL: database.href };
    const server = await Server.serve(env, kafka);
    return new Stack(kafka, store, storeLine, server);
  }

  async remove(): Promise<void> {
    await this.server.remove();
    await this.storeLine.close();
    await Promise.all([this.kafka.remove(), this.store.remove()]);
  }
}

function postgresOf(server: Server): string {
  const url = /PostgreSQL\s+(postgres\S+)/.exec(server.log)?.[1];
  if (url === undefined) throw new Error(`no address of PostgreSQL in:\n${server.log}`);
  return url;
}
