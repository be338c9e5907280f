/** A command that makes a first event. */
export function firstEvent(broker: string | null): string {
  return `echo '{"event_type":"omninode.agent.execution.completed.v1","payload":{"agent_name":"first","duration_ms":812}}' | kcat -P -b ${broker ?? '127.0.0.1:9092'} -t acme.omninode.agent.execution.completed.v1`;
}

/** Where Kafka is, if the status says it. */
export function brokerOf(detail: unknown): string | null {
  if (typeof detail !== 'object' || detail === null || !('brokers' in detail) || !Array.isArray(detail.brokers))
    return null;
  const [first] = detail.brokers;
  return typeof first === 'string' ? first : null;
}
