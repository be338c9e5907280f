import type { RejectedEvent } from '@omninode-ai/eventfeed';

/** For a shell: nothing in it means anything. */
function quote(text: string): string {
  return /^[\w.:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

type Where = Pick<RejectedEvent, 'topic' | 'partition' | 'offset'>;

/** Shows the record, with its key and headers, as Kafka has it. */
export function kcatLine({ topic, partition, offset }: Where, brokers: readonly string[]): string {
  const broker = brokers.length === 0 ? 'BROKER:9092' : brokers.join(',');
  return `kcat -C -b ${quote(broker)} -t ${quote(topic)} -p ${partition} -o ${offset} -c 1 -e -f 'key: %k\\nheaders: %h\\n%s\\n'`;
}
