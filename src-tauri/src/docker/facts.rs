//! What a plan needs to know of the computer of an engine, told in one go.

use super::{client::Engine, host::HostError, text};
use crate::{
    domain::{app::PortProtocol, app_project::ProjectName},
    ssh::Limits,
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

const SCRIPT: &str = include_str!("facts.sh");
const LIMITS: Limits = Limits { time: Duration::from_secs(30), bytes: 1 << 20 };

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// A folder.
    Folder,
    /// Something else.
    Other,
    /// Nothing, or nothing that the account may see.
    Missing,
}

/// A port that somebody listens at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListeningPort {
    /// Which protocol.
    pub protocol: PortProtocol,
    /// Where; absent: at all addresses.
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// The program and its process, as far as the account may know.
    pub process: Option<(String, u32)>,
}

/// What is known of a computer; what is absent could not be found out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostFacts {
    /// As the kernel says: `x86_64`.
    pub architecture: Option<String>,
    /// Memory that can be had, bytes.
    pub memory_bytes: Option<u64>,
    /// Processors.
    pub cores: Option<u32>,
    /// The account's numbers: user and group.
    pub ids: Option<(u32, u32)>,
    /// A name of the IANA list.
    pub time_zone: Option<String>,
    /// Room at each path that was asked about, bytes.
    pub room: HashMap<String, u64>,
    /// What is at each path that was asked about.
    pub paths: HashMap<String, PathKind>,
    /// The folder of the project, where there is one already.
    pub folder: Option<String>,
    /// Who listens; absent where the system does not say.
    pub ports: Option<Vec<ListeningPort>>,
    /// The version of `docker compose`.
    pub compose: Option<String>,
}

impl Engine {
    /// Finds out what a plan needs to know, in one way there and back.
    ///
    /// # Errors
    /// When the computer cannot be asked.
    pub async fn facts(
        &self,
        project: &ProjectName,
        paths: &[&str],
    ) -> Result<HostFacts, HostError> {
        let root = self.info().root_dir.as_deref().unwrap_or_default();
        let head = ["sh", "-c", SCRIPT, "sh", root, project.as_str()];
        let output = self.host().run(&[&head, paths].concat(), &[], LIMITS).await?;
        Ok(HostFacts::of(&String::from_utf8_lossy(&output.stdout)))
    }
}

impl HostFacts {
    fn of(said: &str) -> Self {
        let mut facts = Self::default();
        let mut owners = HashMap::new();
        for line in said.lines() {
            let Some((word, rest)) = line.split_once(' ') else { continue };
            facts.take(word, rest, &mut owners);
        }
        for port in facts.ports.iter_mut().flatten() {
            port.process = owners.get(&(port.protocol, port.port)).cloned();
        }
        facts
    }

    fn take(
        &mut self,
        word: &str,
        rest: &str,
        owners: &mut HashMap<(PortProtocol, u16), (String, u32)>,
    ) {
        match word {
            "arch" => self.architecture = Some(text(rest, 40)),
            "memory" => self.memory_bytes = kibibytes(rest),
            "cores" => self.cores = rest.parse().ok(),
            "ids" => {
                self.ids = rest
                    .split_once(' ')
                    .and_then(|(user, group)| Some((user.parse().ok()?, group.parse().ok()?)));
            }
            "zone" if self.time_zone.is_none() => {
                self.time_zone =
                    rest.parse::<chrono_tz::Tz>().ok().map(|zone| zone.name().to_owned());
            }
            "room" => {
                if let Some((free, path)) = rest.split_once(' ')
                    && let Some(bytes) = kibibytes(free)
                {
                    self.room.insert(path.to_owned(), bytes);
                }
            }
            "path" => {
                if let Some((kind, path)) = rest.split_once(' ') {
                    let kind = match kind {
                        "folder" => PathKind::Folder,
                        "other" => PathKind::Other,
                        _ => PathKind::Missing,
                    };
                    self.paths.insert(path.to_owned(), kind);
                }
            }
            "folder" => self.folder = Some(text(rest, 4_096)),
            "port" => {
                let ports = self.ports.get_or_insert_default();
                ports.extend(listening(rest));
            }
            "owner" => owners.extend(owner(rest)),
            "compose" => self.compose = Some(text(rest, 40)),
            _ => {}
        }
    }
}

/// Reads `tcp 00000000:1F90 12345`: the address as the kernel writes it, which is in the machine's own order
/// of bytes, four at a time.
fn listening(line: &str) -> Option<ListeningPort> {
    let mut words = line.split(' ');
    let protocol =
        if words.next()?.starts_with("udp") { PortProtocol::Udp } else { PortProtocol::Tcp };
    let (address, port) = words.next()?.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok().filter(|port| *port > 0)?;
    let bytes = hex::decode(address).ok()?;
    let address: IpAddr = match bytes.len() {
        4 => {
            let mut four: [u8; 4] = bytes.try_into().ok()?;
            four.reverse();
            Ipv4Addr::from(four).into()
        }
        16 => {
            let mut sixteen: [u8; 16] = bytes.try_into().ok()?;
            sixteen.chunks_mut(4).for_each(<[u8]>::reverse);
            Ipv6Addr::from(sixteen).to_canonical()
        }
        _ => return None,
    };
    let address = (!address.is_unspecified()).then_some(address);
    Some(ListeningPort { protocol, address, port, process: None })
}

/// Reads `tcp 0.0.0.0:8080 users:(("nginx",pid=812,fd=6))`.
fn owner(line: &str) -> Option<((PortProtocol, u16), (String, u32))> {
    let mut words = line.splitn(3, ' ');
    let protocol = match words.next()? {
        "tcp" => PortProtocol::Tcp,
        "udp" => PortProtocol::Udp,
        _ => return None,
    };
    let port = words.next()?.rsplit(':').next()?.parse().ok()?;
    let users = words.next()?.strip_prefix("users:((\"")?;
    let (program, rest) = users.split_once('"')?;
    let pid = rest.split_once("pid=")?.1;
    let pid = pid[..pid.find(|c: char| !c.is_ascii_digit()).unwrap_or(pid.len())].parse().ok()?;
    Some(((protocol, port), (text(program, 60), pid)))
}

/// Bytes of so many KiB.
fn kibibytes(said: &str) -> Option<u64> {
    said.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "arch x86_64\nids 1000 1000\nmemory 9541065\ncores 4\nzone Europe/Berlin\n\
        room 352321536 /var/lib/docker\npath folder /srv/data\nroom 100 /srv/data\npath missing /srv/a b\n\
        port tcp 00000000:1F90 1\nport tcp 0100007F:0CEA 2\nport udp6 00000000000000000000000000000000:14E9 3\n\
        port tcp6 0000000000000000FFFF00000100007F:0050 4\nport tcp ZZ:1 5\n\
        owner tcp 0.0.0.0:8080 users:((\"nginx\",pid=812,fd=6))\nowner udp *:1 \ncompose 2.26.1-4\nnonsense\n";

    /// Holds because a port that is taken by somebody whom nobody names sends people searching.
    #[test]
    fn facts_are_read_as_they_are_told() {
        let facts = HostFacts::of(SAID);
        assert_eq!(facts.memory_bytes, Some(9_770_050_560));
        assert_eq!(facts.ids, Some((1000, 1000)));
        assert_eq!(facts.time_zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(facts.room.get("/srv/data"), Some(&102_400));
        assert_eq!(facts.paths.get("/srv/a b"), Some(&PathKind::Missing));
        assert_eq!(facts.compose.as_deref(), Some("2.26.1-4"));
        let ports = facts.ports.expect("ports");
        let told: Vec<_> = ports
            .iter()
            .map(|port| (port.protocol, port.address.map(|ip| ip.to_string()), port.port))
            .collect();
        let local = Some("127.0.0.1".to_owned());
        assert_eq!(
            told,
            [
                (PortProtocol::Tcp, None, 8080),
                (PortProtocol::Tcp, local.clone(), 3306),
                (PortProtocol::Udp, None, 5353),
                (PortProtocol::Tcp, local, 80),
            ]
        );
        assert_eq!(ports[0].process, Some(("nginx".to_owned(), 812)));
        assert_eq!(HostFacts::of("").ports, None);
    }

    /// Holds because awks write large numbers each in its own way, and a plan would know nothing of the server.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn every_awk_tells_memory_and_room() {
        use crate::test_programs::{AWKS, installed, program, with_first_in_path};
        for (awk, words) in AWKS.into_iter().filter(|(awk, _)| installed(awk)) {
            let folder = tempfile::tempdir().expect("a folder");
            program(folder.path(), "awk", &format!("exec {words} \"$@\""));
            let mut shell = with_first_in_path(folder.path());
            let told = shell.args(["-c", SCRIPT, "sh", "/", "shop", "/proc"]).output().await;
            let facts = HostFacts::of(&String::from_utf8_lossy(&told.expect("told").stdout));
            assert!(facts.memory_bytes.is_some_and(|bytes| bytes > 16 << 20), "{awk}: {facts:?}");
            assert!(facts.room.get("/").is_some_and(|bytes| *bytes > 16 << 20), "{awk}: {facts:?}");
            assert_eq!(facts.paths.get("/proc"), Some(&PathKind::Folder), "{awk}");
        }
    }
}
