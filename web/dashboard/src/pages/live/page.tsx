import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { Histogram } from '../../charts/histogram';
import { ColumnsMenu } from '../../events/columns-menu';
import { EventList } from '../../events/list';
import { useEventPage } from '../../events/use-event-page';
import { FilterBar } from '../../filter/bar';
import { Facets } from '../../filter/facets';
import { useKnown } from '../../filter/use-known';
import { useShortcuts } from '../../frame/shortcuts';
import { feed } from '../../live/app-feed';
import { BUCKET_MS } from '../../live/buckets';
import { isEmpty } from '../../state/filter';
import { useLinkTo } from '../../state/use-view';
import { announce } from '../../ui/announce';
import { Controls } from './controls';
import { Empty } from './empty';
import css from './live.module.css';
import { Pill } from './pill';
import { useSelectionHold } from './selection';

/** Who moves in the list reads it: it stands still. */
function holdForReading() {
  if (feed.getSnapshot().held === null) feed.hold('scrolled');
}

function onEdge(atTop: boolean) {
  const { held } = feed.getSnapshot();
  if (!atTop) holdForReading();
  else if (held === 'scrolled') feed.follow();
}

/** What comes, as it comes. */
export function LivePage() {
  const live = useSyncExternalStore(feed.subscribe, feed.getSnapshot);
  const { rows, held, counts } = live;
  const page = useEventPage(rows, holdForReading);
  const { view, setView, list, onFilter } = page;
  const box = useRef<HTMLDivElement>(null);
  const [showFacets, setShowFacets] = useState(false);
  const [, navigate] = useLocation();
  const linkTo = useLinkTo();
  const known = useKnown(counts);

  useEffect(() => feed.setFilter(view.filter), [view.filter]);
  useEffect(() => {
    if (held === null) list.current?.toTop();
  }, [held, list]);
  useSelectionHold(box, feed);
  const isOpen = view.selected !== null;
  useEffect(() => {
    const atTop = (box.current?.querySelector('[role="grid"]')?.scrollTop ?? 0) <= 1;
    if (!isOpen && atTop && feed.getSnapshot().held === 'scrolled') feed.follow();
  }, [isOpen]);
  const onOpen = (key: string) => {
    holdForReading();
    page.onOpen(key);
  };

  const toEdge = useCallback(() => {
    feed.follow();
    list.current?.toTop();
  }, [list]);
  const togglePause = () => {
    if (held === 'paused') feed.follow();
    else feed.hold('paused');
    announce(held === 'paused' ? 'Following' : 'Paused');
  };
  useShortcuts({ ' ': togglePause, '.': toEdge });

  const onBrush = (start: number, end: number) => {
    const range = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
    navigate(linkTo('/events', { range }));
  };
  return (
    <>
      <div className={css['page']} data-open={isOpen ? '' : undefined}>
        <FilterBar filter={view.filter} onFilter={onFilter} refusal={live.refusal} known={known}>
          <Controls
            held={held}
            onPause={togglePause}
            onClear={() => feed.clear()}
            onFacets={() => setShowFacets(!showFacets)}
            columns={<ColumnsMenu ids={page.columnIds} onIds={(columns) => setView({ columns })} />}
          />
        </FilterBar>
        <Histogram buckets={live.buckets} zone={view.zone} widthMs={BUCKET_MS} span="Last 5 min" onBrush={onBrush} />
        <div className={css['body']}>
          <Facets
            counts={counts}
            filter={view.filter}
            onInclude={page.onInclude}
            onExclude={page.onExclude}
            shown={showFacets}
          />
          <div className={css['list']} ref={box}>
            {held !== null && <Pill held={held} fresh={live.fresh} onFollow={toEdge} />}
            {rows.length === 0 ? (
              <Empty
                phase={live.phase}
                filtered={!isEmpty(view.filter)}
                refused={live.refusal !== null}
                onClear={() => onFilter({})}
              />
            ) : (
              <EventList
                rows={rows}
                columns={page.columns}
                zone={view.zone}
                label="Live events, the newest first"
                selectedKey={page.selectedKey}
                onOpen={onOpen}
                onEdge={onEdge}
                handle={list}
                traceHref={page.traceHref}
              />
            )}
          </div>
        </div>
      </div>
      {page.drawer}
    </>
  );
}
