import Archive from '@lucide/svelte/icons/archive';
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import Download from '@lucide/svelte/icons/download';
import ExternalLink from '@lucide/svelte/icons/external-link';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Play from '@lucide/svelte/icons/play';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import Rows3 from '@lucide/svelte/icons/rows-3';
import Square from '@lucide/svelte/icons/square';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Undo2 from '@lucide/svelte/icons/undo-2';
import Unlink from '@lucide/svelte/icons/unlink';
import type { MenuItem } from '../../../components/Menu.svelte';
import type { InstalledApp } from '../../../lib/backend/generated';
import { containersOf } from '../../../lib/state/installed.svelte';
import { installedRoute } from '../../../lib/state/router.svelte';
import type { Tomo } from '../../../lib/state/tomo.svelte';
import { openPage, type Deeds } from './deeds.svelte';
import { hasUpdate } from './updates/words';
import { isStillborn, isUp } from './words';

/** What stands in the way of starting and stopping it: it is worked on, or nobody answers. */
export function isHeld(app: InstalledApp): boolean {
  return app.work !== null || app.state === null;
}

/** The same in words. */
export function whyHeld(app: InstalledApp): string | undefined {
  if (app.work !== null) return 'Something is being done to it';
  return app.state === null ? 'Its server has to be connected for this' : undefined;
}

/** Whether it can be restarted now: it runs, and is one version whole. */
export function mayRestart(app: InstalledApp): boolean {
  return !isHeld(app) && !isStillborn(app) && !app.is_stuck && isUp(app);
}

/** What can be done with an app by the one who is signed in. */
export function appActions(
  tomo: Tomo,
  deeds: Deeds,
  app: InstalledApp,
  onlogs: (app: InstalledApp) => void,
): MenuItem[] {
  const { page } = app;
  const items: MenuItem[] = [
    {
      label: 'Details',
      icon: LayoutGrid,
      keys: 'Enter',
      onselect: () => tomo.router.go(installedRoute(app.id)),
    },
  ];
  if (page && !isStillborn(app)) {
    items.push({
      label: 'Open in the browser',
      icon: ExternalLink,
      onselect: () => void openPage(tomo, app),
    });
  }
  items.push({
    label: 'Logs',
    icon: Rows3,
    keys: 'L',
    disabled: containersOf(app, tomo.containers.rows).length === 0,
    onselect: () => onlogs(app),
  });
  if (!tomo.status.may('app.act')) return items;
  const held = isHeld(app);
  if (app.is_stuck) {
    items.push('rule', {
      label: 'Put it back again',
      icon: Undo2,
      disabled: held,
      onselect: () => void deeds.putBack(app),
    });
  } else if (!isStillborn(app)) {
    items.push('rule');
    if (hasUpdate(app)) {
      items.push({
        label: 'Update…',
        icon: Download,
        disabled: held,
        onselect: () => tomo.router.go(installedRoute(app.id, 'update')),
      });
    }
    if (isUp(app)) {
      items.push(
        {
          label: 'Restart…',
          icon: RotateCw,
          keys: 'R',
          disabled: held,
          onselect: () => deeds.ask('restart', app),
        },
        { label: 'Stop…', icon: Square, disabled: held, onselect: () => deeds.ask('stop', app) },
      );
    } else {
      items.push({
        label: 'Start',
        icon: Play,
        disabled: held,
        onselect: () => void deeds.act('start', app),
      });
    }
    items.push(
      {
        label: 'Back up…',
        icon: Archive,
        disabled: held,
        onselect: () => tomo.router.go(installedRoute(app.id, 'backup')),
      },
      {
        label: 'Move…',
        icon: ArrowRightLeft,
        disabled: held,
        onselect: () => tomo.router.go(installedRoute(app.id, 'move')),
      },
    );
  }
  items.push('rule', ...releaseOf(tomo, deeds, app), {
    label: isStillborn(app) ? 'Remove from the list' : 'Uninstall…',
    icon: Trash2,
    keys: 'Delete',
    danger: true,
    disabled: app.work !== null,
    onselect: () => (isStillborn(app) ? void deeds.forget(app) : deeds.ask('uninstall', app)),
  });
  return items;
}

/** Letting go of an app that was there before Tomo. */
export function releaseOf(
  tomo: Tomo,
  deeds: Deeds,
  app: InstalledApp,
): Exclude<MenuItem, 'rule'>[] {
  if (app.origin !== 'adopted' || !tomo.status.may('app.release')) return [];
  return [
    {
      label: 'Release…',
      icon: Unlink,
      disabled: app.work !== null,
      onselect: () => deeds.ask('release', app),
    },
  ];
}
