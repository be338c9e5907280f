import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useLinkTo } from '../state/use-view';
import { Announcer, announce } from '../ui/announce';
import { copyText } from '../ui/copy';
import { Banners } from './banners';
import css from './frame.module.css';
import { Nav } from './nav';
import { PAGES } from './pages';
import { useShortcuts } from './shortcuts';
import { ShortcutsDialog } from './shortcuts-dialog';
import { Strip } from './strip';
import { Top } from './top';

/** Around every page. */
export function Frame({ title, children }: { title: string; children: ReactNode }) {
  const [help, setHelp] = useState(false);
  const [, navigate] = useLocation();
  const linkTo = useLinkTo();
  const goes = PAGES.map(({ key, path }) => [`g ${key}`, () => navigate(linkTo(path))] as const);
  useShortcuts({
    ...Object.fromEntries(goes),
    '?': () => setHelp(true),
    '/': () => document.querySelector<HTMLInputElement>('[data-filter]')?.focus(),
    c: async () =>
      announce((await copyText(location.href)) ? 'Link copied' : 'The browser does not let this page copy'),
  });
  return (
    <div className={css['frame']}>
      <Nav />
      <div className={css['column']}>
        <Top title={title} onHelp={() => setHelp(true)} />
        <Banners />
        <main className={css['main']}>{children}</main>
        <Strip />
      </div>
      <Announcer />
      <ShortcutsDialog open={help} onOpen={setHelp} />
    </div>
  );
}
