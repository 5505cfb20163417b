import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import { thePassword } from '../../lib/backend/fake/people';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { faults, openApp } from '../../lib/test/app';

async function open(options: FakeOptions = {}) {
  location.hash = '#/settings/users';
  const app = openApp(options);
  await screen.findByRole('grid', { name: 'Users' });
  return app;
}
const row = (name: string) => screen.getByRole('row', { name: new RegExp(`^${name}`) });

async function menu(user: Awaited<ReturnType<typeof open>>['user'], name: string, item: string) {
  await user.click(screen.getByRole('button', { name: `Actions of ${name}` }));
  await user.click(await screen.findByRole('menuitem', { name: item }));
}

test('every account stands there with role, state and sessions', async () => {
  await open();
  expect(within(row('ana')).getByText('you')).toBeVisible();
  expect(within(row('ben')).getByText('active')).toBeVisible();
  expect(within(row('admin')).getByText('deactivated')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('a list that cannot be read again stays, and says that it is old', async () => {
  const { user, backend } = await open();
  backend.failing['user.list'] = new ApiError('failed', 'The database cannot be read.', '');
  backend.push({ kind: 'changed', topic: 'users' });
  const notice = await screen.findByText(
    'The database cannot be read. What you see is from before.',
  );
  expect(notice).toBeVisible();
  expect(row('ben')).toBeVisible();
  delete backend.failing['user.list'];
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(notice).not.toBeInTheDocument());
});

test('a new account has the role of the setting unless another is chosen', async () => {
  const { user, backend } = await open({ settings: { 'system.default_user_role': 'readonly' } });
  await user.click(screen.getByRole('button', { name: 'Add user…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Add a user' });
  expect(within(dialog).getByRole('radio', { name: 'Read only' })).toBeChecked();
  await user.type(within(dialog).getByLabelText('User name'), 'carla');
  await user.type(within(dialog).getByLabelText('Password'), 'a kettle on the moon');
  await user.type(within(dialog).getByLabelText('Again'), 'a kettle on the moon');
  expect(await faults()).toEqual([]);
  await user.click(within(dialog).getByRole('button', { name: 'Add user' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(() => expect(row('carla')).toBeVisible());
  expect(backend.calls.find(({ name }) => name === 'user.create')?.args).toEqual({
    username: 'carla',
    email: '',
    role: 'readonly',
    password: 'a kettle on the moon',
  });
});

test('a password that the rules refuse says why before anything is sent', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('button', { name: 'Add user…' }));
  const dialog = await screen.findByRole('dialog');
  await user.type(within(dialog).getByLabelText('User name'), 'carla');
  await user.type(within(dialog).getByLabelText('Password'), 'carla likes tea');
  expect(await within(dialog).findByText('It may not contain the user name.')).toBeVisible();
  await user.type(within(dialog).getByLabelText('Again'), 'carla likes tea{Enter}');
  expect(backend.calls.some(({ name }) => name === 'user.create')).toBe(false);
});

test('editing sends only what is different', async () => {
  const { user, backend } = await open();
  await menu(user, 'ben', 'Edit…');
  const dialog = await screen.findByRole('dialog', { name: 'Edit ben' });
  await user.click(within(dialog).getByRole('radio', { name: 'Read only' }));
  await user.click(within(dialog).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(backend.calls.find(({ name }) => name === 'user.edit')?.args).toEqual({
    id: 'user-ben',
    role: 'readonly',
  });
});

test('deleting asks for the name, and cannot be pressed before', async () => {
  const { user, backend } = await open();
  await menu(user, 'ben', 'Delete…');
  const dialog = await screen.findByRole('dialog', { name: 'Delete ben?' });
  const button = within(dialog).getByRole('button', { name: 'Delete' });
  expect(button).toBeDisabled();
  await user.type(within(dialog).getByLabelText('Type ben to delete it'), 'ben');
  await user.click(button);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(backend.accounts.some(({ user }) => user.username === 'ben')).toBe(false);
});

test('the last active admin stays, and the dialog says why', async () => {
  const { user, backend } = await open();
  await menu(user, 'ana', 'Deactivate…');
  const dialog = await screen.findByRole('dialog', { name: 'Deactivate ana?' });
  await user.click(within(dialog).getByRole('button', { name: 'Deactivate' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent(
    'ana is the last active admin.',
  );
  expect(backend.accounts.find(({ user }) => user.username === 'ana')?.user.is_active).toBe(true);
});

test('setting a password ends the sessions it was used in', async () => {
  const { user, backend } = await open();
  await menu(user, 'ben', 'Set password…');
  const dialog = await screen.findByRole('dialog', { name: 'Set the password of ben' });
  expect(within(dialog).getByText(/1 session of ben ends/)).toBeVisible();
  await user.type(within(dialog).getByLabelText('Password'), `${thePassword} 2`);
  await user.type(within(dialog).getByLabelText('Again'), `${thePassword} 2`);
  await user.click(within(dialog).getByRole('button', { name: 'Set password' }));
  await waitFor(() => expect(backend.passwords.get('ben')).toBe(`${thePassword} 2`));
});

test('a hostile name is text', async () => {
  const { backend } = await open();
  const [, ben] = backend.accounts;
  if (!ben) throw new Error('no ben');
  const username = '<img src=x onerror=alert(1)> \u202Egpj.exe';
  backend.accounts = [{ ...ben, user: { ...ben.user, username } }];
  backend.push({ kind: 'changed', topic: 'users' });
  expect(await screen.findByText(username.trim(), { exact: false })).toBeVisible();
  expect(document.querySelector('img')).toBeNull();
});

test('the arrows move between the rows, and Enter opens one', async () => {
  const { user } = await open();
  row('ana').focus();
  await user.keyboard('{ArrowDown}');
  expect(row('ben')).toHaveFocus();
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('dialog', { name: 'Edit ben' })).toBeVisible();
});
