import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { faults, openApp } from '../../lib/test/app';

async function open(options: FakeOptions = {}) {
  location.hash = '#/apps/sources';
  const app = openApp(options);
  await screen.findByRole('grid', { name: 'Sources' });
  return app;
}
const row = (name: RegExp) => screen.getByRole('row', { name });
const casa = /^Casa store/;
const templates = /^Templates of the office/;

test('each source says what it is, what it has, and whose work it is', async () => {
  await open();
  const own = row(/^Tomo/);
  expect(own).toHaveTextContent('46');
  expect(within(own).queryByRole('button', { name: /Actions/ })).toBeNull();
  expect(row(casa)).toHaveTextContent('https://git.example.org/casa/store.git');
  expect(row(casa)).toHaveTextContent('Apache-2.0');
  expect(row(casa)).toHaveTextContent('The authors of the Casa store');
  expect(await faults()).toEqual([]);
});

// An app that is missing without a word looks like one that the store does not have.
test('what was left out is listed with its file, its line and the reason', async () => {
  const { user } = await open();
  await user.click(within(row(casa)).getByRole('button', { name: /2.apps left out/ }));
  const dialog = await screen.findByRole('dialog', { name: 'Left out of Casa store' });
  const list = within(dialog).getByRole('list', { name: 'What was left out' });
  expect(list).toHaveTextContent('Apps/Minecraft/docker-compose.yml:14: the tag');
  expect(list).toHaveTextContent('Apps/Broken: there is no app.yaml in it');
  expect(within(list).getAllByRole('listitem')).toHaveLength(3);
  expect(await faults()).toEqual([]);
});

test('an error stands in the row, with the way to try again', async () => {
  const { user } = await open();
  expect(row(templates)).toHaveTextContent('templates.lan did not answer within 30 s.');
  await user.click(within(row(templates)).getByRole('button', { name: 'Read again' }));
  await waitFor(() => expect(row(templates)).not.toHaveTextContent('did not answer'));
  expect(await screen.findByText('Templates of the office was read: 1 new')).toBeVisible();
});

test('reading that fails says so once', async () => {
  const { user, backend } = await open();
  const message = 'templates.lan did not answer within 30 s.';
  backend.failing['app_source.sync'] = new ApiError('invalid', message);
  await user.click(within(row(templates)).getByRole('button', { name: 'Read again' }));
  await waitFor(() =>
    expect(within(row(templates)).getByRole('button', { name: 'Read again' })).toBeEnabled(),
  );
  expect(screen.getAllByText(message)).toHaveLength(1);
  backend.failing['app_source.sync'] = new ApiError('invalid', 'It is being read already.');
  await user.click(within(row(templates)).getByRole('button', { name: 'Read again' }));
  expect(await screen.findByText('It is being read already.')).toBeVisible();
});

test('a switch hides the apps of a source, and stands as it is where that fails', async () => {
  const { user, backend } = await open();
  const of = () => screen.getByRole('switch', { name: 'Show the apps of Casa store' });
  await user.click(of());
  await waitFor(() => expect(of()).not.toBeChecked());
  expect(screen.getByRole('link', { name: /^Catalog/ })).toHaveTextContent('46');
  backend.failing['app_source.enable'] = new ApiError('failed', 'The database is read-only.');
  await user.click(of());
  expect(await screen.findByText('The database is read-only.')).toBeVisible();
  await waitFor(() => expect(of()).not.toBeChecked());
});

test('adding asks for an address, shows why not beside it, and that it is being read', async () => {
  const { user, backend } = await open({ latency: 30 });
  await user.click(screen.getByRole('button', { name: 'Add a source…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Add a source of apps' });
  const address = within(dialog).getByLabelText('Address');
  await waitFor(() => expect(address).toHaveFocus());
  expect(await faults()).toEqual([]);
  const send = () => user.click(within(dialog).getByRole('button', { name: 'Add source' }));
  await user.type(address, '/home/ana/apps');
  await send();
  expect(await within(dialog).findByRole('alert')).toHaveTextContent(/A folder is added on the/);
  expect(backend.calls.some(({ name }) => name === 'app_source.add')).toBe(false);
  await user.clear(address);
  await user.type(address, 'https://git.example.org/casa/store.git');
  await send();
  expect(await within(dialog).findByText('The source is being read…')).toBeVisible();
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('It is there already.');
  expect(address).toHaveAccessibleDescription('It is there already.');
  await user.clear(address);
  await user.type(address, 'https://apps.lan/all.tar.gz');
  await user.type(within(dialog).getByLabelText(/^Name/), 'The office');
  await send();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(await screen.findByRole('row', { name: /^The office/ })).toBeVisible();
  expect(backend.calls.findLast(({ name }) => name === 'app_source.add')?.args).toEqual({
    location: 'https://apps.lan/all.tar.gz',
    name: 'The office',
  });
});

test('removing asks, and the way back stands first', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('button', { name: 'Actions of Casa store' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Remove…' }));
  const dialog = await screen.findByRole('alertdialog', {
    name: 'Remove Casa store from the sources?',
  });
  await waitFor(() =>
    expect(within(dialog).getByRole('button', { name: 'Keep it' })).toHaveFocus(),
  );
  backend.failing['app_source.remove'] = new ApiError('failed', 'The database is read-only.');
  await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('The database is read-only.');
  delete backend.failing['app_source.remove'];
  await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(screen.queryByRole('row', { name: casa })).toBeNull());
});

// A button that the other side would refuse is a lie.
test('a user reads sources again, and only an admin changes them', async () => {
  const { user } = await open({ role: 'user' });
  expect(screen.queryByRole('switch')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Add a source…' })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Actions of Casa store' }));
  expect(await screen.findByRole('menuitem', { name: 'Read again' })).toBeVisible();
  expect(screen.queryByRole('menuitem', { name: 'Remove…' })).toBeNull();
});

test('who may only look has no button that changes anything', async () => {
  const { user } = await open({ role: 'readonly' });
  expect(screen.queryByRole('switch')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Read again' })).toBeNull();
  expect(within(row(casa)).getByText('yes')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Actions of Casa store' }));
  expect(await screen.findAllByRole('menuitem')).toHaveLength(1);
});

test('the palette leads to the sources and to a new one', async () => {
  location.hash = '';
  const { user } = openApp({});
  await screen.findByRole('heading', { name: 'Overview' });
  await user.keyboard('{Control>}k{/Control}');
  await waitFor(async () => expect(await screen.findByRole('combobox')).toHaveFocus());
  await user.keyboard('add a source{Enter}');
  expect(await screen.findByRole('dialog', { name: 'Add a source of apps' })).toBeVisible();
});
