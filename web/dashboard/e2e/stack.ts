import { execFileSync } from 'node:child_process';
import { Cable } from './cable';
import { Redis } from './redis';
import { Server } from './server';

/** One replica with a Kafka, a PostgreSQL and a Redis of their own, each of which can go away: two other processes lend the first two. */
export class Stack {
  readonly kafka: Server;
  readonly store: Server;
  readonly server: Server;
  /** To PostgreSQL, which would have another port after a restart. */
  readonly storeLine: Cable;
  readonly redis: Redis;
  readonly redisLine: Cable;

  private constructor(lent: Omit<Stack, 'server' | 'remove'>, server: Server) {
    this.kafka = lent.kafka;
    this.store = lent.store;
    this.storeLine = lent.storeLine;
    this.redis = lent.redis;
    this.redisLine = lent.redisLine;
    this.server = server;
  }

  static async start(): Promise<Stack> {
    const [kafka, store, redis] = await Promise.all([Server.start(), Server.start(), Redis.start()]);
    const own = postgresOf(store);
    execFileSync('psql', [own, '-qc', 'CREATE DATABASE stack']);
    const database = new URL(own);
    const storeLine = await Cable.start(Number(database.port));
    database.host = new URL(storeLine.url).host;
    database.pathname = '/stack';
    const redisLine = await Cable.start(redis.port);
    const env = {
      KAFKA_BROKERS: kafka.kafka,
      KAFKA_GROUP_ID: 'stack', // who lends the Kafka reads it, too
      DATABASE_URL: database.href,
      REDIS_URL: `redis://${new URL(redisLine.url).host}`,
    };
    const server = await Server.serve(env, kafka);
    return new Stack({ kafka, store, storeLine, redis, redisLine }, server);
  }

  async remove(): Promise<void> {
    await this.server.remove();
    await Promise.all([this.storeLine.close(), this.redisLine.close()]);
    await Promise.all([this.kafka.remove(), this.store.remove(), this.redis.remove()]);
  }
}

function postgresOf(server: Server): string {
  const url = /PostgreSQL\s+(postgres\S+)/.exec(server.log)?.[1];
  if (url === undefined) throw new Error(`no address of PostgreSQL in:\n${server.log}`);
  return url;
}
