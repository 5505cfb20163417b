//! The service that a line describes, option by option.

use super::super::{
    one_container::{entry, text},
    problem::{Problems, quoted},
    yaml::{Key, Kind, Node},
};

/// What is known of it so far.
#[derive(Debug, Default)]
pub(super) struct Service {
    name: Option<String>,
    image: String,
    command: Vec<String>,
    /// Keys with one value, in the order in which they came.
    single: Vec<(&'static str, Node)>,
    /// Keys with several.
    lists: Vec<(&'static str, Vec<Node>)>,
    environment: Vec<(String, Node)>,
    health: Vec<(&'static str, Node)>,
    logging: Option<String>,
    log_options: Vec<(String, Node)>,
    ulimits: Vec<(String, Node)>,
    volumes: Vec<String>,
    network: Option<String>,
    aliases: Vec<String>,
    address: Option<String>,
}

/// What came of an option: something to note, or why it cannot be taken.
type Taken = Result<Option<String>, String>;

impl Service {
    pub(super) fn name(&self) -> Option<String> {
        self.name.clone()
    }

    pub(super) fn image(&mut self, image: &str, command: Vec<String>) {
        image.clone_into(&mut self.image);
        self.command = command;
    }

    fn one(&mut self, key: &'static str, value: Node) {
        self.single.retain(|(known, _)| *known != key);
        self.single.push((key, value));
    }

    fn several(&mut self, key: &'static str, value: Node) {
        match self.lists.iter_mut().find(|(known, _)| *known == key) {
            Some((_, all)) => all.push(value),
            None => self.lists.push((key, vec![value])),
        }
    }

    /// Takes an option.
    pub(super) fn take(&mut self, option: &str, value: &str) -> Taken {
        let truth = || Node::of(Kind::Bool(true));
        match option {
            "name" => self.name = Some(value.to_owned()),
            "publish" => self.several("ports", text(value)),
            "volume" => return self.volume(value),
            "mount" => return self.mount(value),
            "env" => self.variable(value),
            "restart" => self.one("restart", text(value)),
            "network" | "net" => return self.network(value),
            "network-alias" | "net-alias" => self.aliases.push(value.to_owned()),
            "ip" => self.address = Some(value.to_owned()),
            "privileged" | "init" => {
                let key = if option == "init" { "init" } else { "privileged" };
                self.one(key, truth());
            }
            "read-only" => self.one("read_only", truth()),
            "oom-kill-disable" => self.one("oom_kill_disable", truth()),
            "no-healthcheck" => self.health.push(("disable", truth())),
            "entrypoint" => self.one("entrypoint", Node::of(Kind::List(vec![text(value)]))),
            "ulimit" => return self.ulimit(value),
            "log-driver" => self.logging = Some(value.to_owned()),
            "log-opt" => {
                let (name, value) = value.split_once('=').ok_or("it is written NAME=VALUE")?;
                self.log_options.push((name.to_owned(), text(value)));
            }
            "health-cmd" => {
                let test = vec![text("CMD-SHELL"), text(value)];
                self.health.push(("test", Node::of(Kind::List(test))));
            }
            "health-interval" => self.health.push(("interval", text(value))),
            "health-timeout" => self.health.push(("timeout", text(value))),
            "health-start-period" => self.health.push(("start_period", text(value))),
            "health-retries" => self.health.push(("retries", number(value)?)),
            "stop-timeout" => self.one("stop_grace_period", text(&format!("{value}s"))),
            "gpus" if value == "all" => self.one("deploy", all_gpus()),
            "gpus" => return Err("only 'all' is known here; write a compose file".to_owned()),
            "env-file" | "label-file" => {
                let other =
                    if option == "env-file" { "as the file of variables" } else { "with --label" };
                return Err(format!(
                    "the file {} does not come along; paste it {other}",
                    quoted(value)
                ));
            }
            "volumes-from" | "link" => {
                return Err("it needs another container; put both into one compose file".to_owned());
            }
            "detach" | "interactive" | "tty" | "rm" | "quiet" | "sig-proxy" | "attach"
            | "cidfile" | "pull" => {
                return Ok(Some(format!(
                    "'--{option}' was left out: it says nothing about an app"
                )));
            }
            "publish-all" => {
                return Ok(Some(
                    "'--publish-all' was left out: name the ports that are to be opened".to_owned(),
                ));
            }
            option => match (single(option), list(option)) {
                (Some(key), _) => self.one(key, text(value)),
                (None, Some(key)) => self.several(key, text(value)),
                (None, None) => return Err("it is not taken here; leave it out".to_owned()),
            },
        }
        Ok(None)
    }

    fn volume(&mut self, value: &str) -> Taken {
        let source = value.split(':').next().unwrap_or_default();
        let is_named =
            value.contains(':') && !source.contains(['/', '$']) && !source.starts_with(['.', '~']);
        self.several("volumes", text(value));
        Ok(if is_named { self.own_volume(source) } else { None })
    }

    fn own_volume(&mut self, name: &str) -> Option<String> {
        if self.volumes.iter().any(|known| known == name) {
            return None;
        }
        self.volumes.push(name.to_owned());
        let name = quoted(name);
        Some(format!(
            "the volume {name} is the app's own; one that is called so already is not touched"
        ))
    }

    fn mount(&mut self, value: &str) -> Taken {
        let mut kind = "volume".to_owned();
        let mut entries = Vec::new();
        let mut source = None;
        for part in value.split(',') {
            let (key, value) = part.split_once('=').unwrap_or((part, "true"));
            match key {
                "type" => value.clone_into(&mut kind),
                "source" | "src" => source = Some(value.to_owned()),
                "target" | "dst" | "destination" => entries.push(entry("target", text(value))),
                "readonly" | "ro" if value == "true" || value == "1" => {
                    entries.push(entry("read_only", Node::of(Kind::Bool(true))));
                }
                "readonly" | "ro" => {}
                "tmpfs-size" => {
                    let size = Node::of(Kind::Map(vec![entry("size", text(value))]));
                    entries.push(entry("tmpfs", size));
                }
                other => return Err(format!("{} of a mount is not known", quoted(other))),
            }
        }
        let mut all = vec![entry("type", text(&kind))];
        all.extend(source.as_deref().map(|source| entry("source", text(source))));
        all.extend(entries);
        self.several("volumes", Node::of(Kind::Map(all)));
        Ok(source.filter(|_| kind == "volume").and_then(|source| self.own_volume(&source)))
    }

    fn variable(&mut self, value: &str) {
        let (name, value) = match value.split_once('=') {
            Some((name, value)) => (name, text(value)),
            None => (value, Node::of(Kind::Null)),
        };
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value));
    }

    fn network(&mut self, value: &str) -> Taken {
        match value {
            "bridge" | "default" => Ok(None),
            "host" | "none" => {
                self.one("network_mode", text(value));
                Ok(None)
            }
            value if value.starts_with("container:") => {
                Err("it needs another container; put both into one compose file".to_owned())
            }
            value if value.contains('=') => {
                Err("only the name of a network is taken here; write a compose file".to_owned())
            }
            value => {
                self.network = Some(value.to_owned());
                Ok(Some(format!("the network {} has to be there already", quoted(value))))
            }
        }
    }

    fn ulimit(&mut self, value: &str) -> Taken {
        let (name, limits) = value.split_once('=').ok_or("it is written NAME=SOFT:HARD")?;
        let limit = match limits.split_once(':') {
            Some((soft, hard)) => Node::of(Kind::Map(vec![
                entry("soft", number(soft)?),
                entry("hard", number(hard)?),
            ])),
            None => number(limits)?,
        };
        self.ulimits.push((name.to_owned(), limit));
        Ok(None)
    }

    /// The compose file.
    pub(super) fn finish(self, notes: &mut Problems) -> Node {
        let name = self.service_name();
        if self.name.is_some() {
            let message = "'--name' names the app; its container is called after the project";
            notes.add(1, message);
        }
        let mut service = vec![entry("image", text(&self.image))];
        let list =
            |words: &[String]| Node::of(Kind::List(words.iter().map(|it| text(it)).collect()));
        if !self.command.is_empty() {
            service.push(entry("command", list(&self.command)));
        }
        service.extend(self.single.into_iter().map(|(key, value)| entry(key, value)));
        service
            .extend(self.lists.into_iter().map(|(key, all)| entry(key, Node::of(Kind::List(all)))));
        let map = |all: Vec<(String, Node)>| {
            Node::of(Kind::Map(all.into_iter().map(|(name, it)| entry(&name, it)).collect()))
        };
        if !self.environment.is_empty() {
            service.push(entry("environment", map(self.environment)));
        }
        if !self.health.is_empty() {
            let health = self.health.into_iter().map(|(key, it)| (key.to_owned(), it)).collect();
            service.push(entry("healthcheck", map(health)));
        }
        if !self.ulimits.is_empty() {
            service.push(entry("ulimits", map(self.ulimits)));
        }
        if self.logging.is_some() || !self.log_options.is_empty() {
            let driver = self.logging.map(|driver| entry("driver", text(&driver)));
            let mut logging: Vec<(Key, Node)> = driver.into_iter().collect();
            if !self.log_options.is_empty() {
                logging.push(entry("options", map(self.log_options)));
            }
            service.push(entry("logging", Node::of(Kind::Map(logging))));
        }
        if let Some(network) = &self.network {
            let mut about = Vec::new();
            if !self.aliases.is_empty() {
                about.push(entry("aliases", list(&self.aliases)));
            }
            about.extend(self.address.map(|it| entry("ipv4_address", text(&it))));
            let about = if about.is_empty() { Kind::Null } else { Kind::Map(about) };
            service.push(entry("networks", map(vec![(network.clone(), Node::of(about))])));
        }
        let service = Node::of(Kind::Map(service));
        let mut root = vec![entry("services", map(vec![(name, service)]))];
        if !self.volumes.is_empty() {
            let volumes = self.volumes.into_iter().map(|it| (it, Node::of(Kind::Null))).collect();
            root.push(entry("volumes", map(volumes)));
        }
        if let Some(network) = self.network {
            let external = map(vec![("external".to_owned(), Node::of(Kind::Bool(true)))]);
            root.push(entry("networks", map(vec![(network, external)])));
        }
        Node::of(Kind::Map(root))
    }

    /// What the service is called: as the container was to be, else as the image is.
    fn service_name(&self) -> String {
        let image = self.image.split('@').next().unwrap_or_default();
        let last = image.rsplit('/').next().unwrap_or(image);
        let like = self.name.as_deref().unwrap_or_else(|| last.split(':').next().unwrap_or(last));
        let letters = |c: char| {
            if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '-' }
        };
        let name: String = like.chars().take(60).map(letters).collect();
        let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        if name.is_empty() { "app".to_owned() } else { name.to_owned() }
    }
}

/// Options that are one text under another name.
fn single(option: &str) -> Option<&'static str> {
    Some(match option {
        "user" => "user",
        "workdir" => "working_dir",
        "hostname" => "hostname",
        "domainname" => "domainname",
        "memory" => "mem_limit",
        "memory-swap" => "memswap_limit",
        "memory-reservation" => "mem_reservation",
        "cpus" => "cpus",
        "cpu-shares" => "cpu_shares",
        "cpuset-cpus" => "cpuset",
        "shm-size" => "shm_size",
        "pid" => "pid",
        "ipc" => "ipc",
        "uts" => "uts",
        "userns" => "userns_mode",
        "stop-signal" => "stop_signal",
        "runtime" => "runtime",
        "platform" => "platform",
        "mac-address" => "mac_address",
        "pids-limit" => "pids_limit",
        "oom-score-adj" => "oom_score_adj",
        _ => return None,
    })
}

/// Options that may be said several times.
fn list(option: &str) -> Option<&'static str> {
    Some(match option {
        "device" => "devices",
        "cap-add" => "cap_add",
        "cap-drop" => "cap_drop",
        "label" => "labels",
        "add-host" => "extra_hosts",
        "dns" => "dns",
        "dns-search" => "dns_search",
        "dns-option" => "dns_opt",
        "tmpfs" => "tmpfs",
        "security-opt" => "security_opt",
        "sysctl" => "sysctls",
        "expose" => "expose",
        "group-add" => "group_add",
        _ => return None,
    })
}

fn number(value: &str) -> Result<Node, String> {
    let number = value.parse::<i64>().map_err(|_| format!("{} is no number", quoted(value)))?;
    Ok(Node::of(Kind::Int(number)))
}

fn all_gpus() -> Node {
    let map = |entries| Node::of(Kind::Map(entries));
    let device = map(vec![
        entry("driver", text("nvidia")),
        entry("count", text("all")),
        entry("capabilities", Node::of(Kind::List(vec![text("gpu")]))),
    ]);
    let devices = map(vec![entry("devices", Node::of(Kind::List(vec![device])))]);
    map(vec![entry("resources", map(vec![entry("reservations", devices)]))])
}
