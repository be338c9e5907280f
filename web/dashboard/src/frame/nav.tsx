import { Link, useLocation } from 'wouter';
import { useStatus } from '../api/queries';
import { count } from '../format/number';
import { useLinkTo } from '../state/use-view';
import { Icon } from '../ui/icon';
import { useConnection } from './connection';
import css from './nav.module.css';
import { PAGES } from './pages';

export function Nav() {
  const [path] = useLocation();
  const linkTo = useLinkTo();
  const { hello } = useConnection();
  const rejected = useStatus().data?.store.rejected ?? 0;
  return (
    <nav className={css['nav']} aria-label="Pages">
      <span className={css['brand']}>
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path d="M2 5h16M2 10h10M2 15h13" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" fill="none" />
        </svg>
        <b>eventfeed</b>
      </span>
      <ul>
        {PAGES.filter((page) => !page.adminsOnly || hello?.admin !== false).map(({ path: to, name, icon }) => {
          const isHere = path === to || path.startsWith(`${to}/`);
          return (
            <li key={to}>
              <Link href={linkTo(to)} aria-current={isHere ? 'page' : undefined} title={name}>
                <Icon name={icon} size={18} />
                <span>{name}</span>
                {to === '/rejected' && rejected > 0 && (
                  <i title={`${count(rejected)} rejected events`}>{count(rejected)}</i>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
