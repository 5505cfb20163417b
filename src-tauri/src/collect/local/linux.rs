//! Linux: `/proc` and `/sys` through the parsers of the metrics, `statvfs` for free space.

use super::{LocalReading, containers::Containers};
use crate::{
    collect::{
        block::{Block, BlockReader},
        mounts::{self, MountEntry, Reach, Space},
        network::InterfaceKinds,
        sampler::Reading,
        script::{self, Nonce, Reader, Request},
        system, temperature,
    },
    domain::{
        sample::{Mount, Temperature},
        system_info::SystemInfo,
    },
};
use std::{
    fs::{self, File},
    io::Read,
    path::Path,
    process::Stdio,
    thread::JoinHandle,
    time::Duration,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The files of every sample, by the names of their sections.
const FAST: [(&str, &str); 6] = [
    ("uptime", "/proc/uptime"),
    ("cpu", "/proc/stat"),
    ("memory", "/proc/meminfo"),
    ("load", "/proc/loadavg"),
    ("network", "/proc/net/dev"),
    ("disks", "/proc/diskstats"),
];

/// How long the programs may take that say what this computer is.
const FACTS_LIMIT: Duration = Duration::from_secs(15);

/// Reads this computer.
#[derive(Debug, Default)]
pub(super) struct Source {
    buffer: Vec<u8>,
    containers: Containers,
    /// Asks network file systems. While their server is gone it is stuck in the kernel, and no
    /// second one is started.
    network_mounts: Option<JoinHandle<Vec<Mount>>>,
}

impl Source {
    pub(super) fn read(&mut self, request: Request) -> LocalReading {
        let mut block = Block::default();
        for (name, path) in FAST {
            self.buffer.clear();
            let read = File::open(path).and_then(|mut file| file.read_to_end(&mut self.buffer));
            if read.is_ok() {
                block.add(name, &self.buffer);
            }
        }
        if request.containers {
            self.containers.find();
        }
        block.add("containers", self.containers.read().as_bytes());
        let mut reading = Reading::of(&block);
        reading.temperatures = request.temperatures.then(temperatures);
        reading.interface_kinds = request.interfaces.then(interface_kinds);
        if request.mounts || request.network_mounts {
            let entries = fs::read("/proc/mounts").unwrap_or_default();
            let entries = mounts::parse_entries(&String::from_utf8_lossy(&entries));
            if request.mounts {
                reading.mounts = Some(free_space(&entries, Reach::Local));
            }
            if request.network_mounts && self.network_mounts.is_none() {
                self.ask_network_mounts(entries);
            }
        }
        if self.network_mounts.as_ref().is_some_and(JoinHandle::is_finished) {
            reading.network_mounts = self.network_mounts.take().and_then(|t| t.join().ok());
        }
        LocalReading { reading, cpu: None, uptime_seconds: None }
    }

    fn ask_network_mounts(&mut self, entries: Vec<MountEntry>) {
        if entries.iter().any(|entry| entry.reach() == Some(Reach::Network)) {
            let ask = move || free_space(&entries, Reach::Network);
            let thread = std::thread::Builder::new().name("network mounts".into());
            self.network_mounts = thread.spawn(ask).ok();
        }
    }
}

fn free_space(entries: &[MountEntry], reach: Reach) -> Vec<Mount> {
    let asked = entries.iter().filter(|entry| entry.reach() == Some(reach));
    mounts::select(asked.filter_map(|entry| Some((entry.clone(), space(&entry.path)?))))
}

/// What `df` would say.
fn space(path: &str) -> Option<Space> {
    let found = rustix::fs::statvfs(path).ok()?;
    let bytes = |blocks: u64| blocks.checked_mul(found.f_frsize);
    Some(Space {
        total_bytes: bytes(found.f_blocks)?,
        used_bytes: bytes(found.f_blocks.checked_sub(found.f_bfree)?)?,
        available_bytes: bytes(found.f_bavail)?,
    })
}

/// Names in a folder of `/sys`, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn first_line(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// Sensors, in the lines that the script would have printed.
fn temperatures() -> Vec<Temperature> {
    let mut lines = Vec::new();
    let root = Path::new("/sys/class/hwmon");
    for chip in names(root).iter().map(|name| root.join(name)) {
        let name = first_line(&chip.join("name")).unwrap_or_default();
        let inside = names(&chip.join("device/block"));
        let disk = names(&chip.join("device"))
            .into_iter()
            .find(|inner| inner.strip_prefix("nvme").is_some_and(|rest| rest.contains('n')));
        let device = inside.into_iter().next().or(disk).unwrap_or_default();
        for input in names(&chip) {
            let Some(sensor) = input.strip_suffix("_input").filter(|s| s.starts_with("temp"))
            else {
                continue;
            };
            let Some(value) = first_line(&chip.join(&input)) else { continue };
            let label = first_line(&chip.join(format!("{sensor}_label"))).unwrap_or_default();
            lines.push(format!("{name}\t{label}\t{sensor}\t{device}\t{value}\n"));
        }
    }
    if lines.is_empty() {
        let root = Path::new("/sys/class/thermal");
        for zone in names(root).iter().filter(|name| name.starts_with("thermal_zone")) {
            let name = first_line(&root.join(zone).join("type")).unwrap_or_default();
            if let Some(value) = first_line(&root.join(zone).join("temp")) {
                lines.push(format!("{name}\t\t{zone}\t\t{value}\n"));
            }
        }
    }
    temperature::parse(&lines.concat())
}

fn interface_kinds() -> InterfaceKinds {
    let root = Path::new("/sys/class/net");
    let mut kinds = InterfaceKinds::default();
    for name in names(root) {
        let link = root.join(&name);
        let has = |inner: &str| link.join(inner).exists();
        let hardware = has("device") || has("phy80211") || has("wireless");
        let port = first_line(&link.join("phys_switch_id")).is_some();
        kinds.add(&name, hardware, has("dsa"), port);
    }
    kinds
}

/// Asks with the very script that servers are asked with, run once.
pub(super) async fn system_info() -> SystemInfo {
    let block = tokio::time::timeout(FACTS_LIMIT, run_script()).await.ok().flatten();
    block.map(|block| system::parse(&block)).unwrap_or_default()
}

async fn run_script() -> Option<Block> {
    let nonce = Nonce::random();
    let mut child = tokio::process::Command::new(script::COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let (mut input, mut output) = (child.stdin.take()?, child.stdout.take()?);
    input.write_all(script::script(&nonce, Reader::Awk).as_bytes()).await.ok()?;
    let mut reader = BlockReader::new(&nonce);
    let mut buffer = [0; 8192];
    let mut asked = false;
    loop {
        let length = output.read(&mut buffer).await.ok().filter(|&length| length > 0)?;
        match reader.push(&buffer[..length]).ok()? {
            Some(block) if asked => {
                // The end of its input is what stops the script.
                drop(input);
                child.wait().await.ok()?;
                return Some(block);
            }
            Some(block) if block.ready().ok()? => {
                asked = true;
                input.write_all(Request::ALL.line().as_bytes()).await.ok()?;
            }
            _ => {}
        }
    }
}
