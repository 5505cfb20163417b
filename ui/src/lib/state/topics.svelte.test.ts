import { expect, test, vi } from 'vitest';
import { Pushes } from './pushes';
import { Topics } from './topics.svelte';

test('a change reaches those that show its topic, until they are gone', () => {
  const pushes = new Pushes();
  const topics = new Topics(pushes);
  const activity = vi.fn();
  const users = vi.fn();
  const end = topics.on('activity', activity);
  topics.on('users', users);
  pushes.emit({ kind: 'changed', topic: 'activity' });
  pushes.emit({ kind: 'settings_changed' });
  expect(activity).toHaveBeenCalledTimes(1);
  expect(users).not.toHaveBeenCalled();
  end();
  pushes.emit({ kind: 'changed', topic: 'activity' });
  expect(activity).toHaveBeenCalledTimes(1);
});

test('changes during a load become one more load after it', async () => {
  const pushes = new Pushes();
  const topics = new Topics(pushes);
  const waiting: (() => void)[] = [];
  const load = vi.fn(() => new Promise<void>((done) => waiting.push(done)));
  const end = $effect.root(() => topics.follow('plans', load));
  await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(1));
  for (let at = 0; at < 5; at++) pushes.emit({ kind: 'changed', topic: 'plans' });
  expect(load).toHaveBeenCalledTimes(1);
  waiting.shift()?.();
  await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2));
  waiting.shift()?.();
  await new Promise((done) => setTimeout(done));
  expect(load).toHaveBeenCalledTimes(2);
  end();
  pushes.emit({ kind: 'changed', topic: 'plans' });
  expect(load).toHaveBeenCalledTimes(2);
});
