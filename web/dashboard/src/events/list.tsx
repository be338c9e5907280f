import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useLocation } from 'wouter';
import { basePath } from '../state/use-view';
import type { Zone } from '../state/view';
import { classes } from '../ui/classes';
import { useMedia } from '../ui/use-media';
import type { CellContext, Column } from './columns';
import css from './list.module.css';
import { NoteRow } from './note';
import { indexOf, type Row, type Rows, step } from './row';

export interface ListHandle {
  toTop: () => void;
  /** Moves the focus by one event; the first one when there was none. */
  move: (by: 1 | -1) => void;
  /** Gives a row the focus, and makes sure that it can be seen. */
  focus: (key: string) => void;
  readonly activeKey: string | null;
}

export interface EventListProps {
  rows: Rows;
  columns: readonly Column[];
  zone: Zone;
  label: string;
  /** Shows dates beside times. */
  dates?: boolean;
  selectedKey: string | null;
  onOpen: (key: string) => void;
  /** The top is in sight, or no longer. */
  onEdge?: (atTop: boolean) => void;
  /** Of the rows that can be seen; to load what is undefined. */
  onRange?: ((first: number, last: number) => void) | undefined;
  handle?: React.Ref<ListHandle>;
  traceHref: (correlationId: string) => string;
}

const ROW = 28;
const ROW_NARROW = 50;
const HEAD = 28;
/** Rows beyond what can be seen, so that a fast wheel shows no gap. */
const OVERSCAN = 8;

/** Rows of one height, of which only those in sight are in the document. */
export function EventList(props: EventListProps) {
  const { rows, columns, zone, selectedKey, onOpen, onEdge, onRange } = props;
  const narrow = useMedia('(max-width: 640px)');
  const height = narrow ? ROW_NARROW : ROW;
  const grid = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState<string | null>(null);
  const activeKey = useRef<string | null>(null);
  const [, navigate] = useLocation();

  useEffect(() => {
    const element = grid.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setBox((b) => ({ ...b, height: element.clientHeight })));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const shift = rows.shift ?? 0;
  const shifted = useRef(0);
  useLayoutEffect(() => {
    const element = grid.current;
    const by = (shift - shifted.current) * height;
    shifted.current = shift;
    if (!element || by === 0) return;
    element.scrollTop += by;
    setBox({ top: element.scrollTop, height: element.clientHeight });
  }, [shift, height]);

  const first = Math.max(0, Math.floor(box.top / height) - OVERSCAN);
  const last = Math.min(rows.length, Math.ceil((box.top + box.height) / height) + OVERSCAN);
  useEffect(() => onRange?.(first, last), [onRange, first, last]);

  const activate = (key: string) => {
    activeKey.current = key;
    setActive(key);
  };

  const show = (index: number) => {
    const element = grid.current;
    const row = rows.at(index);
    if (!element || !row) return;
    activate(row.key);
    const top = index * height;
    const room = element.clientHeight - HEAD - height;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top > element.scrollTop + room) element.scrollTop = top - room;
    requestAnimationFrame(() => focusRow(element, row.key));
  };

  const moveFrom = (by: 1 | -1) => {
    const at = indexOf(rows, activeKey.current);
    const next = step(rows, at < 0 && by < 0 ? rows.length : at, by);
    if (next >= 0) show(next);
  };

  useImperativeHandle(props.handle, () => ({
    toTop: () => {
      if (grid.current) grid.current.scrollTop = 0;
    },
    move: moveFrom,
    focus: (key) => {
      const index = indexOf(rows, key);
      if (index >= 0) show(index);
    },
    get activeKey() {
      return activeKey.current;
    },
  }));

  const onScroll = () => {
    const element = grid.current;
    if (!element) return;
    setBox({ top: element.scrollTop, height: element.clientHeight });
    onEdge?.(element.scrollTop <= 1);
  };

  const onClick = (event: MouseEvent) => {
    if (!(event.target instanceof Element)) return;
    const link = event.target.closest<HTMLAnchorElement>('a[data-to]');
    if (link) {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      navigate(link.pathname.slice(basePath.length) + link.search);
      return;
    }
    const key = event.target.closest<HTMLElement>('[data-key]')?.dataset['key'];
    if (key === undefined || getSelection()?.isCollapsed === false) return; // who selects text wants the text
    activate(key);
    onOpen(key);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const key =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-key]')?.dataset['key'] : undefined;
    if (event.key === 'Enter' && key !== undefined) {
      event.preventDefault();
      activate(key);
      onOpen(key);
    }
  };

  const context: CellContext = { zone, dates: props.dates ?? false, traceHref: props.traceHref };
  const shown = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  const tabKey =
    active !== null && shown.some((i) => rows.at(i)?.key === active)
      ? active
      : rows.at(Math.ceil(box.top / height))?.key;

  return (
    <div
      ref={grid}
      className={css['grid']}
      data-narrow={narrow ? '' : undefined}
      style={{ ['--tracks' as string]: columns.map((c) => (props.dates && c.datesTrack) || c.track).join(' ') }}
      role="grid"
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      onScroll={onScroll}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      <div className={css['head']} role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <span key={column.id} role="columnheader">
            {column.head ?? column.title}
          </span>
        ))}
      </div>
      <div className={css['body']} role="rowgroup" style={{ height: rows.length * height }}>
        <div className={css['window']} role="presentation" style={{ transform: `translateY(${first * height}px)` }}>
          {shown.map((index) => {
            const row = rows.at(index);
            return row ? (
              <Line
                key={row.key}
                row={row}
                index={index}
                columns={columns}
                context={context}
                selected={row.key === selectedKey}
                focusable={row.key === tabKey}
              />
            ) : (
              <div key={`missing-${index}`} className={css['loading']} role="row" aria-rowindex={index + 2}>
                <span role="gridcell">Loading …</span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function focusRow(grid: HTMLElement, key: string) {
  grid.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

interface LineProps {
  row: Row;
  index: number;
  columns: readonly Column[];
  context: CellContext;
  selected: boolean;
  focusable: boolean;
}

function Line({ row, index, columns, context, selected, focusable }: LineProps) {
  if (row.kind === 'note') {
    return (
      <div className={css['noteRow']} role="row" aria-rowindex={index + 2} data-note={row.note.what}>
        <NoteRow note={row.note} at={row.at} zone={context.zone} />
      </div>
    );
  }
  return (
    <div
      className={classes(css['row'])}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      tabIndex={focusable ? 0 : -1}
      data-key={row.key}
      data-outcome={row.event.outcome ?? 'other'}
      data-preview={row.kind === 'preview' ? '' : undefined}
      data-selected={selected ? '' : undefined}
    >
      <Cells
        event={row.event}
        columns={columns}
        zone={context.zone}
        dates={context.dates}
        traceHref={context.traceHref}
      />
    </div>
  );
}

type CellsProps = CellContext & {
  event: Extract<Row, { kind: 'event' | 'preview' }>['event'];
  columns: readonly Column[];
};

/** What changes with neither scrolling nor arrivals. */
const Cells = memo(function Cells({ event, columns, ...context }: CellsProps) {
  return columns.map((column) => (
    <div key={column.id} role="gridcell" data-column={column.id}>
      {column.cell(event, context)}
    </div>
  ));
});
