import { Popover } from '@base-ui/react/popover';
import { type FormEvent, useState } from 'react';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { DEFAULT_COLUMNS, NAMED_COLUMNS, PAYLOAD_PREFIX } from './columns';
import css from './columns-menu.module.css';

/** Chooses the columns of a list: the event's own fields, and any of the payload's. */
export function ColumnsMenu({
  ids,
  onIds,
}: {
  ids: readonly string[];
  onIds: (ids: readonly string[] | null) => void;
}) {
  const [path, setPath] = useState('');
  const extra = ids.filter((id) => id.startsWith(PAYLOAD_PREFIX));
  const toggle = (id: string) => {
    const order = [...NAMED_COLUMNS.map((c) => c.id), ...extra];
    const next = ids.includes(id)
      ? ids.filter((i) => i !== id)
      : [...ids, id].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    onIds(next.join() === DEFAULT_COLUMNS.join() ? null : next);
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    const id = PAYLOAD_PREFIX + path.trim().replace(/^payload\./, '');
    if (path.trim() !== '') onIds([...new Set([...ids, id])]);
    setPath('');
  };
  return (
    <Popover.Root>
      <Popover.Trigger render={<Button square aria-label="Columns" title="Columns" />}>
        <Icon name="columns" size={15} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className={css['place']}>
          <Popover.Popup className={css['menu']} aria-label="Columns">
            <div className={css['list']}>
              {[...NAMED_COLUMNS, ...extra.map((id) => ({ id, title: id }))].map(({ id, title }) => (
                <label key={id}>
                  <input type="checkbox" checked={ids.includes(id)} onChange={() => toggle(id)} /> {title}
                </label>
              ))}
            </div>
            <form onSubmit={add}>
              <input
                aria-label="A field of the payload"
                placeholder="duration_ms"
                spellCheck={false}
                value={path}
                onChange={(e) => setPath(e.target.value)}
              />
              <Button small type="submit">
                Add field
              </Button>
            </form>
            <Button small look="plain" onClick={() => onIds(null)}>
              As by default
            </Button>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
