import type { AppRestMode, AppDataKind, AppDataPart } from '../../../../lib/backend/generated';
import { bytes, counted } from '../../../../lib/format';

export const kindWords: Record<AppDataKind, string> = {
  volume: 'volume',
  folder: 'folder',
  file: 'file',
};

/** How an app was kept from writing while it was read; of one that did not run, that it did not. */
export function modeText(mode: AppRestMode | null): string {
  if (mode === null) return 'it did not run';
  return mode === 'stop' ? 'it was stopped' : 'it was paused';
}

/** What keeping it from writing means, in a sentence. */
export const modeSentences: Record<AppRestMode, string> = {
  stop: 'Safest: what it has in memory is on the disk by then. It is started again afterwards.',
  pause: 'Shorter: it goes on where it was, but what it has in memory is not in the backup.',
};

/** `1.20 GB`; what is not known of it is said, and never counted as nothing. */
export function sizeText(parts: readonly Pick<AppDataPart, 'bytes'>[]): string {
  const known = parts.flatMap((part) => (part.bytes === null ? [] : [part.bytes]));
  const unknown = parts.length - known.length;
  if (known.length === 0) return unknown === 0 ? '' : 'size not known';
  const sum = bytes(known.reduce((all, one) => all + one, 0));
  return unknown === 0 ? sum : `${sum} and ${counted(unknown, 'part')} of unknown size`;
}
