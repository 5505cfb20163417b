import KeyboardIcon from '@lucide/svelte/icons/keyboard';
import Lock from '@lucide/svelte/icons/lock';
import LogOut from '@lucide/svelte/icons/log-out';
import PanelLeft from '@lucide/svelte/icons/panel-left';
import Pause from '@lucide/svelte/icons/pause';
import Play from '@lucide/svelte/icons/play';
import Plus from '@lucide/svelte/icons/plus';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import User from '@lucide/svelte/icons/user';
import UserPlus from '@lucide/svelte/icons/user-plus';
import type { Component } from 'svelte';
import type { Mark } from '../../components/StateMark.svelte';
import { ApiError } from '../../lib/backend/backend';
import type { ServerRow } from '../../lib/backend/generated';
import { percent } from '../../lib/format';
import { serverActions } from '../../lib/server/actions';
import { addressOf, sentenceOf } from '../../lib/server/sentence';
import { worstFirst } from '../../lib/state/fleet.svelte';
import { serverRoute, settingsRoute } from '../../lib/state/router.svelte';
import type { Tomo } from '../../lib/state/tomo.svelte';
import { pauseChoices, pauseUntil, resume } from '../overview/pause';
import { optionsOf, valueText } from '../settings/control';
import { sectionOf, sections } from '../settings/sections';
import { placesOf, routeOf } from '../shell/places';
import { ofApps } from './app_entries';
import { ofContainers } from './container_entries';
import { ofData } from './data_entries';
import type { Searchable } from './search';

export interface Entry extends Searchable {
  id: string;
  icon?: Component;
  mark?: Mark;
  keys?: string;
  run: () => void;
}

function stateText(row: ServerRow, now: number): string {
  const sentence = sentenceOf(row, now);
  if (sentence) return sentence.text.charAt(0).toLowerCase() + sentence.text.slice(1);
  if (row.health.reason) return row.health.reason;
  return row.figures ? `CPU ${percent(row.figures.cpu_percent)}` : '';
}

function ofServers(tomo: Tomo, now: number): Entry[] {
  const rows = [...tomo.fleet.rows].sort(
    (one, other) => worstFirst.indexOf(one.health.state) - worstFirst.indexOf(other.health.state),
  );
  return rows.map((row) => ({
    id: `server:${row.server.id}`,
    group: 'Servers',
    title: row.server.name,
    detail: [
      row.server.auth_type === 'local' ? 'local' : addressOf(row.server),
      stateText(row, now),
    ]
      .filter(Boolean)
      .join(' · '),
    mark: row.health.state,
    run: () => tomo.router.go(serverRoute(row.server.id)),
  }));
}

/** What a row's menu offers, as sentences that name the server. */
function ofRows(tomo: Tomo): Entry[] {
  const entries: Entry[] = [];
  for (const row of tomo.fleet.rows) {
    for (const action of serverActions(tomo, row)) {
      if (action === 'rule' || action.disabled || action.label === 'Open') continue;
      const asks = action.label.endsWith('…');
      const verb = asks ? action.label.slice(0, -1) : action.label;
      const title =
        verb.endsWith('now') || verb.includes(' ')
          ? `${verb}: ${row.server.name}`
          : `${verb} ${row.server.name}`;
      const entry: Entry = {
        id: `${action.label}:${row.server.id}`,
        group: 'Commands',
        title: asks ? `${title}…` : title,
        onlyWhenTyped: true,
        run: action.onselect,
      };
      if (action.icon) entry.icon = action.icon;
      entries.push(entry);
    }
  }
  return entries;
}

async function signOut(tomo: Tomo): Promise<void> {
  try {
    await tomo.signOut();
  } catch (thrown) {
    tomo.toasts.fail('You are still signed in', ApiError.from(thrown));
  }
}

function ofWindow(tomo: Tomo): Entry[] {
  const entries: Entry[] = [];
  const add = (entry: Omit<Entry, 'group' | 'id'>) =>
    entries.push({ ...entry, id: entry.title, group: 'Commands' });
  if (tomo.status.may('administer')) {
    add({ title: 'Add server…', icon: Plus, keys: 'Mod+N', run: () => tomo.dialogs.addServer() });
  }
  for (const place of placesOf(tomo)) {
    const { label, icon, keys } = place;
    add({ title: `Go to ${label}`, icon, keys, run: () => tomo.router.go(routeOf(place)) });
  }
  if (tomo.status.may('operate')) {
    if (tomo.fleet.collection?.paused) {
      add({ title: 'Resume collection', icon: Play, run: () => void resume(tomo) });
    } else {
      for (const { label, until } of pauseChoices()) {
        add({
          title: `Pause collection ${label.charAt(0).toLowerCase()}${label.slice(1)}`,
          icon: Pause,
          onlyWhenTyped: until !== null,
          run: () => void pauseUntil(tomo, until),
        });
      }
    }
  }
  add({
    title: tomo.rail.narrow ? 'Widen the rail' : 'Narrow the rail',
    icon: PanelLeft,
    keys: 'Mod+B',
    run: () => void tomo.rail.toggle(),
  });
  add({
    title: 'All keys',
    icon: KeyboardIcon,
    keys: '?',
    run: () => tomo.dialogs.open({ kind: 'keys' }),
  });
  for (const { id, title, needs } of sections) {
    if (needs && !tomo.status.may(needs)) continue;
    add({
      title: `Go to ${title}`,
      icon: SlidersHorizontal,
      onlyWhenTyped: true,
      run: () => tomo.router.go(settingsRoute(id)),
    });
  }
  if (tomo.status.may('user.create')) {
    add({
      title: 'Add user…',
      icon: UserPlus,
      onlyWhenTyped: true,
      run: () => tomo.dialogs.open({ kind: 'add_user' }),
    });
  }
  add({ title: 'Your account', icon: User, run: () => tomo.router.go({ page: 'account' }) });
  add({ title: 'Lock', icon: Lock, keys: 'Mod+L', run: () => void tomo.lock() });
  add({ title: 'Sign out', icon: LogOut, run: () => void signOut(tomo) });
  return entries;
}

async function change(tomo: Tomo, key: string, title: string, value: unknown): Promise<void> {
  try {
    await tomo.settings.set(key, value);
  } catch (thrown) {
    tomo.toasts.fail(`${title} was not changed`, ApiError.from(thrown));
  }
}

function ofSettings(tomo: Tomo): Entry[] {
  const entries: Entry[] = [];
  for (const setting of tomo.settings.list.value ?? []) {
    const { key, title, value } = setting;
    entries.push({
      id: key,
      group: 'Settings',
      title,
      detail: valueText(setting, value),
      icon: SlidersHorizontal,
      onlyWhenTyped: key !== 'ui.theme',
      run: () => tomo.router.go(settingsRoute(sectionOf(key), key)),
    });
    if (setting.locked !== null) continue;
    for (const option of optionsOf(setting)) {
      if (option.value === value) continue;
      entries.push({
        id: `${key}:${option.value}`,
        group: 'Settings',
        title: `${title}: ${valueText(setting, option.value)}`,
        icon: SlidersHorizontal,
        onlyWhenTyped: true,
        run: () => void change(tomo, key, title, option.value),
      });
    }
  }
  return entries;
}

/** Everything the palette reaches, as it is now. */
export function entriesOf(tomo: Tomo, now: number): Entry[] {
  return [
    ...ofServers(tomo, now),
    ...ofWindow(tomo),
    ...ofData(tomo),
    ...ofRows(tomo),
    ...ofContainers(tomo),
    ...ofApps(tomo),
    ...ofSettings(tomo),
  ];
}
