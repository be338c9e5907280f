import { useEvent } from '../api/queries';
import type { EventRef } from '../state/view';
import type { Shown } from './columns';
import { Drawer, type DrawerProps } from './drawer';

export type SelectedDrawerProps = Omit<DrawerProps, 'event' | 'missing'> & {
  selected: EventRef;
  /** Null: it has left the list, or never was in it. */
  inList: Shown | null;
};

/** The drawer of the event that the URL names. */
export function SelectedDrawer({ selected, inList, ...props }: SelectedDrawerProps) {
  const found = useEvent(inList ? null : selected.id, inList ? null : selected.tenant);
  const event = inList ?? found.data?.[0] ?? null;
  return (
    <Drawer
      {...props}
      event={event}
      missing={found.error ? `This event cannot be shown: ${found.error.message}.` : undefined}
    />
  );
}
