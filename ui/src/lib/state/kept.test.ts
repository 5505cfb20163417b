import { expect, test, vi } from 'vitest';
import { ApiError } from '../backend/backend';
import { FakeBackend } from '../backend/fake/fake';
import { eight } from '../backend/fake/machines';
import { ContainerStore } from './containers.svelte';
import { FleetStore } from './fleet.svelte';
import { Kept } from './kept.svelte';

/** Fetches that are answered by hand, in the order in which they were asked for. */
function answered() {
  const asked: { resolve: (answer: string) => void; reject: (error: ApiError) => void }[] = [];
  const taken: string[] = [];
  const kept = new Kept(
    () => new Promise<string>((resolve, reject) => asked.push({ resolve, reject })),
    (answer) => taken.push(answer),
  );
  return { asked, taken, kept };
}

// Another account may see another fleet: an answer to the one before is nobody's.
test('an answer that comes after everything was forgotten is dropped', async () => {
  const { asked, taken, kept } = answered();
  const loading = kept.load();
  kept.forget();
  asked[0]?.resolve('old');
  await loading;
  expect(taken).toEqual([]);
  expect(kept.loaded).toBe(false);
});

test('an error that comes after everything was forgotten is dropped', async () => {
  const { asked, kept } = answered();
  const loading = kept.load();
  kept.forget();
  asked[0]?.reject(new ApiError('failed', 'The disk is full', ''));
  await loading;
  expect(kept.error).toBeNull();
});

test('whoever signs in while an old answer is on its way gets one of their own', async () => {
  const { asked, taken, kept } = answered();
  void kept.load();
  kept.forget();
  const loading = kept.load();
  asked[0]?.resolve('old');
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.resolve('new');
  await loading;
  expect(taken).toEqual(['new']);
});

// A row that says 'down' is the last one for long: an older answer must not stand over it.
test('what was pushed while an answer was on its way is asked for once more', async () => {
  const { asked, taken, kept } = answered();
  const loading = kept.load();
  kept.overtake();
  kept.overtake();
  asked[0]?.resolve('before the push, or after');
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.resolve('after');
  await loading;
  expect(taken.at(-1)).toBe('after');
  kept.overtake();
  expect(asked).toHaveLength(2);
});

// The stores hold rows of their own: each has to let go of them, and to take none back.
test('the stores are empty after a sign-out, whatever was on its way', async () => {
  const backend = new FakeBackend({ machines: eight(Date.now()), containers: 58, latency: 20 });
  const fleet = new FleetStore(backend);
  const containers = new ContainerStore(backend);
  await Promise.all([fleet.load(), containers.load()]);
  const [engine] = containers.engines;
  const { collection } = fleet;
  if (!engine || !collection) throw new Error('there are some');
  const loading = [fleet.load(), containers.load()];
  fleet.clear();
  containers.clear();
  await Promise.all(loading);
  // Answers to what was done before, and pushes, come late too.
  fleet.push({ kind: 'rows', rows: backend.rows });
  fleet.setCollection(collection);
  containers.push({ kind: 'containers', rows: backend.containers.rows, gone: [] });
  containers.patch(backend.containers.rows);
  containers.setEngine(engine);
  expect([fleet.loaded, fleet.rows, fleet.collection, fleet.thresholds]).toEqual([
    false,
    [],
    null,
    null,
  ]);
  expect([containers.loaded, containers.rows, containers.engines]).toEqual([false, [], []]);
  await Promise.all([fleet.load(), containers.load()]);
  expect(fleet.rows).toHaveLength(8);
  expect(containers.rows).toHaveLength(58);
});
