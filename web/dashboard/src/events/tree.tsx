import { isLosslessNumber } from 'lossless-json';
import { useState } from 'react';
import { cell, pretty } from '../format/json';
import { counted } from '../format/number';
import { quoted } from '../state/filter';
import { CopyButton } from '../ui/copy';
import { Icon } from '../ui/icon';
import css from './tree.module.css';

export interface TreeActions {
  /** Adds a condition to the filter's expression. */
  onWhere?: ((condition: string) => void) | undefined;
  /** Shows what is at this path as a column. */
  onColumn?: ((path: readonly string[]) => void) | undefined;
}

/** Levels that are open at first, unless there are many beside each other; and members shown before one asks for more. */
const OPEN_LEVELS = 2;
const OPEN_MEMBERS = 12;
const MEMBERS = 50;
const LONG_TEXT = 2_000;

export function PayloadTree({ value, ...actions }: TreeActions & { value: unknown }) {
  return (
    <div className={css['tree']}>
      {isBranch(value) ? <Members value={value} path={[]} actions={actions} /> : <Leaf value={value} />}
    </div>
  );
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isLosslessNumber(value);
}

function Members({ value, path, actions }: { value: object; path: readonly string[]; actions: TreeActions }) {
  const [most, setMost] = useState(MEMBERS);
  const members = Object.entries(value);
  if (members.length === 0)
    return <span className={css['more']}>{Array.isArray(value) ? 'empty list' : 'empty object'}</span>;
  return (
    <ul>
      {members.slice(0, most).map(([name, member]) => (
        <Member
          key={name}
          name={name}
          value={member}
          path={[...path, name]}
          actions={actions}
          siblings={members.length}
        />
      ))}
      {members.length > most && (
        <li>
          <button type="button" className={css['toggle']} onClick={() => setMost(most * 5)}>
            … {counted(members.length - most, 'more', 'more')}
          </button>
        </li>
      )}
    </ul>
  );
}

interface MemberProps {
  name: string;
  value: unknown;
  path: readonly string[];
  actions: TreeActions;
}

function Member({ name, value, path, actions, siblings }: MemberProps & { siblings: number }) {
  const [open, setOpen] = useState(path.length <= OPEN_LEVELS && siblings <= OPEN_MEMBERS);
  if (!isBranch(value)) {
    return (
      <li className={css['line']}>
        <span className={css['leaf']}>
          <span className={css['name']}>{name}: </span>
          <Leaf value={value} />
        </span>
        <Acts value={value} path={path} actions={actions} />
      </li>
    );
  }
  const size = Object.keys(value).length;
  return (
    <li>
      <span className={css['line']}>
        <button type="button" className={css['toggle']} aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className={css['fold']} aria-hidden="true">
            ›
          </span>
          <span className={css['name']}>{name}</span>{' '}
          <span className={css['more']}>{Array.isArray(value) ? `[${size}]` : `{${size}}`}</span>
        </button>
        <Acts value={value} path={path} actions={actions} />
      </span>
      {open && <Members value={value} path={path} actions={actions} />}
    </li>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [all, setAll] = useState(false);
  if (typeof value === 'string') {
    const cut = !all && value.length > LONG_TEXT;
    return (
      <span className={css['text']}>
        "{cut ? value.slice(0, LONG_TEXT) : value}
        {cut ? '… ' : '"'}
        {cut && (
          <button type="button" className={css['toggle']} onClick={() => setAll(true)}>
            {counted(value.length - LONG_TEXT, 'character', 'more characters')}
          </button>
        )}
      </span>
    );
  }
  return <span className={css[isLosslessNumber(value) ? 'number' : 'word']}>{cell(value)}</span>;
}

/** A path as an expression writes it. */
export function pathText(path: readonly string[]): string {
  return ['payload', ...path]
    .map((name, i) => (i === 0 || /^[A-Za-z0-9_]+$/.test(name) ? name : quoted(name)))
    .join('.');
}

function literal(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : cell(value);
}

function Acts({ value, path, actions }: Omit<MemberProps, 'name'>) {
  const where = `${pathText(path)} = ${literal(value)}`;
  const name = path.join('.');
  // A column's name splits at dots, and a list's place is no field.
  const columnable = actions.onColumn && path.every((p) => !p.includes('.'));
  return (
    <span className={css['acts']}>
      {actions.onWhere && !isBranch(value) && (
        <>
          <button
            type="button"
            className={css['act']}
            aria-label={`Filter for this ${name}`}
            title="Filter for"
            onClick={() => actions.onWhere?.(where)}
          >
            <Icon name="plus" size={12} />
          </button>
          <button
            type="button"
            className={css['act']}
            aria-label={`Filter out this ${name}`}
            title="Filter out"
            onClick={() => actions.onWhere?.(`NOT ${where}`)}
          >
            <Icon name="minus" size={12} />
          </button>
        </>
      )}
      {columnable && (
        <button
          type="button"
          className={css['act']}
          aria-label={`Show ${name} as a column`}
          title="Show as a column"
          onClick={() => actions.onColumn?.(path)}
        >
          <Icon name="columns" size={12} />
        </button>
      )}
      <CopyButton
        look="plain"
        small
        square
        aria-label={`Copy ${name}`}
        title="Copy"
        className={css['act']}
        text={() => (isBranch(value) ? pretty(value) : cell(value))}
      />
    </span>
  );
}
