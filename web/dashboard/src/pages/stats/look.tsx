import type { Look } from './series';
import css from './stats.module.css';

const COLORS: Record<Look, string> = {
  failure: '--bad-mark',
  success: '--good-mark',
  open: '--open-mark',
  other: '--other-mark',
  1: '--series-1',
  2: '--series-2',
  3: '--series-3',
  4: '--series-4',
  5: '--series-5',
  6: '--series-6',
};

export function colorOf(look: Look): string {
  return COLORS[look];
}

export function Swatch({ look }: { look: Look }) {
  return <i className={css['swatch']} data-look={look} style={{ backgroundColor: `var(${COLORS[look]})` }} />;
}
