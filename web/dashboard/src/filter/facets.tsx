import type { Filter } from '@omninode-ai/eventfeed';
import { count } from '../format/number';
import { outcomeLook } from '../format/outcome';
import { typeParts } from '../format/type';
import { valuesOf } from '../state/filter';
import type { Field } from '../state/view';
import type { FacetCounts } from './counted';
import css from './facets.module.css';

const TITLES: readonly (readonly [Field, string])[] = [
  ['outcomes', 'Outcome'],
  ['event_types', 'Type'],
  ['tenant_ids', 'Tenant'],
  ['namespaces', 'Namespace'],
  ['sources', 'Source'],
  ['topics', 'Topic'],
];

const MOST = 8;

interface FacetsProps {
  counts: FacetCounts;
  filter: Filter;
  onInclude: (field: Field, value: string) => void;
  onExclude: (field: Field, value: string) => void;
  /** On narrow pages they are shown only when asked for. */
  shown: boolean;
}

/** The values of what the list holds, or of what the server found, counted. A click includes, with Alt it excludes. */
export function Facets({ counts, filter, onInclude, onExclude, shown }: FacetsProps) {
  return (
    <section className={css['facets']} aria-label="Facets of the list" data-shown={shown ? '' : undefined}>
      {TITLES.filter(([field]) => counts[field]).map(([facet, title]) => {
        const values = counts[facet] ?? [];
        const most = Math.max(1, ...values.map((v) => v.count));
        return (
          <div key={facet} className={css['facet']} data-facet={facet}>
            <h2>{title}</h2>
            <ul>
              {values.slice(0, MOST).map(({ value, count: n }) => (
                <li key={value ?? ''}>
                  <button
                    type="button"
                    disabled={value === null}
                    aria-pressed={value !== null && valuesOf(filter, facet).includes(value)}
                    title={value === null ? undefined : `${value}: click to include, Alt-click to exclude`}
                    onClick={(e) => value !== null && (e.altKey ? onExclude : onInclude)(facet, value)}
                  >
                    <i style={{ width: `${(100 * n) / most}%` }} />
                    <span>
                      {facet === 'event_types' && value
                        ? typeParts(value).name
                        : facet === 'outcomes'
                          ? `${outcomeLook(value).sign} ${outcomeLook(value).word}`
                          : (value ?? 'none')}
                    </span>
                    <b data-count={n}>{count(n)}</b>
                  </button>
                </li>
              ))}
              {values.length > MOST && <li className={css['more']}>{count(values.length - MOST)} more</li>}
            </ul>
          </div>
        );
      })}
    </section>
  );
}
