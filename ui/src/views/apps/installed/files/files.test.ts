import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../../lib/backend/backend';
import type { FakeBackend, FakeOptions } from '../../../../lib/backend/fake/fake';
import { eight } from '../../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../../lib/test/app';
import { write, written } from '../../../../lib/test/editor';

const now = Date.now();
const radio = 'radio-on-server-docker-1';
const env = 'TITLE=Kitchen radio\nSOURCE_PASSWORD=••••\n';
const file = 'Compose file';

async function open(id = radio, options: FakeOptions = {}) {
  location.hash = `#/installed/${id}/files`;
  const app = openApp({
    machines: eight(now),
    containers: 60,
    installed: true,
    own: true,
    ...options,
  });
  await screen.findByText(/on docker-1$/);
  return app;
}
const button = (name: string) => screen.getByRole('button', { name });
const called = (backend: FakeBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);

test('the configuration of an own app leads to its files, and not to settings', async () => {
  location.hash = `#/installed/${radio}/configuration`;
  const { user } = openApp({ machines: eight(now), containers: 60, installed: true, own: true });
  await user.click(await screen.findByRole('link', { name: 'Edit files…' }));
  expect(screen.queryByRole('link', { name: 'Edit…' })).toBeNull();
  expect((await written(file)).text).toMatch(/icecast:2\.4\.4/);
  expect((await written('File of variables')).text).toBe(env);
  expect(screen.getByText(/•••• keeps the one that is there/)).toBeVisible();
  expect(screen.getByText('Nothing is changed')).toBeVisible();
  expect(button('Review…')).toBeDisabled();
  expect(await faults()).toEqual([]);
  await user.click(button('Cancel'));
  expect(location.hash).toBe(`#/installed/${radio}/configuration`);
});

// Nothing is written to a server before its lines were seen.
test('what is written is looked at line by line before it is applied', async () => {
  const { user, backend } = await open();
  const { text } = await written(file);
  const changed = text.replace('icecast:2.4.4', 'icecast:2.5.0');
  await write(file, changed);
  await waitFor(() => expect(button('Review…')).toBeEnabled());
  expect(called(backend, 'app.read_compose').at(-1)).toMatchObject({ id: radio });
  await user.click(button('Review…'));
  const lines = within(await screen.findByRole('region', { name: 'Changed lines' }));
  expect(lines.getByText(/icecast:2\.5\.0/).closest('div')).toHaveClass('added');
  expect(lines.getByText(/icecast:2\.4\.4/).closest('div')).toHaveClass('removed');
  expect(called(backend, 'app.update')).toEqual([]);
  expect(await faults()).toEqual([]);
  // Back to what was written, and not to what is there.
  await user.click(button('Back to the files'));
  expect((await written(file)).text).toBe(changed);
  await user.click(await screen.findByRole('button', { name: 'Review…' }));
  await waitFor(() => expect(button('Apply')).toBeEnabled());
  await user.click(button('Apply'));
  expect(called(backend, 'app.update')).toEqual([
    { id: radio, values: {}, keeps_version: true, own: { compose: changed, env }, secrets: {} },
  ]);
});

test('a secret alone is a change, though it is in no line', async () => {
  const { user } = await open();
  await written(file);
  await write('File of variables', env.replace('••••', 'another one'));
  await waitFor(() => expect(button('Review…')).toBeEnabled());
  await user.click(button('Review…'));
  expect(await screen.findByText(/^Secrets that you typed change too/)).toBeVisible();
  await waitFor(() => expect(button('Apply')).toBeEnabled());
});

test('what is wrong is not reviewed', async () => {
  await open();
  const { text } = await written(file);
  await write(file, `${text}something: else\n`);
  expect(await screen.findByText("compose knows no 'something'")).toBeVisible();
  expect(button('Review…')).toBeDisabled();
});

test('files that cannot be edited are shown, and say why', async () => {
  await open('miniflux-on-server-docker-1');
  expect(
    await screen.findByText(
      'These files cannot be edited here. What the catalog brought is changed by its settings.',
    ),
  ).toBeVisible();
  expect(await screen.findByRole('textbox', { name: file })).toHaveAttribute(
    'contenteditable',
    'false',
  );
  expect(screen.queryByRole('button', { name: 'Review…' })).toBeNull();
  expect(await faults()).toEqual([]);
});

test('files that cannot be read say why, and are read when asked', async () => {
  const { user, backend } = await open(radio, {
    failing: { 'app.files': new ApiError('failed', 'docker-1 does not answer.', '') },
  });
  expect(await screen.findByText('docker-1 does not answer.')).toBeVisible();
  delete backend.failing['app.files'];
  await user.click(button('Try again'));
  expect((await written(file)).text).toMatch(/icecast/);
});

test('who may only look edits no files, whatever the address says', async () => {
  await open(radio, { role: 'readonly' });
  expect(await screen.findByText('You may only look')).toBeVisible();
  expect(screen.queryByRole('textbox', { name: file })).toBeNull();
});
