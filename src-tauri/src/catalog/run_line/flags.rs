//! The options of `docker run` that Tomo knows.

/// Whether an option has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Value,
}

/// An option by its long name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flag {
    pub name: &'static str,
    pub takes: Takes,
}

/// Options without a value.
const SWITCHES: [&str; 12] = [
    "detach",
    "interactive",
    "tty",
    "rm",
    "privileged",
    "init",
    "read-only",
    "publish-all",
    "no-healthcheck",
    "oom-kill-disable",
    "sig-proxy",
    "quiet",
];

/// Options with one.
const VALUES: [&str; 63] = [
    "name",
    "publish",
    "volume",
    "mount",
    "env",
    "env-file",
    "restart",
    "network",
    "net",
    "network-alias",
    "net-alias",
    "device",
    "cap-add",
    "cap-drop",
    "user",
    "workdir",
    "entrypoint",
    "hostname",
    "domainname",
    "label",
    "label-file",
    "memory",
    "memory-swap",
    "memory-reservation",
    "cpus",
    "cpu-shares",
    "cpuset-cpus",
    "health-cmd",
    "health-interval",
    "health-retries",
    "health-timeout",
    "health-start-period",
    "add-host",
    "dns",
    "dns-search",
    "dns-option",
    "tmpfs",
    "shm-size",
    "ulimit",
    "log-driver",
    "log-opt",
    "pid",
    "ipc",
    "uts",
    "userns",
    "security-opt",
    "sysctl",
    "stop-signal",
    "stop-timeout",
    "runtime",
    "gpus",
    "platform",
    "pull",
    "expose",
    "group-add",
    "ip",
    "mac-address",
    "pids-limit",
    "oom-score-adj",
    "volumes-from",
    "link",
    "attach",
    "cidfile",
];

/// Short names, and what they are short for.
const SHORT: [(char, &str); 14] = [
    ('d', "detach"),
    ('i', "interactive"),
    ('t', "tty"),
    ('q', "quiet"),
    ('P', "publish-all"),
    ('p', "publish"),
    ('v', "volume"),
    ('e', "env"),
    ('u', "user"),
    ('w', "workdir"),
    ('h', "hostname"),
    ('l', "label"),
    ('m', "memory"),
    ('c', "cpu-shares"),
];

/// The option of this name, written with its strokes.
pub(super) fn find(written: &str) -> Option<Flag> {
    let name = match written.strip_prefix("--") {
        Some(name) => name,
        None => {
            let short = written.strip_prefix('-')?.chars().next()?;
            match short {
                'a' => "attach",
                short => SHORT.iter().find(|(letter, _)| *letter == short)?.1,
            }
        }
    };
    let is = |known: &&&str| **known == name;
    let switch = SWITCHES.iter().find(is).map(|name| Flag { name, takes: Takes::Nothing });
    switch.or_else(|| VALUES.iter().find(is).map(|name| Flag { name, takes: Takes::Value }))
}

/// The options of one word, each with the value that stands in the same word: `--name=x`, `-p80:80`, `-itd`.
pub(super) fn parts(word: &str) -> Vec<(String, Option<String>)> {
    if word.starts_with("--") {
        return vec![match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word.to_owned(), None),
        }];
    }
    let mut all = Vec::new();
    let letters: Vec<char> = word.chars().skip(1).collect();
    for (at, letter) in letters.iter().enumerate() {
        let written = format!("-{letter}");
        let takes = find(&written).map(|flag| flag.takes);
        if takes == Some(Takes::Value) {
            let rest: String = letters[at + 1..].iter().collect();
            let rest = rest.strip_prefix('=').map(str::to_owned).unwrap_or(rest);
            all.push((written, Some(rest).filter(|rest| !rest.is_empty())));
            break;
        }
        all.push((written, None));
        if takes.is_none() {
            break;
        }
    }
    all
}
