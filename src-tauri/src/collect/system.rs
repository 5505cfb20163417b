//! What a host is, read once a connection: the system, the processor, virtualisation, Docker.

use super::{block::Block, cpu, disk, memory, network};
use crate::domain::system_info::{SystemInfo, UnreadableSource};

/// What the host is, from a block that was asked for everything.
#[must_use]
pub fn parse(block: &Block) -> SystemInfo {
    let text = |name: &str| block.section(name).unwrap_or_default();
    let uname: Vec<&str> = text("system").split_ascii_whitespace().collect();
    let release = OsRelease::parse(text("os_release"), text("debian_version"));
    let memory = block.section("memory").and_then(memory::parse);
    let processors = Processors::parse(text("processors"), text("model"));
    SystemInfo {
        os_id: release.id,
        os_name: release.name,
        os_version: release.version,
        kernel: uname.get(1).map(|release| (*release).to_owned()),
        architecture: uname.get(2).map(|machine| (*machine).to_owned()),
        hostname: said(text("hostname")),
        cpu_model: processors.model,
        cpu_count: processors.count,
        memory_total_bytes: memory.as_ref().map(|memory| memory.total_bytes),
        swap_total_bytes: memory.as_ref().map(|memory| memory.swap_total_bytes),
        virtualization: virtualization(block),
        docker_version: block.section("docker").and_then(docker_version),
        unreadable: unreadable(block),
    }
}

/// A first line with something on it.
fn said(text: &str) -> Option<String> {
    let line = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').lines().next()?;
    let clean: String = line.chars().filter(|c| !c.is_control()).collect();
    Some(clean.trim().to_owned()).filter(|line| !line.is_empty())
}

#[derive(Default)]
struct OsRelease {
    id: Option<String>,
    name: Option<String>,
    version: Option<String>,
}

impl OsRelease {
    fn parse(text: &str, debian_version: &str) -> Self {
        let value = |key: &str| {
            let mut lines = text.lines().rev().filter_map(|line| line.trim().split_once('='));
            let (_, value) = lines.find(|(name, _)| *name == key)?;
            said(&unquote(value))
        };
        let id = value("ID");
        // Only this file knows Debian's point release; derivatives have Debian's in it.
        let point = said(debian_version)
            .filter(|_| id.as_deref() == Some("debian"))
            .filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
        Self {
            name: value("PRETTY_NAME").or_else(|| value("NAME")),
            version: point.or_else(|| value("VERSION_ID")),
            id,
        }
    }
}

/// Undoes the shell quoting that os-release may use.
fn unquote(value: &str) -> String {
    shlex::split(value).and_then(|words| words.into_iter().next()).unwrap_or_else(|| value.into())
}

struct Processors {
    count: Option<u32>,
    model: Option<String>,
}

impl Processors {
    fn parse(text: &str, device_tree: &str) -> Self {
        let count = text.lines().next().and_then(|line| line.trim().parse().ok());
        let value = |key: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(name, _)| name.trim() == key).and_then(|(_, value)| said(value))
        };
        // ARM kernels name the board, not the processor; the device tree has the fuller name.
        // MIPS and RISC-V use keys of their own.
        let keys = [
            "model name",
            "Model",
            "Hardware",
            "cpu model",
            "machine",
            "system type",
            "uarch",
            "cpu",
        ];
        let model = said(device_tree).or_else(|| keys.iter().find_map(|key| value(key)));
        Self { count: count.filter(|&count| count > 0), model }
    }
}

/// systemd knows best; without it, the marks that containers and hypervisors leave.
fn virtualization(block: &Block) -> Option<String> {
    let text = |name: &str| block.section(name).unwrap_or_default();
    if let Some(word) = said(text("virtualization")) {
        return Some(word);
    }
    block.section("hypervisor")?;
    if let Some(container) = said(text("container")) {
        return Some(container);
    }
    let machine = format!("{} {}", text("vendor"), text("product")).to_lowercase();
    let known = [
        ("qemu", "qemu"),
        ("kvm", "kvm"),
        ("vmware", "vmware"),
        ("virtualbox", "oracle"),
        ("innotek", "oracle"),
        ("xen", "xen"),
        ("microsoft corporation virtual", "microsoft"),
        ("parallels", "parallels"),
        ("bhyve", "bhyve"),
        ("amazon ec2", "amazon"),
        ("google compute", "google"),
    ];
    let by_name = known.iter().find(|(mark, _)| machine.contains(mark)).map(|(_, name)| *name);
    let flagged = said(text("hypervisor")).map(|_| "vm-other");
    Some(by_name.or(flagged).unwrap_or("none").to_owned())
}

/// `Docker version 28.2.2, build e6534b4`. Podman's stand-in prints its own name and is no Docker.
pub(super) fn docker_version(text: &str) -> Option<String> {
    let rest = text.lines().find_map(|line| line.trim().strip_prefix("Docker version "))?;
    said(rest.split(',').next()?)
}

/// The sources that gave nothing, so that an empty place in the window has a reason.
fn unreadable(block: &Block) -> Vec<UnreadableSource> {
    let text = |name: &str| block.section(name).unwrap_or_default();
    let kernel = "the kernel does not show it here";
    let checks = [
        ("cpu", cpu::parse(text("cpu")).is_some(), kernel),
        ("memory", memory::parse(text("memory")).is_some(), kernel),
        ("load", super::load::parse(text("load")).is_some(), kernel),
        ("network", !network::parse(text("network")).is_empty(), kernel),
        ("disk I/O", !disk::parse(text("disks")).is_empty(), "no disk of its own on this host"),
        (
            "temperatures",
            !super::temperature::parse(text("temperatures")).is_empty(),
            "no sensor on this host",
        ),
        (
            "file systems",
            !super::mounts::parse(text("mounts"), text("free_space")).is_empty(),
            "df gives no sizes here",
        ),
        (
            "network file systems",
            block.section("network_mounts_late").is_none(),
            "a server that they are on does not answer",
        ),
    ];
    checks
        .into_iter()
        .filter(|(_, readable, _)| !readable)
        .map(|(source, _, reason)| UnreadableSource {
            source: source.into(),
            reason: reason.into(),
        })
        .collect()
}

#[cfg(test)]
#[path = "system_tests.rs"]
mod tests;
