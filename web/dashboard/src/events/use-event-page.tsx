import type { Filter } from '@omninode-ai/eventfeed';
import { type ReactNode, type RefObject, useCallback, useMemo, useRef } from 'react';
import { useShortcuts } from '../frame/shortcuts';
import { andWhere, excluding, withValue } from '../state/filter';
import { basePath, type SetView, useLinkTo, useView } from '../state/use-view';
import type { Field, View } from '../state/view';
import { announce } from '../ui/announce';
import { copyText } from '../ui/copy';
import { type Column, columnsOf, DEFAULT_COLUMNS, PAYLOAD_PREFIX } from './columns';
import { eventJSON } from './copies';
import type { ListHandle } from './list';
import { indexOf, type Rows, step } from './row';
import { eventAt, keyOfRef, refOf } from './selected';
import { SelectedDrawer } from './selected-drawer';

export interface EventPage {
  view: View;
  setView: SetView;
  list: RefObject<ListHandle | null>;
  columns: readonly Column[];
  columnIds: readonly string[];
  selectedKey: string | null;
  onFilter: (filter: Filter) => void;
  onInclude: (field: Field, value: string) => void;
  onExclude: (field: Field, value: string) => void;
  onOpen: (key: string) => void;
  traceHref: (correlationId: string) => string;
  /** The drawer of the selected event, if there is one: goes beside the list. */
  drawer: ReactNode;
}

/** What pages with a filter, a list and a drawer have in common: the view in the URL, its changes, and the keys. */
export function useEventPage(rows: Rows, onMove?: () => void): EventPage {
  const [view, setView] = useView();
  const list = useRef<ListHandle>(null);
  const linkTo = useLinkTo();
  const { filter, selected, zone } = view;
  const columns = useMemo(() => columnsOf(view.columns), [view.columns]);
  const columnIds = view.columns ?? DEFAULT_COLUMNS;
  const selectedKey = useMemo(() => keyOfRef(rows, selected), [rows, selected]);
  const onFilter = useCallback((changed: Filter) => setView({ filter: changed }), [setView]);
  const onInclude = useCallback(
    (field: Field, value: string) => onFilter(withValue(filter, field, value)),
    [onFilter, filter],
  );
  const onExclude = useCallback(
    (field: Field, value: string) => onFilter(excluding(filter, field, value)),
    [onFilter, filter],
  );
  const traceHref = useCallback((id: string) => basePath + linkTo(`/trace/${encodeURIComponent(id)}`), [linkTo]);
  const select = (key: string | null | undefined, how?: { replace: boolean }) => {
    const event = eventAt(rows, key ?? null);
    if (event) setView({ selected: refOf(event) }, how);
  };
  const onClose = () => {
    setView({ selected: null });
    if (selectedKey !== null) list.current?.focus(selectedKey);
  };
  const onWalk = (by: 1 | -1) => select(rows.at(step(rows, indexOf(rows, selectedKey), by))?.key, { replace: true });
  const move = (by: 1 | -1) => {
    onMove?.();
    list.current?.move(by);
  };
  useShortcuts({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    ArrowLeft: selected ? () => onWalk(-1) : undefined,
    ArrowRight: selected ? () => onWalk(1) : undefined,
    Escape: selected ? onClose : undefined,
    y: async () => {
      const event = eventAt(rows, selectedKey ?? list.current?.activeKey ?? null);
      if (event)
        announce((await copyText(eventJSON(event))) ? 'Event copied' : 'The browser does not let this page copy');
    },
  });
  const drawer = selected && (
    <SelectedDrawer
      selected={selected}
      inList={eventAt(rows, selectedKey)}
      zone={zone}
      onClose={onClose}
      onWalk={onWalk}
      onSelect={(event) => setView({ selected: event })}
      onInclude={onInclude}
      onExclude={onExclude}
      onWhere={(condition) => onFilter(andWhere(filter, condition))}
      onColumn={(path) => setView({ columns: [...new Set([...columnIds, PAYLOAD_PREFIX + path.join('.')])] })}
      traceHref={traceHref}
    />
  );
  return {
    view,
    setView,
    list,
    columns,
    columnIds,
    selectedKey,
    onFilter,
    onInclude,
    onExclude,
    onOpen: select,
    traceHref,
    drawer,
  };
}
