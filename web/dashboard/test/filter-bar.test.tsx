import type { Filter } from '@omninode-ai/eventfeed';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { FilterBar } from '../src/filter/bar';
import type { FilterRefusal } from '../src/filter/refusal';

const known = {
  event_types: ['omninode.agent.execution.failed.v1'],
  tenant_ids: ['acme', 'beta'],
  sources: ['omniclaude'],
};

let filter: Filter = {};

function Bench({ first, refusal }: { first: Filter; refusal: FilterRefusal | null }) {
  const [now, setNow] = useState(first);
  filter = now;
  return <FilterBar filter={now} onFilter={setNow} refusal={refusal} known={known} />;
}

function bench(first: Filter = {}, refusal: FilterRefusal | null = null) {
  filter = first;
  render(<Bench first={first} refusal={refusal} />);
  return {
    user: userEvent.setup(),
    box: screen.getByRole('combobox'),
    where: screen.getByRole('textbox', { name: /where/i }),
  };
}

afterEach(cleanup);

test('a value is chosen from what is known, with the keyboard', async () => {
  const { user, box } = bench();
  await user.type(box, 'be{Enter}');
  expect(filter).toEqual({ tenant_ids: ['beta'] });
  await user.type(box, 'tenant:{ArrowDown}{ArrowUp}{Enter}');
  expect(filter).toEqual({ tenant_ids: ['beta', 'acme'] });
  await user.type(box, '{Backspace}');
  expect(filter).toEqual({ tenant_ids: ['beta'] });
});

test('a text with a star is a pattern of types', async () => {
  const { user, box } = bench();
  await user.type(box, '*.failed.v1{Enter}');
  expect(filter).toEqual({ event_types: ['*.failed.v1'] });
  expect(screen.queryByRole('option')).toBeNull();
});

test('the option that Enter takes is the one that is told', async () => {
  const { user, box } = bench();
  await user.type(box, 'agent{ArrowDown}');
  const chosen = box.getAttribute('aria-activedescendant');
  const option = within(screen.getByRole('listbox')).getByRole('option', { selected: true });
  expect(option.id).toBe(chosen);
  await user.keyboard('{Enter}');
  expect(filter).toEqual({ event_types: ['*agent*'] });
});

test('chips, outcomes and all of it can be taken away', async () => {
  const { user } = bench({ tenant_ids: ['acme'], outcomes: ['failure'], where: 'a = 1' });
  await user.click(screen.getByRole('button', { name: 'Remove tenant acme' }));
  await user.click(screen.getByRole('button', { name: 'failure' }));
  expect(filter).toEqual({ where: 'a = 1' });
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(filter).toEqual({});
});

test('an expression takes effect with Enter, and Escape takes back what was typed', async () => {
  const { user, where } = bench();
  await user.type(where, 'payload.ms > 1');
  expect(filter).toEqual({});
  await user.type(where, '{Enter}');
  expect(filter).toEqual({ where: 'payload.ms > 1' });
  await user.type(where, '0{Escape}');
  expect(where).toHaveValue('payload.ms > 1');
});

test('a fault is shown at its place', () => {
  const { where } = bench(
    { where: 'payload.ms >' },
    { message: 'wants a value', at: { line: 1, column: 12 }, kept: true },
  );
  const alert = screen.getByRole('alert');
  expect(alert).toHaveTextContent('wants a value. What you see is still the filter before.');
  expect(alert.querySelector('[data-at="1:12"]')?.textContent).toBe(`payload.ms >\n${' '.repeat(11)}^`);
  expect(where).toBeInvalid();
});
