import { type KeyboardEvent, useId, useState } from 'react';
import { FIELD_WORDS, valuesOf, withoutValue, withValue } from '../state/filter';
import { FIELDS, type Field } from '../state/view';
import { Icon } from '../ui/icon';
import type { FilterProps } from './bar';
import css from './bar.module.css';
import { type Known, type Suggestion, suggest } from './suggest';

/** Outcomes have buttons of their own. */
const CHIPS = FIELDS.filter((field): field is Exclude<Field, 'outcomes'> => field !== 'outcomes');

/** The lists of a filter as chips, and a box that knows what occurs. */
export function ValueBox({ filter, onFilter, known }: FilterProps & { known: Known }) {
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const id = useId();
  const options = open ? suggest(typed, known) : [];
  const chosen = Math.min(at, options.length - 1);
  const chips = CHIPS.flatMap((field) => valuesOf(filter, field).map((value) => ({ field, value })));

  const close = () => {
    setOpen(false);
    setAt(0);
  };
  const take = ({ field, value }: Suggestion) => {
    onFilter(withValue(filter, field, value));
    setTyped('');
    close();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const option = options[chosen];
    const last = chips.at(-1);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true);
      const by = event.key === 'ArrowDown' ? 1 : -1;
      if (options.length > 0) setAt((chosen + by + options.length) % options.length);
    } else if (event.key === 'Enter' && option && (typed !== '' || at > 0)) take(option);
    else if (event.key === 'Escape' && (open || typed !== '')) {
      setTyped('');
      close();
    } else if (event.key === 'Escape') {
      event.currentTarget.blur();
      return;
    } else if (event.key === 'Backspace' && typed === '' && last)
      onFilter(withoutValue(filter, last.field, last.value));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={css['box']}>
      {chips.map(({ field, value }) => (
        <span key={`${field} ${value}`} className={css['chip']}>
          <b>{FIELD_WORDS[field]}</b>
          <span title={value}>{value}</span>
          <button
            type="button"
            aria-label={`Remove ${FIELD_WORDS[field]} ${value}`}
            onClick={() => onFilter(withoutValue(filter, field, value))}
          >
            <Icon name="close" size={11} />
          </button>
        </span>
      ))}
      <input
        role="combobox"
        aria-label="Filter by type, tenant, namespace, source, correlation or topic"
        aria-expanded={options.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={options.length > 0 ? `${id}-${chosen}` : undefined}
        placeholder={chips.length === 0 ? 'Filter: *.failed.v1, tenant:acme, source …' : ''}
        autoComplete="off"
        spellCheck={false}
        data-filter=""
        value={typed}
        onChange={(e) => {
          setTyped(e.target.value);
          setOpen(true);
          setAt(0);
        }}
        onClick={() => setOpen(true)}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      <div
        className={css['list']}
        id={`${id}-list`}
        role="listbox"
        aria-label="Suggestions"
        hidden={options.length === 0}
      >
        {options.map((option, i) => (
          <div
            key={`${option.field} ${option.value}`}
            id={`${id}-${i}`}
            className={css['option']}
            role="option"
            aria-selected={i === chosen}
            onMouseDown={(e) => e.preventDefault()}
            onClick={() => take(option)}
          >
            <b>{FIELD_WORDS[option.field]}</b>
            <span>{option.value}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
