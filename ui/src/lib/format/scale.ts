import { ABSENT, isMeasured, NBSP } from './text';
import { decimalsOf, threeDigits } from './number';

/** A unit with what it divides by. */
export interface Unit {
  name: string;
  divisor: number;
}

/** Memory and disk count in 1024s and are written GB, as the systems' own tools do. */
const SIZES = unitsOf(['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 1024);

/** Rates count in thousands. */
const RATES = unitsOf(['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'], 1000);

function unitsOf(names: string[], step: number): Unit[] {
  return names.map((name, power) => ({ name, divisor: step ** power }));
}

/** The unit in which `value` takes at most three digits before the point. */
function unitFor(value: number, units: Unit[]): Unit {
  const fits = units.find((unit) => Math.abs(value) / unit.divisor < 999.5);
  return fits ?? units.at(-1) ?? { name: '', divisor: 1 };
}

/** The unit for sizes up to `bytes`. */
export const sizeUnit = (bytes: number): Unit => unitFor(bytes, SIZES);

/** The unit for rates up to `bytesPerSecond`. */
export const rateUnit = (bytesPerSecond: number): Unit => unitFor(bytesPerSecond, RATES);

function inUnit(value: number, unit: Unit): string {
  return unit.divisor === 1 ? String(Math.round(value)) : threeDigits(value / unit.divisor);
}

/** A size, `15.6 GB`. */
export function bytes(value: number | null | undefined): string {
  if (!isMeasured(value)) return ABSENT;
  const unit = sizeUnit(value);
  return `${inUnit(value, unit)}${NBSP}${unit.name}`;
}

/** A rate, `3.42 MB/s`. */
export function rate(value: number | null | undefined): string {
  if (!isMeasured(value)) return ABSENT;
  const unit = rateUnit(value);
  return `${inUnit(value, unit)}${NBSP}${unit.name}`;
}

/** `93 of 228 GB`: both in the unit of the whole, which is written once. */
export function bytesOf(used: number | null | undefined, total: number | null | undefined): string {
  if (!isMeasured(total)) return bytes(used);
  const unit = sizeUnit(total);
  const whole = inUnit(total, unit);
  if (!isMeasured(used)) return `${ABSENT} of ${whole}${NBSP}${unit.name}`;
  const part = used / unit.divisor;
  const decimals =
    unit.divisor === 1 ? 0 : Math.max(decimalsOf(total / unit.divisor), part < 9.5 ? 1 : 0);
  return `${used === 0 ? '0' : part.toFixed(decimals)} of ${whole}${NBSP}${unit.name}`;
}

/** The exact figure for a tooltip, `244,813,135,872 bytes`. */
export function exactBytes(value: number | null | undefined): string {
  if (!isMeasured(value)) return ABSENT;
  return `${Math.round(value).toLocaleString('en')}${NBSP}bytes`;
}
