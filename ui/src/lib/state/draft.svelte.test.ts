import { expect, test } from 'vitest';
import { FakeBackend, type FakeOptions } from '../backend/fake/fake';
import type { SettingView } from '../backend/generated';
import { SettingsDraft } from './draft.svelte';
import { SettingsStore } from './settings.svelte';

async function draftOf(options: FakeOptions = {}) {
  const backend = new FakeBackend(options);
  const settings = new SettingsStore(backend);
  await settings.list.load();
  const draft = new SettingsDraft(settings);
  const at = (key: string): SettingView => {
    const setting = settings.get(key);
    if (!setting) throw new Error(`no ${key}`);
    return setting;
  };
  const saves = () => backend.calls.filter(({ name }) => name === 'setting.save');
  return { backend, settings, draft, at, saves };
}

test('several changes go in one call, with the reason, and the draft is empty after it', async () => {
  const { draft, at, saves, settings } = await draftOf();
  draft.enter(at('monitoring.live_interval_seconds'), '4');
  draft.enter(at('system.backup_enabled'), false);
  draft.reason = '  the Pi is slow ';
  expect(draft.count).toBe(2);
  expect(await draft.save()).toBe(true);
  expect(saves().map(({ args }) => args)).toEqual([
    {
      changes: [
        { key: 'monitoring.live_interval_seconds', value: 4, version: 1 },
        { key: 'system.backup_enabled', value: false, version: 1 },
      ],
      reason: 'the Pi is slow',
    },
  ]);
  expect(draft.count).toBe(0);
  expect(draft.reason).toBe('');
  expect(settings.get('monitoring.live_interval_seconds')?.value).toBe(4);
});

test('what is typed back to the saved value is no change', async () => {
  const { draft, at } = await draftOf();
  const setting = at('monitoring.live_interval_seconds');
  draft.enter(setting, '24');
  draft.enter(setting, '2');
  expect(draft.count).toBe(0);
  draft.enter(setting, ' 2');
  expect(draft.count).toBe(0);
});

test('nothing is sent while one value cannot be saved', async () => {
  const { draft, at, saves } = await draftOf();
  draft.enter(at('monitoring.memory_warning_percent'), '96');
  draft.enter(at('monitoring.live_interval_seconds'), '4');
  expect(draft.problems.get('monitoring.memory_warning_percent')).toMatch(/critical mark, 90/);
  expect(draft.canSave).toBe(false);
  expect(await draft.save()).toBe(false);
  expect(saves()).toEqual([]);
  // Moving the other mark out of the way is as good.
  draft.enter(at('monitoring.memory_critical_percent'), '98');
  expect(draft.problems.size).toBe(0);
  expect(draft.canSave).toBe(true);
});

// Two admins: the slower one must neither overwrite nor lose what was typed.
test('a value that changed meanwhile asks: take what is there, or keep the own', async () => {
  const { backend, draft, at, settings } = await draftOf();
  const key = 'monitoring.live_interval_seconds';
  draft.enter(at(key), '4');
  draft.enter(at('system.backup_keep'), '9');
  await backend.call('setting.set', { key, value: 8, version: 1 });
  expect(await draft.save()).toBe(false);
  expect(draft.conflicts.map(({ setting }) => setting.key)).toEqual([key]);
  expect(settings.get(key)?.value).toBe(8);
  expect(settings.get('system.backup_keep')?.value).toBe(7);
  expect(draft.canSave).toBe(false);

  draft.keep(at(key));
  expect(draft.conflicts).toEqual([]);
  expect(await draft.save()).toBe(true);
  expect(settings.get(key)?.value).toBe(4);

  draft.enter(at(key), '3');
  await backend.call('setting.set', { key, value: 5, version: at(key).version });
  await settings.list.load();
  expect(draft.conflicts).toHaveLength(1);
  draft.drop(key);
  expect(draft.count).toBe(0);
  expect(draft.entered(at(key))).toBe(5);
});

// An own value that equals everybody's would stop following everybody's.
test('going back to everybody’s value gives up the own one', async () => {
  const { backend, draft, at } = await draftOf({ settings: { 'ui.date_format': 'iso' } });
  draft.enter(at('ui.date_format'), 'locale');
  expect(await draft.save()).toBe(true);
  expect(backend.calls.at(-1)).toEqual({
    name: 'setting.reset',
    args: { what: 'key', key: 'ui.date_format', reason: null },
  });
  expect(at('ui.date_format').is_user_override).toBe(false);
});

test('a refusal stands at the value it names, until that is changed', async () => {
  const { backend, draft, at } = await draftOf();
  const setting = at('system.backup_folder');
  draft.enter(setting, '/mnt/gone');
  const { ApiError } = await import('../backend/backend');
  backend.failing['setting.save'] = new ApiError(
    'invalid',
    'system.backup_folder takes a folder that is there.',
  );
  expect(await draft.save()).toBe(false);
  expect(draft.problems.get(setting.key)).toContain('a folder that is there');
  expect(draft.loose).toBeNull();
  draft.enter(setting, '/mnt/there');
  expect(draft.problems.size).toBe(0);
  expect(draft.canSave).toBe(true);
});

test('another account finds no draft, the same one after a lock does', async () => {
  const { draft, at } = await draftOf();
  draft.belongTo('ana');
  draft.enter(at('system.backup_keep'), '9');
  draft.belongTo('ana');
  expect(draft.count).toBe(1);
  draft.belongTo('ben');
  expect(draft.count).toBe(0);
});
