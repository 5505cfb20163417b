import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { ApiError } from '../../../lib/backend/backend';
import type { FakeBackend, FakeOptions } from '../../../lib/backend/fake/fake';
import { eight } from '../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../lib/test/app';
import { write, written } from '../../../lib/test/editor';
import { idOf } from './words';

const now = Date.now();
const file = 'Compose file';
const web = `services:
  web:
    image: docker.io/nginx:1.29
    ports:
      - "\${WEB_PORT}:80"
    environment:
      TITLE: \${TITLE}
      ADMIN_PASSWORD: \${ADMIN_PASSWORD}
`;
const line =
  'docker run -d --rm --name kuma -p 3001:3001 -v kuma:/app/data louislam/uptime-kuma:2.5.5';

async function open(options: FakeOptions = {}, hash = '#/own-app') {
  location.hash = hash;
  const app = openApp({ machines: eight(now), containers: 60, installed: true, ...options });
  await screen.findByRole('textbox', { name: file });
  return app;
}
const button = (name: string) => screen.getByRole('button', { name });
const called = (backend: FakeBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);
const problems = () => screen.findByRole('list', { name: 'Problems of the file' });

test('the apps lead to an own app, and what is empty cannot be installed', async () => {
  location.hash = '#/apps/catalog';
  const { user } = openApp({ machines: eight(now), containers: 60 });
  await user.click(await screen.findByRole('button', { name: 'Own app…' }));
  expect(location.hash).toBe('#/own-app');
  const box = await screen.findByRole('textbox', { name: file });
  await waitFor(() => expect(box).toHaveFocus());
  expect(screen.getByText('Nothing is written yet')).toBeVisible();
  expect(button('Install…')).toBeDisabled();
  // How the keyboard gets out of it is said to who cannot see it too.
  expect(box).toHaveAccessibleDescription('Esc, then Tab leaves the editor');
  expect(screen.getByRole('textbox', { name: 'File of variables' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('a compose file is read as it is written, planned, and installed with its variables', async () => {
  const { user, backend } = await open();
  await write(file, web);
  await write('File of variables', 'TITLE=My page\n');
  expect(screen.getByText('Reading it')).toBeVisible();
  await waitFor(() => expect(button('Install…')).toBeEnabled());
  // Letters that come together are read together.
  expect(called(backend, 'app.read_compose')).toEqual([{ text: web, env: 'TITLE=My page\n' }]);
  const is = within(screen.getByRole('region', { name: 'What it is' }));
  expect(is.getByText('docker.io/nginx:1.29')).toBeVisible();
  expect(is.getByText('WEB_PORT')).toBeVisible();
  await user.click(button('Install…'));
  expect(location.hash).toBe('#/own-app/plan');
  const port = await screen.findByLabelText('WEB_PORT');
  expect(screen.getByText(/of your own compose file: web$/)).toBeVisible();
  expect(screen.getByLabelText('Name')).toHaveValue('web');
  expect(button('Install')).toBeDisabled();
  await user.type(port, '8099');
  await waitFor(() => expect(button('Install')).toBeEnabled());
  await user.click(button('Install'));
  expect(called(backend, 'app.install')).toEqual([
    {
      app: 'own/web',
      own: { compose: web, env: 'TITLE=My page\n' },
      project: 'web',
      secrets: {},
      server_id: 'server-docker-1',
      values: { WEB_PORT: '8099' },
    },
  ]);
  expect(await screen.findByRole('heading', { level: 1, name: /Installing web/ })).toBeVisible();
});

test('an app is called like the project that somebody wants', async () => {
  const { user, backend } = await open();
  await write(file, web);
  await waitFor(() => expect(button('Install…')).toBeEnabled());
  await user.click(button('Install…'));
  const name = await screen.findByLabelText('Name');
  await user.clear(name);
  await user.type(name, 'my-page');
  await waitFor(() =>
    expect(called(backend, 'app.plan').at(-1)).toMatchObject({
      app: 'own/my-page',
      project: 'my-page',
    }),
  );
});

test('what is wrong stands at its line, and leads there', async () => {
  const { user } = await open();
  await write(file, 'services:\n  web:\n    image: nginx:latest\n  db:\n    restart: always\n');
  const list = within(await problems());
  expect(list.getByText("the service 'db' needs 'image'")).toBeVisible();
  expect(screen.getByText(/^1\sproblem to solve first$/)).toBeVisible();
  expect(button('Install…')).toBeDisabled();
  // In the gutter too, by a shape.
  expect(document.querySelectorAll('.cm-lint-marker-error')).toHaveLength(1);
  await user.click(list.getByRole('button', { name: 'line 4' }));
  expect((await written(file)).line).toBe(4);
  expect(screen.getByRole('textbox', { name: file })).toHaveFocus();
  expect(await faults()).toEqual([]);
  await write(file, web);
  await waitFor(() => expect(screen.queryByRole('list', { name: /^Problems/ })).toBeNull());
  expect(document.querySelectorAll('.cm-lint-marker-error')).toHaveLength(0);
});

test('a command line becomes a compose file with one press', async () => {
  const { user, backend } = await open();
  await write(file, line);
  expect(await screen.findByText('The command line as a compose file is below.')).toBeVisible();
  expect(within(await problems()).getByText(/'--rm' means nothing to an app/)).toBeVisible();
  const turned = screen.getByRole('region', { name: file });
  expect(turned).toHaveTextContent(/kuma:\/app\/data/);
  expect(await faults()).toEqual([]);
  await user.click(button('Use as compose file'));
  expect((await written(file)).text).toMatch(/^services:\n {2}kuma:\n/);
  await waitFor(() => expect(button('Install…')).toBeEnabled());
  expect(screen.queryByText('The command line as a compose file is below.')).toBeNull();
  await user.click(button('Install…'));
  await screen.findByLabelText('Name');
  expect(called(backend, 'app.plan')[0]).toMatchObject({ app: 'own/kuma' });
});

// What was typed for minutes is not lost for one look at the catalog.
test('what is written is still there after another page, and gone after Cancel', async () => {
  const { user } = await open();
  await write(file, web);
  await user.click(screen.getByRole('link', { name: /^Overview/ }));
  location.hash = '#/own-app';
  await waitFor(async () => expect((await written(file)).text).toBe(web));
  await user.click(button('Cancel'));
  expect(location.hash).toBe('#/apps/catalog');
  location.hash = '#/own-app';
  await waitFor(async () => expect((await written(file)).text).toBe(''));
});

test('the plan leads back to the files, and there is none of nothing', async () => {
  const { user } = await open({}, '#/own-app/plan');
  expect(location.hash).toBe('#/own-app');
  await write(file, web);
  await waitFor(() => expect(button('Install…')).toBeEnabled());
  await user.click(button('Install…'));
  await user.click(await screen.findByRole('button', { name: 'Back to the files' }));
  await waitFor(async () => expect((await written(file)).text).toBe(web));
});

test('an answer that was overtaken is dropped', async () => {
  const { backend } = await open();
  const call = backend.call.bind(backend);
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((done) => (letGo = done));
  vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
    const answer = await call(name, args);
    if (name === 'app.read_compose' && (args as { text: string }).text === 'services:') await gate;
    return answer;
  });
  await write(file, 'services:');
  await waitFor(() => expect(called(backend, 'app.read_compose')).toHaveLength(1));
  await write(file, web);
  await waitFor(() => expect(button('Install…')).toBeEnabled());
  letGo();
  // By then it has come through all that it passes.
  await new Promise((done) => setTimeout(done));
  expect(button('Install…')).toBeEnabled();
  expect(screen.queryByRole('list', { name: /^Problems/ })).toBeNull();
});

test('what could not be read says why, and is read when asked', async () => {
  const { user, backend } = await open({
    failing: { 'app.read_compose': new ApiError('failed', 'The file is too large.', '') },
  });
  await write(file, web);
  expect(await screen.findByText(/It could not be read. The file is too large./)).toBeVisible();
  expect(button('Install…')).toBeDisabled();
  delete backend.failing['app.read_compose'];
  await user.click(button('Try again'));
  await waitFor(() => expect(button('Install…')).toBeEnabled());
});

// What is shown in place of a secret must not become the secret.
test('a failed installation is tried again from its files, without what is not shown', async () => {
  const { backend, user } = await open({ own: true });
  const radio = 'radio-on-server-docker-1';
  backend.installed.change(radio, { status: 'error', installed_at: null, error: 'no room' });
  location.hash = `#/installed/${radio}`;
  await user.click(await screen.findByRole('button', { name: 'Try again…' }));
  expect(location.hash).toBe(`#/own-app?again=${radio}`);
  await waitFor(async () => expect((await written(file)).text).toMatch(/icecast/));
  expect((await written('File of variables')).text).toBe('TITLE=Kitchen radio\nSOURCE_PASSWORD=\n');
});

test('who may only look adds no app, whatever the address says', async () => {
  location.hash = '#/apps/catalog';
  openApp({ machines: eight(now), containers: 60, role: 'readonly' });
  await screen.findByRole('grid', { name: 'Catalog' });
  expect(screen.queryByRole('button', { name: 'Own app…' })).toBeNull();
  location.hash = '#/own-app';
  expect(await screen.findByText('You may only look')).toBeVisible();
});

test('an app without a name is called like its first container', () => {
  const service = (name: string) => ({ name, image: 'a', flags: [], has_healthcheck: false });
  const manifest = (name: string) =>
    ({ services: [service(name)] }) as unknown as Parameters<typeof idOf>[0]['manifest'];
  expect(idOf({ name: 'kuma', manifest: manifest('web') })).toBe('own/kuma');
  expect(idOf({ name: null, manifest: manifest('My_Web.App') })).toBe('own/my-web-app');
  expect(idOf({ name: null, manifest: manifest('42') })).toBe('own/app');
});
