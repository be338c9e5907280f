import * as answers from './answers.js';
import type { Clock } from './clock.js';
import type { Event, Filter } from './event.js';
import { ProblemError } from './problem.js';
import type * as queries from './query.js';
import { searchOf } from './query.js';
import type { Asking, Requests } from './requests.js';

export type ExportFormat = 'application/x-ndjson' | 'text/csv' | 'application/cloudevents-batch+json';

/** How often a page is asked for again where the server says when that is worth it. */
const PATIENCE = 5;

/** The past, over REST. What the server refuses is thrown as a ProblemError. */
export class Rest {
  readonly #requests: Requests;
  readonly #clock: Clock;

  constructor(requests: Requests, clock: Clock) {
    this.#requests = requests;
    this.#clock = clock;
  }

  /** Every event of a query, page by page as they are asked for. */
  async *events(query: queries.EventsQuery = {}, asking: Asking = {}): AsyncGenerator<Event, void, undefined> {
    for await (const page of this.#pages((q) => this.eventsPage(q, asking), query, asking)) yield* page.events;
  }

  eventsPage(query: queries.EventsQuery = {}, asking: Asking = {}): Promise<answers.EventsPage> {
    return this.#requests.ask(answers.eventsPage, `events${searchOf(query)}`, asking);
  }

  /** One for each tenant that has the id. */
  async event(id: string, query: Pick<Filter, 'tenant_ids'> = {}, asking: Asking = {}): Promise<Event[]> {
    const path = `events/${encodeURIComponent(id)}${searchOf(query)}`;
    return (await this.#requests.ask(answers.eventsOfId, path, asking)).events;
  }

  trace(
    correlationId: string,
    query: Omit<Filter, 'correlation_ids'> & { limit?: number } = {},
    asking: Asking = {},
  ): Promise<answers.Trace> {
    return this.#requests.ask(answers.trace, `traces/${encodeURIComponent(correlationId)}${searchOf(query)}`, asking);
  }

  statistics(query: queries.StatisticsQuery = {}, asking: Asking = {}): Promise<answers.Statistics> {
    return this.#requests.ask(answers.statistics, `statistics${searchOf(query)}`, asking);
  }

  histogram(query: queries.HistogramQuery = {}, asking: Asking = {}): Promise<answers.Histogram> {
    return this.#requests.ask(answers.histogram, `histogram${searchOf(query)}`, asking);
  }

  facets(query: queries.FacetsQuery = {}, asking: Asking = {}): Promise<answers.Facets> {
    return this.#requests.ask(answers.facets, `facets${searchOf(query)}`, asking);
  }

  /** How long events took until they were stored; the range is one of stored_at. */
  delays(query: queries.DelaysQuery = {}, asking: Asking = {}): Promise<answers.Delays> {
    return this.#requests.ask(answers.delays, `delays${searchOf(query)}`, asking);
  }

  async eventTypes(query: queries.StatisticsQuery = {}, asking: Asking = {}): Promise<answers.EventType[]> {
    return (await this.#requests.ask(answers.eventTypes, `event-types${searchOf(query)}`, asking)).event_types;
  }

  /** Where the export is; a browser's link cannot carry a token, so with authentication use export. */
  exportURL(query: queries.ExportQuery = {}): string {
    return `${this.#requests.base}/export${searchOf(query)}`;
  }

  /** The answer as it streams in; its last line says how many events it has. */
  export(query: queries.ExportQuery, format: ExportFormat, asking: Asking = {}): Promise<Response> {
    return this.#requests.open(`export${searchOf(query)}`, { ...asking, accept: format });
  }

  /** For admins, as all of rejected and clients. */
  async *rejected(
    query: queries.RejectedQuery = {},
    asking: Asking = {},
  ): AsyncGenerator<answers.RejectedEvent, void, undefined> {
    for await (const page of this.#pages((q) => this.rejectedPage(q, asking), query, asking)) yield* page.rejected;
  }

  rejectedPage(query: queries.RejectedQuery = {}, asking: Asking = {}): Promise<answers.RejectedPage> {
    return this.#requests.ask(answers.rejectedPage, `rejected${searchOf(query)}`, asking);
  }

  rejectedEvent(id: number, asking: Asking = {}): Promise<answers.RejectedEvent> {
    return this.#requests.ask(answers.rejectedEvent, `rejected/${id}`, asking);
  }

  /** By reason, topic and producer. */
  rejectedGroups(asking: Asking = {}): Promise<answers.RejectedGroups> {
    return this.#requests.ask(answers.rejectedGroups, 'rejected-groups', asking);
  }

  /** Who reads what, as Kafka says it. */
  async replicas(asking: Asking = {}): Promise<answers.Replica[]> {
    return (await this.#requests.ask(answers.replicas, 'replicas', asking)).replicas;
  }

  configuration(asking: Asking = {}): Promise<answers.Configuration> {
    return this.#requests.ask(answers.configuration, 'configuration', asking);
  }

  async clients(asking: Asking = {}): Promise<answers.ConnectedClient[]> {
    return (await this.#requests.ask(answers.clients, 'clients', asking)).clients;
  }

  /** Closes somebody's conn. */
  async disconnect(id: string, asking: Asking = {}): Promise<void> {
    const answer = await this.#requests.open(`clients/${encodeURIComponent(id)}`, { ...asking, method: 'DELETE' });
    await answer.body?.cancel();
  }

  status(asking: Asking = {}): Promise<answers.Status> {
    return this.#requests.ask(answers.status, 'status', asking);
  }

  async *#pages<Q extends { cursor?: string; offset?: number }, P extends { next_cursor: string | null }>(
    read: (query: Q) => Promise<P>,
    query: Q,
    asking: Asking,
  ): AsyncGenerator<P, void, undefined> {
    for (let next: Q | null = query; next !== null; ) {
      const page: P = await this.#patiently(() => read(next as Q), asking);
      yield page;
      const { offset: _, ...others } = next;
      next = page.next_cursor === null ? null : ({ ...others, cursor: page.next_cursor } as unknown as Q);
    }
  }

  /** Many pages take long enough for an outage to come and go. */
  async #patiently<T>(read: () => Promise<T>, { signal }: Asking): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await read();
      } catch (error) {
        const after = error instanceof ProblemError ? error.retryAfterMs : null;
        if (after === null || tries > PATIENCE) throw error;
        await new Promise<void>((resolve) => {
          const undo = this.#clock.after(after, resolve);
          signal?.addEventListener('abort', () => resolve(undo()), { once: true });
        });
      }
    }
  }
}
