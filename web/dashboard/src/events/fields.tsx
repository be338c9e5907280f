import type { ReactNode } from 'react';
import type { Field } from '../state/view';
import { CopyButton } from '../ui/copy';
import { Icon } from '../ui/icon';
import css from './drawer.module.css';

export interface FieldActions {
  onInclude?: ((field: Field, value: string) => void) | undefined;
  onExclude?: ((field: Field, value: string) => void) | undefined;
}

export interface FieldLineProps extends FieldActions {
  name: string;
  value: string | null;
  /** Shown in place of the value, which is still what is copied. */
  children?: ReactNode;
  /** The list of the filter that the value can be in. */
  field?: Field;
}

export function FieldLine({ name, value, children, field, onInclude, onExclude }: FieldLineProps) {
  return (
    <div className={css['field']}>
      <dt>{name}</dt>
      <dd>
        <span className={css['value']} data-none={value === null ? '' : undefined}>
          {children ?? value ?? 'none'}
        </span>
        {value !== null && (
          <span className={css['acts']}>
            {field && onInclude && (
              <button
                type="button"
                className={css['act']}
                title="Filter for"
                aria-label={`Filter for this ${name}`}
                onClick={() => onInclude(field, value)}
              >
                <Icon name="plus" size={12} />
              </button>
            )}
            {field && onExclude && (
              <button
                type="button"
                className={css['act']}
                title="Filter out"
                aria-label={`Filter out this ${name}`}
                onClick={() => onExclude(field, value)}
              >
                <Icon name="minus" size={12} />
              </button>
            )}
            <CopyButton
              look="plain"
              className={css['act']}
              title="Copy"
              aria-label={`Copy the ${name}`}
              text={() => value}
            />
          </span>
        )}
      </dd>
    </div>
  );
}
