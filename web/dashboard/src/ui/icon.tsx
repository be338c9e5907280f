/** Drawn on a grid of 16; strokes take the colour of the text. */
const PATHS = {
  live: 'M8 8h.01M4.6 11.4a4.8 4.8 0 0 1 0-6.8M11.4 4.6a4.8 4.8 0 0 1 0 6.8M2.4 13.6a7.9 7.9 0 0 1 0-11.2M13.6 2.4a7.9 7.9 0 0 1 0 11.2',
  explore: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  traces: 'M2 3h7M5 8h8M8 13h6M2 3v10',
  statistics: 'M2.5 13.5v-5M6.2 13.5v-8M9.8 13.5v-3.5M13.5 13.5v-11',
  operations: 'M2 4h12v3.5H2zM2 8.5h12V12H2zM4.5 5.75h.01M4.5 10.25h.01M8 12v2.5M5 14.5h6',
  rejected: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M4.5 2.8v10.4L13 8z',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5h8v8h-8zM2.5 10.5v-8h8',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  clear: 'M3 4h10M6 4V2.5h4V4M4.5 4l.7 9.5h5.6L11.5 4',
  up: 'M8 13V3M4 7l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  download: 'M8 2.5v7.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  zoomOut: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14M4.8 7h4.4',
  around: 'M8 2v12M3 5h10M3 11h10M5 8h6',
  chevron: 'M6 4l4 4-4 4',
  left: 'M10 4 6 8l4 4',
  right: 'M6 4l4 4-4 4',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7',
  moon: 'M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7Z',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  warning: 'M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.6h.01',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  link: 'M6.5 9.5l3-3M7 4.5l1.2-1.2a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.2 1.2a3 3 0 0 1-4.5-4.5L4.5 7',
  facets: 'M2 4h12M4 8h8M6.5 12h3',
  key: 'M6 10.5a3.5 3.5 0 1 1 2.4-1L14 9.5v2.5M11 9.5v2',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
