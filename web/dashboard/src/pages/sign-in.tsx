import { type FormEvent, useState, useSyncExternalStore } from 'react';
import { session } from '../api/client';
import { queryClient } from '../api/queries';
import { Button } from '../ui/button';
import css from './sign-in.module.css';

/** Asks for a token. It is kept for this tab alone, and never in a URL. */
export function SignIn() {
  const state = useSyncExternalStore(session.watch, () => session.state);
  const [token, setToken] = useState('');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() === '') return;
    session.signIn(token.trim());
    void queryClient.resetQueries();
  };
  return (
    <div className={css['page']}>
      <form className={css['form']} onSubmit={onSubmit}>
        <h1>Sign in to eventfeed</h1>
        <p>
          {state === 'refused'
            ? 'The token has expired, or the server does not accept it. What is on the page stays.'
            : 'This server asks for a token. Its operator gives you one.'}
        </p>
        <label>
          Token
          <input
            type="password"
            autoComplete="off"
            spellCheck={false}
            autoFocus
            value={token}
            onChange={(e) => setToken(e.target.value)}
            aria-invalid={state === 'refused'}
          />
        </label>
        <p className={css['hint']}>It stays in this tab and is forgotten when the tab is closed.</p>
        <Button look="main" type="submit" disabled={token.trim() === ''}>
          Sign in
        </Button>
      </form>
    </div>
  );
}
