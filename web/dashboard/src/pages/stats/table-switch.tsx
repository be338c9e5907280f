import { Button } from '../../ui/button';
import css from './stats.module.css';

/** The same numbers, for who wants to read them one by one. */
export function TableSwitch({ on, onSwitch }: { on: boolean; onSwitch: (on: boolean) => void }) {
  return (
    <span className={css['switch']} role="group" aria-label="Shown as">
      <Button small look="plain" aria-pressed={!on} onClick={() => onSwitch(false)}>
        Chart
      </Button>
      <Button small look="plain" aria-pressed={on} onClick={() => onSwitch(true)}>
        Table
      </Button>
    </span>
  );
}
