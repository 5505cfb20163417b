import Archive from '@lucide/svelte/icons/archive';
import Bot from '@lucide/svelte/icons/bot';
import Box from '@lucide/svelte/icons/box';
import CircleHelp from '@lucide/svelte/icons/circle-question-mark';
import Database from '@lucide/svelte/icons/database';
import Download from '@lucide/svelte/icons/download';
import KeyRound from '@lucide/svelte/icons/key-round';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Lock from '@lucide/svelte/icons/lock';
import Pause from '@lucide/svelte/icons/pause';
import Plug from '@lucide/svelte/icons/plug';
import ServerIcon from '@lucide/svelte/icons/server';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Undo2 from '@lucide/svelte/icons/undo-2';
import Upload from '@lucide/svelte/icons/upload';
import User from '@lucide/svelte/icons/user';
import Users from '@lucide/svelte/icons/users';
import type { Component } from 'svelte';
import type { Mark } from '../../components/StateMark.svelte';
import type { Activity, ActivityGroup } from '../../lib/backend/generated';

/** The groups in words, in the order of the filter. */
export const groups: readonly { value: ActivityGroup; label: string }[] = [
  { value: 'access', label: 'Sign-ins' },
  { value: 'users', label: 'Users' },
  { value: 'servers', label: 'Servers' },
  { value: 'connections', label: 'Connections' },
  { value: 'settings', label: 'Settings' },
  { value: 'data', label: 'Data and backups' },
  { value: 'apps', label: 'Apps' },
  { value: 'assistants', label: 'Assistants' },
];

const ofGroup: Record<ActivityGroup, Component> = {
  access: User,
  users: Users,
  servers: ServerIcon,
  connections: Plug,
  settings: SlidersHorizontal,
  data: Database,
  containers: Box,
  apps: LayoutGrid,
  assistants: Bot,
};

/** Where a kind has a shape of its own. */
const ofType: Record<string, Component> = {
  'lock.locked': Lock,
  'lock.unlock': Lock,
  'user.set_password': KeyRound,
  'account.change_password': KeyRound,
  'host_key.trust': KeyRound,
  'server.remove': Trash2,
  'user.remove': Trash2,
  'collection.pause': Pause,
  'setting.reset': Undo2,
  'retention.run': Trash2,
  'backup.create': Archive,
  'backup.remove': Trash2,
  'backup.set_passphrase': KeyRound,
  'server_list.import': Download,
  'server_list.export': Upload,
  'activity.export': Upload,
  'audit.export': Upload,
};

export function iconOf({ activity_type, group }: Activity): Component {
  return ofType[activity_type] ?? (group === null ? CircleHelp : ofGroup[group]);
}

/** The mark of an entry that is more than a note; `null` for the others, which have an icon. */
export function markOf({ level, activity_type }: Activity): Mark | null {
  switch (level) {
    case 'critical':
      return activity_type === 'connection.lost' ? 'down' : 'critical';
    case 'warning':
      return 'warning';
    case 'good':
      return 'done';
    case 'info':
      return null;
  }
}

/** What the mark or the icon stands for: `Critical, Connections`. */
export function signLabel({ level, group }: Activity): string {
  const about = groups.find(({ value }) => value === group)?.label ?? 'Another kind';
  const words = { info: '', good: 'Well again, ', warning: 'Warning, ', critical: 'Critical, ' };
  return words[level] + about;
}
