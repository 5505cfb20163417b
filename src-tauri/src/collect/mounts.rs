//! `df -Pk` and `/proc/mounts`: how full each file system is, each shown once.
//!
//! Left out are pseudo file systems, memory, read-only images, overlays of containers, and second
//! mounts of a device that is already shown.

use crate::domain::sample::Mount;

/// One line of `/proc/mounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountEntry {
    /// Device or share.
    pub device: String,
    /// Where it is mounted.
    pub path: String,
    /// File system type.
    pub fs_type: String,
}

/// Where the answer about free space comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The host's own kernel: it answers at once.
    Local,
    /// Another machine or another process: it may never answer.
    Network,
}

impl MountEntry {
    /// Whether the mount has a size worth showing, and who answers for it; `None` for those that
    /// are left out. `slow.sh` sorts by the same names, so that it asks for nothing else.
    #[must_use]
    pub fn reach(&self) -> Option<Reach> {
        if self.path == "/" {
            return Some(Reach::Local);
        }
        // Container engines mount single files of the host's disk over these.
        if ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"].contains(&self.path.as_str()) {
            return None;
        }
        match self.fs_type.as_str() {
            "fuse.gvfsd-fuse" | "fuse.portal" | "fuse.lxcfs" | "fuse.snapfuse" => None,
            "nfs" | "nfs4" | "cifs" | "smb3" | "smbfs" | "ceph" | "9p" | "afs" | "davfs"
            | "glusterfs" | "lustre" | "virtiofs" | "vboxsf" | "fuse" => Some(Reach::Network),
            other if other.starts_with("fuse.") => Some(Reach::Network),
            "squashfs" | "iso9660" | "udf" | "erofs" | "cramfs" | "romfs" | "autofs" | "tmpfs"
            | "devtmpfs" | "ramfs" => None,
            "zfs" | "btrfs" | "bcachefs" | "ubifs" | "jffs2" => Some(Reach::Local),
            _ => self.device.starts_with('/').then_some(Reach::Local),
        }
    }
}

/// Reads `/proc/mounts`, undoing the kernel's octal escapes.
#[must_use]
pub fn parse_entries(text: &str) -> Vec<MountEntry> {
    let entry = |line: &str| {
        let mut words = line.split(' ');
        let (device, path, fs_type) = (words.next()?, words.next()?, words.next()?);
        // The options follow; without them the type may have been cut.
        words.next()?;
        (path.starts_with('/')).then(|| MountEntry {
            device: unescape(device),
            path: unescape(path),
            fs_type: fs_type.to_owned(),
        })
    };
    text.lines().filter_map(entry).collect()
}

/// `\040` is a space: the kernel writes space, tab, line feed, backslash and `#` in octal.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if let (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) =
            (first, tail)
        {
            bytes.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
            rest = after;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sizes of one mount, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Size.
    pub total_bytes: u64,
    /// In use.
    pub used_bytes: u64,
    /// Free for an ordinary user.
    pub available_bytes: u64,
}

struct FreeSpace<'a> {
    device: &'a str,
    path: &'a str,
    space: Space,
}

fn free_space(line: &str) -> Option<FreeSpace<'_>> {
    // Device and path may hold spaces; the three numbers and the share between them do not move.
    let words: Vec<(usize, &str)> = line
        .split(' ')
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, word))
        })
        .filter(|(_, word)| !word.is_empty())
        .collect();
    words.windows(5).skip(1).find_map(|window| {
        let [(start, total), (_, used), (_, available), (_, share), (path, first)] = window else {
            return None;
        };
        let shape = (share.ends_with('%') || *share == "-") && first.starts_with('/');
        let space = Space {
            total_bytes: kibibytes(total)?,
            used_bytes: kibibytes(used)?,
            // A file system that is past its reserve has a negative number here.
            available_bytes: kibibytes(available).or_else(|| negative(available))?,
        };
        shape.then(|| FreeSpace { device: line[..*start].trim(), path: &line[*path..], space })
    })
}

fn kibibytes(word: &str) -> Option<u64> {
    word.parse::<u64>().ok()?.checked_mul(1024)
}

fn negative(word: &str) -> Option<u64> {
    word.strip_prefix('-')?.parse::<u64>().ok().map(|_| 0)
}

/// Joins `/proc/mounts` with what `df -Pk` printed.
#[must_use]
pub fn parse(entries: &str, df: &str) -> Vec<Mount> {
    let entries = parse_entries(entries);
    let found = df.lines().filter_map(free_space).map(|row| {
        // A later mount at the same path hides the earlier one.
        let entry = entries.iter().rev().find(|entry| same_path(&entry.path, row.path));
        match entry {
            Some(entry) => (entry.clone(), row.space),
            None => {
                let (device, path) = (row.device.to_owned(), row.path.to_owned());
                (MountEntry { device, path, fs_type: String::new() }, row.space)
            }
        }
    });
    select(found)
}

/// Where `df` cannot show a character it prints `?` for each of its bytes.
fn same_path(real: &str, printed: &str) -> bool {
    real.len() == printed.len()
        && real.bytes().zip(printed.bytes()).all(|(real, printed)| {
            real == printed || (printed == b'?' && !(b' '..=b'~').contains(&real))
        })
}

/// Keeps what is shown: file systems of their own with a known size, each device once.
#[must_use]
pub fn select(found: impl Iterator<Item = (MountEntry, Space)>) -> Vec<Mount> {
    once_each(found.filter(|(entry, _)| entry.fs_type.is_empty() || entry.reach().is_some()))
}

/// Keeps known sizes, each device once; the choice of file systems has been made.
pub(super) fn once_each(found: impl Iterator<Item = (MountEntry, Space)>) -> Vec<Mount> {
    let mut found: Vec<(MountEntry, Space)> =
        found.filter(|(_, space)| space.total_bytes > 0).collect();
    // Of two mounts of one device the shorter path is the one that people mean.
    found.sort_by(|(a, _), (b, _)| {
        (a.path.len(), a.path.as_str()).cmp(&(b.path.len(), b.path.as_str()))
    });
    let mut mounts: Vec<Mount> = Vec::with_capacity(found.len());
    let mut root_is_overlay = None;
    for (entry, space) in found {
        if entry.path == "/" && entry.fs_type == "overlay" {
            root_is_overlay = Some(space);
        }
        let repeats = mounts.iter().any(|mount| mount.device == entry.device);
        // The writable layer under an overlay root is the same space under another name.
        let beneath_root = entry.path != "/" && root_is_overlay == Some(space);
        if !repeats && !beneath_root {
            mounts.push(Mount {
                path: entry.path,
                device: entry.device,
                fs_type: Some(entry.fs_type).filter(|fs_type| !fs_type.is_empty()),
                total_bytes: space.total_bytes,
                used_bytes: space.used_bytes.min(space.total_bytes),
                available_bytes: space.available_bytes.min(space.total_bytes),
            });
        }
    }
    mounts.sort_by(|a, b| a.path.cmp(&b.path));
    mounts
}

#[cfg(test)]
#[path = "mounts_tests.rs"]
mod tests;
