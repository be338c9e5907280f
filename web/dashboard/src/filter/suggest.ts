import { FIELD_WORDS } from '../state/filter';
import { FIELDS, type Field, OUTCOMES } from '../state/view';

/** What is known to occur, per list, the most frequent first. */
export type Known = Partial<Record<Field, readonly string[]>>;

export interface Suggestion {
  field: Field;
  value: string;
}

const MOST = 12;
const PER_FIELD = 5;

const FIELD_OF = new Map<string, Field>(FIELDS.map((field) => [FIELD_WORDS[field], field]));

/** `tenant:ac` looks among tenants only. */
export function splitPrefix(typed: string): { field: Field | null; text: string } {
  const colon = typed.indexOf(':');
  const field = colon < 0 ? undefined : FIELD_OF.get(typed.slice(0, colon).trim().toLowerCase());
  return field ? { field, text: typed.slice(colon + 1).trim() } : { field: null, text: typed.trim() };
}

/** What may be meant by what is typed: known values that hold it, patterns of it, and it itself. */
export function suggest(typed: string, known: Known): Suggestion[] {
  const { field: only, text } = splitPrefix(typed);
  const fields = only ? [only] : FIELDS;
  const wanted = text.toLowerCase();
  const hits = fields.flatMap((field) => {
    const values = field === 'outcomes' ? OUTCOMES : (known[field] ?? []);
    const most = only ? MOST : PER_FIELD;
    return values
      .filter((value) => value.toLowerCase().includes(wanted))
      .sort((a, b) => Number(b.toLowerCase().startsWith(wanted)) - Number(a.toLowerCase().startsWith(wanted)))
      .slice(0, most)
      .map((value) => ({ field, value }));
  });
  const seen = new Set<string>();
  return [...exact(only, text, hits), ...hits, ...asTyped(only, text)]
    .filter(({ field, value }) => !seen.has(`${field} ${value}`) && seen.add(`${field} ${value}`))
    .slice(0, MOST);
}

/** A text with a star is a pattern of types, unless another field is named. */
function exact(only: Field | null, text: string, hits: readonly Suggestion[]): Suggestion[] {
  if (text === '') return [];
  if (text.includes('*')) return [{ field: only === 'topics' ? 'topics' : (only ?? 'event_types'), value: text }];
  return hits.filter(({ value }) => value === text);
}

function asTyped(only: Field | null, text: string): Suggestion[] {
  if (text === '') return [];
  if (only === 'outcomes') return [];
  if (only) return [{ field: only, value: text }];
  return [
    { field: 'event_types', value: `*${text}*` },
    { field: 'correlation_ids', value: text },
    { field: 'tenant_ids', value: text },
    { field: 'sources', value: text },
  ];
}
