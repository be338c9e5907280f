import { zoneName } from '../format/time';
import { useView } from '../state/use-view';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { useConnection } from './connection';
import { OpenBox } from './open-box';
import { setTheme, type Theme, useTheme } from './theme';
import css from './top.module.css';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const;

export function Top({ title, onHelp }: { title: string; onHelp: () => void }) {
  const [view, setView] = useView();
  const theme = useTheme();
  const other = view.zone === 'utc' ? 'local' : 'utc';
  return (
    <header className={css['top']}>
      <h1>{title}</h1>
      <Scope />
      <OpenBox />
      <div className={css['buttons']}>
        <Button
          look="plain"
          title={`Times are in ${view.zone === 'utc' ? 'UTC' : 'local time'}; click for ${other === 'utc' ? 'UTC' : 'local time'}`}
          onClick={() => setView({ zone: other })}
          data-zone={view.zone}
        >
          {view.zone === 'utc' ? (
            'UTC'
          ) : (
            <>
              Local <span className={css['zone']}>{zoneName('local')}</span>
            </>
          )}
        </Button>
        <Button
          look="plain"
          square
          aria-label={`Theme: ${theme}`}
          title={`Theme: ${theme}`}
          onClick={() => setTheme(NEXT[theme])}
        >
          <Icon name={ICONS[theme]} />
        </Button>
        <Button look="plain" square aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick={onHelp}>
          ?
        </Button>
      </div>
    </header>
  );
}

const NAMED = 3;

/** Whose events may be seen here: what is not here may be somebody else's. */
function Scope() {
  const { hello } = useConnection();
  if (!hello) return null;
  const { tenants } = hello;
  const all = tenants.includes('*') || tenants.length === 0;
  const names =
    tenants.slice(0, NAMED).join(', ') + (tenants.length > NAMED ? ` and ${tenants.length - NAMED} more` : '');
  return (
    <span
      className={css['scope']}
      title={all ? 'Every tenant’s events may be seen here' : `Tenants, from your token: ${tenants.join(', ')}`}
    >
      {all ? 'all tenants' : `tenants: ${names}`}
      {!all && <span>, from your token</span>}
    </span>
  );
}
