import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { base } from '../api/client';
import { decodeView, encodeView, type View } from './view';

/** Where the router's paths begin: without the slash at the end. */
export const basePath = base.pathname.replace(/\/$/, '');

export type SetView = (change: Partial<View>, how?: { replace?: boolean }) => void;

/** What this page shows, from its URL, and the way to change it: each change is a step that Back undoes. */
export function useView(): [View, SetView] {
  const search = useSearch();
  const [path] = useLocation();
  const view = useMemo(() => decodeView(search), [search]);
  const set = useCallback<SetView>(
    (change, how) => {
      const now = decodeView(location.search); // two changes in one task must not undo each other
      navigate(basePath + withSearch(path, { ...now, ...change }), { replace: how?.replace ?? false });
    },
    [path],
  );
  return [view, set];
}

export function withSearch(path: string, view: View): string {
  const search = encodeView(view);
  return search === '' ? path : `${path}?${search}`;
}

/** A link to another page that keeps what both pages know: the filter, the range and the zone. */
export function useLinkTo(): (path: string, change?: Partial<View>) => string {
  const search = useSearch();
  return useCallback(
    (path, change) => {
      const { filter, range, zone, order } = decodeView(search);
      return withSearch(path, { filter, range, zone, order, columns: null, selected: null, at: null, ...change });
    },
    [search],
  );
}
