import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { thePassword } from '../../lib/backend/fake/people';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { faults, openApp } from '../../lib/test/app';
import { largestPicture, pictureProblem } from './picture';

async function open(options: FakeOptions = {}) {
  location.hash = '#/account';
  const app = openApp(options);
  await screen.findByRole('heading', { name: 'Your account' });
  await screen.findByLabelText('Present password');
  return app;
}
const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0]);

test('every role has the page, and it passes axe', async () => {
  await open({ role: 'readonly' });
  expect(screen.getByText('Read only')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('a picture is looked at before it is taken, and goes as base64', async () => {
  const { user, backend } = await open();
  await user.upload(
    screen.getByLabelText('Picture file'),
    new File([png], 'ana.png', { type: 'image/png' }),
  );
  await user.click(await screen.findByRole('button', { name: 'Use this picture' }));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Remove' })).toBeVisible());
  expect(backend.calls.find(({ name }) => name === 'account.set_avatar')?.args).toEqual({
    kind: 'image',
    data: 'iVBORw0KGgoAAAA=',
  });
  expect(document.querySelectorAll('nav img')).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(document.querySelector('nav img')).toBeNull());
});

test('what is no small picture is refused before it is read', async () => {
  expect(pictureProblem({ size: 10, type: 'image/svg+xml' })).toMatch(/PNG/);
  expect(pictureProblem({ size: largestPicture + 1, type: 'image/png' })).toMatch(/500/);
  expect(pictureProblem({ size: largestPicture, type: 'image/webp' })).toBeNull();
});

test('a picture of another host is asked for late and without saying from where', async () => {
  const { user } = await open();
  await user.click(screen.getByRole('button', { name: 'From an address…' }));
  await user.type(screen.getByLabelText('Address of a picture'), 'http://example.org/a.png{Enter}');
  expect(screen.getByRole('alert')).toHaveTextContent('https://');
  await user.clear(screen.getByLabelText('Address of a picture'));
  await user.type(
    screen.getByLabelText('Address of a picture'),
    'https://example.org/a.png{Enter}',
  );
  const image = document.querySelector('main img');
  expect(image).toHaveAttribute('referrerpolicy', 'no-referrer');
  expect(image).toHaveAttribute('loading', 'lazy');
});

test('the password changes with the present one only, and the fields are empty after it', async () => {
  const { user, backend } = await open();
  await user.type(screen.getByLabelText('Present password'), 'wrong');
  await user.type(screen.getByLabelText('New password'), 'a kettle on the moon');
  await user.type(screen.getByLabelText('Again'), 'a kettle on the moon{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('The password is not right.');
  await user.clear(screen.getByLabelText('Present password'));
  await user.type(screen.getByLabelText('Present password'), `${thePassword}{Enter}`);
  expect(await screen.findByText('The password is changed.')).toBeVisible();
  expect(backend.passwords.get('ana')).toBe('a kettle on the moon');
  for (const label of ['Present password', 'New password', 'Again']) {
    expect(screen.getByLabelText(label)).toHaveValue('');
  }
});

test('an address that is none stays, with the reason', async () => {
  const { user } = await open();
  const field = screen.getByLabelText(/^E-mail/);
  await user.clear(field);
  await user.type(field, 'nobody{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('“nobody” is no e-mail address.');
  await fireEvent.input(field, { target: { value: 'ana@example.net' } });
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled());
});
