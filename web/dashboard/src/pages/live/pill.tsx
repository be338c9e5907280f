import { counted } from '../../format/number';
import type { Held } from '../../live/snapshot';
import { Icon } from '../../ui/icon';
import css from './live.module.css';

/** The list stands still: what has come meanwhile, and the way back. */
export function Pill({ held, fresh, onFollow }: { held: Held; fresh: number; onFollow: () => void }) {
  if (held === 'scrolled' && fresh === 0) return null;
  const words = held === 'paused' ? `Paused, ${counted(fresh, 'new event')}. Resume` : counted(fresh, 'new', 'new');
  return (
    <div className={css['pillPlace']}>
      <button type="button" className={css['pill']} onClick={onFollow} data-fresh={fresh}>
        <Icon name={held === 'paused' ? 'play' : 'up'} size={13} />
        {words}
      </button>
    </div>
  );
}
