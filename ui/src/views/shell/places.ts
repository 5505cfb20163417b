import ActivityIcon from '@lucide/svelte/icons/activity';
import Box from '@lucide/svelte/icons/box';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Rows3 from '@lucide/svelte/icons/rows-3';
import ServerIcon from '@lucide/svelte/icons/server';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import type { Component } from 'svelte';
import type { Route } from '../../lib/state/router.svelte';
import type { Tomo } from '../../lib/state/tomo.svelte';

/** An entry of the rail. */
export interface Place {
  page: 'overview' | 'servers' | 'containers' | 'apps' | 'activity' | 'settings';
  label: string;
  icon: Component;
  /** By its place in the rail. */
  keys: string;
  /** The pages during which it is the current entry. */
  holds: readonly Route['page'][];
}

const all: readonly Omit<Place, 'keys'>[] = [
  { page: 'overview', label: 'Overview', icon: Rows3, holds: ['overview'] },
  {
    page: 'servers',
    label: 'Servers',
    icon: ServerIcon,
    holds: ['servers', 'server', 'docker_setup'],
  },
  {
    page: 'containers',
    label: 'Containers',
    icon: Box,
    holds: ['containers', 'images', 'volumes', 'networks'],
  },
  {
    page: 'apps',
    label: 'Apps',
    icon: LayoutGrid,
    holds: ['apps', 'app', 'app_plan', 'app_restore', 'own_app', 'adopt', 'installed'],
  },
  { page: 'activity', label: 'Activity', icon: ActivityIcon, holds: ['activity'] },
  { page: 'settings', label: 'Settings', icon: SlidersHorizontal, holds: ['settings'] },
];

/** Where an entry leads. */
export function routeOf({ page }: Pick<Place, 'page'>): Route {
  return { page };
}

/** The rail's entries, in its order; one appears when there is something to hold. */
export function placesOf(tomo: Tomo): Place[] {
  return all
    .filter(({ page }) => page !== 'containers' || tomo.containers.hasSomething)
    .map((place, at) => ({ ...place, keys: `Mod+${at + 1}` }));
}
