//! What a server is: system, hardware and Docker, as gathered once a connection.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The JSON in `servers.system_info`. What could not be read is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(default)]
pub struct SystemInfo {
    /// Identifier of the system: `debian`, `fedora`, `openwrt`, `macos`, `windows`, …
    pub os_id: Option<String>,
    /// Name and version as the system calls itself, e.g. `Debian GNU/Linux 12 (bookworm)`.
    pub os_name: Option<String>,
    /// Version alone, e.g. `12.7`.
    pub os_version: Option<String>,
    /// Kernel name and release, e.g. `6.1.0-28-amd64`.
    pub kernel: Option<String>,
    /// Machine, e.g. `x86_64`, `aarch64`.
    pub architecture: Option<String>,
    /// The host's own name.
    pub hostname: Option<String>,
    /// CPU model as the kernel names it.
    pub cpu_model: Option<String>,
    /// Logical processors.
    pub cpu_count: Option<u32>,
    /// Physical memory, bytes.
    pub memory_total_bytes: Option<u64>,
    /// Swap, bytes; 0 when the host has none.
    pub swap_total_bytes: Option<u64>,
    /// `none` on hardware, else the hypervisor or container: `kvm`, `vmware`, `lxc`, `docker`, …
    pub virtualization: Option<String>,
    /// Version of the Docker client or engine, when there is one.
    pub docker_version: Option<String>,
    /// Sources of figures that this host does not have or does not let be read, with the reason.
    pub unreadable: Vec<UnreadableSource>,
}

/// A source of figures that cannot be read on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct UnreadableSource {
    /// What it would give, e.g. `temperatures`.
    pub source: String,
    /// Why not, e.g. `no sensor on this host`.
    pub reason: String,
}
