import ActivityIcon from '@lucide/svelte/icons/activity';
import Rows3 from '@lucide/svelte/icons/rows-3';
import ServerIcon from '@lucide/svelte/icons/server';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import type { Component } from 'svelte';
import type { Route } from '../../lib/state/router.svelte';

/** The rail's entries, in its order. */
export interface Place {
  page: 'overview' | 'servers' | 'activity' | 'settings';
  label: string;
  icon: Component;
  keys: string;
  /** The pages during which it is the current entry. */
  holds: readonly Route['page'][];
}

export const places: readonly Place[] = [
  { page: 'overview', label: 'Overview', icon: Rows3, keys: 'Mod+1', holds: ['overview'] },
  {
    page: 'servers',
    label: 'Servers',
    icon: ServerIcon,
    keys: 'Mod+2',
    holds: ['servers', 'server'],
  },
  {
    page: 'activity',
    label: 'Activity',
    icon: ActivityIcon,
    keys: 'Mod+3',
    holds: ['activity'],
  },
  {
    page: 'settings',
    label: 'Settings',
    icon: SlidersHorizontal,
    keys: 'Mod+4',
    holds: ['settings'],
  },
];
