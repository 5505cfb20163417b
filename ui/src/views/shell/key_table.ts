import type { Place } from './places';

interface KeyGroup {
  title: string;
  keys: readonly { keys: readonly string[]; does: string }[];
}

const ofContainers: KeyGroup = {
  title: 'Among containers',
  keys: [
    { keys: ['Space'], does: 'Select' },
    { keys: ['Shift+ArrowUp', 'Shift+ArrowDown'], does: 'Select several' },
    { keys: ['Mod+A'], does: 'Select all' },
    { keys: ['ArrowLeft', 'ArrowRight'], does: 'Close or open a group' },
    { keys: ['L', 'T', 'R'], does: 'Logs, terminal, restart' },
    { keys: ['Delete'], does: 'Remove' },
  ],
};

const ofApps: KeyGroup = {
  title: 'Among installed apps',
  keys: [
    { keys: ['L', 'R'], does: 'Logs, restart' },
    { keys: ['Delete'], does: 'Uninstall' },
  ],
};

const ofTerminals: KeyGroup = {
  title: 'In logs and terminals',
  keys: [
    { keys: ['Ctrl+F6'], does: 'Into a terminal, and out' },
    { keys: ['Ctrl+Shift+C'], does: 'Copy from a terminal' },
    { keys: ['Ctrl+Shift+V'], does: 'Paste into a terminal' },
    { keys: ['Ctrl+Shift+F'], does: 'Find in a terminal' },
    { keys: ['Ctrl+Shift+W'], does: 'Close a terminal' },
    { keys: ['Space'], does: 'Pause a log, or go on' },
  ],
};

/** What the sheet of keys shows; the same keys as the guide, as far as there is something to do. */
export const keyGroups = (places: readonly Place[]): readonly KeyGroup[] => [
  {
    title: 'Everywhere',
    keys: [
      { keys: ['Mod+K'], does: 'Search, or run a command' },
      { keys: ['Mod+N'], does: 'Add a server' },
      ...places.map(({ page, keys, label }) => ({
        keys: page === 'settings' ? [keys, 'Mod+,'] : [keys],
        does: label,
      })),
      { keys: ['Mod+L'], does: 'Lock' },
      { keys: ['Mod+B'], does: 'Narrow or widen the rail' },
      { keys: ['Escape'], does: 'Close, clear, zoom out' },
      { keys: ['?'], does: 'This list' },
    ],
  },
  {
    title: 'In lists',
    keys: [
      { keys: ['ArrowUp', 'ArrowDown', 'K', 'J'], does: 'Move' },
      { keys: ['Home', 'End'], does: 'First, last' },
      { keys: ['Enter'], does: 'Open' },
      { keys: ['/'], does: 'Filter or search' },
      { keys: ['Shift+F10'], does: 'What can be done with a row' },
    ],
  },
  ...(places.some(({ page }) => page === 'containers') ? [ofContainers] : []),
  {
    title: 'On a server’s page',
    keys: [
      { keys: ['T'], does: 'Open a terminal' },
      { keys: ['1', '5'], does: 'Live, 1 h, 24 h, 7 d, 30 d' },
      { keys: ['ArrowLeft', 'ArrowRight'], does: 'Move the crosshair' },
    ],
  },
  ofApps,
  ofTerminals,
];
