import { expect, test } from 'vitest';
import { Session } from '../src/api/session';

function bench({ kept = null as string | null, tokenURL = '' } = {}) {
  const held = new Map<string, string>(kept === null ? [] : [['eventfeed.token', kept]]);
  const storage = {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  };
  const line = { isOpen: false };
  const answers = [new Response('one\n'), new Response('two'), new Response('', { status: 500 })];
  const session = new Session({
    storage,
    tokenURL,
    fetch: async () => answers.shift() ?? new Response(''),
    isOpen: () => line.isOpen,
  });
  return { session, line };
}

test('without authentication there is no token, and nobody is asked for one', async () => {
  const { session } = bench();
  expect(await session.getToken('first')).toBeNull();
  expect(session.state).toBe('in');
});

test('a server that wants a token gets it when a person has given it', async () => {
  const { session } = bench();
  await session.getToken('first');
  const token = session.getToken('refused');
  await Promise.resolve();
  expect(session.state).toBe('needed');
  session.signIn('t');
  expect(await token).toBe('t');
  expect(session.state).toBe('in');
});

test('a token that is about to expire stays in use, and the next one is there when it has', async () => {
  const { session, line } = bench({ kept: 'old' });
  expect(await session.getToken('first')).toBe('old');
  line.isOpen = true;
  expect(await session.getToken('expires')).toBe('old');
  expect(session.state).toBe('expiring');
  session.signIn('new');
  expect(session.state).toBe('in');
  line.isOpen = false;
  expect(await session.getToken('expires')).toBe('new');
});

test('one that has expired is asked for', async () => {
  const { session } = bench({ kept: 'old' });
  await session.getToken('first');
  const token = session.getToken('expires');
  await Promise.resolve();
  expect(session.state).toBe('refused');
  session.signIn('new');
  expect(await token).toBe('new');
});

test('where tokens come from an address, it is asked each time', async () => {
  const { session } = bench({ tokenURL: 'https://login.example.com/token' });
  expect(await session.getToken('first')).toBe('one');
  expect(await session.getToken('expires')).toBe('two');
  await expect(session.getToken('refused')).rejects.toThrow('500');
  expect(session.state).toBe('in');
});
