import { ABSENT, isMeasured, NBSP } from './text';

/** Decimals that leave three digits: 3.42, 24.6, 812. */
export function decimalsOf(value: number): number {
  const size = Math.abs(value);
  if (size < 9.995) return 2;
  if (size < 99.95) return 1;
  return 0;
}

/** Three digits; zero is plain `0`. */
export function threeDigits(value: number): string {
  if (value === 0) return '0';
  return value.toFixed(decimalsOf(value));
}

/** A share in whole percent, `41 %`; what is above nothing never reads 0. */
export function percent(value: number | null | undefined): string {
  if (!isMeasured(value)) return ABSENT;
  if (value > 0 && value < 0.5) return `<${NBSP}1${NBSP}%`;
  return `${Math.round(value)}${NBSP}%`;
}

/** A share with one decimal, `18.0 %`, where a reading is compared with another. */
export function percentFine(value: number | null | undefined): string {
  if (!isMeasured(value)) return ABSENT;
  return `${value.toFixed(1)}${NBSP}%`;
}

/** `39 °C`. */
export function celsius(value: number | null | undefined): string {
  return isMeasured(value) ? `${Math.round(value)}${NBSP}°C` : ABSENT;
}

/** A load average, `0.92`. */
export function load(value: number | null | undefined): string {
  return isMeasured(value) ? threeDigits(value) : ABSENT;
}

/** Milliseconds, `0.41 ms`, `31 ms`, `1.20 s`. */
export function milliseconds(value: number | null | undefined): string {
  if (!isMeasured(value)) return ABSENT;
  if (value >= 999.5) return `${threeDigits(value / 1000)}${NBSP}s`;
  if (value >= 9.95) return `${Math.round(value)}${NBSP}ms`;
  return `${value.toFixed(1)}${NBSP}ms`;
}
