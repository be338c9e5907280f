import type { EventRef } from '../state/view';
import type { Shown } from './columns';
import { indexOf, type Rows } from './row';

export function refOf({ tenant_id, event_id }: Shown): EventRef {
  return { tenant: tenant_id, id: event_id };
}

export function eventAt(rows: Rows, key: string | null): Shown | null {
  const row = rows.at(indexOf(rows, key));
  return row && row.kind !== 'note' ? row.event : null;
}

/** The key of an event's row, or null where it is not in the list. */
export function keyOfRef(rows: Rows, ref: EventRef | null): string | null {
  if (!ref) return null;
  for (let i = 0; i < rows.length; i++) {
    const row = rows.at(i);
    if (!row || row.kind === 'note') continue;
    if (row.event.event_id === ref.id && row.event.tenant_id === ref.tenant) return row.key;
  }
  return null;
}
