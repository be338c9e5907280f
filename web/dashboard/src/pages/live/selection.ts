import { type RefObject, useEffect } from 'react';
import type { LiveFeed } from '../../live/feed';

/** While text of the list is selected, the list stands still: what one is about to copy must not leave. */
export function useSelectionHold(box: RefObject<HTMLElement | null>, feed: LiveFeed): void {
  useEffect(() => {
    let holding = false;
    const onChange = () => {
      const selection = getSelection();
      const inList = selection && !selection.isCollapsed && box.current?.contains(selection.anchorNode) === true;
      if (inList && feed.getSnapshot().held === null) {
        holding = true;
        feed.hold('scrolled');
      } else if (!inList && holding) {
        holding = false;
        const grid = box.current?.querySelector('[role="grid"]');
        if (feed.getSnapshot().held === 'scrolled' && (grid?.scrollTop ?? 0) <= 1) feed.follow();
      }
    };
    document.addEventListener('selectionchange', onChange);
    return () => document.removeEventListener('selectionchange', onChange);
  }, [box, feed]);
}
