import { isChord, isTyping } from '../../lib/keys/keys';
import type { Tomo } from '../../lib/state/tomo.svelte';
import { placesOf, routeOf } from './places';

type Shortcut = { keys: string; run: (tomo: Tomo) => void };

const anywhere: readonly Shortcut[] = [
  { keys: 'Mod+K', run: (tomo) => tomo.dialogs.open({ kind: 'palette', text: '' }) },
  { keys: 'Mod+N', run: (tomo) => tomo.status.may('administer') && tomo.dialogs.addServer() },
  {
    keys: 'Mod+B',
    run: (tomo) => void tomo.rail.toggle(),
  },
  { keys: 'Mod+L', run: (tomo) => void tomo.lock() },
  { keys: 'Mod+,', run: (tomo) => tomo.router.go({ page: 'settings' }) },
];

/** Runs the key that acts on every page; a dialog keeps all keys to itself. */
export function runShortcut(tomo: Tomo, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.repeat) return;
  const shortcuts = [
    ...anywhere,
    ...placesOf(tomo).map((place) => ({
      keys: place.keys,
      run: () => tomo.router.go(routeOf(place)),
    })),
  ];
  if (tomo.dialogs.current) {
    // The browser's own Ctrl N, Ctrl K and the like must not reach the web view from a dialog.
    if (shortcuts.some(({ keys }) => isChord(event, keys))) event.preventDefault();
    return;
  }
  const shortcut = shortcuts.find(({ keys }) => isChord(event, keys));
  if (shortcut) {
    event.preventDefault();
    shortcut.run(tomo);
  } else if (isChord(event, '?') && !isTyping(event.target)) {
    event.preventDefault();
    tomo.dialogs.open({ kind: 'keys' });
  }
}
