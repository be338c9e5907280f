import type { Event } from '@omninode-ai/eventfeed';
import { useMemo, useRef } from 'react';
import { useLocation } from 'wouter';
import { EventList } from '../../events/list';
import { keyOf, type Row, rowsOf } from '../../events/row';
import { useEventPage } from '../../events/use-event-page';
import { basePath, useView } from '../../state/use-view';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { useMedia } from '../../ui/use-media';
import { traceColumns } from './columns';
import { Landing } from './landing';
import { MissingCause } from './missing';
import { Notices } from './notices';
import { scaleOf } from './scale';
import { Summary } from './summary';
import css from './trace.module.css';
import { type EventNode, type TraceNode, treeOf } from './tree';
import { type TraceRead, useTraceEvents } from './use-trace-events';

/** One correlation: what led to what, and when. */
export function TracePage() {
  const [{ zone }] = useView();
  useLocation(); // another id is another trace
  const id = idOf(location.pathname);
  if (id === '') return <Landing zone={zone} />;
  return <OneTrace key={id} id={id} />;
}

/** The id in a path. The router's own parameter is half decoded: an id with both a slash and a percent sign is lost there. */
function idOf(path: string): string {
  const id = path.slice(`${basePath}/trace/`.length);
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function rowOf(node: TraceNode): Row {
  if (node.kind === 'event') return { kind: 'event', key: keyOf(node.event), event: node.event };
  const note = { what: 'missing', words: <MissingCause node={node} /> } as const;
  return { kind: 'note', key: `missing ${node.tenant} ${node.id}`, note, at: 0 };
}

function OneTrace({ id }: { id: string }) {
  const read = useTraceEvents(id);
  const { trace } = read;
  const events = useMemo(() => trace?.events ?? [], [trace]);
  const tree = useMemo(() => treeOf(events), [events]);
  const scale = useMemo(() => scaleOf(events), [events]);
  const rows = useMemo(() => rowsOf(tree.nodes.map(rowOf)), [tree]);
  const page = useEventPage(rows);
  const { view, setView, list, selectedKey } = page;
  const { zone } = view;

  const nodes = useMemo(() => {
    const own = tree.nodes.filter((n): n is EventNode => n.kind === 'event');
    return new Map(own.map((n) => [keyOf(n.event), n]));
  }, [tree]);
  const path = useMemo(() => pathTo(selectedKey, nodes), [selectedKey, nodes]);
  const isWide = useMedia('(min-width: 1700px)');
  const isTight = view.selected !== null && !isWide;
  const columns = useMemo(
    () => traceColumns({ nodes, scale, path, zone, isTight }),
    [nodes, scale, path, zone, isTight],
  );

  // A link may name an event far down: it is brought into sight once.
  const sought = useRef(false);
  const shown = selectedKey !== null;
  const onList = (handle: typeof list.current) => {
    list.current = handle;
    if (!handle || sought.current || !shown || selectedKey === null) return;
    sought.current = true;
    handle.focus(selectedKey);
  };
  const onShow = (event: Event) => {
    setView({ selected: { tenant: event.tenant_id, id: event.event_id } });
    list.current?.focus(keyOf(event));
  };
  if (!trace || events.length === 0) return <Nothing id={id} read={read} />;
  return (
    <>
      <div className={css['page']} data-open={view.selected ? '' : undefined}>
        <Summary trace={trace} scale={scale} zone={zone} onShow={onShow} />
        <Notices tree={tree} trace={trace} failure={read.failure} onRetry={read.retry} />
        <div className={css['list']}>
          <EventList
            rows={rows}
            columns={columns}
            zone={zone}
            label="Events of the trace, each below its cause"
            selectedKey={selectedKey}
            onOpen={page.onOpen}
            handle={onList}
            traceHref={page.traceHref}
          />
        </div>
      </div>
      {page.drawer}
    </>
  );
}

/** An event and all that led to it. */
function pathTo(key: string | null, nodes: ReadonlyMap<string, EventNode>): Set<string> {
  const path = new Set<string>();
  for (let node = key === null ? undefined : nodes.get(key); node && !path.has(keyOf(node.event)); ) {
    path.add(keyOf(node.event));
    node = node.cause ? nodes.get(keyOf(node.cause)) : undefined;
  }
  return path;
}

function Nothing({ id, read }: { id: string; read: TraceRead }) {
  if (read.failure && !read.trace) {
    return (
      <EmptyState title="The trace cannot be read now">
        <p>{read.failure.message}.</p>
        <Button onClick={read.retry}>Try again</Button>
      </EmptyState>
    );
  }
  if (!read.trace) return <EmptyState title="Reading the trace …" />;
  return (
    <EmptyState title="No event has this correlation id">
      <p>
        <code>{id}</code>
      </p>
      <p>
        Not one that you may see, and that is stored: it may be older than retention, or another tenant’s. Should one
        come, it shows up here by itself.
      </p>
    </EmptyState>
  );
}
