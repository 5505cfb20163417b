//! The SSH configuration of this computer's user, read as `ssh` reads it: which names it has, and
//! what a name stands for. It is never written.

use crate::domain::address::Address;
use ssh2_config::{ParseRule, SshConfig};
use std::{io::BufReader, path::Path};

/// Names of the configuration that stand for one host each, in its order; no patterns.
pub async fn host_names() -> Vec<String> {
    users_own().await.map(|config| names(&config)).unwrap_or_default()
}

/// Fills what an address leaves open with what the configuration says of its host.
pub async fn resolved(address: Address) -> Address {
    match users_own().await {
        Some(config) => fill(address, &config),
        None => address,
    }
}

/// The user's file; nothing when there is none, or it cannot be understood.
async fn users_own() -> Option<SshConfig> {
    let path = directories::BaseDirs::new()?.home_dir().join(".ssh/config");
    tokio::task::spawn_blocking(move || read(&path)).await.ok().flatten()
}

fn read(path: &Path) -> Option<SshConfig> {
    let mut reader = BufReader::new(std::fs::File::open(path).ok()?);
    let rules = ParseRule::ALLOW_UNKNOWN_FIELDS | ParseRule::ALLOW_UNSUPPORTED_FIELDS;
    match SshConfig::default().parse(&mut reader, rules) {
        Ok(config) => Some(config),
        Err(error) => {
            tracing::warn!(%error, "the SSH configuration of this user cannot be read");
            None
        }
    }
}

fn names(config: &SshConfig) -> Vec<String> {
    let mut names = Vec::new();
    for clause in config.get_hosts().iter().flat_map(|host| &host.pattern) {
        let is_name = !clause.negated && !clause.pattern.contains(['*', '?', '!']);
        if is_name && !names.contains(&clause.pattern) {
            names.push(clause.pattern.clone());
        }
    }
    names
}

fn fill(address: Address, config: &SshConfig) -> Address {
    let found = config.query(&address.host);
    let key_path = found.identity_file.unwrap_or_default().into_iter().next();
    Address {
        host: found.host_name.map(|name| name.replace("%h", &address.host)).unwrap_or(address.host),
        port: address.port.or(found.port),
        username: address.username.or(found.user),
        key_path: address.key_path.or_else(|| key_path.map(|path| path.display().to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
Host nas storage
  HostName 192.168.1.10
  User admin
  Port 2222
  IdentityFile /keys/nas
Host *.lan !printer.lan
  User me
Host *
  ServerAliveInterval 10
  SomethingNew yes
";

    fn config() -> SshConfig {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config");
        std::fs::write(&path, CONFIG).expect("written");
        read(&path).expect("understood, with options that nobody knows")
    }

    /// Patterns are no servers, so they are not offered as such.
    #[test]
    fn only_names_of_single_hosts_are_offered() {
        assert_eq!(names(&config()), ["nas", "storage"]);
    }

    /// What a person typed wins over the file, as with `ssh`.
    #[test]
    fn a_name_is_filled_and_what_was_typed_is_kept() {
        let typed = Address { host: "nas".into(), port: Some(22), ..Address::default() };
        let filled = fill(typed, &config());
        assert_eq!(filled.host, "192.168.1.10");
        assert_eq!(filled.port, Some(22));
        assert_eq!(filled.username.as_deref(), Some("admin"));
        assert_eq!(filled.key_path.as_deref(), Some("/keys/nas"));
        let other = Address { host: "10.0.0.1".into(), ..Address::default() };
        assert_eq!(fill(other.clone(), &config()), other);
    }
}
