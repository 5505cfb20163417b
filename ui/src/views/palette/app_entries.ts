import Box from '@lucide/svelte/icons/box';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Plus from '@lucide/svelte/icons/plus';
import Upload from '@lucide/svelte/icons/upload';
import { catalogRoute, installedRoute, ownAppRoute } from '../../lib/state/router.svelte';
import type { Tomo } from '../../lib/state/tomo.svelte';
import { stateOf } from '../apps/installed/words';
import { withoutEngine } from '../docker-setup/candidates';
import type { Entry } from './entries';

/** What is installed, and where apps come from. */
export function ofApps(tomo: Tomo): Entry[] {
  const installed = tomo.installed.apps.map((app): Entry => {
    const server = tomo.fleet.row(app.server_id);
    const { mark, text } = stateOf(app, server);
    return {
      id: `installed:${app.id}`,
      group: 'Apps',
      title: app.name,
      detail: [server?.server.name, app.version, text].filter(Boolean).join(' · '),
      mark,
      onlyWhenTyped: true,
      run: () => tomo.router.go(installedRoute(app.id)),
    };
  });
  const entries: Entry[] = [
    ...installed,
    {
      id: 'installed_apps',
      group: 'Commands',
      title: 'Go to Installed apps',
      icon: LayoutGrid,
      onlyWhenTyped: true,
      run: () => tomo.router.go({ page: 'apps', tab: 'installed' }),
    },
    {
      id: 'app_catalog',
      group: 'Commands',
      title: 'Go to Catalog of apps',
      icon: LayoutGrid,
      onlyWhenTyped: true,
      run: () => tomo.router.go(catalogRoute),
    },
    {
      id: 'app_sources',
      group: 'Commands',
      title: 'Go to Sources of apps',
      icon: LayoutGrid,
      onlyWhenTyped: true,
      run: () => tomo.router.go({ page: 'apps', tab: 'sources' }),
    },
  ];
  if (tomo.status.may('app.install')) {
    entries.push({
      id: 'own_app',
      group: 'Commands',
      title: 'Add an own app…',
      icon: Plus,
      onlyWhenTyped: true,
      run: () => tomo.router.go(ownAppRoute()),
    });
  }
  if (tomo.status.may('app_source.add')) {
    entries.push({
      id: 'app_source.add',
      group: 'Commands',
      title: 'Add a source of apps…',
      icon: Plus,
      onlyWhenTyped: true,
      run: () => tomo.dialogs.open({ kind: 'add_app_source' }),
    });
  }
  if (tomo.status.may('app.restore')) {
    entries.push({
      id: 'app.restore',
      group: 'Commands',
      title: 'Restore a backup of an app…',
      icon: Upload,
      onlyWhenTyped: true,
      run: () => tomo.router.go({ page: 'app_restore' }),
    });
  }
  if (tomo.status.may('docker.setup')) {
    for (const { id, name } of withoutEngine(tomo)) {
      entries.push({
        id: `docker.setup:${id}`,
        group: 'Commands',
        title: `Set up Docker on ${name}…`,
        icon: Box,
        onlyWhenTyped: true,
        run: () => tomo.router.go({ page: 'docker_setup', server: id }),
      });
    }
  }
  return entries;
}
