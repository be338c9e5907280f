import type { ReactNode } from 'react';
import type { Held } from '../../live/snapshot';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import css from './live.module.css';

interface ControlsProps {
  held: Held | null;
  onPause: () => void;
  onClear: () => void;
  onFacets: () => void;
  columns: ReactNode;
}

export function Controls({ held, onPause, onClear, onFacets, columns }: ControlsProps) {
  const paused = held === 'paused';
  return (
    <div className={css['controls']}>
      <Button
        className={css['pause']}
        look={paused ? 'main' : undefined}
        aria-pressed={paused}
        onClick={onPause}
        title="Space"
      >
        <Icon name={paused ? 'play' : 'pause'} size={14} />
        {paused ? 'Resume' : 'Pause'}
      </Button>
      <Button square aria-label="Clear the list" title="Clear the list" onClick={onClear}>
        <Icon name="clear" size={15} />
      </Button>
      {columns}
      <Button className={css['facetsButton']} square aria-label="Facets" title="Facets" onClick={onFacets}>
        <Icon name="facets" size={15} />
      </Button>
    </div>
  );
}
