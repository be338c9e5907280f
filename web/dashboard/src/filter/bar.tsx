import type { Filter } from '@omninode-ai/eventfeed';
import type { ReactNode } from 'react';
import { outcomeLook } from '../format/outcome';
import { isEmpty, valuesOf, withoutValue, withValue } from '../state/filter';
import { OUTCOMES } from '../state/view';
import { Button } from '../ui/button';
import css from './bar.module.css';
import type { FilterRefusal } from './refusal';
import type { Known } from './suggest';
import { ValueBox } from './value-box';
import { WhereBox } from './where-box';

export interface FilterProps {
  filter: Filter;
  onFilter: (filter: Filter) => void;
  refusal: FilterRefusal | null;
}

/** The same on every page. What else a page needs in its bar are the children. */
export function FilterBar({ known, children, ...props }: FilterProps & { known: Known; children?: ReactNode }) {
  const { filter, onFilter } = props;
  return (
    <div className={css['bar']} role="search" aria-label="Filter">
      {children}
      <ValueBox {...props} known={known} />
      <div className={css['outcomes']} role="group" aria-label="Outcome">
        {OUTCOMES.map((outcome) => {
          const on = valuesOf(filter, 'outcomes').includes(outcome);
          const { sign, word } = outcomeLook(outcome);
          return (
            <Button
              key={outcome}
              aria-pressed={on}
              onClick={() => onFilter((on ? withoutValue : withValue)(filter, 'outcomes', outcome))}
            >
              <span aria-hidden="true">{sign}</span>
              <span className={css['word']}>{word}</span>
            </Button>
          );
        })}
      </div>
      <WhereBox {...props} />
      {!isEmpty(filter) && (
        <Button look="plain" onClick={() => onFilter({})}>
          Clear
        </Button>
      )}
    </div>
  );
}
