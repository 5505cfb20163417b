/** What the backend asks for; said here before it is sent. */
export const shortestPassword = 12;
export const longestPassword = 256;

export interface Strength {
  /** 0 to 4, as many bars are filled. */
  bars: number;
  word: string;
}

/**
 * How hard a password is to guess, by length and by how many different characters it has. It only
 * advises: length is what the rule asks for.
 */
export function strengthOf(password: string): Strength {
  const characters = [...password];
  if (characters.length === 0) return { bars: 0, word: '' };
  if (characters.length < shortestPassword) {
    const missing = shortestPassword - characters.length;
    return { bars: 1, word: `${missing} more ${missing === 1 ? 'character' : 'characters'}.` };
  }
  const different = new Set(characters).size;
  if (different < 6) return { bars: 1, word: 'Easy to guess: it repeats itself.' };
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /\s/, /[^\p{L}\d\s]/u].filter((kind) =>
    kind.test(password),
  ).length;
  const score = characters.length + 2 * (kinds - 1) + (different >= 10 ? 2 : 0);
  if (score >= 24) return { bars: 4, word: 'Very good.' };
  if (score >= 17) return { bars: 3, word: 'Good.' };
  return { bars: 2, word: 'Fair. Longer is better than stranger.' };
}

/** Why a new password cannot be used, or `null`. */
export function problemOf(password: string): string | null {
  const length = [...password].length;
  if (length < shortestPassword) return `At least ${shortestPassword} characters`;
  if (length > longestPassword) return `At most ${longestPassword} characters`;
  return null;
}
