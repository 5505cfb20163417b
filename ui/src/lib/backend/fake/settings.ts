import { ApiError } from '../backend';
import type { ResetSettings, SetSetting, SettingView } from '../generated';
import { isoAt } from './machines';
import { record } from './audit';
import type { Part, World } from './world';

function inWords({ rule }: SettingView): string {
  switch (rule.kind) {
    case 'boolean':
      return 'true or false';
    case 'whole':
      return `a whole number from ${rule.min} to ${rule.max}`;
    case 'one_of':
      return `one of ${rule.words.join(', ')}`;
    case 'time_zone':
      return "'local' or the name of a time zone, as Europe/Berlin";
    case 'folder':
      return "the full path of a folder, or nothing for Tomo's own";
  }
}

function holds({ rule }: SettingView, value: unknown): boolean {
  switch (rule.kind) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'whole':
      return Number.isInteger(value) && Number(value) >= rule.min && Number(value) <= rule.max;
    case 'one_of':
      return rule.words.includes(String(value));
    case 'time_zone':
      return value === 'local' || Intl.supportedValuesOf('timeZone').includes(String(value));
    case 'folder':
      return value === '' || (typeof value === 'string' && value.startsWith('/'));
  }
}

/** Settings with their rules, versions and locks. */
export function settings(world: World): Part<'setting'> {
  const mayChange = (setting: SettingView) =>
    setting.scope === 'user_overridable' || world.me().user.role === 'admin';
  const seen = (setting: SettingView): SettingView => ({
    ...setting,
    locked: setting.locked ?? (mayChange(setting) ? null : 'set by an admin, for everybody'),
  });
  const at = (key: string): SettingView => {
    const setting = world.settings.find((one) => one.key === key);
    if (!setting) throw new ApiError('not_found', 'There is no such setting.', '');
    return setting;
  };
  const check = ({ key, value, version, for_everybody }: SetSetting): SettingView => {
    const setting = at(key);
    if (!mayChange(setting) || (for_everybody && world.me().user.role !== 'admin')) {
      throw new ApiError('forbidden', `${setting.title} is set by an admin, for everybody.`, '');
    }
    if (!holds(setting, value)) {
      throw new ApiError(
        'invalid',
        `${key} takes ${inWords(setting)}, not ${JSON.stringify(value)}.`,
        '',
      );
    }
    if ((for_everybody ? setting.system_version : setting.version) !== version) {
      throw new ApiError(
        'stale',
        `${setting.title} was changed meanwhile: it is ${JSON.stringify(setting.value)} now.`,
        'Look at it again.',
      );
    }
    return setting;
  };
  /** Everybody's value, which is the own one only as long as there is no other. */
  const everybodys = (setting: SettingView, value: unknown) =>
    setting.is_user_override
      ? { reset_value: value, is_changed: setting.value !== value }
      : { value, is_changed: value !== setting.default_value, version: setting.version + 1 };
  const put = (
    setting: SettingView,
    value: unknown,
    reason: string | null,
    forEverybody = false,
  ): SettingView => {
    const overrides = setting.scope === 'user_overridable' && !forEverybody;
    const changed: SettingView = {
      ...setting,
      ...(overrides
        ? {
            value,
            is_user_override: true,
            is_changed: value !== setting.reset_value,
            version: setting.version + 1,
          }
        : { ...everybodys(setting, value), system_version: setting.system_version + 1 }),
      updated_at: isoAt(world.now()),
      updated_by: world.me().user.username,
    };
    world.settings = world.settings.map((one) => (one.key === setting.key ? changed : one));
    record(world, {
      setting_key: setting.key,
      change_type: 'update',
      old_value: setting.value,
      new_value: value,
      change_reason: reason,
      override_of: overrides ? world.me().user.username : null,
    });
    return changed;
  };
  const pairs = () => {
    for (const noun of ['cpu', 'memory', 'disk']) {
      const warning = at(`monitoring.${noun}_warning_percent`);
      const critical = at(`monitoring.${noun}_critical_percent`);
      if (Number(warning.value) >= Number(critical.value)) {
        throw new ApiError(
          'invalid',
          `${warning.key} has to be below ${critical.key}, ${String(critical.value)}.`,
          '',
        );
      }
    }
  };
  const all = () => world.settings.map(seen);
  /** All of it, or nothing. */
  const whole = (work: () => void): SettingView[] => {
    const before = { settings: world.settings, audit: world.audit };
    try {
      work();
      pairs();
    } catch (error) {
      world.settings = before.settings;
      world.audit = before.audit;
      throw error;
    }
    world.push({ kind: 'settings_changed' });
    return all();
  };
  const wanted = (args: ResetSettings) => {
    switch (args.what) {
      case 'key':
        return [at(args.key)];
      case 'category':
        return world.settings.filter(({ key }) => key.startsWith(`${args.category}.`));
      case 'own':
        return world.settings.filter(({ is_user_override }) => is_user_override);
    }
  };

  return {
    'setting.list': all,
    'setting.set': (wish) => {
      whole(() => put(check(wish), wish.value, wish.reason ?? null, wish.for_everybody));
      return seen(at(wish.key));
    },
    'setting.save': ({ changes, reason }) =>
      whole(() => {
        for (const change of changes) {
          put(check(change), change.value, reason ?? null, change.for_everybody);
        }
      }),
    'setting.reset': (args) =>
      whole(() => {
        for (const setting of wanted(args)) {
          if (!mayChange(setting) || setting.value === setting.reset_value) continue;
          const back = put(setting, setting.reset_value, args.reason ?? null);
          world.settings = world.settings.map((one) =>
            one.key === back.key ? { ...back, is_user_override: false } : one,
          );
        }
      }),
  };
}
