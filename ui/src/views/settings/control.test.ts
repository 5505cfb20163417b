import { expect, test } from 'vitest';
import { registry } from '../../lib/backend/fake/registry';
import { isFound, lengthText, rowsOf, valueText } from './control';
import { sectionOf } from './sections';

const all = registry();
const spaced = (text: string) => text.replaceAll('\u00a0', ' ');
const text = (key: string, value: unknown) => {
  const setting = all.find((one) => one.key === key);
  if (!setting) throw new Error(`no ${key}`);
  return spaced(valueText(setting, value));
};

test('the two marks of a figure share a row, and no setting is lost or doubled', () => {
  const rows = rowsOf(all);
  const pairs = rows.filter((row) => row.kind === 'pair');
  expect(pairs.map((row) => [row.title, row.keys])).toEqual([
    ['CPU', 'monitoring.cpu_…_percent'],
    ['Memory', 'monitoring.memory_…_percent'],
    ['Disk', 'monitoring.disk_…_percent'],
  ]);
  expect(rows.length).toBe(all.length - 3);
});

test('values read as a person says them', () => {
  expect(text('security.session_timeout_seconds', 604_800)).toBe('7 d');
  expect(text('security.session_idle_timeout_seconds', 901)).toBe('901 s');
  expect(text('monitoring.live_interval_seconds', 2)).toBe('2 s');
  expect(text('ui.theme', 'auto')).toBe('as the system');
  expect(text('ui.date_format', 'iso')).toBe('ISO');
  expect(text('ui.timezone', 'local')).toBe('this computer’s');
  expect(text('system.backup_folder', '')).toBe('Tomo’s own folder');
});

test('every word has to be found, in title, key or description', () => {
  const found = (words: string) =>
    rowsOf(all)
      .filter((row) => isFound(row, words))
      .map(({ id }) => id);
  expect(found('idle lock')).toEqual(['security.lock_when_idle']);
  expect(found('memory_critical')).toEqual(['monitoring.memory_warning_percent']);
  expect(found('nothing like it')).toEqual([]);
});

test('every setting has a place', () => {
  expect(sectionOf('system.backup_keep')).toBe('backup');
  expect(sectionOf('system.default_user_role')).toBe('security');
  expect(sectionOf('retention.cleanup_hour')).toBe('retention');
});

test('beside a number stands what it means, while it means something', () => {
  const length = (key: string, entered: unknown) => {
    const rule = all.find((one) => one.key === key)?.rule;
    if (rule?.kind !== 'whole') throw new Error(`no number: ${key}`);
    const shown = lengthText(rule, entered);
    return shown && spaced(shown);
  };
  expect(length('security.session_timeout_seconds', '604800')).toBe('7 d');
  expect(length('retention.cleanup_hour', 3)).toBe('03:00');
  expect(length('retention.cleanup_hour', '')).toBeNull();
  expect(length('retention.cleanup_hour', '24')).toBeNull();
  expect(length('retention.server_metrics_days', 30)).toBeNull();
});
