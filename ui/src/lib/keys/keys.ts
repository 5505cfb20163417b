/** Names and matching of key chords: `Mod+K` is Ctrl K here and ⌘ K on a Mac. */

const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

const names: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};

/** How a chord is written on this system: `Ctrl K`, `⌘ K`. */
export function keyLabel(chord: string): string {
  return chord
    .split('+')
    .map((part) => (part === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : (names[part] ?? part)))
    .join('\u00a0');
}

/** Whether a key press is the chord, with no other modifier held. */
export function isChord(event: KeyboardEvent, chord: string): boolean {
  const parts = chord.split('+');
  const key = parts.pop() ?? '';
  const wantsMod = parts.includes('Mod');
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const otherMod = isMac ? event.ctrlKey : event.metaKey;
  if (mod !== wantsMod || otherMod || event.altKey) return false;
  // A character such as `?` needs Shift on most layouts; only letters and named keys tell it apart.
  if (key.length > 1 || /[a-z]/i.test(key)) {
    if (event.shiftKey !== parts.includes('Shift')) return false;
  }
  return event.key.toLowerCase() === key.toLowerCase();
}

/** Whether the person is typing text, so that single letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type)
  );
}
