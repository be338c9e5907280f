import type { Filter } from '@omninode-ai/eventfeed';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useEvent, useEventTypes } from '../../api/queries';
import { columnsOf, DEFAULT_COLUMNS, PAYLOAD_PREFIX, type Shown } from '../../events/columns';
import { ColumnsMenu } from '../../events/columns-menu';
import { eventJSON } from '../../events/copies';
import { Drawer } from '../../events/drawer';
import { EventList, type ListHandle } from '../../events/list';
import { indexOf, type Row, type Rows, step } from '../../events/row';
import { FilterBar } from '../../filter/bar';
import { useShortcuts } from '../../frame/shortcuts';
import { feed } from '../../live/app-feed';
import { andWhere, excluding, isEmpty, withValue } from '../../state/filter';
import { basePath, useLinkTo, useView } from '../../state/use-view';
import type { EventRef, Field } from '../../state/view';
import { announce } from '../../ui/announce';
import { copyText } from '../../ui/copy';
import { Controls } from './controls';
import { Empty } from './empty';
import { Facets } from './facets';
import { Histogram } from './histogram';
import css from './live.module.css';
import { Pill } from './pill';
import { useSelectionHold } from './selection';

/** What comes, as it comes. */
export function LivePage() {
  const [view, setView] = useView();
  const live = useSyncExternalStore(feed.subscribe, feed.getSnapshot);
  const list = useRef<ListHandle>(null);
  const listBox = useRef<HTMLDivElement>(null);
  const [showFacets, setShowFacets] = useState(false);
  const linkTo = useLinkTo();
  const types = useEventTypes();

  useEffect(() => feed.setFilter(view.filter), [view.filter]);

  const { rows, held } = live;
  useEffect(() => {
    if (held === null) list.current?.toTop();
  }, [held]);
  useSelectionHold(listBox, feed);

  const selectedKey = useMemo(() => keyOfRef(rows, view.selected), [rows, view.selected]);
  const onFilter = useCallback((filter: Filter) => setView({ filter }), [setView]);
  const onInclude = useCallback(
    (field: Field, value: string) => onFilter(withValue(view.filter, field, value)),
    [onFilter, view.filter],
  );
  const onExclude = useCallback(
    (field: Field, value: string) => onFilter(excluding(view.filter, field, value)),
    [onFilter, view.filter],
  );
  const onEdge = useCallback((atTop: boolean) => {
    const { held } = feed.getSnapshot();
    if (!atTop && held === null) feed.hold('scrolled');
    else if (atTop && held === 'scrolled') feed.follow();
  }, []);
  const onOpen = useCallback(
    (key: string) => {
      const row = rows.at(indexOf(rows, key));
      if (row && row.kind !== 'note') setView({ selected: refOf(row.event) });
    },
    [rows, setView],
  );
  const onClose = () => {
    const key = selectedKey;
    setView({ selected: null });
    if (key !== null) list.current?.focus(key);
  };
  const onWalk = (by: 1 | -1) => {
    const row = rows.at(step(rows, indexOf(rows, selectedKey), by));
    if (row && row.kind !== 'note') setView({ selected: refOf(row.event) }, { replace: true });
  };
  const togglePause = () => {
    if (held === 'paused') feed.follow();
    else feed.hold('paused');
    announce(held === 'paused' ? 'Following' : 'Paused');
  };
  const toEdge = () => {
    feed.follow();
    list.current?.toTop();
  };
  const move = (by: 1 | -1) => {
    if (held === null) feed.hold('scrolled');
    list.current?.move(by);
  };
  const shownKey = selectedKey ?? list.current?.activeKey ?? null;
  useShortcuts({
    ' ': togglePause,
    '.': toEdge,
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    ArrowLeft: view.selected ? () => onWalk(-1) : undefined,
    ArrowRight: view.selected ? () => onWalk(1) : undefined,
    Escape: view.selected ? onClose : undefined,
    y: async () => {
      const row = rows.at(indexOf(rows, shownKey));
      if (row && row.kind !== 'note')
        announce((await copyText(eventJSON(row.event))) ? 'Event copied' : 'The browser does not let this page copy');
    },
  });

  const columns = useMemo(() => columnsOf(view.columns), [view.columns]);
  const columnIds = view.columns ?? DEFAULT_COLUMNS;
  const traceHref = useCallback((id: string) => basePath + linkTo(`/trace/${encodeURIComponent(id)}`), [linkTo]);
  const known = useMemo(
    () => ({
      event_types: types.data?.map((t) => t.event_type) ?? live.counts.event_types.flatMap(({ value }) => value ?? []),
      tenant_ids: live.counts.tenant_ids.flatMap(({ value }) => value ?? []),
      namespaces: live.counts.namespaces.flatMap(({ value }) => value ?? []),
      sources: live.counts.sources.flatMap(({ value }) => value ?? []),
    }),
    [types.data, live.counts],
  );

  return (
    <>
      <div className={css['page']}>
        <FilterBar filter={view.filter} onFilter={onFilter} refusal={live.refusal} known={known}>
          <Controls
            held={held}
            onPause={togglePause}
            onClear={() => feed.clear()}
            onFacets={() => setShowFacets(!showFacets)}
            columns={<ColumnsMenu ids={columnIds} onIds={(ids) => setView({ columns: ids })} />}
          />
        </FilterBar>
        <Histogram
          buckets={live.buckets}
          zone={view.zone}
          hrefOf={(start, end) => linkTo('/events', { range: { start, end } })}
        />
        <div className={css['body']}>
          <Facets
            counts={live.counts}
            filter={view.filter}
            onInclude={onInclude}
            onExclude={onExclude}
            shown={showFacets}
          />
          <div className={css['list']} ref={listBox}>
            {held !== null && <Pill held={held} fresh={live.fresh} onFollow={toEdge} />}
            {rows.length === 0 ? (
              <Empty phase={live.phase} filtered={!isEmpty(view.filter)} onClear={() => onFilter({})} />
            ) : (
              <EventList
                rows={rows}
                columns={columns}
                zone={view.zone}
                label="Live events, the newest first"
                selectedKey={selectedKey}
                onOpen={onOpen}
                onEdge={onEdge}
                handle={list}
                traceHref={traceHref}
              />
            )}
          </div>
        </div>
      </div>
      {view.selected && (
        <SelectedDrawer
          selected={view.selected}
          inList={eventAt(rows, selectedKey)}
          zone={view.zone}
          onClose={onClose}
          onWalk={onWalk}
          onSelect={(selected) => setView({ selected })}
          onInclude={onInclude}
          onExclude={onExclude}
          onWhere={(condition) => onFilter(andWhere(view.filter, condition))}
          onColumn={(path) => setView({ columns: [...new Set([...columnIds, PAYLOAD_PREFIX + path.join('.')])] })}
          traceHref={traceHref}
        />
      )}
    </>
  );
}

type SelectedProps = Omit<Parameters<typeof Drawer>[0], 'event' | 'missing'> & {
  selected: EventRef;
  inList: Shown | null;
};

/** The drawer of an event that may have left the list, or never was in it. */
export function SelectedDrawer({ selected, inList, ...props }: SelectedProps) {
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

export function refOf({ tenant_id, event_id }: Shown): EventRef {
  return { tenant: tenant_id, id: event_id };
}

export function eventAt(rows: Rows, key: string | null): Shown | null {
  const row = rows.at(indexOf(rows, key));
  return row && row.kind !== 'note' ? row.event : null;
}

export function keyOfRef(rows: Rows, ref: EventRef | null): string | null {
  if (!ref) return null;
  const is = (row: Row | undefined) =>
    row && row.kind !== 'note' && row.event.event_id === ref.id && row.event.tenant_id === ref.tenant;
  for (let i = 0; i < rows.length; i++) {
    const row = rows.at(i);
    if (row && is(row)) return row.key;
  }
  return null;
}
