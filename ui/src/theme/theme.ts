export const themes = ['auto', 'light', 'dark'] as const;
/** `auto` follows the system. */
export type Theme = (typeof themes)[number];

export function isTheme(value: unknown): value is Theme {
  return themes.some((theme) => theme === value);
}

/** Where `public/theme.js` finds the choice before the first paint. */
const remembered = 'tomo.theme';

/** Puts the theme on the page, and remembers it for the next start. */
export function applyTheme(theme: Theme): void {
  const dark =
    theme === 'dark' ||
    (theme === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  try {
    localStorage.setItem(remembered, theme);
  } catch {
    // Without storage the next start shows the system's theme until the settings are read.
  }
}

/** The choice of the last start, for the pages before sign-in. */
export function rememberedTheme(): Theme {
  try {
    const theme = localStorage.getItem(remembered);
    return isTheme(theme) ? theme : 'auto';
  } catch {
    return 'auto';
  }
}

/** Calls when the system turns dark or light; the result ends that. */
export function onSystemTheme(changed: () => void): () => void {
  const query = window.matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}
