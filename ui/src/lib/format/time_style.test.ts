import { afterEach, describe, expect, it } from 'vitest';
import {
  behindUtc,
  clock,
  clockSeconds,
  day,
  onDay,
  setTimeStyle,
  when,
  whenAt,
  whenExactly,
} from '.';

const spaced = (text: string) => text.replaceAll('\u00a0', ' ');
const now = Date.UTC(2026, 10, 22, 13, 31, 8);

afterEach(() => {
  setTimeStyle('locale', 'local');
  Object.defineProperty(navigator, 'language', { value: 'en-GB', configurable: true });
});

describe('times follow ui.timezone', () => {
  it('by its clock and its calendar', () => {
    setTimeStyle('locale', 'Asia/Tokyo');
    expect(clockSeconds(now)).toBe('22:31:08');
    setTimeStyle('locale', 'Pacific/Kiritimati');
    // Fourteen hours ahead it is the next day already.
    expect(spaced(day(now, now))).toBe('23 Nov');
    setTimeStyle('locale', 'Asia/Kolkata');
    expect(behindUtc(now)).toBe(-5.5 * 3_600_000);
  });

  it('with midnight as the first hour, and without a zone that nobody knows', () => {
    setTimeStyle('iso', 'UTC');
    expect(clock(Date.UTC(2026, 0, 1))).toBe('00:00');
    setTimeStyle('iso', 'Nowhere/City');
    expect(() => clock(now)).not.toThrow();
  });
});

describe('times follow ui.date_format', () => {
  it('as ISO writes them', () => {
    setTimeStyle('iso', 'UTC');
    expect(when(now, now)).toBe('13:31');
    expect(when(now - 86_400_000, now)).toBe('2026-11-21');
    expect(whenExactly(now - 86_400_000, now)).toBe('2026-11-21 13:31');
  });

  it('as ages, but not where a moment is needed', () => {
    setTimeStyle('relative', 'UTC');
    expect(spaced(when(now - 720_000, now))).toBe('12 min ago');
    expect(spaced(when(now + 7_200_000, now))).toBe('in 2 h');
    expect(spaced(onDay(now - 41 * 86_400_000, now))).toBe('41 d ago');
    // 'Paused until in 2 h' is no sentence.
    expect(whenAt(now + 7_200_000, now)).toBe('15:31');
    expect(whenExactly(now, now)).toBe('today 13:31');
  });

  it('as the system’s language orders them', () => {
    setTimeStyle('locale', 'UTC');
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
    expect(spaced(clock(now))).toBe('1:31 PM');
    expect(spaced(clock(Date.UTC(2026, 0, 1, 0, 5)))).toBe('12:05 AM');
    expect(spaced(day(Date.UTC(2025, 9, 3, 12), now))).toBe('Oct 3, 2025');
    Object.defineProperty(navigator, 'language', { value: 'de-DE', configurable: true });
    expect(spaced(clock(now))).toBe('13:31');
    expect(spaced(day(Date.UTC(2025, 9, 3, 12), now))).toBe('3 Oct 2025');
  });
});
