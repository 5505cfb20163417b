import type { Commands } from '../../lib/backend/generated';
import type { SettingsSection } from '../../lib/state/router.svelte';

/** An entry of the settings' own navigation. */
export interface Section {
  id: SettingsSection;
  title: string;
  /** Below the rule: pages that are more than settings. */
  isPage: boolean;
  /** The command that it lives from: who may not call it does not see the entry. */
  needs?: keyof Commands;
}

export const sections: readonly Section[] = [
  { id: 'appearance', title: 'Appearance', isPage: false },
  { id: 'monitoring', title: 'Monitoring', isPage: false },
  { id: 'security', title: 'Security', isPage: false },
  { id: 'retention', title: 'Retention', isPage: false },
  { id: 'backup', title: 'Backup', isPage: false, needs: 'backup.list' },
  { id: 'users', title: 'Users', isPage: true, needs: 'user.list' },
  { id: 'sessions', title: 'Sessions', isPage: true },
  { id: 'audit', title: 'Audit', isPage: true, needs: 'audit.list' },
  { id: 'assistants', title: 'Assistants', isPage: true },
  { id: 'about', title: 'About', isPage: true },
];

/** The section that a setting stands in, by the beginning of its key. */
export function sectionOf(key: string): SettingsSection {
  if (key.startsWith('ui.')) return 'appearance';
  if (key.startsWith('monitoring.')) return 'monitoring';
  if (key.startsWith('retention.')) return 'retention';
  if (key.startsWith('system.backup_')) return 'backup';
  // The role of new accounts, and whatever else guards the door.
  return 'security';
}

export function titleOf(id: SettingsSection): string {
  return sections.find((section) => section.id === id)?.title ?? '';
}
