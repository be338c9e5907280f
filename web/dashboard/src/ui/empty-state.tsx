import type { ReactNode } from 'react';
import { CopyButton } from './copy';
import css from './empty-state.module.css';

/** There is nothing to show: what that means, and what can be done. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={css['empty']}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A line for a shell, to copy. */
export function Command({ text }: { text: string }) {
  return (
    <div className={css['command']}>
      <code>{text}</code>
      <CopyButton small text={() => text}>
        Copy
      </CopyButton>
    </div>
  );
}
