//! The containers of this computer: the control groups that the script would find, read without it.

use crate::collect::containers::is_id;
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

/// More are not read, as the script reads no more.
const MOST: usize = 1_000;
/// Control groups lie this deep at most; a rootless container is at six.
const DEEPEST: usize = 12;

/// One container, and where its counters stand.
#[derive(Debug)]
struct Group {
    /// Version and id, as a line begins.
    head: String,
    usage: PathBuf,
    memory: PathBuf,
    detail: PathBuf,
    droppable: &'static str,
    /// Limit, quota and period.
    limits: String,
    /// The counters of its own network.
    network: Option<PathBuf>,
}

/// The containers that were found last.
#[derive(Debug, Default)]
pub(in crate::collect) struct Containers {
    groups: Vec<Group>,
    buffer: String,
}

impl Containers {
    /// Looks for them anew.
    pub(super) fn find(&mut self) {
        self.find_below(Path::new("/sys/fs/cgroup"), Path::new("/proc"));
    }

    /// The same below other roots than the system's.
    pub(in crate::collect) fn find_below(&mut self, root: &Path, proc: &Path) {
        self.groups.clear();
        let is_v2 = root.join("cgroup.controllers").exists();
        let controller = |names: &[&str]| {
            names.iter().map(|name| root.join(name)).find(|folder| folder.is_dir())
        };
        let (usage, memory, cpu) = if is_v2 {
            (Some(root.to_owned()), root.to_owned(), None)
        } else {
            let usage = controller(&["cpuacct", "cpu,cpuacct"]);
            (usage, root.join("memory"), controller(&["cpu", "cpu,cpuacct"]))
        };
        let Some(usage) = usage else { return };
        let host = Network::of(proc, "self");
        let mut found = Vec::new();
        walk(&usage, 0, &mut found);
        for (id, path) in found {
            let inside = path.strip_prefix(&usage).unwrap_or(Path::new(""));
            let memory = memory.join(inside);
            let network = process(&path)
                .filter(|process| Network::of(proc, process).is_apart_from(&host))
                .map(|process| proc.join(process).join("net/dev"));
            let word = |path: PathBuf| first_line(&path).unwrap_or_else(|| "-".into());
            self.groups.push(if is_v2 {
                let quota = first_line(&path.join("cpu.max")).unwrap_or_else(|| "- -".into());
                Group {
                    head: format!("2 {id}"),
                    limits: format!("{} {quota}", word(path.join("memory.max"))),
                    usage: path.join("cpu.stat"),
                    memory: memory.join("memory.current"),
                    detail: memory.join("memory.stat"),
                    droppable: "inactive_file ",
                    network,
                }
            } else {
                let quota = |name| {
                    cpu.as_ref().map_or_else(|| "-".into(), |cpu| word(cpu.join(inside).join(name)))
                };
                Group {
                    head: format!("1 {id}"),
                    limits: format!(
                        "{} {} {}",
                        word(memory.join("memory.limit_in_bytes")),
                        quota("cpu.cfs_quota_us"),
                        quota("cpu.cfs_period_us")
                    ),
                    usage: path.join("cpuacct.usage"),
                    memory: memory.join("memory.usage_in_bytes"),
                    detail: memory.join("memory.stat"),
                    droppable: "total_inactive_file ",
                    network,
                }
            });
        }
    }

    /// The lines that the script would have printed.
    pub(in crate::collect) fn read(&mut self) -> String {
        let mut lines = String::new();
        for group in &self.groups {
            let Some(used) = last_word(&group.usage, "", &mut self.buffer) else { continue };
            let mut word = |path, start| {
                last_word(path, start, &mut self.buffer).unwrap_or_else(|| "-".into())
            };
            let memory = word(&group.memory, "");
            let droppable = word(&group.detail, group.droppable);
            let Group { head, limits, .. } = group;
            lines.push_str(&format!("{head} {used} {memory} {droppable} {limits}"));
            for (rx, tx) in group.network.iter().flat_map(|path| moved(path)) {
                lines.push_str(&format!(" {rx} {tx}"));
            }
            lines.push('\n');
        }
        lines
    }
}

/// Containers below a folder; what is inside one is its own affair.
fn walk(folder: &Path, depth: usize, found: &mut Vec<(String, PathBuf)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if found.len() >= MOST || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        match container_id(name) {
            Some(id) => found.push((id.to_owned(), entry.path())),
            None if depth < DEEPEST => walk(&entry.path(), depth + 1, found),
            None => {}
        }
    }
}

/// The container that a control group of this name is.
fn container_id(name: &str) -> Option<&str> {
    let scope = name.strip_suffix(".scope");
    let bare = match scope {
        Some(scope) => scope.strip_prefix("docker-").or_else(|| scope.strip_prefix("libpod-")),
        None => Some(name.strip_prefix("libpod-").unwrap_or(name)),
    };
    bare.filter(|id| is_id(id))
}

/// The first process of a group; some containers move theirs one level down.
fn process(group: &Path) -> Option<String> {
    let below = fs::read_dir(group).into_iter().flatten().flatten().map(|entry| entry.path());
    std::iter::once(group.to_owned())
        .chain(below)
        .filter_map(|group| first_line(&group.join("cgroup.procs")))
        .find(|process| process.parse::<u32>().is_ok_and(|process| process > 0))
}

/// What tells the networks of two processes apart.
struct Network {
    /// The namespace, where this account may see it.
    namespace: Option<PathBuf>,
    interfaces: Vec<String>,
}

impl Network {
    fn of(proc: &Path, process: &str) -> Self {
        let process = proc.join(process);
        let text = fs::read_to_string(process.join("net/dev")).unwrap_or_default();
        let name = |line: &str| line.split_once(':').map(|(name, _)| name.trim().to_owned());
        Self {
            namespace: fs::read_link(process.join("ns/net")).ok(),
            interfaces: text.lines().filter_map(name).collect(),
        }
    }

    fn is_apart_from(&self, host: &Self) -> bool {
        match self.namespace.as_ref().zip(host.namespace.as_ref()) {
            Some((own, host)) => own != host,
            None => !self.interfaces.is_empty() && self.interfaces != host.interfaces,
        }
    }
}

/// Received and sent of every interface but `lo`.
fn moved(path: &Path) -> Vec<(u64, u64)> {
    let text = fs::read_to_string(path).unwrap_or_default();
    crate::collect::network::parse(&text)
        .into_iter()
        .filter(|interface| interface.name != "lo")
        .map(|interface| (interface.rx_bytes, interface.tx_bytes))
        .collect()
}

fn first_line(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// The last word of the first line that begins with `start`.
fn last_word(path: &Path, start: &str, buffer: &mut String) -> Option<String> {
    buffer.clear();
    File::open(path).and_then(|mut file| file.read_to_string(buffer)).ok()?;
    let line = buffer.lines().find(|line| line.starts_with(start))?;
    line.split_ascii_whitespace().last().map(str::to_owned)
}
