/** What a reason means, and what the producer has to do about it. */
export interface ReasonWords {
  title: string;
  fix: string;
}

const WORDS: Record<string, ReasonWords> = {
  empty: {
    title: 'The value is empty',
    fix: 'Send the event as a JSON object. A record without any value at all, as compacted topics have to delete a key, is no fault and is passed over.',
  },
  too_large: {
    title: 'The record is too large',
    fix: 'Keep value and headers below the limit: put large contents elsewhere, and a reference to them into the payload.',
  },
  invalid_utf8: {
    title: 'The value is not UTF-8',
    fix: 'Encode the JSON as UTF-8. Bytes of another encoding, or of a binary format like Avro or Protobuf, cannot be read: put binary contents into a string as base64.',
  },
  not_json: {
    title: 'The value is not JSON',
    fix: 'Send exactly one JSON object. Usual causes: plain text, a schema registry’s prefix of five bytes in front, two objects in one record, or a value that was cut off.',
  },
  not_object: {
    title: 'The JSON is not an object',
    fix: 'Send an object, `{…}`. Of a list, send each event as a record of its own.',
  },
  nul: {
    title: 'A text has a NUL character',
    fix: 'Leave \\u0000 out of names and texts: PostgreSQL cannot hold it. Binary contents belong into base64.',
  },
  lone_surrogate: {
    title: 'A text has half a character',
    fix: 'A \\ud800–\\udfff escape without its other half is no character. It comes from text that was cut between two halves: cut by code points.',
  },
  too_deep: {
    title: 'It is nested too deep',
    fix: 'Flatten the payload, or put the deep part into a string. Such a depth is mostly a structure that holds itself.',
  },
  number_out_of_range: {
    title: 'A number is out of range',
    fix: 'Send the number as a string, or in another unit.',
  },
  numbers_too_long: {
    title: 'The numbers are too long',
    fix: 'Written without exponents, the numbers are longer than is stored. Send numbers with large exponents as strings.',
  },
  field_too_long: {
    title: 'A field is too long',
    fix: 'Type, ids, tenant, namespace, source and topic have at most 1,024 bytes. Put what is longer into the payload.',
  },
  bad_timestamp: {
    title: 'The timestamp cannot be read',
    fix: 'Send RFC 3339, like 2026-10-01T08:00:00.123Z, or epoch time as a number. Without any timestamp, Kafka’s is taken.',
  },
  bad_tenant: {
    title: 'The tenant is not a text',
    fix: 'Send tenant_id as a string, or leave it out where the topic’s name has it.',
  },
  refused_by_store: {
    title: 'PostgreSQL refused it',
    fix: 'It was read, but can never be stored; the detail has PostgreSQL’s own words. Please report it: such an event should have been recognised before.',
  },
};

export function reasonWords(reason: string): ReasonWords {
  return (
    WORDS[reason] ?? {
      title: reason.replaceAll('_', ' '),
      fix: 'This version of the page does not know the reason; the detail has the server’s words.',
    }
  );
}
