import type { Mark } from '../../../../components/StateMark.svelte';
import type { AppImage, UpdatePlan } from '../../../../lib/backend/generated';
import { ABSENT, sentences } from '../../../../lib/format';

/** The first letters of a digest: `2c0d58e9a1f7`. */
export function shortDigest(digest: string | null): string {
  if (digest === null) return ABSENT;
  return digest.replace(/^sha\d+:/, '').slice(0, 12);
}

/** What is known of a newer one. */
export function imageState({ error, is_newer, newest }: AppImage): {
  mark: Mark;
  text: string;
  tone: 'text-2' | 'text-3' | 'tone-warn';
} {
  // Why it is not known says more than that it is not.
  if (is_newer === null) {
    return error === null
      ? { mark: 'unknown', text: 'not looked at yet', tone: 'text-3' }
      : { mark: 'warning', text: sentences(error), tone: 'tone-warn' };
  }
  if (!is_newer) return { mark: 'done', text: 'the newest', tone: 'text-3' };
  const which = newest === null ? '' : `: ${shortDigest(newest)}`;
  return { mark: 'connecting', text: `a newer one is there${which}`, tone: 'text-2' };
}

/** `1a2b3c4d5e6f → 7a8b9c0d1e2f`. */
export function digestsText({ from, to }: UpdatePlan['newer_images'][number]): string {
  return from === null ? shortDigest(to) : `${shortDigest(from)} → ${shortDigest(to)}`;
}
