import type { Rule, SettingView } from '../../lib/backend/generated';
import { NBSP } from '../../lib/format';
import { withUnit } from '../../lib/setting/rule';

/** How a setting of the registry is shown: the words of its values, and which share a row. */

const words: Record<string, Record<string, string>> = {
  'ui.theme': { auto: 'As the system', light: 'Light', dark: 'Dark' },
  'ui.date_format': { locale: 'As the system', iso: 'ISO', relative: 'Relative' },
  'system.default_user_role': { user: 'User', readonly: 'Read only' },
};

/** The label of one of a setting's words. */
export function labelOf(key: string, word: string): string {
  return words[key]?.[word] ?? word.charAt(0).toUpperCase() + word.slice(1).replaceAll('_', ' ');
}

/** The words to choose from. */
export function optionsOf(setting: SettingView): { value: string; label: string }[] {
  if (setting.rule.kind !== 'one_of') return [];
  return setting.rule.words.map((value) => ({ value, label: labelOf(setting.key, value) }));
}

const lengths: readonly [seconds: number, unit: string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** Many seconds in a unit that a person thinks in: `7 d`; `null` where seconds are that. */
export function secondsText(seconds: number): string | null {
  for (const [length, unit] of lengths) {
    if (seconds >= length && seconds % length === 0) return `${seconds / length}${NBSP}${unit}`;
  }
  return null;
}

/** What a number stands for, beside its field: `7 d` for many seconds, `03:00` for an hour of the day. */
export function lengthText(
  { unit, min, max }: Extract<Rule, { kind: 'whole' }>,
  entered: unknown,
): string | null {
  const value = Number(entered);
  if (!Number.isInteger(value) || value < min || value > max || entered === '') return null;
  if (unit === 'h' && max === 23) return `${String(value).padStart(2, '0')}:00`;
  return unit === 's' ? secondsText(value) : null;
}

/** A value in words, for 'Reset to …' and the palette. */
export function valueText({ key, rule }: { key: string; rule: Rule }, value: unknown): string {
  switch (rule.kind) {
    case 'boolean':
      return value === true ? 'on' : 'off';
    case 'whole':
      if (rule.unit === 's') {
        const text = secondsText(Number(value));
        if (text) return text;
      }
      return withUnit(String(value), rule.unit);
    case 'one_of': {
      const label = labelOf(key, String(value));
      return /^[A-Z]{2}/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
    }
    case 'time_zone':
      return value === 'local' ? 'this computer’s' : String(value);
    case 'folder':
      return value === '' ? 'Tomo’s own folder' : String(value);
  }
}

/** A row of the page: one setting, or two marks of one figure. */
export type Row =
  | { kind: 'one'; id: string; setting: SettingView }
  | { kind: 'pair'; id: string; title: string; keys: string; text: string; pair: Pair };

export type Pair = readonly [warning: SettingView, critical: SettingView];

const ofMark = /_(warning|critical)_/;

/** What both marks have in common: up to where the sentence begins to tell them apart. */
function pairText([warning]: Pair): string {
  const [common, mark] = warning.description.split(':');
  if (common && mark) return `${common}.`;
  return warning.key.includes('disk')
    ? 'For every mount, not only the first.'
    : warning.description;
}

/** The settings as rows, in the registry's order. */
export function rowsOf(list: readonly SettingView[]): Row[] {
  return list.flatMap((setting): Row[] => {
    const key = setting.key.replace(ofMark, '_warning_');
    const warning = list.find((one) => one.key === key);
    const critical = list.find((one) => one.key === key.replace('_warning_', '_critical_'));
    if (!ofMark.test(setting.key) || !warning || !critical) {
      return [{ kind: 'one', id: setting.key, setting }];
    }
    if (setting !== warning) return [];
    const pair: Pair = [warning, critical];
    return [
      {
        kind: 'pair',
        id: key,
        title: warning.title.split(',')[0] ?? warning.title,
        keys: key.replace(ofMark, '_…_'),
        text: pairText(pair),
        pair,
      },
    ];
  });
}

/** The settings of a row. */
export function settingsOf(row: Row): readonly SettingView[] {
  return row.kind === 'one' ? [row.setting] : row.pair;
}

/** Whether a row is found by what was typed: in title, key and description, every word. */
export function isFound(row: Row, text: string): boolean {
  const found = settingsOf(row)
    .map(({ title, key, description }) => `${title} ${key} ${description}`)
    .join(' ')
    .toLocaleLowerCase();
  return text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => found.includes(word));
}

/** `8 settings, for everybody`. */
export function aboutList(list: readonly SettingView[]): string {
  const count = `${list.length} ${list.length === 1 ? 'setting' : 'settings'}`;
  const own = list.filter(({ scope }) => scope === 'user_overridable').length;
  if (list.length === 0) return '';
  if (own === list.length) return `${count}, yours alone`;
  return own === 0 ? `${count}, for everybody` : `${count}, ${own} of them yours alone`;
}
