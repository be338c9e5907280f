import type { Event } from '@omninode-ai/eventfeed';
import { type Column, columnsOf, type Shown } from '../../events/columns';
import { keyOf } from '../../events/row';
import { outcomeLook } from '../../format/outcome';
import { dateTime, duration } from '../../format/time';
import { typeParts } from '../../format/type';
import type { Zone } from '../../state/view';
import { Icon } from '../../ui/icon';
import { marksOf, offsetOf, percentOf, type Scale } from './scale';
import css from './trace.module.css';
import type { EventNode, Flag } from './tree';

/** So deep at most rows are set in; deeper ones say how deep they are. */
const DEEPEST = 14;

const SAYS: Record<Flag, string> = {
  cycle: 'cycle',
  skew: 'before its cause',
  'by time': 'by time',
};

const WHY: Record<Flag, string> = {
  cycle: 'Its causes lead back to itself, so the tree begins here',
  skew: 'Its timestamp is earlier than its cause’s: the clocks of the two producers differ',
  'by time': 'Its producer names no cause; it stands here by its time',
};

export interface TraceColumnsOptions {
  nodes: ReadonlyMap<string, EventNode>;
  scale: Scale;
  /** Keys of the selected event and what led to it. */
  path: ReadonlySet<string>;
  zone: Zone;
  /** There is little room: what the drawer says too is left out. */
  isTight: boolean;
}

/** A row of a trace: what it is in the tree, how it went, when, and where in the waterfall. */
export function traceColumns({ nodes, scale, path, zone, isTight }: TraceColumnsOptions): Column[] {
  const nodeOf = (event: Shown) => nodes.get(keyOf(event));
  const [outcome, source] = ['outcome', 'source'].flatMap((id) => columnsOf([id]));
  const tree: Column = {
    id: 'type',
    title: 'Event',
    track: `minmax(${isTight ? 220 : 260}px, 2.2fr)`,
    cell: (event) => {
      const node = nodeOf(event);
      return node && <TreeCell node={node} isOnPath={path.has(keyOf(event))} />;
    },
  };
  const offset: Column = {
    id: 'time',
    title: 'Offset',
    track: '84px',
    cell: (event) => (
      <time className={css['offset']} dateTime={event.timestamp} title={dateTime(event.timestamp, zone)}>
        +{duration(offsetOf(scale, event as Event))}
      </time>
    ),
  };
  const waterfall: Column = {
    id: 'waterfall',
    title: 'Waterfall',
    track: `minmax(${isTight ? 150 : 180}px, 2.6fr)`,
    head: <Axis scale={scale} />,
    cell: (event) => {
      const node = nodeOf(event);
      return node && <Bar node={node} scale={scale} />;
    },
  };
  const tenant = columnsOf(['tenant']).map((c) => ({ ...c, track: '76px' }));
  const whose = isTight ? [] : [...tenant, ...(source ? [source] : [])];
  return [tree, ...(outcome ? [outcome] : []), ...whose, offset, waterfall];
}

function TreeCell({ node, isOnPath }: { node: EventNode; isOnPath: boolean }) {
  const { event, depth, flags, hidden } = node;
  const { name, version } = typeParts(event.event_type);
  return (
    <span className={css['tree']} data-depth={depth} data-path={isOnPath ? '' : undefined}>
      <i style={{ width: Math.min(depth, DEEPEST) * 16 }} aria-hidden="true" />
      {depth > DEEPEST && <small title="Its level in the tree">level {depth}</small>}
      <span className="spoken">level {depth + 1}, </span>
      <b title={event.event_type}>
        {name}
        <span>{version}</span>
      </b>
      {flags.map((flag) => (
        <em key={flag} data-flag={flag} title={WHY[flag]}>
          {flag !== 'by time' && <Icon name="warning" size={11} />}
          {SAYS[flag]}
        </em>
      ))}
      {hidden > 0 && <em title="Its effects are beyond the 5,000 rows nearest the root">+{hidden} not shown</em>}
    </span>
  );
}

/** From its cause to itself: how long it took to come about. */
function Bar({ node, scale }: { node: EventNode; scale: Scale }) {
  const { event, cause } = node;
  const at = offsetOf(scale, event);
  const from = cause ? offsetOf(scale, cause) : at;
  const left = percentOf(scale, Math.min(from, at));
  const width = percentOf(scale, Math.abs(at - from));
  const place = percentOf(scale, at);
  const { sign } = outcomeLook(event.outcome);
  return (
    <span className={css['bar']} data-outcome={event.outcome ?? 'other'}>
      <span>
        <i style={{ left: `${left}%`, width: `${width}%` }} />
        <b style={{ left: `${place}%` }} aria-hidden="true">
          {sign}
        </b>
        {cause && (
          <small
            style={place > 55 ? { right: `calc(${100 - left}% + 9px)` } : { left: `calc(${place}% + 11px)` }}
            title="After its cause"
          >
            {duration(at - from)}
          </small>
        )}
      </span>
    </span>
  );
}

function Axis({ scale }: { scale: Scale }) {
  return (
    <span className={css['axis']}>
      <span className="spoken">Waterfall</span>
      <span aria-hidden="true">
        {marksOf(scale).map((ms) => (
          <i key={ms} style={{ left: `${percentOf(scale, ms)}%` }}>
            {ms === 0 ? '0' : duration(ms)}
          </i>
        ))}
      </span>
    </span>
  );
}
