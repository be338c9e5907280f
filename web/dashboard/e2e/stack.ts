import { execFileSync } from 'node:child_process';
import { Server } from './server';

/** One replica with a Kafka and a PostgreSQL of their own, each of which can be stopped: two other processes lend them. */
export class Stack {
  readonly kafka: Server;
  readonly store: Server;
  readonly server: Server;

  private constructor(kafka: Server, store: Server, server: Server) {
    this.kafka = kafka;
    this.store = store;
    this.server = server;
  }

  static async start(): Promise<Stack> {
    const [kafka, store] = await Promise.all([Server.start(), Server.start()]);
    const own = postgresOf(store);
    execFileSync('psql', [own, '-qc', 'CREATE DATABASE stack']);
    const database = new URL(own);
    database.pathname = '/stack';
    const server = await Server.serve({ KAFKA_BROKERS: kafka.kafka, DATABASE_URL: database.href }, kafka);
    return new Stack(kafka, store, server);
  }

  async remove(): Promise<void> {
    await this.server.remove();
    await Promise.all([this.kafka.remove(), this.store.remove()]);
  }
}

function postgresOf(server: Server): string {
  const url = /PostgreSQL\s+(postgres\S+)/.exec(server.log)?.[1];
  if (url === undefined) throw new Error(`no address of PostgreSQL in:\n${server.log}`);
  return url;
}
