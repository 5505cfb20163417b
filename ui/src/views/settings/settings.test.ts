import { screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { openApp, faults } from '../../lib/test/app';

async function open(options = {}) {
  location.hash = '#/settings';
  const app = openApp(options);
  await screen.findByRole('radiogroup', { name: 'Theme' });
  return app;
}

test('a chosen theme holds at once and says that it is changed', async () => {
  const { user } = await open();
  await user.click(screen.getByRole('radio', { name: 'Dark' }));
  await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
  expect(await screen.findByText('changed')).toBeVisible();
  expect(localStorage.getItem('tomo.theme')).toBe('dark');
  expect(await faults()).toEqual([]);
});

test('reset goes back to what the registry says', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('switch', { name: 'Stay in the tray' }));
  await user.click(await screen.findByRole('button', { name: 'Reset to on' }));
  await waitFor(() =>
    expect(screen.getByRole('switch', { name: 'Stay in the tray' })).toBeChecked(),
  );
  expect(backend.calls.at(-1)?.name).toBe('setting.reset');
});

test('a value that somebody else changed meanwhile is not overwritten, and is shown', async () => {
  const { user, backend } = await open();
  backend.settings = backend.settings.map((setting) => ({
    ...setting,
    value: 'light',
    version: 9,
  }));
  await user.click(screen.getByRole('radio', { name: 'Dark' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Another window changed this setting');
  await waitFor(() => expect(screen.getByRole('radio', { name: 'Light' })).toBeChecked());
});
