/** The colours of a chart, read from the theme's tokens: a canvas knows no CSS variables. */
export interface Palette {
  first: string;
  firstFill: string;
  second: string;
  secondFill: string;
  ground: string;
}

/** The tokens in force at `element`. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    first: token('--c1'),
    firstFill: token('--c1-fill'),
    second: token('--c2'),
    secondFill: token('--c2-fill'),
    ground: token('--bg'),
  };
}

/** `#rrggbb` with a share of transparency; any other notation is given back as it is. */
export function withAlpha(colour: string, alpha: number): string {
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(colour);
  if (!hex) return colour;
  const [red, green, blue] = hex.slice(1).map((part) => Number.parseInt(part, 16));
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** Calls back whenever the theme changes; the result ends that. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'class', 'style'] });
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
