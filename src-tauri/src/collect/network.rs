//! `/proc/net/dev`: bytes per interface; and which interfaces make up the server's own sum.
//!
//! Counted are physical and wireless interfaces, as `/sys/class/net` tells them. Bridges, bonds,
//! VLANs, veth pairs and tunnels carry the same bytes a second time.

use super::rate::per_second;
use crate::domain::sample::Interface;

/// The counters of one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceCounters {
    /// Its name.
    pub name: String,
    /// Received since the host started, bytes.
    pub rx_bytes: u64,
    /// Sent since the host started, bytes.
    pub tx_bytes: u64,
}

/// Every interface of `/proc/net/dev`. Lines that are cut short are left out.
#[must_use]
pub fn parse(text: &str) -> Vec<InterfaceCounters> {
    text.lines().filter_map(interface).collect()
}

fn interface(line: &str) -> Option<InterfaceCounters> {
    let (name, values) = line.rsplit_once(':')?;
    let mut values = values.split_ascii_whitespace();
    let rx_bytes = values.next()?.parse().ok()?;
    let tx_bytes = values.nth(7)?.parse().ok()?;
    // Seven more columns follow; without them the number before may have been cut.
    values.nth(6)?;
    Some(InterfaceCounters { name: name.trim().to_owned(), rx_bytes, tx_bytes })
}

/// What an interface is, as the script's letters say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceKind {
    name: String,
    /// It has a device of its own, or a radio.
    hardware: bool,
    /// The processor's end of a switch: everything that its ports exchange with this host.
    conduit: bool,
    /// A port of a switch.
    port: bool,
}

/// Kinds of all interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceKinds(Vec<InterfaceKind>);

impl InterfaceKinds {
    /// Reads the script's `name letters` lines.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let kind = |line: &str| {
            let (name, letters) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
            (!name.is_empty()).then(|| InterfaceKind {
                name: name.to_owned(),
                hardware: letters.contains(['p', 'w']),
                conduit: letters.contains('c'),
                port: letters.contains('s'),
            })
        };
        Self(text.lines().filter_map(kind).collect())
    }

    /// Adds one interface, for systems that are asked without the script.
    pub(super) fn add(&mut self, name: &str, hardware: bool, conduit: bool, port: bool) {
        self.0.push(InterfaceKind { name: name.to_owned(), hardware, conduit, port });
    }

    /// Whether an interface is part of the server's sum.
    ///
    /// On a router with a built-in switch the conduit is counted and the ports are not: their
    /// counters hold traffic that never reached the host. In a container no interface is hardware;
    /// there the name decides.
    #[must_use]
    pub fn counts(&self, name: &str) -> bool {
        if !self.0.iter().any(|kind| kind.hardware) {
            return named_like_hardware(name);
        }
        let switch = self.0.iter().any(|kind| kind.conduit);
        let kind = self.0.iter().find(|kind| kind.name == name);
        kind.is_some_and(|kind| kind.hardware && !(switch && kind.port))
    }
}

/// The names that drivers give to hardware, and virtualisation to what stands for it.
fn named_like_hardware(name: &str) -> bool {
    // A VLAN (`eth0.10`) or an alias (`eth0:1`) carries its parent's bytes.
    !name.contains(['.', ':', '@'])
        && ["eth", "en", "wl", "ww", "venet", "usb"].iter().any(|prefix| name.starts_with(prefix))
}

/// Interfaces with rates since `before`; without it, or over a counter reset, the rates are absent.
/// The loopback is left out.
#[must_use]
pub fn rates(
    now: &[InterfaceCounters],
    before: Option<(&[InterfaceCounters], f64)>,
    kinds: &InterfaceKinds,
) -> Vec<Interface> {
    now.iter()
        .filter(|counters| counters.name != "lo")
        .map(|counters| {
            let earlier = before.and_then(|(list, span)| {
                Some((list.iter().find(|other| other.name == counters.name)?, span))
            });
            let rate = |of: fn(&InterfaceCounters) -> u64| {
                earlier.and_then(|(before, span)| per_second(of(before), of(counters), span))
            };
            let (rx, tx) = (rate(|c| c.rx_bytes), rate(|c| c.tx_bytes));
            Interface {
                name: counters.name.clone(),
                counted: kinds.counts(&counters.name),
                // One counter that went backwards means that both were reset.
                rx_bytes_per_second: rx.filter(|_| tx.is_some()),
                tx_bytes_per_second: tx.filter(|_| rx.is_some()),
                rx_total_bytes: counters.rx_bytes,
                tx_total_bytes: counters.tx_bytes,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PI: &str = include_str!("../../../tests/fixtures/proc/raspberry-pi/net-dev");
    const OPENWRT: &str = include_str!("../../../tests/fixtures/proc/openwrt/net-dev");
    const OPENWRT_KINDS: &str = include_str!("../../../tests/fixtures/proc/openwrt/interfaces");

    fn counted(text: &str, kinds: &str) -> Vec<String> {
        let kinds = InterfaceKinds::parse(kinds);
        let interfaces = rates(&parse(text), None, &kinds);
        interfaces.into_iter().filter(|i| i.counted).map(|i| i.name).collect()
    }

    /// Docker's bridge and veth pairs repeat what eth0 carried.
    #[test]
    fn bridges_and_veth_pairs_are_not_counted() {
        let kinds = "docker0 \neth0 p\nlo \nveth1a2b3c4 \nwlan0 pw\n";
        assert_eq!(counted(PI, kinds), ["eth0", "wlan0"]);
        assert_eq!(
            parse(PI).iter().find(|i| i.name == "eth0").map(|i| i.rx_bytes),
            Some(918_273_645_546)
        );
    }

    /// A port's counters include what the switch forwarded by itself.
    #[test]
    fn a_switch_is_counted_at_the_processors_end() {
        assert_eq!(counted(OPENWRT, OPENWRT_KINDS), ["eth0", "phy0-ap0"]);
    }

    /// In an LXC container eth0 is one end of a veth pair, and yet it is the host's own.
    #[test]
    fn a_container_counts_by_name() {
        assert_eq!(counted(PI, "eth0 \nlo \n"), ["eth0", "wlan0"]);
        assert!(!InterfaceKinds::default().counts("eth0.10"));
    }

    /// Only 64-bit kernels never wrap; a reset must not look like 18 exabytes a second.
    #[test]
    fn rates_need_both_counters_to_grow() {
        let line = |rx: u64, tx: u64| format!("eth0:{rx} 0 0 0 0 0 0 0 {tx} 0 0 0 0 0 0 0\n");
        let rate = |before: &str, after: &str| {
            let before = parse(before);
            let kinds = InterfaceKinds::default();
            let interfaces = rates(&parse(after), Some((&before, 2.0)), &kinds);
            interfaces.first().map(|i| (i.rx_bytes_per_second, i.tx_bytes_per_second))
        };
        assert_eq!(rate(&line(0, 0), &line(2_000, 400)), Some((Some(1_000.0), Some(200.0))));
        assert_eq!(rate(&line(9, 5_000), &line(10, 0)), Some((None, None)));
        assert_eq!(rate("", &line(10, 10)), Some((None, None)));
    }

    /// The two header lines and a line cut short are no interfaces.
    #[test]
    fn headers_and_cut_lines_are_left_out() {
        assert_eq!(parse("Inter-|   Receive  |  Transmit\n face |bytes packets|bytes\n"), []);
        assert_eq!(parse("eth0: 1 2 3 4 5 6 7 8 91"), []);
        assert_eq!(parse("eth0: 1 2 3 4 5 6 7 8 -9 1 2 3 4 5 6 7\n"), []);
    }

    proptest! {
        /// Any text, any two of them: no rate is negative or infinite.
        #[test]
        fn never_nonsense(
            before in "([a-z:@. ]{0,6}:( [0-9]{1,21}){0,17}\n|.{0,20}\n){0,5}",
            after in "([a-z:@. ]{0,6}:( [0-9]{1,21}){0,17}\n|.{0,20}\n){0,5}",
            kinds in "([a-z]{0,6} [pwcs]{0,3}\n|.{0,9}){0,5}",
            span in any::<f64>(),
        ) {
            let kinds = InterfaceKinds::parse(&kinds);
            for interface in rates(&parse(&after), Some((&parse(&before), span)), &kinds) {
                for rate in [interface.rx_bytes_per_second, interface.tx_bytes_per_second] {
                    prop_assert!(rate.is_none_or(|rate| rate.is_finite() && rate >= 0.0));
                }
            }
        }
    }
}
