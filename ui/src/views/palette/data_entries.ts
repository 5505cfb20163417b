import ActivityIcon from '@lucide/svelte/icons/activity';
import Archive from '@lucide/svelte/icons/archive';
import Bot from '@lucide/svelte/icons/bot';
import Download from '@lucide/svelte/icons/download';
import FileText from '@lucide/svelte/icons/file-text';
import KeyRound from '@lucide/svelte/icons/key-round';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Upload from '@lucide/svelte/icons/upload';
import type { Component } from 'svelte';
import { settingsRoute } from '../../lib/state/router.svelte';
import type { Tomo } from '../../lib/state/tomo.svelte';
import { saveDiagnostics } from '../about/diagnostics';
import { exportActivity } from '../activity/export';
import { exportServers, importServers } from '../backup/server_list';
import type { Entry } from './entries';

/** What can be done with what Tomo keeps: backups, lists, exports; each by who may do it. */
export function ofData(tomo: Tomo): Entry[] {
  const entries: Entry[] = [];
  const add = (title: string, icon: Component, run: () => void, onlyWhenTyped = true) =>
    entries.push({ id: title, group: 'Commands', title, icon, onlyWhenTyped, run });
  const may = tomo.status.may.bind(tomo.status);

  const waiting = tomo.status.status?.waiting_plans ?? 0;
  if (may('plan.approve') && waiting > 0) {
    const title =
      waiting === 1 ? 'Look at the plan that waits' : `Look at ${waiting} plans that wait`;
    add(title, Bot, () => tomo.router.go(settingsRoute('assistants')), false);
  }
  if (may('backup.create')) {
    add('Back up now…', Archive, () => tomo.dialogs.open({ kind: 'back_up' }), false);
  }
  if (may('backup.restore')) {
    add('Restore a backup…', Upload, () => tomo.dialogs.open({ kind: 'restore', path: null }));
  }
  if (may('backup.set_passphrase')) {
    add('Set the passphrase of backups…', KeyRound, () =>
      tomo.dialogs.open({ kind: 'backup_passphrase' }),
    );
  }
  if (may('server_list.import')) {
    add('Import a list of servers…', Download, () => void importServers(tomo));
  }
  if (may('server_list.export')) {
    add('Export the list of servers…', Upload, () => void exportServers(tomo));
  }
  if (may('activity.export')) {
    add('Export the activity log…', Upload, () => void exportActivity(tomo, {}));
  }
  if (may('retention.run')) {
    add('Clean up old data now…', Trash2, () => tomo.dialogs.open({ kind: 'clean_up' }));
  }
  if (may('diagnostics.save')) {
    add('Save diagnostics…', FileText, () => void saveDiagnostics(tomo));
  }
  for (const { server } of tomo.fleet.rows) {
    entries.push({
      id: `activity:${server.id}`,
      group: 'Commands',
      title: `Activity of ${server.name}`,
      icon: ActivityIcon,
      onlyWhenTyped: true,
      run: () => tomo.router.go({ page: 'activity', server: server.id }),
    });
  }
  return entries;
}
