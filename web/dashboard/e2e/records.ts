export const TOPIC = 'acme.omninode.agent.execution.completed.v1';

export interface RecordOptions {
  type?: string;
  tenant?: string;
  source?: string;
  namespace?: string;
  correlation?: string;
  causation?: string;
  /** Null: it is Kafka's, of when the record was written. */
  timestamp?: string | null;
  /** JSON, as it is to arrive. */
  payload?: string;
}

/** One line of kcat's input: an event with an id. */
export function record(id: string, options: RecordOptions = {}): string {
  const fields: Record<string, string | undefined> = {
    event_id: id,
    event_type: options.type ?? 'omninode.agent.execution.completed.v1',
    timestamp: options.timestamp === null ? undefined : (options.timestamp ?? new Date().toISOString()),
    tenant_id: options.tenant ?? 'acme',
    namespace: options.namespace ?? 'prod',
    source: options.source ?? 'omniclaude',
    correlation_id: options.correlation,
    causation_id: options.causation,
  };
  const head = JSON.stringify(fields).slice(0, -1);
  return `${head},"payload":${options.payload ?? '{"agent_name":"planner","duration_ms":812}'}}`;
}

/** Events with ids like `a-0` to `a-9`. */
export function records(prefix: string, count: number, options: RecordOptions = {}): string[] {
  return Array.from({ length: count }, (_, i) => record(`${prefix}-${i}`, options));
}
