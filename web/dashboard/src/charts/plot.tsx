import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from '../frame/theme';
import type { Zone } from '../state/view';
import { useMedia } from '../ui/use-media';
import { type Ink, inksOf } from './ink';
import css from './plot.module.css';
import { optionsOf } from './plot-options';

export interface PlotLine {
  name: string;
  /** Of a stack, its top; null: nothing was measured. */
  values: readonly (number | null)[];
  /** A custom property of CSS. */
  color: string;
  /** Told apart without colour. */
  hatched?: boolean;
  dash?: readonly number[];
}

export interface PlotProps {
  label: string;
  kind: 'bars' | 'lines';
  /** Unix milliseconds. */
  starts: readonly number[];
  widthMs: number;
  lines: readonly PlotLine[];
  zone: Zone;
  height: number;
  /** A number of the vertical axis, in words. */
  format: (value: number) => string;
  onHover: (index: number | null) => void;
  /** A bucket was clicked, or several were dragged over: Unix milliseconds, the end not in it. */
  onPick: (start: number, end: number) => void;
}

/** uPlot, loaded when a chart is shown. The table beside it says the same to those who do not see it. */
export default function Plot(props: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const dark = useMedia('(prefers-color-scheme: dark)');
  const latest = useRef(props);
  latest.current = props;
  const { starts, lines, zone, kind, height, widthMs } = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are those of the theme
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const inks: Ink = inksOf(element, ['--faint', '--line', '--surface', ...lines.map((l) => l.color)]);
    const now = () => latest.current;
    const plot = new uPlot(
      optionsOf({ starts, lines, zone, kind, height, widthMs }, inks, element.clientWidth, now),
      [starts.map((s) => s / 1000), ...lines.map((l) => [...l.values])] as uPlot.AlignedData,
      element,
    );
    const sizes = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      plot.destroy();
    };
  }, [starts, lines, zone, kind, height, widthMs, theme, dark]);

  return <div ref={box} className={css['plot']} role="img" aria-label={props.label} style={{ height }} />;
}
