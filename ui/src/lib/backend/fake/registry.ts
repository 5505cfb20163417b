import type { Rule, Scope, SettingView } from '../generated';

/** The registry of settings as the other side has it. */

const on: Rule = { kind: 'boolean' };
const whole = (min: number, max: number, unit: string): Rule => ({ kind: 'whole', min, max, unit });
const percent = whole(1, 100, '%');
const oneOf = (...words: string[]): Rule => ({ kind: 'one_of', words });

type Line = [key: string, value: unknown, rule: Rule, title: string, description: string];

const own: Line[] = [
  [
    'ui.theme',
    'auto',
    oneOf('auto', 'light', 'dark'),
    'Theme',
    'Light, dark, or as the system says.',
  ],
  ['ui.sidebar_collapsed', false, on, 'Narrow rail', 'Show only icons in the left rail.'],
  [
    'ui.items_per_page',
    25,
    whole(10, 200, 'rows'),
    'Rows per page',
    'How many rows a long list brings at a time, here and on the command line.',
  ],
  [
    'ui.date_format',
    'locale',
    oneOf('locale', 'iso', 'relative'),
    'Dates',
    'As the system writes them, as 2026-11-22 14:31, or as an age.',
  ],
  [
    'ui.timezone',
    'local',
    { kind: 'time_zone' },
    'Time zone',
    'The time zone that times are shown in.',
  ],
  [
    'ui.close_to_tray',
    true,
    on,
    'Stay in the tray',
    'Closing the window leaves Tomo in the tray, collecting.',
  ],
  [
    'ui.start_at_login',
    false,
    on,
    'Start at login',
    'Start Tomo in the tray when you sign in to this computer.',
  ],
  ['security.lock_when_idle', false, on, 'Lock when idle', 'An idle window asks for the password.'],
];

const everybodys: Line[] = [
  [
    'monitoring.live_interval_seconds',
    2,
    whole(1, 10, 's'),
    'Interval while you look',
    'How often a server is asked while the window is open. A slow server is asked less often, never in a queue.',
  ],
  [
    'monitoring.background_interval_seconds',
    10,
    whole(5, 300, 's'),
    'Interval in the background',
    'How often a server is asked with the window closed. History is kept by the minute either way.',
  ],
  [
    'monitoring.cpu_warning_percent',
    85,
    percent,
    'CPU, warning',
    'Busy time without waiting for disks, averaged over a minute: a warning from here on.',
  ],
  [
    'monitoring.cpu_critical_percent',
    95,
    percent,
    'CPU, critical',
    'Busy time without waiting for disks, averaged over a minute: critical from here on.',
  ],
  [
    'monitoring.memory_warning_percent',
    80,
    percent,
    'Memory, warning',
    'What cannot be given back at once, total less available: a warning from here on.',
  ],
  [
    'monitoring.memory_critical_percent',
    90,
    percent,
    'Memory, critical',
    'What cannot be given back at once, total less available: critical from here on.',
  ],
  [
    'monitoring.disk_warning_percent',
    85,
    percent,
    'Disk, warning',
    'Any file system this full is a warning.',
  ],
  [
    'monitoring.disk_critical_percent',
    95,
    percent,
    'Disk, critical',
    'Any file system this full is critical.',
  ],
  [
    'system.default_user_role',
    'user',
    oneOf('user', 'readonly'),
    'Role of new accounts',
    'What a new account may do unless an admin chooses otherwise.',
  ],
  [
    'system.backup_enabled',
    true,
    on,
    'Every night',
    'Back up at 02:30, or at the next start when missed, as soon as a passphrase is set.',
  ],
  [
    'system.backup_keep',
    7,
    whole(1, 90, 'backups'),
    'Keep',
    'The oldest goes when a newer one has been written and read back.',
  ],
  [
    'system.backup_with_history',
    true,
    on,
    'With history',
    'Automatic backups hold the history of servers, too.',
  ],
  [
    'system.backup_folder',
    '',
    { kind: 'folder' },
    'Folder',
    'A folder on another disk or machine survives the loss of this computer.',
  ],
  [
    'security.session_timeout_seconds',
    604_800,
    whole(300, 7_776_000, 's'),
    'Session ends after',
    'How long after signing in the password is asked for again.',
  ],
  [
    'security.session_idle_timeout_seconds',
    900,
    whole(60, 86_400, 's'),
    'Idle after',
    'How long a session is not used before it counts as idle.',
  ],
  [
    'security.max_sessions_per_user',
    5,
    whole(1, 50, 'sessions'),
    'Sessions per user',
    'When one more is begun, the oldest ends.',
  ],
  [
    'security.max_login_attempts',
    5,
    whole(3, 20, 'attempts'),
    'Failed sign-ins',
    'After so many in a row a user name is locked for a while, and an origin after four times as many.',
  ],
  [
    'security.account_lockout_seconds',
    900,
    whole(60, 86_400, 's'),
    'Lock lasts',
    'How long a locked user name or origin is refused.',
  ],
  [
    'security.password_min_length',
    12,
    whole(8, 64, 'characters'),
    'Password length',
    'The least number of characters of a new password.',
  ],
  [
    'security.password_blocklist',
    true,
    on,
    'Refuse common passwords',
    'A new password may not be one of the best known.',
  ],
  [
    'retention.server_metrics_days',
    30,
    whole(1, 1825, 'days'),
    'History of servers',
    'How long figures of servers are kept; older than a week they are hourly.',
  ],
  [
    'retention.container_metrics_days',
    30,
    whole(1, 1825, 'days'),
    'History of containers',
    'How long figures of containers are kept.',
  ],
  [
    'retention.activity_logs_days',
    90,
    whole(7, 3650, 'days'),
    'Activity',
    'How long the activity log reaches back.',
  ],
  [
    'retention.sessions_days',
    7,
    whole(1, 90, 'days'),
    'Ended sessions',
    'How long sessions that have ended, and failed sign-ins, are listed.',
  ],
  [
    'retention.settings_audit_days',
    365,
    whole(90, 3650, 'days'),
    'Audit trail',
    'How long changes of settings can be proven. What is kept stays provable.',
  ],
  [
    'retention.cleanup_enabled',
    true,
    on,
    'Clean up every day',
    'Drop what is older than these limits once a day.',
  ],
  [
    'retention.cleanup_hour',
    3,
    whole(0, 23, 'h'),
    'Hour',
    'When the clean-up runs, by this computer’s clock; a missed one is made up at the next start.',
  ],
  [
    'retention.cleanup_batch_size',
    1000,
    whole(100, 10_000, 'rows'),
    'Rows at a time',
    'How many rows go in one transaction; fewer hold up the collectors less.',
  ],
];

function viewOf([key, value, rule, title, description]: Line, scope: Scope): SettingView {
  const noun = key.split('.')[0] ?? '';
  return {
    key,
    title,
    description,
    category: noun === 'monitoring' ? 'system' : noun,
    rule,
    scope,
    value,
    reset_value: value,
    default_value: value,
    is_user_override: false,
    is_changed: false,
    locked: null,
    version: 1,
    system_version: 1,
    updated_at: null,
    updated_by: null,
  };
}

export function registry(): SettingView[] {
  return [
    ...own.map((line) => viewOf(line, 'user_overridable')),
    ...everybodys.map((line) => viewOf(line, 'system')),
  ];
}
