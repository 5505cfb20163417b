//! Figures of one server over time, as its samples and its engine bring them.

use super::*;
use crate::domain::{
    container::ContainerState,
    sample::{Cost, Cpu, Memory},
};

const SERVER: ServerId = ServerId::LOCAL;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).expect("a time")
}

fn usage(id: &str, cpu: f64) -> ContainerUsage {
    ContainerUsage {
        id: id.into(),
        cpu_percent: Some(cpu),
        memory_bytes: Some(1_000),
        ..ContainerUsage::default()
    }
}

fn sample(second: i64, containers: Vec<ContainerUsage>) -> Sample {
    Sample {
        at: at(second),
        span_seconds: Some(10.0),
        cpu: Some(Cpu { total_percent: 50.0, core_percents: vec![None; 4] }),
        memory: Some(Memory {
            total_bytes: 8_000,
            used_bytes: 1,
            cached_bytes: None,
            swap_total_bytes: 0,
            swap_used_bytes: 0,
        }),
        load: None,
        uptime_seconds: None,
        mounts: Vec::new(),
        interfaces: Vec::new(),
        disks: Vec::new(),
        temperatures: Vec::new(),
        containers,
        cost: Cost::default(),
    }
}

/// Every id belongs to the same service, as before and after it was made anew.
fn subject(id: &str) -> Option<Subject> {
    Some(Subject {
        server_id: SERVER,
        series: "shop/web".into(),
        container_id: id.into(),
        container_name: "shop-web-1".into(),
        state: ContainerState::Running,
    })
}

fn which(id: &str) -> ContainerRef {
    ContainerRef { server_id: SERVER, container_id: id.into() }
}

fn figures_of(usage: &Usage, which: &ContainerRef) -> Option<ContainerFigures> {
    let all = usage.figures(which.server_id);
    all.into_iter().find(|(id, _)| *id == which.container_id).map(|(_, figures)| figures)
}

/// Holds because a container that is gone has no figures, and its minute and its hour are not lost.
#[test]
fn a_container_that_is_gone_leaves_its_minute() {
    let all = Usage::default();
    assert_eq!(all.take_sample(SERVER, &sample(20, vec![usage("a", 80.0)]), subject), []);
    let figures = figures_of(&all, &which("a")).expect("figures");
    assert_eq!((figures.cpu_percent, figures.cpu_host_percent), (Some(80.0), Some(20.0)));
    assert_eq!(all.take_sample(SERVER, &sample(30, vec![]), subject), []);
    assert_eq!(figures_of(&all, &which("a")), None);
    assert_eq!(all.points(&which("a")).len(), 1);
    let rows = all.take_sample(SERVER, &sample(120, vec![]), subject);
    assert_eq!((rows.len(), rows[0].cpu_percent, rows[0].memory_limit_bytes), (1, 80.0, 8_000.0));
    all.take_sample(SERVER, &sample(3_630, vec![]), subject);
    assert_eq!(all.points(&which("a")), []);
}

/// Holds because the chart of a service goes on when its container is made anew.
#[test]
fn a_container_made_anew_goes_on_with_the_series() {
    let all = Usage::default();
    all.take_sample(SERVER, &sample(20, vec![usage("a", 80.0)]), subject);
    all.take_sample(SERVER, &sample(40, vec![usage("b", 20.0)]), subject);
    let rows = all.end_all();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((rows[0].cpu_percent, rows[0].observed_seconds), (50.0, 20.0));
    assert_eq!(rows[0].container_id, "b");
}

/// Holds because what no engine lists has no series to be kept under.
#[test]
fn an_unknown_container_is_shown_and_not_stored() {
    let all = Usage::default();
    all.take_sample(SERVER, &sample(20, vec![usage("a", 80.0)]), |_| None);
    assert!(figures_of(&all, &which("a")).is_some());
    assert_eq!(all.end_all(), []);
}

fn stats(second: i64, cpu_ns: u64) -> ContainerStats {
    ContainerStats {
        id: "a".into(),
        at: Some(at(second)),
        cpu_ns: Some(cpu_ns),
        memory_bytes: Some(500),
        memory_limit_bytes: Some(8_000),
        network: None,
    }
}

/// Holds because the engine is asked only for what the control groups keep telling nothing of.
#[test]
fn the_engine_is_asked_for_what_is_missing_twice() {
    let all = Usage::default();
    let up = || ["a", "b"].into_iter().map(str::to_owned);
    let usage = |id, cpu| ContainerUsage { network_rx: Some(0.0), ..usage(id, cpu) };
    let found = sample(20, vec![usage("b", 1.0)]);
    assert_eq!(all.missing(SERVER, &found, up()), Vec::<String>::new());
    assert_eq!(all.missing(SERVER, &found, up()), ["a"]);
    let both = sample(30, vec![usage("a", 1.0), usage("b", 1.0)]);
    assert_eq!(all.missing(SERVER, &both, up()), Vec::<String>::new());
}

/// Holds because the figures of both sources are of one kind: rates between two readings, no limit
/// that is the host's memory, and rows.
#[test]
fn what_the_engine_says_becomes_figures_and_rows() {
    let all = Usage::default();
    all.take_sample(SERVER, &sample(10, vec![]), subject);
    all.take_stats(SERVER, stats(20, 1_000_000_000), at(20), subject("a"));
    assert_eq!(figures_of(&all, &which("a")).and_then(|figures| figures.cpu_percent), None);
    all.take_stats(SERVER, stats(30, 11_000_000_000), at(30), subject("a"));
    let figures = figures_of(&all, &which("a")).expect("figures");
    assert_eq!((figures.source, figures.cpu_percent), (FiguresSource::Stats, Some(100.0)));
    assert_eq!(figures.memory_limit_bytes, None);
    all.take_sample(SERVER, &sample(40, vec![]), subject);
    assert!(figures_of(&all, &which("a")).is_some(), "a sample without it takes nothing away");
    all.take_sample(SERVER, &sample(100, vec![]), subject);
    assert_eq!(figures_of(&all, &which("a")), None, "old");
    let rows = all.end_all();
    assert_eq!((rows[0].cpu_percent, rows[0].observed_seconds), (100.0, 10.0));
}

/// Holds because an account may not see other accounts' processes, and so no networks: the engine says
/// what they move, beside the figures of the control groups, and is asked once about a container that has
/// none of its own.
#[test]
fn a_network_that_the_host_hides_is_asked_of_the_engine() {
    let all = Usage::default();
    let up = || ["a", "hosted"].into_iter().map(str::to_owned);
    let seen = |second| sample(second, vec![usage("a", 40.0), usage("hosted", 1.0)]);
    all.take_sample(SERVER, &seen(0), subject);
    assert_eq!(all.missing(SERVER, &seen(0), up()), Vec::<String>::new());
    assert_eq!(all.missing(SERVER, &seen(10), up()), ["a", "hosted"]);
    let moved = |second, rx| ContainerStats { network: Some((rx, 5)), ..stats(second, 1) };
    all.take_stats(SERVER, moved(10, 1_000), at(10), subject("a"));
    let hosted = ContainerStats { id: "hosted".into(), ..stats(10, 1) };
    all.take_stats(SERVER, hosted, at(10), subject("hosted"));
    assert_eq!(all.missing(SERVER, &seen(20), up()), ["a"], "it has no network of its own");
    all.take_sample(SERVER, &seen(20), subject);
    all.take_stats(SERVER, moved(20, 3_000), at(20), subject("a"));
    all.take_sample(SERVER, &seen(22), subject);
    let figures = figures_of(&all, &which("a")).expect("figures");
    assert_eq!((figures.source, figures.cpu_percent), (FiguresSource::Cgroup, Some(40.0)));
    assert_eq!((figures.network_rx, figures.network_tx), (Some(200.0), Some(0.0)));
    assert_eq!(figures_of(&all, &which("hosted")).and_then(|figures| figures.network_rx), None);
    all.take_sample(SERVER, &seen(90), subject);
    assert_eq!(figures_of(&all, &which("a")).and_then(|figures| figures.network_rx), None, "old");
    let again = ["a"].into_iter().map(str::to_owned);
    all.missing(SERVER, &seen(90), again);
    assert_eq!(all.missing(SERVER, &seen(100), up()), ["a"], "it may have been started anew");
    assert_eq!(all.missing(SERVER, &seen(110), up()), ["a", "hosted"]);
}
