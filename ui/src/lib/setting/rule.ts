import type { Rule } from '../backend/generated';
import { NBSP } from '../format';

/** What the registry's rules say about a value, before it is sent. */

const wholeNumber = /^\s*[+-]?\d{1,15}\s*$/;

/** The value that was entered; `undefined` while it is none. */
export function valueOf(rule: Rule, entered: unknown): unknown {
  if (rule.kind !== 'whole') return typeof entered === 'string' ? entered.trim() : entered;
  if (typeof entered === 'number') return entered;
  return wholeNumber.test(String(entered)) ? Number(entered) : undefined;
}

/** Why a value cannot be taken; `null` when it can. */
export function problemOf(rule: Rule, entered: unknown): string | null {
  const value = valueOf(rule, entered);
  switch (rule.kind) {
    case 'whole': {
      const bounds = `${rule.min} to ${rule.max.toLocaleString('en')}`;
      if (typeof value !== 'number') return `A whole number, ${bounds}`;
      return value >= rule.min && value <= rule.max ? null : withUnit(bounds, rule.unit);
    }
    case 'folder':
      return value === '' || isFullPath(String(value))
        ? null
        : 'The full path of a folder, or nothing for Tomo’s own';
    default:
      return null;
  }
}

/** Why two marks cannot stand as they are. */
export function pairProblem(warning: unknown, critical: unknown): string | null {
  if (typeof warning !== 'number' || typeof critical !== 'number') return null;
  if (warning < critical) return null;
  return `The warning has to come before the critical mark, ${critical}${NBSP}%.`;
}

function isFullPath(path: string): boolean {
  return path.length <= 4096 && /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path);
}

/** `30 s`, `85 %`. */
export function withUnit(value: string | number, unit: string): string {
  return unit ? `${value}${NBSP}${unit}` : String(value);
}
