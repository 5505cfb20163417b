import { render } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import type { Component } from 'svelte';
import { exampleRow } from '../../../lib/backend/fake/container_details';
import { FakeBackend, type FakeOptions } from '../../../lib/backend/fake/fake';
import { eight } from '../../../lib/backend/fake/machines';
import type { Commands, ContainerRow } from '../../../lib/backend/generated';
import Stage from './Stage.svelte';

/** Containers of one project, by their services. */
export function rowsOf(...services: string[]): ContainerRow[] {
  return services.map((service, at) => {
    const reference = { server_id: 'server-nas', container_id: String(at).repeat(64) };
    const row = exampleRow(Date.now(), reference);
    return { ...row, container: { ...row.container, service } };
  });
}

/** A pane over an in-memory backend, with a person in front of it. */
export function open<P extends Record<string, unknown>>(
  pane: Component<P>,
  paneProps: P,
  options: FakeOptions = {},
) {
  const backend = new FakeBackend({ machines: eight(Date.now()), ...options });
  const view = render(Stage, {
    backend,
    pane: pane as unknown as Component<Record<string, unknown>>,
    paneProps,
  });
  const called = (name: keyof Commands) => backend.calls.filter((call) => call.name === name);
  return { backend, user: userEvent.setup(), called, ...view };
}
