import { screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import { thisComputer } from '../../lib/backend/fake/machines';
import { thePassword } from '../../lib/backend/fake/people';
import { faults, openApp } from '../../lib/test/app';

const machines = [thisComputer];
const locked = () => screen.findByRole('heading', { name: 'Locked' });

test('the key locks, and the password goes on where one was', async () => {
  location.hash = '#/servers';
  const { user } = openApp({ machines });
  await screen.findByRole('heading', { name: 'Servers' });
  await user.keyboard('{Control>}l{/Control}');
  await locked();
  expect(screen.queryByText('This computer')).toBeNull();
  expect(await faults()).toEqual([]);
  const field = screen.getByLabelText('Password');
  await waitFor(() => expect(field).toHaveFocus());
  await user.type(field, `${thePassword}{Enter}`);
  expect(await screen.findByRole('heading', { name: 'Servers' })).toBeVisible();
});

test('a wrong password says how many tries are left, beside the field', async () => {
  const { user } = openApp({ machines, locked: true });
  await locked();
  await user.type(screen.getByLabelText('Password'), 'wrong{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'Not the password. 4 tries left, then a pause of 15 min.',
  );
});

test('somebody else can sign in instead', async () => {
  const { user } = openApp({ machines, locked: true });
  await locked();
  await user.click(screen.getByRole('button', { name: 'Sign in as somebody else' }));
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
});

// The process locks an idle session; the page learns of it by whatever it calls next.
test('a call that finds the session locked leads to the lock page', async () => {
  const { user, backend } = openApp({ machines });
  await screen.findByRole('row', { name: /This computer/ });
  const { session } = backend.status;
  if (!session) throw new Error('nobody is signed in');
  backend.status = { ...backend.status, session: { ...session, is_locked: true } };
  await user.keyboard('{Control>}b{/Control}');
  await locked();
});

test('a push that says so does it, too', async () => {
  const { backend } = openApp({ machines });
  await screen.findByRole('row', { name: /This computer/ });
  await backend.call('session.lock', {});
  backend.push({ kind: 'session_changed' });
  await locked();
});

test('a lock that fails leaves the page and says so', async () => {
  const { user } = openApp({
    machines,
    failing: { 'session.lock': new ApiError('failed', 'The database is read-only', 'Free it.') },
  });
  await screen.findByRole('row', { name: /This computer/ });
  await user.click(screen.getByRole('button', { name: 'Lock' }));
  expect(await screen.findByText('Tomo is not locked')).toBeVisible();
});

test('after too many failed sign-ins the page says so, the same for names that do not exist', async () => {
  const { user } = openApp({ signedIn: false });
  await user.type(await screen.findByLabelText('User name'), 'nobody');
  for (let turn = 0; turn < 5; turn++) {
    await user.clear(screen.getByLabelText('Password'));
    await user.type(screen.getByLabelText('Password'), 'wrong{Enter}');
    await screen.findByRole('alert');
  }
  await user.type(screen.getByLabelText('Password'), '{Enter}');
  await waitFor(() =>
    expect(screen.getByRole('alert')).toHaveTextContent('Too many sign-ins have failed.'),
  );
});
