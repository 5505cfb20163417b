import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import App from '../../App.svelte';
import { FakeBackend, type FakeOptions } from '../backend/fake/fake';

/** The whole window over an in-memory backend, with a person in front of it. */
export function openApp(options: FakeOptions = {}) {
  const backend = new FakeBackend(options);
  render(App, { backend });
  return { backend, user: userEvent.setup() };
}

/** What axe finds wrong; colours and layout need a real browser. */
export async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}
