import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { withWhere } from '../state/filter';
import { Icon } from '../ui/icon';
import type { FilterProps } from './bar';
import css from './bar.module.css';

/** The expression of a filter. It takes effect with Enter, or when the box is left. */
export function WhereBox({ filter, onFilter, refusal }: FilterProps) {
  const where = filter.where ?? '';
  const [typed, setTyped] = useState(where);
  const id = useId();
  useEffect(() => setTyped(where), [where]);

  const escaping = useRef(false);
  const apply = () => {
    if (!escaping.current && typed.trim() !== where) onFilter(withWhere(filter, typed));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') apply();
    else if (event.key === 'Escape') {
      setTyped(where);
      escaping.current = true; // what was typed must not take effect by leaving the box
      event.currentTarget.blur();
      escaping.current = false;
      event.stopPropagation();
    }
  };
  return (
    <>
      <label className={`${css['box']} ${css['where']}`} data-bad={refusal ? '' : undefined}>
        <span className={css['label']}>where</span>
        <input
          aria-label="Where: an expression over the event and its payload"
          aria-invalid={refusal !== null}
          aria-describedby={refusal ? id : undefined}
          placeholder="payload.duration_ms > 1000"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(e) => setTyped(e.target.value)}
          onBlur={apply}
          onKeyDown={onKeyDown}
        />
        {where !== '' && (
          <button
            type="button"
            className={css['clear']}
            aria-label="Remove the expression"
            onClick={() => onFilter(withWhere(filter, ''))}
          >
            <Icon name="close" size={11} />
          </button>
        )}
      </label>
      {refusal && (
        <div className={css['error']} id={id} role="alert">
          {refusal.at && where !== '' && <At text={where} {...refusal.at} />}
          {refusal.message}.{refusal.kept && ' What you see is still the filter before.'}
        </div>
      )}
    </>
  );
}

/** The line of the fault, with a mark below its place. */
function At({ text, line, column }: { text: string; line: number; column: number }) {
  const shown = text.split('\n')[line - 1] ?? '';
  const before = [...shown].slice(0, column - 1).join('');
  return (
    <pre data-at={`${line}:${column}`}>
      {shown}
      {'\n'}
      {' '.repeat([...before].length)}
      <i>^</i>
    </pre>
  );
}
