import uPlot from 'uplot';
import { clockSeconds, date } from '../format/time';
import { hatch, type Ink } from './ink';
import type { PlotProps } from './plot';

const DAY_MS = 86_400_000;
const DRAGGED_PX = 6;
/** So few values are seen as points, too. */
const FEW = 4;

/** `08:00`, and the date where a day begins or the range is longer than two. */
function tick(ms: number, spanMs: number, zone: PlotProps['zone']): string {
  const time = clockSeconds(ms, zone);
  if (spanMs > 2 * DAY_MS || time === '00:00:00') return date(ms, zone).slice(5);
  return spanMs < 20 * 60_000 ? time : time.slice(0, 5);
}

export function optionsOf(
  {
    starts,
    lines,
    zone,
    kind,
    widthMs,
    height,
  }: Pick<PlotProps, 'starts' | 'lines' | 'zone' | 'kind' | 'widthMs' | 'height'>,
  inks: Ink,
  width: number,
  now: () => PlotProps,
): uPlot.Options {
  const ink = (name: string) => inks.get(name) ?? 'gray';
  const first = (starts[0] ?? 0) / 1000;
  const end = ((starts.at(-1) ?? 0) + widthMs) / 1000;
  // A line ends where its last bucket begins; a bar is as wide as its bucket.
  const last = kind === 'lines' && starts.length > 1 ? end - widthMs / 1000 : end;
  const axis = {
    stroke: ink('--faint'),
    font: '12px system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: ink('--line'), width: 1 },
  };
  return {
    width,
    height,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [first, Math.max(last, first + 1)] },
      y: { range: (_, __, max) => [0, Math.max(max ?? 0, 1e-6) * 1.06] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: 70,
        values: (_, splits) => splits.map((s) => tick(s * 1000, (end - first) * 1000, zone)),
      },
      { ...axis, size: 62, space: 34, values: (_, splits) => splits.map((s) => now().format(s)) },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, kind, ink))],
    cursor: {
      y: false,
      points: { show: kind === 'lines', size: 6 },
      drag: { x: true, y: false, setScale: false },
      // What is below the pointer is the bucket that it is in, not the one whose start is nearest.
      dataIdx: (u, _, __, at) => bucketAt(u, at, widthMs),
    },
    hooks: {
      setCursor: [
        (u) =>
          now().onHover(u.cursor.left === undefined || u.cursor.left < 0 ? null : indexAt(u, u.cursor.left, widthMs)),
      ],
      setSelect: [
        (u) => {
          const { left, width: wide } = u.select;
          if (wide < DRAGGED_PX) return;
          pick(u, indexAt(u, left, widthMs), indexAt(u, left + wide, widthMs), now());
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      ready: [
        (u) =>
          u.over.addEventListener('click', (e) => {
            if (e.defaultPrevented || u.select.width >= DRAGGED_PX) return;
            const at = indexAt(u, e.offsetX, widthMs);
            pick(u, at, at, now());
          }),
      ],
    },
  };
}

function seriesOf(
  line: PlotProps['lines'][number],
  kind: PlotProps['kind'],
  ink: (name: string) => string,
): uPlot.Series {
  const color = ink(line.color);
  const bars = uPlot.paths.bars;
  if (kind === 'lines' || !bars) {
    return {
      label: line.name,
      stroke: color,
      width: 2,
      spanGaps: true,
      points: { show: line.values.length < FEW, size: 5 },
      ...(line.dash && { dash: [...line.dash] }),
    };
  }
  const fill = line.hatched ? hatch(color, ink('--surface')) : color;
  return {
    label: line.name,
    width: 0,
    fill: () => fill as string,
    points: { show: false },
    paths: bars({ size: [0.86, 100], align: 1 }),
  };
}

function bucketAt(u: uPlot, nearest: number, widthMs: number): number {
  const { left } = u.cursor;
  return left === undefined || left < 0 ? nearest : indexAt(u, left, widthMs);
}

function indexAt(u: uPlot, left: number, widthMs: number): number {
  const xs = u.data[0];
  const at = u.posToVal(left, 'x') * 1000;
  let found = 0;
  for (let i = 0; i < xs.length; i++) {
    const start = (xs[i] ?? 0) * 1000;
    if (start <= at && at < start + widthMs) return i;
    if (start <= at) found = i;
  }
  return found;
}

function pick(u: uPlot, from: number, to: number, { onPick, widthMs }: PlotProps): void {
  const start = (u.data[0][from] ?? 0) * 1000;
  const last = (u.data[0][to] ?? 0) * 1000;
  onPick(Math.round(start), Math.round(last + widthMs));
}
