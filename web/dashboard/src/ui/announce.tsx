import { useSyncExternalStore } from 'react';

/** So often at most is something said to those who listen to the page. */
const PAUSE_MS = 5_000;

let said = '';
let saidAt = 0;
let next: string | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function say(text: string): void {
  said = text;
  saidAt = Date.now();
  for (const listener of listeners) listener();
}

/** Says it politely; of what comes too fast, the last. */
export function announce(text: string): void {
  next = text;
  if (timer !== undefined) return;
  timer = setTimeout(
    () => {
      timer = undefined;
      if (next !== null) say(next);
      next = null;
    },
    Math.max(0, saidAt + PAUSE_MS - Date.now()),
  );
}

/** The page's one live region. */
export function Announcer() {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
  return (
    <div className="spoken" role="status" aria-live="polite">
      {text}
    </div>
  );
}
