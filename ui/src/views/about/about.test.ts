import { screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const machines = eight(Date.now());

test('About names versions, folders and the licence', async () => {
  location.hash = '#/settings/about';
  openApp({ machines });
  expect(await screen.findByText('/home/ana/.local/state/tomo/log')).toBeVisible();
  expect(screen.getByText('Licence: MIT')).toBeVisible();
  expect(screen.getByText('3.51.1')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('a library is found by name, and shows its licence on demand', async () => {
  location.hash = '#/settings/about';
  const { user } = openApp({ machines });
  await screen.findByText(/412\slibraries/);
  // Only those in sight are in the page.
  expect(screen.getAllByRole('listitem').length).toBeLessThan(100);
  await user.type(
    screen.getByRole('searchbox', { name: 'Search the libraries' }),
    'russh-part-3 isc',
  );
  expect(screen.queryAllByRole('listitem').length).toBeLessThan(2);
  await user.clear(screen.getByRole('searchbox', { name: 'Search the libraries' }));
  await user.type(screen.getByRole('searchbox', { name: 'Search the libraries' }), 'uplot-part-30');
  await user.click(await screen.findByRole('button', { name: /uplot-part-30/ }));
  expect(await screen.findByText(/Permission is hereby granted/)).toBeVisible();
});

test('diagnostics are written by admins, who are told what is in them', async () => {
  location.hash = '#/settings/about';
  const { user, backend } = openApp({ machines, file: '/home/ana/d.zip' });
  expect(await screen.findByText(/no passwords and no keys/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Save diagnostics…' }));
  expect(await screen.findByText('/home/ana/d.zip')).toBeVisible();
  expect(backend.calls.at(-1)).toMatchObject({
    name: 'diagnostics.save',
    args: { path: '/home/ana/d.zip' },
  });
});

test('others have no button for it', async () => {
  location.hash = '#/settings/about';
  openApp({ machines, role: 'readonly' });
  await screen.findByText('3.51.1');
  expect(screen.queryByRole('button', { name: /diagnostics/ })).toBeNull();
});
