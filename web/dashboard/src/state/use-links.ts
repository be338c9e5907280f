import { type MouseEvent, useCallback } from 'react';
import { useLocation } from 'wouter';
import { basePath } from './use-view';

/** For what holds plain links (`<a href data-to>`): they go there without loading the page anew. */
export function useLinks(): (event: MouseEvent) => void {
  const [, navigate] = useLocation();
  return useCallback(
    (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-to]') : null;
      if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      navigate(link.pathname.slice(basePath.length) + link.search);
    },
    [navigate],
  );
}
