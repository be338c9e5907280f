import { useEffect, useMemo, useState } from 'react';
import { useFacets } from '../../api/queries';
import { totalOf } from '../../charts/bucket';
import { ColumnsMenu } from '../../events/columns-menu';
import { EventList } from '../../events/list';
import { indexOf } from '../../events/row';
import { useEventPage } from '../../events/use-event-page';
import { FilterBar } from '../../filter/bar';
import type { FacetCounts } from '../../filter/counted';
import { Facets } from '../../filter/facets';
import { useKnown } from '../../filter/use-known';
import { useShortcuts } from '../../frame/shortcuts';
import { isEmpty } from '../../state/filter';
import { useView } from '../../state/use-view';
import type { TimeRange } from '../../state/view';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import { Empty } from './empty';
import css from './explore.module.css';
import { ListEnd } from './list-end';
import { Newer } from './newer';
import { Overview, useOverview } from './overview';
import { windowOf, zoomedOut } from './span';
import { Tools } from './tools';
import { useHistory } from './use-history';
import { useNewer } from './use-newer';

const FACETS = ['outcomes', 'event_types', 'tenant_ids', 'namespaces', 'sources', 'topics'];

/** A day: of longer ranges, rows show the date too. */
const DAY_MS = 86_400_000;

/** What was. */
export function ExplorePage() {
  const [asked] = useView();
  const history = useHistory(asked);
  const { opened, pages } = history;
  const page = useEventPage(pages.rows);
  const { view, setView, list, onFilter } = page;
  const [showFacets, setShowFacets] = useState(false);
  const newer = useNewer(opened);

  // Until the server has granted another filter, all of the page stays with the one before.
  const shown = opened?.view ?? view;
  const first = useMemo(() => windowOf(shown, Date.now()), [shown]);
  const window = opened?.window ?? first;
  const overview = useOverview(shown.filter, window.chart, opened?.id ?? 0);
  const facets = useFacets(shown.filter, window.counted, FACETS, opened?.id ?? 0);
  const counts: FacetCounts = facets.data?.facets ?? {};
  const known = useKnown(counts);
  const total = overview.buckets.reduce((sum, b) => sum + totalOf(b), 0);
  const isOpen = view.selected !== null;

  const selected = indexOf(pages.rows, page.selectedKey);
  useEffect(() => {
    if (selected >= 0) opened?.pager.see(selected, selected); // who walks with the drawer open scrolls nothing
  }, [selected, opened]);

  // There is nothing that could shift: what comes is shown by itself.
  const { refresh } = history;
  const isEmptyList = opened !== null && pages.loaded === 0 && pages.ended.down;
  useEffect(() => {
    if (isEmptyList && newer > 0) refresh();
  }, [isEmptyList, newer, refresh]);

  const onRange = (range: TimeRange) => setView({ range, at: null });
  const onRefresh = () => {
    if (view.at !== null) setView({ at: null });
    else history.refresh();
  };
  useShortcuts({ '.': onRefresh });
  const crossesDays = window.chart.end - window.chart.start >= DAY_MS || shown.at !== null;
  return (
    <>
      <div className={css['page']} data-open={isOpen ? '' : undefined}>
        <FilterBar filter={view.filter} onFilter={onFilter} refusal={history.refusal} known={known}>
          <div className={css['controls']}>
            <ColumnsMenu ids={page.columnIds} onIds={(columns) => setView({ columns })} />
            <Button
              className={css['facetsButton']}
              square
              aria-label="Facets"
              title="Facets"
              aria-pressed={showFacets}
              onClick={() => setShowFacets(!showFacets)}
            >
              <Icon name="facets" size={15} />
            </Button>
          </div>
        </FilterBar>
        <Tools
          view={view}
          chart={window.chart}
          query={{
            ...view.filter,
            ...window.list,
            order_by: view.order.by,
            order_direction: view.order.direction,
          }}
          total={overview.buckets.length === 0 || overview.countedFrom !== null ? null : total}
          onRange={onRange}
          onOrder={(order) => setView({ order })}
        />
        <Overview overview={overview} zone={view.zone} onRange={onRange} />
        <div className={css['body']}>
          <Facets
            counts={counts}
            filter={view.filter}
            onInclude={page.onInclude}
            onExclude={page.onExclude}
            shown={showFacets}
          />
          <div className={css['list']} data-stale={history.opening && opened ? '' : undefined}>
            <ListEnd history={history} />
            <Newer count={newer} onShow={onRefresh} />
            {pages.loaded === 0 ? (
              <div className={css['empty']}>
                <Empty
                  history={history}
                  filtered={!isEmpty(view.filter)}
                  onClear={() => onFilter({})}
                  onZoomOut={() => onRange(zoomedOut(view.range, window.chart, Date.now()))}
                />
              </div>
            ) : (
              <EventList
                key={opened?.id}
                rows={pages.rows}
                columns={page.columns}
                zone={view.zone}
                dates={crossesDays}
                label="Stored events"
                selectedKey={page.selectedKey}
                onOpen={page.onOpen}
                onRange={opened?.pager.see}
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
