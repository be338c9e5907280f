import { count, counted } from '../format/number';
import { clock, duration } from '../format/time';
import type { Zone } from '../state/view';
import { Icon } from '../ui/icon';
import css from './list.module.css';
import type { Note } from './row';

export function noteText(note: Exclude<Note, { what: 'missing' }>): string {
  switch (note.what) {
    case 'reconnected':
      return `Reconnected after ${duration(note.afterMs)}, ${counted(note.events, 'event')} caught up`;
    case 'retention':
      return `Positions ${count(note.from + 1)} to ${count(note.to)} are gone for good: retention passed while this page was away`;
    case 'epoch':
      return 'The server’s history was replaced: what follows is numbered anew';
    case 'lagging':
      return `This page was ${counted(note.behind, 'position')} behind and catches up from history`;
  }
}

export function NoteRow({ note, at, zone }: { note: Note; at: number; zone: Zone }) {
  if (note.what === 'missing') return <div role="gridcell">{note.words}</div>;
  const isLoss = note.what === 'retention' || note.what === 'epoch';
  return (
    <div className={css['note']} data-loss={isLoss ? '' : undefined} role="gridcell">
      <Icon name={isLoss ? 'warning' : 'link'} size={14} />
      <span>{noteText(note)}</span>
      <time className={css['dim']}>{clock(at, zone)}</time>
    </div>
  );
}
