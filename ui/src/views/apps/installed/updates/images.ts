import type { AppImage, UpdatePlan } from '../../../../lib/backend/generated';
import { ABSENT, sentences } from '../../../../lib/format';

/** The first letters of a digest: `2c0d58e9a1f7`. */
export function shortDigest(digest: string | null): string {
  if (digest === null) return ABSENT;
  return digest.replace(/^sha\d+:/, '').slice(0, 12);
}

/** What is known of a newer one, in words. */
export function imageState({ error, is_newer, newest }: AppImage): {
  is: 'newer' | 'newest' | 'failed' | 'unknown';
  text: string;
  tone: '' | 'text-3' | 'tone-warn';
} {
  if (is_newer === null) {
    // Why it is not known says more than that it is not.
    return error === null
      ? { is: 'unknown', text: 'not looked at yet', tone: 'text-3' }
      : { is: 'failed', text: sentences(error), tone: 'tone-warn' };
  }
  if (!is_newer) return { is: 'newest', text: 'the newest', tone: 'text-3' };
  return {
    is: 'newer',
    text: newest === null ? 'newer' : `newer: ${shortDigest(newest)}`,
    tone: '',
  };
}

/** `1a2b3c4d5e6f → 7a8b9c0d1e2f`. */
export function digestsText({ from, to }: UpdatePlan['newer_images'][number]): string {
  return from === null ? shortDigest(to) : `${shortDigest(from)} → ${shortDigest(to)}`;
}
