import type { ExportQuery } from '@omninode-ai/eventfeed';
import { Link } from 'wouter';
import { client, session } from '../../api/client';
import { curl } from '../../events/copies';
import { useLinkTo } from '../../state/use-view';
import type { TimeRange, View } from '../../state/view';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy';
import { Icon } from '../../ui/icon';
import css from './explore.module.css';
import { ExportDialog } from './export-dialog';
import type { Order } from './place';
import { RangePicker } from './range-picker';
import { type Window, zoomedOut } from './span';

const ORDERS: readonly { name: string; order: Order }[] = [
  { name: 'Newest first', order: { by: 'timestamp', direction: 'desc' } },
  { name: 'Oldest first', order: { by: 'timestamp', direction: 'asc' } },
  { name: 'Last stored first', order: { by: 'position', direction: 'desc' } },
  { name: 'First stored first', order: { by: 'position', direction: 'asc' } },
];

const isOrder = (a: Order, b: Order) => a.by === b.by && a.direction === b.direction;

interface ToolsProps {
  view: View;
  chart: Window['chart'];
  query: ExportQuery;
  total: number | null;
  onRange: (range: TimeRange) => void;
  onOrder: (order: Order) => void;
}

/** What can be done with the whole of what is found. */
export function Tools({ view, chart, query, total, onRange, onOrder }: ToolsProps) {
  const linkTo = useLinkTo();
  const { range, zone, order } = view;
  return (
    <div className={css['tools']} role="toolbar" aria-label="Range and export">
      <RangePicker range={range} chart={chart} zone={zone} isAround={view.at !== null} onRange={onRange} />
      <Button onClick={() => onRange(zoomedOut(range, chart, Date.now()))} title="Three times as wide">
        <Icon name="zoomOut" size={14} />
        <span className={css['word']}>Zoom out</span>
      </Button>
      <label className={css['sort']}>
        <span className={css['sortWord']}>Order</span>
        <select
          value={ORDERS.findIndex((o) => isOrder(o.order, order))}
          onChange={(e) => onOrder(ORDERS[Number(e.target.value)]?.order ?? order)}
        >
          {ORDERS.map(({ name }, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <ExportDialog query={query} total={total} />
      <CopyButton
        text={() => curl(client.exportURL(query), session.token !== null)}
        title="A command that gives all of it, a JSON object a line"
      >
        cURL
      </CopyButton>
      <Link href={linkTo('/live')} title="What comes from now on, with this filter">
        <Icon name="live" size={14} />
        <span className={css['word']}>Go live with this filter</span>
      </Link>
    </div>
  );
}
