import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useLinkTo } from '../state/use-view';
import { announce } from '../ui/announce';
import { findAnything } from './find';
import css from './top.module.css';

/** Takes an event id, a correlation id or a position, and opens it. */
export function OpenBox() {
  const [typed, setTyped] = useState('');
  const [said, setSaid] = useState('');
  const [, navigate] = useLocation();
  const linkTo = useLinkTo();

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() === '') return;
    setSaid('Looking …');
    const found = await findAnything(typed.trim());
    if (found.what === 'nothing') {
      setSaid(found.why);
      announce(found.why);
      return;
    }
    setSaid('');
    setTyped('');
    if (found.what === 'trace') navigate(linkTo(`/trace/${encodeURIComponent(found.correlationId)}`));
    else navigate(linkTo('/events', { filter: {}, range: null, selected: found.event, at: found.at }));
  };
  return (
    <form className={css['open']} onSubmit={onSubmit} role="search" aria-label="Open">
      <input
        aria-label="Open an event id, correlation id or position"
        placeholder="Open an id or position"
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={(e) => {
          setTyped(e.target.value);
          setSaid('');
        }}
        onKeyDown={(e) => {
          if (e.key === 'Escape') e.currentTarget.blur();
        }}
      />
      {said !== '' && <output className={css['said']}>{said}</output>}
    </form>
  );
}
