import type { AppSetting } from '../../lib/backend/generated';

const item = /^\s*(?:[-*•]|\d+[.)])\s/;

/**
 * What to know after the installation, as it reads: lines that an author broke to fit a file flow
 * together, paragraphs and the items of lists do not; a setting stands there with its default.
 */
export function noteParagraphs(notes: string, settings: readonly AppSetting[]): string[] {
  const filled = notes.replaceAll(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, name: string) => {
    const setting = settings.find((one) => one.name === name);
    return setting ? setting.default || `‹${setting.label}›` : whole;
  });
  const paragraphs: string[] = [];
  let goesOn = false;
  for (const line of filled.split('\n')) {
    const text = line.trim();
    if (text !== '' && goesOn && !item.test(line)) {
      paragraphs.push(`${paragraphs.pop() ?? ''} ${text}`);
    } else if (text !== '') paragraphs.push(text);
    goesOn = text !== '';
  }
  return paragraphs;
}
