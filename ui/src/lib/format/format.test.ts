import { describe, expect, it } from 'vitest';
import {
  age,
  bytes,
  bytesOf,
  clock,
  cutMiddle,
  isolated,
  day,
  duration,
  exactBytes,
  findFingerprint,
  fingerprintGroups,
  milliseconds,
  onDay,
  percent,
  percentFine,
  platformText,
  processors,
  sentences,
  rate,
  secondsSince,
  shortFingerprint,
  systemName,
  systemShort,
  threeDigits,
  when,
} from '.';
import type { SystemInfo } from '../backend/generated';

/** Reads better in the cases below than a no-break space. */
const spaced = (text: string): string => text.replaceAll('\u00a0', ' ');

const GB = 1024 ** 3;
const FINGERPRINT = 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDpvZ4wQmY2aTfL1sE';

function system(over: Partial<SystemInfo>): SystemInfo {
  return {
    os_id: 'debian',
    os_name: null,
    os_version: null,
    kernel: null,
    architecture: null,
    hostname: null,
    cpu_model: null,
    cpu_count: null,
    memory_total_bytes: null,
    swap_total_bytes: null,
    virtualization: null,
    docker_version: null,
    unreadable: [],
    ...over,
  };
}

describe('figures', () => {
  // Columns of fixed width hold only if a figure never takes more than three digits.
  it('have three digits', () => {
    expect(threeDigits(3.4211)).toBe('3.42');
    expect(threeDigits(24.62)).toBe('24.6');
    expect(threeDigits(812.4)).toBe('812');
    expect(threeDigits(0)).toBe('0');
  });

  // Rounding must not add a digit: 9.996 would read 10.00, and 99.96 would read 100.0.
  it('keep three digits where rounding carries over', () => {
    expect(threeDigits(9.996)).toBe('10.0');
    expect(threeDigits(99.96)).toBe('100');
    expect(spaced(rate(999_700))).toBe('1.00 MB/s');
  });

  // 'True or absent': what was not measured never reads as a zero.
  it('are a dash when they were not measured', () => {
    for (const nothing of [null, undefined, Number.NaN]) {
      expect(percent(nothing)).toBe('–');
      expect(percentFine(nothing)).toBe('–');
      expect(bytes(nothing)).toBe('–');
      expect(rate(nothing)).toBe('–');
      expect(age(nothing)).toBe('–');
      expect(milliseconds(nothing)).toBe('–');
    }
  });

  // A value and its unit must never be torn apart at the end of a line.
  it('stand before their unit with a no-break space', () => {
    expect(percent(41.2)).toBe('41\u00a0%');
    expect(bytes(15.6 * GB)).toBe('15.6\u00a0GB');
    expect(age(40)).toBe('40\u00a0s');
  });

  // A little is not nothing.
  it('say less than one percent rather than none', () => {
    expect(spaced(percent(0.2))).toBe('< 1 %');
    expect(spaced(percent(0))).toBe('0 %');
  });
});

describe('sizes and rates', () => {
  // Memory and disk follow the systems' own tools, rates follow the makers of network cards.
  it('count sizes in 1024s and rates in thousands', () => {
    expect(spaced(bytes(1024 ** 3))).toBe('1.00 GB');
    expect(spaced(bytes(1000))).toBe('0.98 kB');
    expect(spaced(bytes(512))).toBe('512 B');
    expect(spaced(rate(3_420_000))).toBe('3.42 MB/s');
    expect(spaced(rate(812_000))).toBe('812 kB/s');
  });

  // The eye compares part and whole, so both take one unit and the same decimals.
  it('write a part in the unit of its whole', () => {
    expect(spaced(bytesOf(93.2 * GB, 228 * GB))).toBe('93 of 228 GB');
    expect(spaced(bytesOf(10.5 * 1024 * GB, 10.9 * 1024 * GB))).toBe('10.5 of 10.9 TB');
    expect(spaced(bytesOf(0.4 * GB, 228 * GB))).toBe('0.4 of 228 GB');
    expect(spaced(bytesOf(null, 228 * GB))).toBe('– of 228 GB');
  });

  // The tooltip is where somebody looks for the number that a tool on the host printed.
  it('give the exact bytes', () => {
    expect(spaced(exactBytes(244_813_135_872))).toBe('244,813,135,872 bytes');
  });
});

describe('times', () => {
  // The backend writes ages into sentences with the same thresholds; the two must agree.
  it('are ages in one unit', () => {
    expect(
      [40, 89, 90, 720, 5_399, 5_400, 22_000, 172_800, 3_542_400].map(age).map(spaced),
    ).toEqual(['40 s', '89 s', '1 min', '12 min', '89 min', '1 h', '6 h', '2 d', '41 d']);
  });

  // A gap of two hours is not one of three, so lengths have a second unit.
  it('are lengths in two units', () => {
    expect([8, 90, 7_920, 7_200, 58_680, 3_542_400].map(duration).map(spaced)).toEqual([
      '8 s',
      '1 min',
      '2 h 12 min',
      '2 h',
      '16 h 18 min',
      '41 d',
    ]);
  });

  // Clocks of two processes differ by milliseconds; an age of −1 s would look broken.
  it('are never negative', () => {
    expect(secondsSince(2_000, 1_000)).toBe(0);
  });

  // Today is read by the clock, earlier days by their date, other years by the year too.
  it('name the day only when it is not today', () => {
    const now = new Date(2026, 10, 22, 14, 33);
    expect(clock(now)).toBe('14:33');
    expect(spaced(when(new Date(2026, 10, 22, 4, 5), now))).toBe('04:05');
    expect(spaced(when(new Date(2026, 9, 3, 4, 5), now))).toBe('3 Oct');
    expect(spaced(day(new Date(2025, 9, 3), now))).toBe('3 Oct 2025');
    expect(spaced(onDay(new Date(2026, 9, 3), now))).toBe('on 3 Oct');
    expect(spaced(onDay(now, now))).toBe('today 14:33');
  });
});

describe('fingerprints', () => {
  // Groups of five are what an eye can hold; nothing of the digest may get lost in them.
  it('fall into groups of five', () => {
    const groups = fingerprintGroups(FINGERPRINT);
    expect(groups).toHaveLength(9);
    expect(groups.join('')).toBe(FINGERPRINT.slice('SHA256:'.length));
  });

  // People paste the whole line, the fingerprint alone, or what Tomo itself shows.
  it('are found in what was pasted', () => {
    expect(findFingerprint(`256 ${FINGERPRINT} root@backup (ED25519)`)).toBe(FINGERPRINT);
    expect(findFingerprint(fingerprintGroups(FINGERPRINT).join(' '))).toBe(FINGERPRINT);
    expect(findFingerprint(`${FINGERPRINT}=`)).toBe(FINGERPRINT);
  });

  // A fingerprint that is cut short, or one of MD5, proves nothing and must not count.
  it('are not found in anything less', () => {
    expect(findFingerprint(FINGERPRINT.slice(0, -1))).toBeNull();
    expect(findFingerprint(`${FINGERPRINT}x`)).toBeNull();
    expect(findFingerprint('256 MD5:16:27:ac:a5:76:28:2d:36 root@backup')).toBeNull();
    expect(findFingerprint('')).toBeNull();
  });

  // Where there is no room, both ends stay: they are what people compare first.
  it('are shortened in the middle', () => {
    expect(shortFingerprint(FINGERPRINT)).toBe('SHA256:uNiVz…fL1sE');
    expect(cutMiddle('/very/long/path/to/a/file', 11)).toBe('/very…/file');
    expect(cutMiddle('/mnt', 11)).toBe('/mnt');
  });
});

describe('systems', () => {
  // The exact version replaces the major one, and the release's nickname stays.
  it('are named with their exact version', () => {
    const debian = system({ os_name: 'Debian GNU/Linux 12 (bookworm)', os_version: '12.7' });
    expect(systemName(debian)).toBe('Debian 12.7 (bookworm)');
    expect(systemShort(debian)).toBe('Debian 12.7');
    expect(systemName(system({ os_name: 'Fedora Linux 43', os_version: '43' }))).toBe(
      'Fedora Linux 43',
    );
    expect(systemName(null)).toBeNull();
  });

  // What the host did not tell is left out, not guessed.
  it('say only what is known', () => {
    expect(spaced(processors(system({ cpu_count: 1, architecture: 'x86_64' })) ?? '')).toBe(
      '1 core, x86-64',
    );
    expect(processors(system({}))).toBeNull();
    expect(platformText('none')).toBe('hardware, no hypervisor');
    expect(platformText('kvm')).toBe('a virtual machine (kvm)');
    expect(platformText('lxc')).toBe('a container (lxc)');
  });
});

// Errors of the other side end with a full stop, words of the window often do not.
describe('sentences in a row', () => {
  it('have one full stop each', () => {
    expect(sentences('The disk is full.', 'Make room')).toBe('The disk is full. Make room.');
    expect(sentences('The disk is full', '', null)).toBe('The disk is full.');
    expect(sentences('Nobody answers…', undefined)).toBe('Nobody answers…');
  });
});

// A Hebrew name would take the day after it along, a turned one the rest of the sentence.
describe('a name in a sentence', () => {
  it('is set apart where it could turn its neighbours, and only there', () => {
    expect(isolated('nas-2.Küche 日本')).toBe('nas-2.Küche 日本');
    expect(isolated('שרת')).toBe('\u2068שרת\u2069');
    expect(isolated('a\u202eb')).toBe('\u2068a\u202eb\u2069');
    expect(isolated('\u{1e900}')).toBe('\u2068\u{1e900}\u2069');
  });
});
