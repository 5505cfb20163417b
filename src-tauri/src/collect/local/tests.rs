//! This very computer: what is true of it can be asked elsewhere and compared.

use super::*;
use std::time::Duration;

const FAST: Request = Request {
    temperatures: false,
    interfaces: false,
    mounts: false,
    network_mounts: false,
    system: false,
    containers: false,
};

fn check_first(sample: &Sample) {
    assert_eq!((sample.cpu.as_ref(), sample.span_seconds), (None, None));
    assert!(
        sample.memory.as_ref().is_some_and(|m| m.used_bytes > 0 && m.used_bytes < m.total_bytes)
    );
    assert!(sample.uptime_seconds.is_some_and(|seconds| seconds > 0.0));
    assert!(sample.load.is_some());
    let root = sample.root_mount().expect("a root");
    assert!(root.total_bytes > 0 && root.used_bytes <= root.total_bytes);
}

/// Busies one processor for a while, on the processor's own clock.
fn spin(for_how_long: Duration) {
    let began = Instant::now();
    let mut x = 1_u64;
    while began.elapsed() < for_how_long {
        x = std::hint::black_box(x.wrapping_mul(31));
    }
}

fn check_second(sample: &Sample, cores: usize) {
    let cpu = sample.cpu.as_ref().expect("a share");
    assert_eq!(cpu.core_percents.len(), cores);
    assert!(cpu.total_percent > 60.0 / cores as f64, "a busy loop ran: {cpu:?}");
    assert!(cpu.total_percent <= 100.0);
    assert!(sample.span_seconds.is_some_and(|span| (0.4..60.0).contains(&span)));
}

/// The first reading shows figures at once, the second the busy loop that ran in between.
#[test]
fn this_computer_is_a_server() {
    let mut host = LocalHost::new();
    let cores = std::thread::available_parallelism().expect("processors").get();
    check_first(&host.sample(Request::ALL, Utc::now()));
    spin(Duration::from_millis(500));
    let sample = host.sample(FAST, Utc::now());
    check_second(&sample, cores);
    assert!(sample.root_mount().is_some(), "carried from the sample before");
    host.forget_rates();
    assert_eq!(host.sample(FAST, Utc::now()).cpu, None);
}

/// The way of macOS and Windows, tried where the tests run.
#[test]
fn the_portable_way_agrees() {
    let mut source = portable::Source::default();
    let mut sampler = Sampler::new();
    let mut take = |request| {
        let local = source.read(request);
        let mut sample = sampler.sample_of(local.reading, Utc::now(), Duration::ZERO, 0);
        sample.cpu = local.cpu;
        sample
    };
    check_first(&take(Request::ALL));
    spin(Duration::from_millis(500));
    let cores = std::thread::available_parallelism().expect("processors").get();
    check_second(&take(FAST), cores);
}

/// Both ways of asking what this computer is give the same facts.
#[tokio::test]
async fn facts_agree() {
    let (one, other) = (system_info().await, portable::system_info().await);
    assert_eq!(one.hostname, other.hostname);
    assert_eq!(one.kernel, other.kernel);
    assert_eq!(one.architecture, other.architecture);
    assert_eq!(one.cpu_count, other.cpu_count);
    assert_eq!(one.memory_total_bytes, other.memory_total_bytes);
    assert_eq!(one.swap_total_bytes, other.swap_total_bytes);
    assert!(one.os_id.is_some() && one.os_name.is_some() && one.virtualization.is_some());
}

/// Watching this computer costs next to nothing: half a millisecond of CPU for a sample, at most.
#[cfg(target_os = "linux")]
#[test]
fn a_sample_is_cheap_and_says_so() {
    let mut host = LocalHost::new();
    host.sample(Request::ALL, Utc::now());
    let samples = (0..100).map(|_| host.sample(FAST, Utc::now()));
    let told = samples.last().and_then(|sample| sample.cost.remote_cpu_ms).expect("a cost");
    assert!(told > 0.0 && told < 0.5, "{told} ms a sample");
}
