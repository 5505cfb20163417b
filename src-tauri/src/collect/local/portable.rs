//! macOS and Windows, through sysinfo. Also built for tests on Linux, so that it is tried there.

use super::LocalReading;
use crate::{
    collect::{
        disk::DiskCounters,
        mounts::{self, MountEntry, Space},
        network::{InterfaceCounters, InterfaceKinds},
        sampler::Reading,
        script::Request,
    },
    domain::{
        sample::{Cpu, Load, Memory, Mount, Temperature},
        system_info::{SystemInfo, UnreadableSource},
    },
};
use std::time::Instant;
use sysinfo::{Components, Disk, DiskRefreshKind, Disks, Networks, System};

/// Reads this computer.
#[derive(Debug)]
pub(super) struct Source {
    /// The system's uptime is in whole seconds, too coarse for rates: this clock is the time base.
    began: Instant,
    uptime_at_start: f64,
    system: System,
    networks: Networks,
    disks: Disks,
    components: Components,
    cpu_was_read: bool,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            uptime_at_start: whole(System::uptime()),
            system: System::new(),
            networks: Networks::new(),
            disks: Disks::new(),
            components: Components::new(),
            cpu_was_read: false,
        }
    }
}

impl Source {
    pub(super) fn read(&mut self, request: Request) -> LocalReading {
        self.system.refresh_memory();
        self.networks.refresh(true);
        if request.mounts || request.network_mounts {
            self.disks.refresh(true);
        } else {
            self.disks.refresh_specifics(false, DiskRefreshKind::nothing().with_io_usage());
        }
        if request.temperatures {
            self.components.refresh(true);
        }
        let elapsed = self.began.elapsed().as_secs_f64();
        let reading = Reading {
            uptime_seconds: Some(self.uptime_at_start + elapsed),
            cpu: None,
            memory: self.memory(),
            load: load(),
            network: self.network(),
            disks: self.disk_counters(),
            own_cpu_ms: None,
            temperatures: request.temperatures.then(|| self.temperatures()),
            interface_kinds: request.interfaces.then(|| self.interface_kinds()),
            mounts: request.mounts.then(|| self.mounts()),
            network_mounts: None,
            containers: Vec::new(),
        };
        LocalReading { reading, cpu: self.cpu(), uptime_seconds: Some(whole(System::uptime())) }
    }

    /// The shares since the last reading; the first one has nothing to compare with.
    fn cpu(&mut self) -> Option<Cpu> {
        self.system.refresh_cpu_usage();
        let percent = |usage: f32| {
            let usage = f64::from(usage);
            usage.is_finite().then(|| usage.clamp(0.0, 100.0))
        };
        let cpu = Cpu {
            total_percent: percent(self.system.global_cpu_usage())?,
            core_percents: self.system.cpus().iter().map(|cpu| percent(cpu.cpu_usage())).collect(),
        };
        std::mem::replace(&mut self.cpu_was_read, true).then_some(cpu)
    }

    fn memory(&self) -> Option<Memory> {
        let total_bytes = self.system.total_memory();
        let swap_total_bytes = self.system.total_swap();
        (total_bytes > 0).then(|| Memory {
            total_bytes,
            used_bytes: used_memory(&self.system).min(total_bytes),
            cached_bytes: None,
            swap_total_bytes,
            swap_used_bytes: self.system.used_swap().min(swap_total_bytes),
        })
    }

    fn network(&self) -> Vec<InterfaceCounters> {
        let mut interfaces: Vec<InterfaceCounters> = self
            .networks
            .list()
            .iter()
            .map(|(name, data)| InterfaceCounters {
                name: name.clone(),
                rx_bytes: data.total_received(),
                tx_bytes: data.total_transmitted(),
            })
            .collect();
        interfaces.sort_by(|a, b| a.name.cmp(&b.name));
        interfaces
    }

    fn interface_kinds(&self) -> InterfaceKinds {
        let mut kinds = InterfaceKinds::default();
        for name in self.networks.list().keys() {
            kinds.add(name, is_hardware(name), false, false);
        }
        kinds
    }

    /// One per device: several file systems of one disk carry the same counters.
    fn disk_counters(&self) -> Vec<DiskCounters> {
        let mut disks: Vec<DiskCounters> = Vec::new();
        for disk in self.disks.list() {
            let name = disk_name(disk);
            let usage = disk.usage();
            if !disks.iter().any(|other| other.name == name) {
                disks.push(DiskCounters {
                    name,
                    read_bytes: usage.total_read_bytes,
                    written_bytes: usage.total_written_bytes,
                });
            }
        }
        disks
    }

    fn mounts(&self) -> Vec<Mount> {
        let found = self.disks.list().iter().filter(|disk| is_shown(disk)).map(|disk| {
            let (total_bytes, available_bytes) = (disk.total_space(), disk.available_space());
            let entry = MountEntry {
                device: disk.name().to_string_lossy().into_owned(),
                path: disk.mount_point().to_string_lossy().into_owned(),
                fs_type: disk.file_system().to_string_lossy().to_lowercase(),
            };
            let used_bytes = total_bytes.saturating_sub(available_bytes);
            // A volume may have no name on Windows, where its letter tells it apart.
            let device = if entry.device.is_empty() || cfg!(windows) {
                entry.path.clone()
            } else {
                entry.device.clone()
            };
            (MountEntry { device, ..entry }, Space { total_bytes, used_bytes, available_bytes })
        });
        mounts::once_each(found)
    }

    fn temperatures(&self) -> Vec<Temperature> {
        let sensor = |component: &sysinfo::Component| {
            let celsius = component.temperature().filter(|celsius| celsius.is_finite())?;
            Some(Temperature { label: component.label().to_owned(), celsius: celsius.into() })
        };
        let mut sensors: Vec<Temperature> =
            self.components.list().iter().filter_map(sensor).collect();
        sensors.sort_by(|a, b| a.label.cmp(&b.label));
        sensors
    }
}

#[expect(clippy::cast_precision_loss, reason = "uptimes are far below 53 bits")]
fn whole(seconds: u64) -> f64 {
    seconds as f64
}

/// sysinfo's available memory is 0 on some versions of macOS, where its own sum of used is right.
fn used_memory(system: &System) -> u64 {
    match system.available_memory() {
        0 => system.used_memory(),
        available => system.total_memory().saturating_sub(available),
    }
}

/// Windows has no load average; sysinfo says 0 there, which would be made up.
fn load() -> Option<Load> {
    let load = System::load_average();
    let plausible = [load.one, load.five, load.fifteen].iter().all(|l| l.is_finite() && *l >= 0.0);
    let found = Load { one: load.one, five: load.five, fifteen: load.fifteen };
    (!cfg!(windows) && plausible).then_some(found)
}

/// macOS: `en0` and its like, not `utun`, `awdl`, `bridge`. Windows names adapters in words.
fn is_hardware(name: &str) -> bool {
    if cfg!(windows) {
        let name = name.to_lowercase();
        let stacked = [
            "loopback",
            "vethernet",
            "virtual",
            "vmware",
            "tap-",
            "wireguard",
            "tailscale",
            "bluetooth",
            "teredo",
            "isatap",
            "pseudo",
            "filter",
            "npcap",
            "qos",
            "miniport",
        ];
        !stacked.iter().any(|word| name.contains(word))
    } else {
        name.starts_with("en") || name.starts_with("eth") || name.starts_with("wl")
    }
}

/// `disk3s1s1` and `disk3s5` are volumes of `disk3`.
fn disk_name(disk: &Disk) -> String {
    let name = disk.name().to_string_lossy();
    let name = name.strip_prefix("/dev/").unwrap_or(&name);
    if name.is_empty() || cfg!(windows) {
        return disk.mount_point().to_string_lossy().into_owned();
    }
    match name.strip_prefix("disk") {
        Some(rest) => {
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            format!("disk{number}")
        }
        None => name.to_owned(),
    }
}

/// macOS keeps helper volumes of the same container beside the one that people see as `/`.
fn is_shown(disk: &Disk) -> bool {
    let path = disk.mount_point().to_string_lossy();
    !(path.starts_with("/System/Volumes/") || path.starts_with("/private/var/vm"))
}

/// Asks the system. What a processor runs under is not known here.
pub(super) async fn system_info() -> SystemInfo {
    let mut system = System::new();
    system.refresh_memory();
    system.refresh_cpu_all();
    let bytes = |bytes: u64| Some(bytes).filter(|&bytes| bytes > 0);
    let load = load().is_none().then(|| UnreadableSource {
        source: "load".into(),
        reason: "this system keeps no load average".into(),
    });
    SystemInfo {
        os_id: Some(System::distribution_id()),
        os_name: System::long_os_version().or_else(System::name),
        os_version: System::os_version(),
        kernel: System::kernel_version(),
        architecture: Some(System::cpu_arch()),
        hostname: System::host_name(),
        cpu_model: system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()),
        cpu_count: u32::try_from(system.cpus().len()).ok().filter(|&count| count > 0),
        memory_total_bytes: bytes(system.total_memory()),
        swap_total_bytes: Some(system.total_swap()),
        virtualization: None,
        docker_version: docker_version().await,
        unreadable: load.into_iter().collect(),
    }
}

async fn docker_version() -> Option<String> {
    let asked = tokio::process::Command::new("docker")
        .arg("--version")
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let limit = std::time::Duration::from_secs(5);
    let output = tokio::time::timeout(limit, asked).await.ok()?.ok()?;
    crate::collect::system::docker_version(&String::from_utf8_lossy(&output.stdout))
}
