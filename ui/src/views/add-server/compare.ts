import { findFingerprint } from '../../lib/format';

/** What comparing a pasted text with a fingerprint says. */
export type Comparison = 'empty' | 'none' | 'same' | 'different';

/** Compares what a person pasted with the fingerprint that was presented. */
export function compare(pasted: string, fingerprint: string): Comparison {
  if (pasted.trim() === '') return 'empty';
  const found = findFingerprint(pasted);
  if (found === null) return 'none';
  return found === fingerprint.replace(/=+$/, '') ? 'same' : 'different';
}
