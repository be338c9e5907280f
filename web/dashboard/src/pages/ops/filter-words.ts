import type { Filter } from '@omninode-ai/eventfeed';
import { FIELD_WORDS, valuesOf } from '../../state/filter';
import { FIELDS } from '../../state/view';

/** A filter on one line: `type: *.failed.v1, tenant: acme` */
export function filterWords(filter: Filter): string {
  const lists = FIELDS.filter((f) => valuesOf(filter, f).length > 0).map(
    (f) => `${FIELD_WORDS[f]}: ${valuesOf(filter, f).join(' or ')}`,
  );
  const words = [...lists, ...(filter.where ? [`where ${filter.where}`] : [])];
  return words.length === 0 ? 'everything' : words.join(', ');
}
