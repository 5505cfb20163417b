import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { openApp, faults } from '../../lib/test/app';
import type { FakeOptions } from '../../lib/backend/fake/fake';

async function open(section: string, options: FakeOptions = {}) {
  location.hash = `#/settings/${section}`;
  const app = openApp(options);
  await screen.findByRole('navigation', { name: 'Settings' });
  await screen.findAllByRole('group', { name: /./ });
  return app;
}
const group = (name: string) => screen.findByRole('group', { name });
const saved = (backend: { calls: { name: string; args: unknown }[] }) =>
  backend.calls.filter(({ name }) => name === 'setting.save').map(({ args }) => args);

test('a chosen theme shows at once, is kept only when saved, and goes back when discarded', async () => {
  const { user, backend } = await open('appearance');
  await user.click(await screen.findByRole('radio', { name: 'Dark' }));
  await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
  expect(within(await group('Theme')).getByText('changed')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Discard' }));
  await waitFor(() => expect(document.documentElement.dataset.theme).toBe('light'));
  expect(saved(backend)).toEqual([]);

  await user.click(screen.getByRole('radio', { name: 'Dark' }));
  await user.type(screen.getByLabelText('Reason, for the audit'), 'late at night');
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: /^Save 1.change$/ }));
  await waitFor(() => expect(screen.queryByRole('form', { name: 'Changes' })).toBeNull());
  expect(saved(backend)).toEqual([
    { changes: [{ key: 'ui.theme', value: 'dark', version: 1 }], reason: 'late at night' },
  ]);
  expect(localStorage.getItem('tomo.theme')).toBe('dark');
  expect(backend.audit[0]).toMatchObject({ setting_key: 'ui.theme', new_value: 'dark' });
});

test('a warning above its critical mark stands beside the value and keeps all from being saved', async () => {
  const { user, backend } = await open('monitoring');
  const memory = await group('Memory');
  const field = within(memory).getByRole('textbox', { name: 'Memory, warning' });
  await user.clear(field);
  await user.type(field, '96');
  expect(within(memory).getByRole('alert')).toHaveTextContent(
    'The warning has to come before the critical mark, 90 %.',
  );
  expect(screen.getByText('1 value cannot be saved')).toBeVisible();
  expect(screen.getByRole('button', { name: /^Save 1.change$/ })).toBeDisabled();
  expect(field).toHaveAttribute('aria-invalid', 'true');
  expect(await faults()).toEqual([]);
  expect(saved(backend)).toEqual([]);
});

test('reset puts the default into the control, and saving makes it so', async () => {
  const { user, backend } = await open('monitoring', {
    settings: { 'monitoring.background_interval_seconds': 30 },
  });
  const row = await group('Interval in the background');
  await user.click(within(row).getByRole('button', { name: /^Reset to 10.s$/ }));
  expect(within(row).queryByText('changed')).toBeNull();
  await user.click(screen.getByRole('button', { name: /^Save 1.change$/ }));
  await waitFor(() => expect(screen.queryByRole('form', { name: 'Changes' })).toBeNull());
  expect(saved(backend)).toMatchObject([
    { changes: [{ key: 'monitoring.background_interval_seconds', value: 10 }] },
  ]);
});

test('a value that somebody else changed is not overwritten: what is there now is offered', async () => {
  const { user, backend } = await open('monitoring');
  const row = await group('Interval while you look');
  const field = within(row).getByRole('textbox');
  await user.clear(field);
  await user.type(field, '4');
  backend.settings = backend.settings.map((setting) =>
    setting.key === 'monitoring.live_interval_seconds'
      ? { ...setting, value: 8, version: 9, updated_by: 'ben' }
      : setting,
  );
  await user.click(screen.getByRole('button', { name: /^Save 1.change$/ }));
  expect(await within(row).findByText('ben set it to 8 s meanwhile.')).toBeVisible();
  expect(field).toHaveValue('4');
  expect(screen.getByRole('button', { name: /^Save 1.change$/ })).toBeDisabled();
  await user.click(within(row).getByRole('button', { name: 'Keep mine' }));
  await user.click(screen.getByRole('button', { name: /^Save 1.change$/ }));
  await waitFor(() => expect(screen.queryByRole('form', { name: 'Changes' })).toBeNull());
  expect(saved(backend).at(-1)).toMatchObject({ changes: [{ value: 4, version: 9 }] });
});

test('a draft is still there after another page was looked at', async () => {
  const { user } = await open('retention');
  const field = within(await group('Activity')).getByRole('textbox');
  await user.clear(field);
  await user.type(field, '180');
  await user.click(screen.getByRole('link', { name: 'Overview' }));
  await screen.findByRole('heading', { name: 'Overview' });
  await user.keyboard('{Control>},{/Control}');
  expect(await screen.findByRole('button', { name: /^Save 1.change$/ })).toBeVisible();
});

test('the search finds settings of every section by title, key and description', async () => {
  const { user } = await open('appearance');
  await user.keyboard('/');
  const field = screen.getByRole('searchbox', { name: 'Search the settings' });
  await waitFor(() => expect(field).toHaveFocus());
  await user.keyboard('lockout');
  expect(await group('Lock lasts')).toBeVisible();
  expect(screen.queryByRole('group', { name: 'Theme' })).toBeNull();
  await user.clear(field);
  await user.type(field, 'xyzzy');
  expect(await screen.findByText('No setting matches “xyzzy”')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Clear search' }));
  expect(await group('Theme')).toBeVisible();
});

test('only what is changed can be shown, and the page is reset after a question', async () => {
  const { user, backend } = await open('monitoring', {
    settings: { 'monitoring.disk_warning_percent': 90 },
  });
  await user.click(await screen.findByRole('button', { name: 'Changed 1' }));
  await waitFor(() => expect(screen.queryByRole('group', { name: 'CPU' })).toBeNull());
  expect(await group('Disk')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Reset page…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Reset Monitoring?' });
  expect(within(dialog).getByText('85 %')).toBeVisible();
  await waitFor(() =>
    expect(within(dialog).getByRole('button', { name: 'Keep them' })).toHaveFocus(),
  );
  expect(await faults()).toEqual([]);
  await user.click(within(dialog).getByRole('button', { name: 'Reset' }));
  expect(await screen.findByText('Nothing is changed here')).toBeVisible();
  expect(saved(backend)).toMatchObject([
    { changes: [{ key: 'monitoring.disk_warning_percent', value: 85 }] },
  ]);
});

test('who is no admin sees what everybody has, locked, with the reason', async () => {
  await open('security', { role: 'readonly' });
  const row = await group('Failed sign-ins');
  expect(within(row).getByRole('textbox')).toBeDisabled();
  expect(within(row).getByText('set by an admin, for everybody')).toBeVisible();
  expect(within(await group('Lock when idle')).getByRole('switch')).toBeEnabled();
  const nav = screen.getByRole('navigation', { name: 'Settings' });
  const names = within(nav)
    .getAllByRole('link')
    .map((link) => link.textContent?.trim());
  expect(names).toEqual([
    'Appearance',
    'Monitoring',
    'Security',
    'Retention',
    'Sessions',
    'Assistants',
    'About',
  ]);
  expect(await faults()).toEqual([]);
});

test('a page that the role may not see shows the first one instead, and asks for nothing', async () => {
  const { backend } = await open('audit', { role: 'user' });
  expect(await group('Theme')).toBeVisible();
  expect(backend.calls.some(({ name }) => name.startsWith('audit.'))).toBe(false);
});

test('a time zone is found by a part of its name', async () => {
  const { user, backend } = await open('appearance');
  const field = await screen.findByRole('combobox', { name: 'Time zone' });
  await user.click(field);
  await user.type(field, 'berl');
  const option = await screen.findByRole('option', { name: 'Europe/Berlin' });
  expect(screen.getAllByRole('option')).toHaveLength(1);
  await user.click(option);
  await user.click(await screen.findByRole('button', { name: /^Save 1.change$/ }));
  await waitFor(() =>
    expect(saved(backend)).toMatchObject([
      { changes: [{ key: 'ui.timezone', value: 'Europe/Berlin' }] },
    ]),
  );
});

test('an address that names a setting puts the focus into its control', async () => {
  await open('security?key=security.max_login_attempts');
  await waitFor(async () =>
    expect(within(await group('Failed sign-ins')).getByRole('textbox')).toHaveFocus(),
  );
});

test('the palette goes to a single setting, and to the pages that the role has', async () => {
  const { user } = await open('appearance', { role: 'user' });
  await user.keyboard('{Control>}k{/Control}');
  await waitFor(async () =>
    expect(await screen.findByRole('combobox', { name: /Search/ })).toHaveFocus(),
  );
  await user.keyboard('go to audit');
  expect(screen.queryByRole('option')).toBeNull();
  await user.clear(screen.getByRole('combobox', { name: /Search/ }));
  await user.keyboard('lock when idle{Enter}');
  expect(location.hash).toBe('#/settings/security?key=security.lock_when_idle');
});

test('the narrow rail is a setting, and the key writes it', async () => {
  const { backend } = await open('appearance');
  await fireEvent.keyDown(window, { key: 'b', ctrlKey: true });
  await waitFor(() =>
    expect(backend.settings.find(({ key }) => key === 'ui.sidebar_collapsed')?.value).toBe(true),
  );
});

test('an admin sets what everybody has without giving up the own value', async () => {
  const { user, backend } = await open('appearance');
  await user.click(await screen.findByRole('radio', { name: 'Dark' }));
  await user.click(screen.getByRole('button', { name: /^Save 1.change$/ }));
  await waitFor(() => expect(screen.queryByRole('form', { name: 'Changes' })).toBeNull());

  await user.click(screen.getByRole('button', { name: 'For everybody…' }));
  const dialog = within(await screen.findByRole('dialog', { name: /, for everybody$/ }));
  expect(dialog.getByText(/You have: Theme\./)).toBeVisible();
  const theme = within(dialog.getByRole('group', { name: 'Theme' }));
  expect(theme.getByRole('radio', { name: 'As the system' })).toBeChecked();
  expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
  await user.click(dialog.getByRole('radio', { name: 'Light' }));
  await user.type(dialog.getByLabelText(/^Reason/), 'a bright room');
  expect(document.documentElement.dataset.theme).toBe('dark');
  expect(await faults()).toEqual([]);
  await user.click(dialog.getByRole('button', { name: /^Save 1.change$/ }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(saved(backend).at(-1)).toEqual({
    changes: [{ key: 'ui.theme', value: 'light', version: 1, for_everybody: true }],
    reason: 'a bright room',
  });
  expect(screen.getByRole('radio', { name: 'Dark' })).toBeChecked();
  expect(
    within(await group('Theme')).getByRole('button', { name: /Reset to light/ }),
  ).toBeVisible();
});

test('what everybody has is offered to admins alone', async () => {
  await open('appearance', { role: 'user' });
  expect(screen.queryByRole('button', { name: 'For everybody…' })).toBeNull();
});
