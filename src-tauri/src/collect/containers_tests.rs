//! Lines as the script prints them on hosts of both versions, and lines that nobody should print.

use super::*;
use proptest::prelude::*;

const A: &str = "76d31039261132b775aee5633e60889cea5d5c1aaa4be5773db6d94c5f878b4c";
const B: &str = "08ef0f2266798b2782b44a49049f39b4feeba3620c0cfa34f9b6d043c6515ad8";
const C: &str = "50e2162da1b12073051a7e1b09b40d64a8385dbafc34c7ee6b7c5b553e996738";

/// Version 1 as an Engine 20.10 with cgroupfs gave it: a limited one, one with a network, and one in
/// the host's network. The greatest number of pages is no limit.
#[test]
fn version_1() {
    let text = format!(
        "1 {A} 400044673 663552 4096 67108864 50000 100000\n\
         1 {B} 34358537 319488 0 9223372036854771712 -1 100000 1236 10 4 5\n\
         1 {C} 21567537 380928 0 9223372036854771712 -1 100000\n"
    );
    let containers = parse(&text);
    let of = |id| containers.iter().find(|container| container.id == id).expect(id);
    assert_eq!(
        *of(A),
        ContainerCounters {
            id: A.into(),
            cpu_ns: Some(400_044_673),
            cpu_limit_cores: Some(0.5),
            memory_bytes: Some(659_456),
            memory_limit_bytes: Some(67_108_864),
            network: None,
        }
    );
    assert_eq!((of(B).cpu_limit_cores, of(B).memory_limit_bytes), (None, None));
    assert_eq!(of(B).network, Some((1240, 15)), "all interfaces together");
    assert_eq!(of(C).network, None);
}

/// Version 2 counts microseconds and says `max`; a host without the memory controller says nothing
/// of memory, which is not zero.
#[test]
fn version_2() {
    let text = format!(
        "2 {A} 5342000 23068672 1048576 134217728 150000 100000 981 1012\n\
         2 {B} 17 - - - max 100000\n\
         2 {C} - 4096 8192 max - -\n"
    );
    let containers = parse(&text);
    let of = |id| containers.iter().find(|container| container.id == id).expect(id);
    assert_eq!(of(A).cpu_ns, Some(5_342_000_000));
    assert_eq!(of(A).memory_bytes, Some(22_020_096));
    assert_eq!((of(A).cpu_limit_cores, of(A).memory_limit_bytes), (Some(1.5), Some(134_217_728)));
    assert_eq!((of(B).memory_bytes, of(B).memory_limit_bytes), (None, None));
    assert_eq!(of(B).cpu_limit_cores, None);
    assert_eq!(of(C).cpu_ns, None);
    assert_eq!(of(C).memory_bytes, Some(0), "counted a moment apart, and never below nothing");
}

/// Names that are no id, lines that end early, numbers beyond 64 bits: left out, or absent.
#[test]
fn nothing_hostile_gets_in() {
    let upper = A.to_uppercase();
    for line in [
        String::new(),
        format!("1 {A}"),
        format!("3 {A} 1 1 1 1 1 1"),
        format!("1 {upper} 1 1 1 1 1 1"),
        format!("1 {A}0 1 1 1 1 1 1"),
        format!("1 ../{} 1 1 1 1 1 1", &A[3..]),
        format!("1 {A} 1 1 1 1 1"),
        format!("1 {A} 1 1 1 1 1 1 7"),
        format!("1 {A} 1 1 1 1 1 1 7 x"),
    ] {
        assert_eq!(parse(&line), [], "{line}");
    }
    let huge = "99999999999999999999";
    let odd = parse(&format!("2 {A} {} {huge} -5 {huge} 1 0\n2 {A} 1 1 1 1 1 1", u64::MAX));
    assert_eq!(odd, [ContainerCounters { id: A.into(), ..ContainerCounters::default() }]);
}

fn counted(cpu_ns: u64, network: Option<(u64, u64)>) -> ContainerCounters {
    ContainerCounters {
        id: A.into(),
        cpu_ns: Some(cpu_ns),
        network,
        ..ContainerCounters::default()
    }
}

/// A core that was busy for two of two seconds is 100 percent, and bytes are per second.
#[test]
fn cpu_is_of_one_core() {
    let before = [counted(1_000_000_000, Some((100, 1_000)))];
    let now = [counted(3_000_000_000, Some((300, 1_000)))];
    let usage = &rates(&now, Some((&before, 2.0)))[0];
    assert_eq!(usage.cpu_percent, Some(100.0));
    assert_eq!((usage.network_rx, usage.network_tx), (Some(100.0), Some(0.0)));
    assert_eq!(rates(&now, None)[0].cpu_percent, None, "the first reading compares with nothing");
}

/// Started again under the same id, its counters begin again: no rate once, then rates. One counter
/// that was reset does not take the others with it.
#[test]
fn a_container_that_was_started_again() {
    let readings = [
        counted(9_000_000_000, Some((500, 500))),
        counted(1_000_000, Some((10, 600))),
        counted(501_000_000, Some((20, 700))),
    ];
    let again = &rates(&readings[1..2], Some((&readings[..1], 1.0)))[0];
    assert_eq!((again.cpu_percent, again.network_rx), (None, None));
    assert_eq!(again.network_tx, Some(100.0));
    let after = &rates(&readings[2..], Some((&readings[1..2], 1.0)))[0];
    assert_eq!((after.cpu_percent, after.network_rx), (Some(50.0), Some(10.0)));
}

proptest! {
    /// Any text and any span: ids are ids, figures are plain numbers.
    #[test]
    fn never_nonsense(
        words in prop::collection::vec("(1|2|-|max|-1|[0-9a-f]{64}|[0-9]{1,21}|\\PC{0,4}|\n){1}", 0..60),
        span: f64,
    ) {
        let text = words.join(" ");
        let (half, whole) = (parse(&text[..text.floor_char_boundary(text.len() / 2)]), parse(&text));
        for usage in rates(&whole, Some((&half, span))) {
            prop_assert!(is_id(&usage.id));
            for figure in [usage.cpu_percent, usage.cpu_limit_cores, usage.network_rx, usage.network_tx] {
                prop_assert!(figure.is_none_or(|figure| figure.is_finite() && figure >= 0.0));
            }
        }
    }
}
