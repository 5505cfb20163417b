import type { AuditEntry } from '../../lib/backend/generated';
import { ABSENT } from '../../lib/format';

/** A value as the trail holds it: JSON, so that a text is told from a number. */
export function valueOf(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}

/** What stood there before; nothing before the first value. */
export function oldValueOf(entry: AuditEntry): string {
  return entry.change_type === 'create' ? ABSENT : valueOf(entry.old_value);
}

/** Both ends, since those are what people compare: `a91f…03c7`. */
export function shortChecksum(checksum: string): string {
  return checksum.length > 9 ? `${checksum.slice(0, 4)}…${checksum.slice(-4)}` : checksum;
}
