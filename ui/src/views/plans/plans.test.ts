import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { planOf, putPlans } from '../../lib/backend/fake/plans';
import { faults, openApp } from '../../lib/test/app';
import { flatOf, stateOf, waitingOf } from './words';

const now = Date.now();

async function open(options: FakeOptions = {}) {
  location.hash = '#/settings/assistants';
  const app = openApp({ machines: eight(now), plans: 2, ...options });
  await screen.findByRole('heading', { name: 'Assistants' });
  return app;
}

test('what waits shows all that it would do, and the one filled button approves the first', async () => {
  const { user, backend } = await open();
  const approve = await screen.findAllByRole('button', { name: /^Approve: / });
  expect(approve.map((button) => button.classList.contains('primary'))).toEqual([true, false]);
  expect(screen.getByText('Server host')).toBeVisible();
  expect(screen.getByText('nas (server-nas)')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(approve[0] as HTMLElement);
  expect(backend.calls).toContainEqual({ name: 'plan.approve', args: { id: 'plan-1' } });
  expect(await screen.findByText(/approved by ana .*, not done yet/)).toBeVisible();
});

test('a plan that somebody else decided meanwhile says so beside it', async () => {
  const { user, backend } = await open();
  backend.failing['plan.refuse'] = new ApiError(
    'invalid',
    'This plan waits no more: it was approved.',
    '',
  );
  const [refuse] = await screen.findAllByRole('button', { name: /^Refuse: / });
  await user.click(refuse as HTMLElement);
  expect(await screen.findByRole('alert')).toHaveTextContent('waits no more');
});

test('a plan that comes is announced once, wherever the person is, and counted in the rail', async () => {
  const { user, backend } = openApp({ machines: eight(now), plans: 0 });
  await screen.findByRole('heading', { name: 'Overview' });
  await waitFor(() => expect(backend.calls.some(({ name }) => name === 'plan.list')).toBe(true));
  const plan = planOf(now, 'plan-new');
  putPlans(backend, [plan]);
  expect(await screen.findByText('Claude asks for something')).toBeVisible();
  const main = screen.getByRole('navigation', { name: 'Main' });
  expect(await within(main).findByText('1 plan waits')).toBeInTheDocument();
  putPlans(backend, [plan]);
  await new Promise((done) => setTimeout(done, 20));
  expect(screen.getAllByText('Claude asks for something')).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: 'Look' }));
  expect(await screen.findByRole('heading', { name: 'Assistants' })).toBeVisible();
});

test('a decided plan takes its announcement along', async () => {
  const { backend } = openApp({ machines: eight(now), plans: 0 });
  await screen.findByRole('heading', { name: 'Overview' });
  await waitFor(() => expect(backend.calls.some(({ name }) => name === 'plan.list')).toBe(true));
  const plan = planOf(now, 'plan-new');
  putPlans(backend, [plan]);
  await screen.findByText('Claude asks for something');
  putPlans(backend, [{ ...plan, state: 'refused', decided_by: 'ben' }]);
  await waitFor(() => expect(screen.queryByText('Claude asks for something')).toBeNull());
});

test('plans that waited before the window opened are no news', async () => {
  openApp({ machines: eight(now), plans: 2 });
  const main = await screen.findByRole('navigation', { name: 'Main' });
  expect(await within(main).findByText('2 plans wait')).toBeInTheDocument();
  await new Promise((done) => setTimeout(done, 20));
  expect(screen.queryByText('Claude asks for something')).toBeNull();
});

test('who may only look is told why there is nothing to decide', async () => {
  await open({ role: 'readonly' });
  expect(await screen.findByText(/Your account may only look/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Approve/ })).toBeNull();
});

test('what has run out of time waits no more, and the most urgent stands first', () => {
  const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
  const plans = [
    planOf(now, 'later', { expires_at: at(500) }),
    planOf(now, 'soon', { expires_at: at(20) }),
    planOf(now, 'over', { expires_at: at(-1) }),
    planOf(now, 'done', { state: 'done' }),
  ];
  expect(waitingOf(plans, now).map(({ id }) => id)).toEqual(['soon', 'later']);
});

test('a plan that nobody decided, and one that was approved too late, differ in words', () => {
  const expired = planOf(now, 'a', { state: 'expired' });
  expect(stateOf(expired, now).words).toMatch(/^nobody decided in time/);
  expect(
    stateOf({ ...expired, decided_by: 'ana', decided_at: new Date(now).toISOString() }, now).words,
  ).toMatch(/approved by ana .*not done in time/);
});

test('arguments lose one level of nesting', () => {
  expect(flatOf({ id: 'x', server: { host: 'h', tags: ['a'] }, none: null })).toEqual({
    id: 'x',
    server_host: 'h',
    server_tags: ['a'],
    none: null,
  });
});
