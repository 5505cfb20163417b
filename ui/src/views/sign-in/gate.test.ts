import { cleanup, screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { backupPassphrase } from '../../lib/backend/fake/backups';
import { thisComputer } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const password = 'correct horse battery';

test('the first start makes an account and leads to this computer', async () => {
  const { backend, user } = openApp({ isSetUp: false, signedIn: false, machines: [thisComputer] });
  expect(await screen.findByRole('heading', { name: 'Set up Tomo' })).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.type(screen.getByLabelText('User name'), 'ana');
  await user.type(screen.getByLabelText('Password'), password);
  await user.type(screen.getByLabelText('Again'), password);
  await user.click(screen.getByRole('button', { name: 'Create account' }));
  expect(await screen.findByRole('row', { name: /This computer/ })).toBeVisible();
  expect(backend.calls.find(({ name }) => name === 'setup.create')?.args).toEqual({
    username: 'ana',
    password,
    stay_signed_in: true,
  });
});

test('on a new computer everything can begin with a backup', async () => {
  const { backend, user } = openApp({ isSetUp: false, signedIn: false, machines: [thisComputer] });
  await user.click(await screen.findByRole('button', { name: 'Restore a backup…' }));
  expect(await screen.findByRole('heading', { name: 'Begin with a backup' })).toBeVisible();
  expect(screen.getByText('tomo-old.tomo')).toBeVisible();
  await user.type(screen.getByLabelText(/^Passphrase/), 'wrong{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('does not open this backup');
  await user.clear(screen.getByLabelText(/^Passphrase/));
  await user.type(screen.getByLabelText(/^Passphrase/), `${backupPassphrase}{Enter}`);
  expect(await screen.findByText(/with \d+ credentials/)).toBeVisible();
  expect(backend.calls.some(({ name }) => name === 'setup.restore')).toBe(false);
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Restore' }));
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await screen.findByText(/^Restored the backup of/)).toBeVisible();
});

test('whoever chooses no backup, or thinks better of it, makes the first account', async () => {
  const { user } = openApp({ isSetUp: false, signedIn: false, file: null });
  await user.click(await screen.findByRole('button', { name: 'Restore a backup…' }));
  expect(screen.getByRole('heading', { name: 'Set up Tomo' })).toBeVisible();
  cleanup();
  const again = openApp({ isSetUp: false, signedIn: false });
  await again.user.click(await screen.findByRole('button', { name: 'Restore a backup…' }));
  await again.user.click(await screen.findByRole('button', { name: /first account instead/ }));
  expect(screen.getByRole('heading', { name: 'Set up Tomo' })).toBeVisible();
});

test('nothing is sent while the two passwords differ, and the field says so', async () => {
  const { backend, user } = openApp({ isSetUp: false, signedIn: false });
  await user.type(await screen.findByLabelText('User name'), 'ana');
  await user.type(screen.getByLabelText('Password'), password);
  await user.type(screen.getByLabelText('Again'), 'correct horse batterx{Enter}');
  expect(screen.getByRole('alert')).toHaveTextContent('Not the same as above');
  expect(backend.calls.some(({ name }) => name === 'setup.create')).toBe(false);
});

test('a refused sign-in says only what the backend says, and the next try may work', async () => {
  const { user } = openApp({ signedIn: false, machines: [thisComputer] });
  await user.type(await screen.findByLabelText('User name'), 'ana');
  await user.type(screen.getByLabelText('Password'), 'wrong{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'The user name or the password is not right.',
  );
  expect(await faults()).toEqual([]);
  await user.clear(screen.getByLabelText('Password'));
  await user.type(screen.getByLabelText('Password'), `${password}{Enter}`);
  expect(await screen.findByRole('heading', { name: 'Overview' })).toBeVisible();
});

test('without a keychain a passphrase comes before the account', async () => {
  const { user } = openApp({
    isSetUp: false,
    signedIn: false,
    vault: { state: 'needs_passphrase', reason: 'no Secret Service answers' },
  });
  expect(await screen.findByText(/no Secret Service answers/)).toBeVisible();
  await user.type(screen.getByLabelText('Passphrase'), password);
  await user.type(screen.getByLabelText('Again'), `${password}{Enter}`);
  expect(await screen.findByRole('heading', { name: 'Set up Tomo' })).toBeVisible();
  expect(screen.getByText(/locked with your passphrase/)).toBeVisible();
});

test('a passphrase is rated as a password is, and only too short a one is refused', async () => {
  const { user, backend } = openApp({
    isSetUp: false,
    signedIn: false,
    vault: { state: 'needs_passphrase', reason: 'no Secret Service answers' },
  });
  const field = await screen.findByLabelText('Passphrase');
  await user.type(field, 'tomo is at home');
  await waitFor(() =>
    expect(backend.calls.find(({ name }) => name === 'password.check')?.args).toEqual({
      username: '',
      password: 'tomo is at home',
    }),
  );
  expect(screen.queryByRole('alert')).toBeNull();
  await user.clear(field);
  await user.type(field, 'short');
  await user.type(screen.getByLabelText('Again'), 'short{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('At least 12 characters');
  expect(backend.calls.some(({ name }) => name === 'vault.create')).toBe(false);
});

test('a locked vault stays locked after a wrong passphrase', async () => {
  const { user } = openApp({ vault: { state: 'locked' } });
  await user.type(await screen.findByLabelText('Passphrase'), 'wrong{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Not the passphrase');
  expect(screen.getByRole('heading', { name: 'Locked' })).toBeVisible();
});

test('a keychain that does not open says why and is asked again on demand', async () => {
  const { backend, user } = openApp({
    vault: { state: 'unavailable', reason: 'The keyring is locked.', hint: 'Unlock it.' },
  });
  expect(await screen.findByText('The keyring is locked.')).toBeVisible();
  expect(await faults()).toEqual([]);
  backend.status = { ...backend.status, vault: { state: 'open', place: 'keychain' } };
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { name: 'Overview' })).toBeVisible();
});

test('the characters of a password can be shown', async () => {
  const { user } = openApp({ signedIn: false });
  const field = await screen.findByLabelText('Password');
  await user.click(screen.getByRole('button', { name: 'Show the characters' }));
  expect(field).toHaveAttribute('type', 'text');
});

// The hint of a keychain that is shut at the very first start offers it, so it has to be there.
test('before the first account a passphrase can take the place of the keychain', async () => {
  const { user } = openApp({
    isSetUp: false,
    signedIn: false,
    vault: { state: 'unavailable', reason: 'The keyring is locked.', hint: 'Unlock it.' },
  });
  await user.click(await screen.findByRole('button', { name: 'Use a passphrase instead' }));
  expect(await screen.findAllByLabelText(/passphrase/i)).not.toHaveLength(0);
});
