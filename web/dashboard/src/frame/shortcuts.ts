import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Shortcut {
  keys: readonly string[];
  does: string;
}

/** What the dialog shows. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['Space'], does: 'Pause and resume' },
  { keys: ['/'], does: 'Filter' },
  { keys: ['j', 'k', '↑', '↓'], does: 'Next and previous event' },
  { keys: ['Enter'], does: 'Open the event' },
  { keys: ['Esc'], does: 'Close' },
  { keys: ['←', '→'], does: 'Newer and older, with an event open' },
  { keys: ['.'], does: 'Back to the live edge' },
  { keys: ['c'], does: 'Copy a link to this view' },
  { keys: ['y'], does: 'Copy the event as JSON' },
  { keys: ['g l', 'g e', 'g t', 'g s', 'g o', 'g r'], does: 'Live, Explore, Traces, Statistics, Operations, Rejected' },
  { keys: ['?'], does: 'This list' },
];

const KEY = 'eventfeed.shortcuts';
const listeners = new Set<() => void>();
const isOn = () => localStorage.getItem(KEY) !== 'off';

export function setShortcutsOn(on: boolean): void {
  localStorage.setItem(KEY, on ? 'on' : 'off');
  for (const listener of listeners) listener();
}

export function useShortcutsOn(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isOn);
}

/** Whether what has the focus wants the keys for itself. */
function takesKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target.closest('input, textarea, select, [role="dialog"], [role="menu"], [role="listbox"]')
  )
    return true;
  // Space and Enter press what has the focus; a row is no button.
  return (key === ' ' || key === 'Enter') && target.closest('button, a, summary') !== null;
}

/** Behind g a second key is waited for this long. */
const SEQUENCE_MS = 1_200;

export type KeyHandlers = Readonly<Record<string, (() => void) | undefined>>;

/** Calls what belongs to a key, or to a sequence like `g l`, while shortcuts are on and nothing else wants it. */
export function useShortcuts(handlers: KeyHandlers): void {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    let before = { key: '', at: 0 };
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isOn() || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (takesKeys(event.target, event.key)) return;
      const sequence = event.timeStamp - before.at < SEQUENCE_MS ? `${before.key} ${event.key}` : '';
      before = { key: event.key, at: event.timeStamp };
      const act = current.current[sequence] ?? current.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}
