//! Room: what is free where an engine keeps its data, and what copies of volumes would take of it.

use super::client::Engine;
use crate::ssh::Limits;
use std::time::Duration;

const LIMITS: Limits = Limits { time: Duration::from_secs(20), bytes: 16 << 10 };

/// Volumes may be on a disk of their own, which only some accounts may look at.
const FREE: &str = r#"df -Pk -- "$1/volumes" 2>/dev/null || df -Pk -- "$1""#;

impl Engine {
    /// What is free where the engine keeps volumes, bytes; absent where nobody says.
    pub async fn free_bytes(&self) -> Option<u64> {
        let root = self.info().root_dir.as_deref().filter(|root| root.starts_with('/'))?;
        let argv = ["sh", "-c", FREE, "sh", root];
        let output = self.host().run(&argv, &[], LIMITS).await.ok()?;
        free(&String::from_utf8_lossy(&output.stdout))
    }

    /// What is in these volumes, bytes; absent where the engine does not say so of one of them that is there.
    pub async fn bytes_of_volumes(&self, volumes: &[&str]) -> Option<u64> {
        let sizes = self.volume_sizes().await.ok()?;
        volumes.iter().map(|volume| sizes.get(*volume)).sum()
    }
}

/// Reads what `df` says of one file system, in blocks of 1024 bytes.
fn free(said: &str) -> Option<u64> {
    // Names may have blanks in them; the figures are counted from their end.
    let line = said.lines().nth(1)?;
    let percent = line.split_whitespace().position(|word| word.ends_with('%'))?;
    let blocks: u64 = line.split_whitespace().nth(percent.checked_sub(1)?)?.parse().ok()?;
    blocks.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because a wrong figure would stand in the way of an update, or let it fill the disk.
    #[test]
    fn what_is_free_is_read() {
        let said = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                    /dev/mapper/a b 1000 400 600 40% /var/lib/docker\n";
        assert_eq!(free(said), Some(600 * 1024));
        assert_eq!(free("df: no such file\n"), None);
        assert_eq!(free(""), None);
    }
}
