import { count } from '../../format/number';
import { Button } from '../../ui/button';
import css from './explore.module.css';
import type { History } from './use-history';

/** What of the list could not be read, with what is shown instead. */
export function ListEnd({ history }: { history: History }) {
  const { opened, pages, failure, refresh } = history;
  if (opened && failure) {
    return (
      <p className={css['failure']} role="alert">
        It cannot be read now: {failure.message}. What you see is the list before.
        <Button small onClick={refresh}>
          Try again
        </Button>
      </p>
    );
  }
  if (pages.failure) {
    return (
      <p className={css['failure']} role="alert">
        More cannot be read now: {pages.failure.message}.
        <Button small onClick={opened?.pager.retry}>
          Try again
        </Button>
      </p>
    );
  }
  if (!pages.capped) return null;
  return (
    <p className={css['failure']}>
      In this order, {count(pages.loaded)} events are as far as one can scroll. A narrower range shows the others; an
      export has all.
    </p>
  );
}
