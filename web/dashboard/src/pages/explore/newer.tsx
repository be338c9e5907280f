import { counted } from '../../format/number';
import { Icon } from '../../ui/icon';
import css from './explore.module.css';

/** What was stored since the page was opened: rows do not shift, it says how many there are. */
export function Newer({ count, onShow }: { count: number; onShow: () => void }) {
  if (count === 0) return null;
  return (
    <div className={css['pillPlace']}>
      <button type="button" className={css['pill']} onClick={onShow} data-newer={count} title="Show them (.)">
        <Icon name="up" size={13} />
        {counted(count, 'newer', 'newer')}
      </button>
    </div>
  );
}
