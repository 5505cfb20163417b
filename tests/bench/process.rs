//! What processes cost, read from `/proc`: processor time and memory.

use crate::report::Done;
use std::{collections::HashMap, fs};

/// A tick of processor time in `/proc/<pid>/stat`: 10 ms on every Linux that Tomo runs on.
const TICK_MS: f64 = 10.0;

/// A process.
pub struct Process {
    pub pid: u32,
    parent: u32,
    name: String,
    /// Processor time of its own threads, milliseconds.
    own_ms: f64,
    /// Processor time of children that ended and were waited for, and of theirs, milliseconds.
    reaped_ms: f64,
}

impl Process {
    /// A process by its number; nothing when it has ended.
    pub fn read(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in brackets and may hold anything.
        let (head, tail) = (stat.find('(')?, stat.rfind(')')?);
        let name = stat.get(head + 1..tail)?.to_owned();
        let fields: Vec<&str> = stat.get(tail + 2..)?.split(' ').collect();
        let number = |at: usize| fields.get(at)?.parse::<u32>().ok();
        let ticks = |at: usize| number(at).map(|ticks| f64::from(ticks) * TICK_MS);
        Some(Self {
            pid,
            parent: number(1)?,
            name,
            own_ms: ticks(11)? + ticks(12)?,
            reaped_ms: ticks(13)? + ticks(14)?,
        })
    }

    /// This process.
    pub fn this() -> Done<Self> {
        Self::read(std::process::id()).ok_or_else(|| "/proc cannot be read".into())
    }

    /// Every process.
    fn all() -> Vec<Self> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| Self::read(entry.file_name().to_str()?.parse().ok()?)).collect()
    }

    /// A process and all below it.
    pub fn tree(root: u32) -> Vec<Self> {
        let mut below: HashMap<u32, Vec<Self>> = HashMap::new();
        for process in Self::all() {
            below.entry(process.parent).or_default().push(process);
        }
        let mut found: Vec<Self> = Self::read(root).into_iter().collect();
        let mut at = 0;
        while let Some(process) = found.get(at) {
            found.extend(below.remove(&process.pid).unwrap_or_default());
            at += 1;
        }
        found
    }

    /// The child of this process that runs a program of this name.
    pub fn child(name: &str) -> Done<u32> {
        let own = std::process::id();
        Self::all()
            .into_iter()
            .find(|process| process.parent == own && process.name == name)
            .map(|process| process.pid)
            .ok_or_else(|| format!("there is no process '{name}'").into())
    }
}

/// Processor time of this process, milliseconds.
pub fn own_ms() -> Done<f64> {
    Ok(Process::this()?.own_ms)
}

/// Processor time of the children of this process that have ended, milliseconds.
pub fn reaped_ms() -> Done<f64> {
    Ok(Process::this()?.reaped_ms)
}

/// Processor time of a process, milliseconds.
pub fn ms_of(pid: u32) -> Done<f64> {
    Process::read(pid).map(|process| process.own_ms).ok_or_else(|| "a process has ended".into())
}

/// Processor time of everything below a process, what has ended included, milliseconds.
pub fn ms_below(root: u32) -> f64 {
    let below = Process::tree(root).into_iter().filter(|process| process.pid != root);
    below.map(|process| process.own_ms + process.reaped_ms).sum()
}

/// Processor time of a process and everything below it, milliseconds.
pub fn ms_of_tree(root: u32) -> f64 {
    Process::tree(root).iter().map(|process| process.own_ms + process.reaped_ms).sum()
}

/// Processor time of the processes whose command line holds a word, and of their children that ended,
/// milliseconds.
pub fn ms_of_named(word: &str) -> f64 {
    let named = |process: &Process| {
        let line = fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default();
        line.windows(word.len()).any(|part| part == word.as_bytes())
    };
    let all = Process::all();
    let all = all.iter().filter(|process| named(process));
    all.map(|process| process.own_ms + process.reaped_ms).sum()
}

/// Memory of this process alone, MiB (PSS).
pub fn own_memory() -> Done<f64> {
    pss(std::process::id()).ok_or_else(|| "/proc cannot be read".into())
}

/// Memory of a process and everything below it, MiB: pages that several processes share are divided
/// among them (PSS).
pub fn memory_of_tree(root: u32) -> f64 {
    Process::tree(root).iter().filter_map(|process| pss(process.pid)).sum()
}

/// Memory of one process, MiB.
fn pss(pid: u32) -> Option<f64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1_024.0)
}

/// The programs of a process and everything below it.
pub fn names_of_tree(root: u32) -> String {
    let names = Process::tree(root);
    names.iter().map(|process| process.name.as_str()).collect::<Vec<_>>().join(", ")
}
