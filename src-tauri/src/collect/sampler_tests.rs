//! Series of blocks as a host would send them.

use super::*;
use proptest::prelude::*;

fn block(sections: &[(&str, &str)]) -> Block {
    let mut block = Block::default();
    for (name, content) in sections {
        block.add(name, content.as_bytes());
    }
    block
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
}

fn fast(uptime: f64, busy: u64, rx: u64) -> Block {
    block(&[
        ("uptime", &format!("{uptime:.2} 1.00\n")),
        ("cpu", &format!("cpu  {busy} 0 0 1000\ncpu0 {busy} 0 0 1000\n")),
        ("network", &format!("eth0: {rx} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n")),
        ("disks", &format!("8 0 sda 1 0 {rx} 0 1 0 0 0 0 0 0\n")),
    ])
}

const TRIP: Duration = Duration::from_millis(12);

/// The first sample has figures, and no rate that would have to be made up.
#[test]
fn the_first_sample_has_no_rates() {
    let mut sampler = Sampler::new();
    let first = sampler.sample(&fast(100.0, 500, 1_000), at(0), TRIP);
    assert_eq!((first.span_seconds, first.cpu.clone()), (None, None));
    assert_eq!((first.network(), first.disk_io()), (None, None));
    assert_eq!(first.uptime_seconds, Some(100.0));
    assert_eq!(first.memory, None);
    assert!((first.cost.round_trip_ms - 12.0).abs() < 1e-9);
}

/// A delayed answer must not bend a rate: the host's own uptime is the time base.
#[test]
fn rates_are_taken_over_the_hosts_own_time() {
    let mut sampler = Sampler::new();
    sampler.sample(&fast(100.0, 500, 1_000), at(0), TRIP);
    let second = sampler.sample(&fast(102.5, 600, 3_500), at(9), TRIP);
    assert_eq!(second.span_seconds, Some(2.5));
    assert_eq!(second.network(), Some((1_000.0, 0.0)));
    assert_eq!(second.cpu.map(|cpu| cpu.total_percent), Some(100.0));
}

/// After a restart of the host or a sleep of this computer, one sample without rates, then rates.
#[test]
fn a_restart_and_a_sleep_start_over() {
    let mut sampler = Sampler::new();
    sampler.sample(&fast(9_000.0, 900_000, 9_000_000), at(0), TRIP);
    let restarted = sampler.sample(&fast(20.0, 90, 100), at(2), TRIP);
    assert_eq!((restarted.span_seconds, restarted.network()), (None, None));
    assert_eq!(restarted.cpu, None);
    let after = sampler.sample(&fast(22.0, 190, 300), at(4), TRIP);
    assert_eq!(after.network(), Some((100.0, 0.0)));

    sampler.forget_rates();
    let woken = sampler.sample(&fast(9_000.0, 290, 300_000_000), at(9_000), TRIP);
    assert_eq!((woken.cpu, woken.span_seconds), (None, None));
}

/// A host that cannot read its uptime still shows what needs no time base.
#[test]
fn without_uptime_there_are_no_rates() {
    let mut sampler = Sampler::new();
    let memory = block(&[("memory", "MemTotal: 10 kB\nMemAvailable: 4 kB\n")]);
    for second in 0..2 {
        let sample = sampler.sample(&memory, at(second), TRIP);
        assert_eq!(sample.memory.map(|memory| memory.used_bytes), Some(6 * 1024));
        assert_eq!(sample.span_seconds, None);
    }
}

/// Slow figures stay between their beats, and go when they are three beats old.
#[test]
fn slow_figures_are_carried_and_then_dropped() {
    let mut sampler = Sampler::new();
    let slow = block(&[
        ("temperatures", "coretemp\tCore 0\ttemp1\t\t51000\n"),
        ("mounts", "/dev/sda1 / ext4 rw 0 0\nnas:/x /mnt/x nfs4 rw 0 0\n"),
        ("free_space", "/dev/sda1 100 40 60 40% /\n"),
        ("network_free_space", "nas:/x 100 40 60 40% /mnt/x\n"),
    ]);
    sampler.sample(&slow, at(0), TRIP);
    let sample = sampler.sample(&fast(2.0, 1, 1), at(30), TRIP);
    assert_eq!((sample.temperatures.len(), sample.mounts.len()), (1, 2));
    let sample = sampler.sample(&fast(4.0, 1, 1), at(31), TRIP);
    assert_eq!((sample.temperatures.len(), sample.mounts.len()), (0, 2));

    // The network mount stops answering; the local one goes on.
    let late = block(&[
        ("mounts", "/dev/sda1 / ext4 rw 0 0\nnas:/x /mnt/x nfs4 rw 0 0\n"),
        ("free_space", "/dev/sda1 100 50 50 50% /\n"),
        ("network_free_space", ""),
        ("network_mounts_late", ""),
    ]);
    let sample = sampler.sample(&late, at(120), TRIP);
    assert_eq!(sample.mounts.len(), 2);
    let sample = sampler.sample(&late, at(181), TRIP);
    let paths: Vec<&str> = sample.mounts.iter().map(|mount| mount.path.as_str()).collect();
    assert_eq!(paths, ["/"]);
}

/// Files cut at any byte, or with bytes that are no UTF-8, after a whole sample: what is left is
/// either right or absent.
#[test]
fn files_cut_anywhere() {
    const STAT: &str = include_str!("../../../tests/fixtures/proc/vm-with-steal/stat-later");
    const BEFORE: &str = include_str!("../../../tests/fixtures/proc/vm-with-steal/stat");
    const MEMORY: &str = include_str!("../../../tests/fixtures/proc/raspberry-pi/meminfo");
    const NETWORK: &str = include_str!("../../../tests/fixtures/proc/raspberry-pi/net-dev");
    const DISKS: &str = include_str!("../../../tests/fixtures/proc/zfs-nas/diskstats");
    let whole = |stat: &str, uptime: &str| {
        block(&[
            ("uptime", uptime),
            ("cpu", stat),
            ("memory", MEMORY),
            ("network", NETWORK),
            ("disks", DISKS),
        ])
    };
    let right = {
        let mut sampler = Sampler::new();
        sampler.sample(&whole(BEFORE, "100.00 1\n"), at(0), TRIP);
        sampler.sample(&whole(STAT, "102.00 1\n"), at(2), TRIP)
    };
    for cut in 0..DISKS.len() {
        let mut sampler = Sampler::new();
        sampler.sample(&whole(BEFORE, "100.00 1\n"), at(0), TRIP);
        let mut hurt = Block::default();
        hurt.add("uptime", b"102.00 1\n");
        for (name, text) in
            [("cpu", STAT), ("memory", MEMORY), ("network", NETWORK), ("disks", DISKS)]
        {
            let mut bytes = text.as_bytes()[..cut.min(text.len())].to_vec();
            bytes.extend_from_slice(if cut % 2 == 0 { b"\xff\xfe\0" } else { b"" });
            hurt.add(name, &bytes);
        }
        let sample = sampler.sample(&hurt, at(2), TRIP);
        if let (Some(cpu), Some(expected)) = (&sample.cpu, &right.cpu) {
            assert!((cpu.total_percent - expected.total_percent).abs() < 1e-9, "cut at {cut}");
        }
        assert!(sample.memory.is_none_or(|m| Some(m.total_bytes) == right.memory.as_ref().map(|m| m.total_bytes)));
        assert!(sample.interfaces.iter().all(|i| i.rx_bytes_per_second == Some(0.0)), "{cut}");
        assert!(sample.disks.iter().all(|d| d.written_bytes_per_second == Some(0.0)), "{cut}");
    }
}

proptest! {
    /// Any sections in any order of any host: a sample never holds a number that is none.
    #[test]
    fn a_sample_is_never_nonsense(
        blocks in prop::collection::vec(
            (".{0,20}|[0-9]{1,4}\\.[0-9]{2} 1\n", "(cpu[0-9]?( [0-9]{1,9}){0,11}\n){0,4}",
             "(eth[0-9]:( [0-9]{1,20}){16,17}\n){0,3}", "([0-9] 0 sd[a-z]( [0-9]{1,20}){11,16}\n){0,3}"),
            0..6)
    ) {
        let mut sampler = Sampler::new();
        for (second, (uptime, cpu, network, disks)) in (0..).zip(&blocks) {
            let block = block(
                &[("uptime", uptime), ("cpu", cpu), ("network", network), ("disks", disks)]);
            let sample = sampler.sample(&block, at(second), TRIP);
            for percent in sample.cpu.iter().map(|cpu| cpu.total_percent) {
                prop_assert!((0.0..=100.0).contains(&percent));
            }
            let rates = [sample.network(), sample.disk_io()];
            for rate in rates.into_iter().flatten().flat_map(|(a, b)| [a, b]) {
                prop_assert!(rate.is_finite() && rate >= 0.0);
            }
        }
    }
}
