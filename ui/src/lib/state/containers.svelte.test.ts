import { expect, test } from 'vitest';
import { FakeBackend } from '../backend/fake/fake';
import { eight } from '../backend/fake/machines';
import { ContainerStore } from './containers.svelte';

function storeOf(latency: number) {
  const backend = new FakeBackend({ machines: eight(Date.now()), containers: 58, latency });
  return { backend, store: new ContainerStore(backend) };
}

// Another account may see another fleet: nothing of the one before may come back.
test('an answer and a push that come after everything was forgotten are dropped', async () => {
  const { backend, store } = storeOf(20);
  const loading = store.load();
  store.clear();
  await loading;
  expect(store.loaded).toBe(false);
  store.push({ kind: 'containers', rows: backend.containers.rows.slice(0, 3), gone: [] });
  expect(store.rows).toEqual([]);
  expect(store.hasSomething).toBe(false);
  await store.load();
  expect(store.rows).toHaveLength(58);
});

test('whoever signs in while an old answer is on its way gets a new one', async () => {
  const { backend, store } = storeOf(20);
  void store.load();
  store.clear();
  await store.load();
  expect(store.rows).toHaveLength(58);
  expect(backend.calls.filter(({ name }) => name === 'container.list')).toHaveLength(2);
});
