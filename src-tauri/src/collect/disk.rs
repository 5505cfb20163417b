//! `/proc/diskstats`: bytes read and written per whole disk.
//!
//! Partitions, device-mapper, md and loop devices are left out: their bytes are counted at the disk
//! underneath. RAM disks are memory.

use super::rate::per_second;
use crate::domain::sample::Disk;

/// The kernel counts sectors of this size whatever the disk's own is.
const SECTOR_BYTES: u64 = 512;

/// The counters of one disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskCounters {
    /// Kernel name.
    pub name: String,
    /// Read since the host started, bytes.
    pub read_bytes: u64,
    /// Written since the host started, bytes.
    pub written_bytes: u64,
}

/// Every whole disk of `/proc/diskstats`.
#[must_use]
pub fn parse(text: &str) -> Vec<DiskCounters> {
    let mut disks: Vec<DiskCounters> = text.lines().filter_map(disk).collect();
    let names: Vec<String> = disks.iter().map(|disk| disk.name.clone()).collect();
    disks.retain(|disk| !names.iter().any(|whole| is_partition_of(&disk.name, whole)));
    disks
}

fn disk(line: &str) -> Option<DiskCounters> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    // 14 columns since 2.6.25; fewer is a line cut short, or an old kernel's partition.
    if words.len() < 14 || is_stacked_or_virtual(words[2]) {
        return None;
    }
    let bytes = |word: &str| word.parse::<u64>().ok()?.checked_mul(SECTOR_BYTES);
    Some(DiskCounters {
        name: words[2].to_owned(),
        read_bytes: bytes(words[5])?,
        written_bytes: bytes(words[9])?,
    })
}

fn is_stacked_or_virtual(name: &str) -> bool {
    const PREFIXES: [&str; 12] = [
        "loop", "ram", "zram", "dm-", "md", "sr", "fd", "zd", "bcache", "drbd", "mtdblock", "nullb",
    ];
    let stacked = PREFIXES.iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    // One path of a multipath NVMe disk (`nvme0c0n1`); the disk itself is listed as well.
    let path = name.strip_prefix("nvme").is_some_and(|rest| rest.contains('c'));
    // Hardware partitions of an eMMC chip (`mmcblk0boot0`).
    let chip = name.starts_with("mmcblk") && (name.contains("boot") || name.contains("rpmb"));
    stacked || path || chip
}

/// `sda1` of `sda`, `nvme0n1p2` of `nvme0n1`: digits, after a `p` where the disk ends in a digit.
/// A lone `xvda1` without `xvda`, as some clouds attach it, is a disk.
fn is_partition_of(name: &str, whole: &str) -> bool {
    let Some(rest) = name.strip_prefix(whole) else { return false };
    let number = if whole.ends_with(|c: char| c.is_ascii_digit()) {
        rest.strip_prefix('p')
    } else {
        Some(rest)
    };
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Disks with rates since `before`; without it, or over a counter reset, the rates are absent.
#[must_use]
pub fn rates(now: &[DiskCounters], before: Option<(&[DiskCounters], f64)>) -> Vec<Disk> {
    now.iter()
        .map(|counters| {
            let earlier = before.and_then(|(list, span)| {
                Some((list.iter().find(|other| other.name == counters.name)?, span))
            });
            let rate = |of: fn(&DiskCounters) -> u64| {
                earlier.and_then(|(before, span)| per_second(of(before), of(counters), span))
            };
            let (read, written) = (rate(|c| c.read_bytes), rate(|c| c.written_bytes));
            Disk {
                name: counters.name.clone(),
                // One counter that went backwards means that both were reset.
                read_bytes_per_second: read.filter(|_| written.is_some()),
                written_bytes_per_second: written.filter(|_| read.is_some()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAS: &str = include_str!("../../../tests/fixtures/proc/zfs-nas/diskstats");
    const PI: &str = include_str!("../../../tests/fixtures/proc/raspberry-pi/diskstats");

    fn names(text: &str) -> Vec<String> {
        parse(text).into_iter().map(|disk| disk.name).collect()
    }

    /// A pool over partitions, with zvols, md and dm on top, is still four disks' worth of bytes.
    #[test]
    fn only_whole_disks() {
        assert_eq!(names(NAS), ["sda", "sdb", "sdc", "nvme0n1"]);
        assert_eq!(names(PI), ["mmcblk0"]);
    }

    /// Sectors are 512 bytes in this file, on 4K disks too.
    #[test]
    fn sectors_become_bytes() {
        let pi = parse(PI);
        assert_eq!(pi[0].read_bytes, 4_913_922 * 512);
        assert_eq!(pi[0].written_bytes, 12_094_120 * 512);
    }

    /// Names that only look like partitions of each other.
    #[test]
    fn partitions_are_known_by_their_disk() {
        assert!(is_partition_of("sda1", "sda"));
        assert!(is_partition_of("nvme0n1p12", "nvme0n1"));
        assert!(is_partition_of("mmcblk0p2", "mmcblk0"));
        for (name, whole) in
            [("sdaa", "sda"), ("nvme0n10", "nvme0n1"), ("sda", "sda"), ("sda1b", "sda")]
        {
            assert!(!is_partition_of(name, whole), "{name}");
        }
        let cloud = " 202 1 xvda1 1 0 8 0 1 0 8 0 0 0 0\n";
        assert_eq!(names(cloud), ["xvda1"]);
    }

    /// Rates need both counters; a disk that was just plugged in has none.
    #[test]
    fn rates_are_bytes_per_second() {
        let line = |r: u64, w: u64| format!("8 0 sda 1 0 {r} 0 1 0 {w} 0 0 0 0\n");
        let rate = |before: &str, after: &str| {
            let before = parse(before);
            let disks = rates(&parse(after), Some((&before, 2.0)));
            disks.first().map(|d| (d.read_bytes_per_second, d.written_bytes_per_second))
        };
        assert_eq!(rate(&line(0, 0), &line(4, 8)), Some((Some(1024.0), Some(2048.0))));
        assert_eq!(rate(&line(9, 0), &line(4, 8)), Some((None, None)));
        assert_eq!(rate("", &line(4, 8)), Some((None, None)));
    }

    proptest! {
        /// Any text, any two of them: no rate is negative or infinite.
        #[test]
        fn never_nonsense(
            before in "([0-9]{1,3} [0-9]{1,3} [a-z]{2,4}[0-9p]{0,3}( [0-9]{1,21}){0,18}\n|.{0,20}\n){0,5}",
            after in "([0-9]{1,3} [0-9]{1,3} [a-z]{2,4}[0-9p]{0,3}( [0-9]{1,21}){0,18}\n|.{0,20}\n){0,5}",
            span in any::<f64>(),
        ) {
            for disk in rates(&parse(&after), Some((&parse(&before), span))) {
                for rate in [disk.read_bytes_per_second, disk.written_bytes_per_second] {
                    prop_assert!(rate.is_none_or(|rate| rate.is_finite() && rate >= 0.0));
                }
            }
        }
    }
}
