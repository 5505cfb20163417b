//! What real hosts answered when they were asked what they are.

use super::*;
use crate::collect::{block::BlockReader, script::Nonce};
use proptest::prelude::*;

const PI: &str = include_str!("../../../tests/fixtures/proc/raspberry-pi/system");
const OPENWRT: &str = include_str!("../../../tests/fixtures/proc/openwrt/system");
const NAS: &str = include_str!("../../../tests/fixtures/proc/zfs-nas/system");

/// Fixtures have markers without a nonce: `@@ name`.
fn block(sections: &str) -> Block {
    let nonce = Nonce::random();
    let marked = sections.replace("@@ ", &format!("@@{} ", nonce.as_str()));
    let stream = format!("@@{0} begin\n{marked}@@{0} end\n", nonce.as_str());
    BlockReader::new(&nonce).push(stream.as_bytes()).expect("short").expect("whole")
}

/// The board's name from the device tree, Debian's point release, no hypervisor.
#[test]
fn a_raspberry_pi() {
    let info = parse(&block(PI));
    assert_eq!(info.os_id.as_deref(), Some("debian"));
    assert_eq!(info.os_name.as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
    assert_eq!(info.os_version.as_deref(), Some("12.7"));
    assert_eq!(info.kernel.as_deref(), Some("6.6.31+rpt-rpi-v8"));
    assert_eq!(info.architecture.as_deref(), Some("aarch64"));
    assert_eq!(info.hostname.as_deref(), Some("pi-küche"));
    assert_eq!(info.cpu_model.as_deref(), Some("Raspberry Pi 4 Model B Rev 1.4"));
    assert_eq!(info.cpu_count, Some(4));
    assert_eq!(info.virtualization.as_deref(), Some("none"));
    assert_eq!(info.docker_version.as_deref(), Some("27.1.1"));
}

/// No systemd, no Docker, a MIPS processor.
#[test]
fn a_router() {
    let info = parse(&block(OPENWRT));
    assert_eq!(info.os_id.as_deref(), Some("openwrt"));
    assert_eq!(info.os_version.as_deref(), Some("23.05.3"));
    assert_eq!(info.cpu_model.as_deref(), Some("MIPS 1004Kc V2.15"));
    assert_eq!(info.virtualization.as_deref(), Some("none"));
    assert_eq!(info.docker_version, None);
}

/// A virtual machine without systemd-detect-virt is known by its firmware's names.
#[test]
fn a_virtual_machine() {
    let info = parse(&block(NAS));
    assert_eq!(info.cpu_model.as_deref(), Some("Intel(R) N100"));
    assert_eq!(info.virtualization.as_deref(), Some("qemu"));
    assert_eq!(info.docker_version, None, "podman's stand-in is no Docker");
}

/// Whoever answers nothing gets no made-up facts, and the reasons are listed.
#[test]
fn an_empty_answer_has_no_facts() {
    let info = parse(&block(""));
    let sources: Vec<&str> = info.unreadable.iter().map(|source| source.source.as_str()).collect();
    assert_eq!(
        sources,
        ["cpu", "memory", "load", "network", "disk I/O", "temperatures", "file systems"]
    );
    assert_eq!(info, SystemInfo { unreadable: info.unreadable.clone(), ..SystemInfo::default() });
}

/// A late network file system is a reason that a person can act on.
#[test]
fn a_late_network_mount_is_named() {
    let info = parse(&block("@@ network_mounts_late\n"));
    assert!(info.unreadable.iter().any(|source| source.source == "network file systems"));
}

proptest! {
    /// Any text in any section.
    #[test]
    fn never_panics(
        release in "(ID|NAME|PRETTY_NAME|VERSION_ID)?=?.{0,20}\n.{0,20}",
        other in ".{0,40}",
    ) {
        let mut block = Block::default();
        block.add("os_release", release.as_bytes());
        for name in ["system", "hostname", "processors", "model", "hypervisor", "docker"] {
            block.add(name, other.as_bytes());
        }
        let _ = parse(&block);
    }
}
