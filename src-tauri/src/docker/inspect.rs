//! One container whole: what the engine says of it, with secrets hidden wherever they appear.

use super::{
    ask::{USUAL, checked},
    client::Engine,
    error::{EngineError, one_line},
    secrets::{MASK, Secrets, is_secret, is_secret_label},
    uses::{moment, short, shortened},
};
use crate::domain::{
    container::{Container, ContainerHealth, ContainerLimits, ContainerState, RestartPolicy},
    container_details::{
        ContainerLabel, ContainerMount, ContainerNetwork, EnvironmentVariable, HealthCheckRun,
    },
};
use serde_json::Value;
use std::collections::HashSet;

/// The longest value of a label, a variable or a check's output, characters.
const LONGEST: usize = 2_000;
/// The longest text in the raw document, characters.
const LONGEST_RAW: usize = 8_000;

/// What an engine said of a container and of its image.
#[derive(Clone, Debug)]
pub struct Inspected {
    container: Value,
    image_env: HashSet<String>,
    cpus: Option<u32>,
    memory_bytes: Option<u64>,
}

/// What an inspection knows better than a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// Name, without the slash.
    pub name: String,
    /// What it does.
    pub state: ContainerState,
    /// What its check says.
    pub health: Option<ContainerHealth>,
    /// The other facts, over those of a list.
    facts: Facts,
}

#[derive(Clone, Debug, PartialEq)]
struct Facts {
    exit_code: Option<i64>,
    out_of_memory: bool,
    error: Option<String>,
    started_at: Option<chrono::DateTime<chrono::Utc>>,
    finished_at: Option<chrono::DateTime<chrono::Utc>>,
    restart_count: Option<u64>,
}

impl Overlay {
    /// A listed container as it is now.
    #[must_use]
    pub fn over(self, listed: &Container) -> Container {
        let named = |name: &str| Container::series_of(None, None, None, name);
        let plain = Container::series_without_engine(&listed.series);
        let series = if plain == named(&listed.name) {
            let word = &listed.series[..listed.series.len() - plain.len()];
            format!("{word}{}", named(&self.name))
        } else {
            listed.series.clone()
        };
        Container {
            name: self.name,
            state: self.state,
            health: self.health,
            exit_code: self.facts.exit_code,
            out_of_memory: self.facts.out_of_memory,
            error: self.facts.error,
            started_at: self.facts.started_at,
            finished_at: self.facts.finished_at,
            restart_count: self.facts.restart_count,
            series,
            ..listed.clone()
        }
    }
}

impl Engine {
    /// Asks for everything about a container.
    ///
    /// # Errors
    /// When there is none, or the engine does not answer.
    pub async fn inspect(&self, id: &str) -> Result<Inspected, EngineError> {
        let container: Value =
            self.ask(&format!("/containers/{}/json", checked(id)?), &[], USUAL).await?;
        let image = match container["Image"].as_str().map(checked) {
            // An image can be gone while its container is not.
            Some(Ok(image)) => self.ask(&format!("/images/{image}/json"), &[], USUAL).await,
            _ => Ok(Value::Null),
        };
        let image_env = image.unwrap_or_default();
        Ok(Inspected {
            image_env: texts(&image_env["Config"]["Env"]).into_iter().collect(),
            container,
            cpus: self.info().cpus,
            memory_bytes: self.info().memory_bytes,
        })
    }
}

impl Inspected {
    /// What it knows better than a list.
    #[must_use]
    pub fn overlay(&self) -> Overlay {
        let state = &self.container["State"];
        let word = state["Status"].as_str().unwrap_or_default();
        let is_up = matches!(word, "running" | "paused" | "restarting");
        let at = |name: &str| state[name].as_str().and_then(moment);
        let complaint = one_line(state["Error"].as_str().unwrap_or_default());
        Overlay {
            name: short(text(&self.container["Name"]).trim_start_matches('/')),
            state: state_of(word),
            health: match state["Health"]["Status"].as_str() {
                Some("starting") => Some(ContainerHealth::Starting),
                Some("healthy") => Some(ContainerHealth::Healthy),
                Some("unhealthy") => Some(ContainerHealth::Unhealthy),
                _ => None,
            },
            facts: Facts {
                exit_code: state["ExitCode"].as_i64().filter(|_| !is_up && word != "created"),
                out_of_memory: state["OOMKilled"].as_bool().unwrap_or_default(),
                error: Some(self.secrets().mask(&complaint)).filter(|error| !error.is_empty()),
                started_at: at("StartedAt"),
                finished_at: at("FinishedAt"),
                restart_count: self.container["RestartCount"].as_u64(),
            },
        }
    }

    /// What is run in it, word by word, without secrets.
    #[must_use]
    pub fn command(&self) -> Vec<String> {
        let secrets = self.secrets();
        let words = self.words();
        words.iter().map(|word| shortened(&secrets.mask(word), LONGEST)).collect()
    }

    fn words(&self) -> Vec<String> {
        let program = self.container["Path"].as_str().filter(|path| !path.is_empty());
        program.map(str::to_owned).into_iter().chain(texts(&self.container["Args"])).collect()
    }

    /// Where it is run.
    #[must_use]
    pub fn working_dir(&self) -> String {
        short(text(&self.container["Config"]["WorkingDir"]))
    }

    /// The account that runs it.
    #[must_use]
    pub fn user(&self) -> String {
        short(text(&self.container["Config"]["User"]))
    }

    /// Whether it may do nearly everything that root on the host may.
    #[must_use]
    pub fn is_privileged(&self) -> bool {
        self.container["HostConfig"]["Privileged"].as_bool().unwrap_or_default()
    }

    /// Limits that are in force; a limit of all that the host has is none.
    #[must_use]
    pub fn limits(&self) -> ContainerLimits {
        let host = &self.container["HostConfig"];
        let number = |name: &str| host[name].as_f64().filter(|number| *number > 0.0);
        let quota =
            number("CpuQuota").map(|quota| quota / number("CpuPeriod").unwrap_or(100_000.0));
        let cores = number("NanoCpus").map(|cpus| cpus / 1e9).or(quota);
        let memory = host["Memory"].as_u64().filter(|bytes| *bytes > 0);
        ContainerLimits {
            cpu_cores: cores.filter(|cores| self.cpus.is_none_or(|all| *cores < f64::from(all))),
            memory_bytes: memory.filter(|bytes| self.memory_bytes.is_none_or(|all| *bytes < all)),
            restart_policy: match host["RestartPolicy"]["Name"].as_str() {
                Some("" | "no") | None => Some(RestartPolicy::No),
                Some("on-failure") => Some(RestartPolicy::OnFailure),
                Some("always") => Some(RestartPolicy::Always),
                Some("unless-stopped") => Some(RestartPolicy::UnlessStopped),
                Some(_) => None,
            },
        }
    }

    /// Environment, by name, without the values that look like secrets.
    #[must_use]
    pub fn environment(&self) -> Vec<EnvironmentVariable> {
        let secrets = self.secrets();
        let mut variables: Vec<_> = self
            .variables()
            .map(|(name, value, is_from_image)| {
                let is_secret = is_secret(&name, &value, is_from_image);
                EnvironmentVariable {
                    value: (!is_secret).then(|| shortened(&secrets.mask(&value), LONGEST)),
                    name: short(&name),
                    is_secret,
                    is_from_image,
                }
            })
            .collect();
        variables.sort_by(|a, b| a.name.cmp(&b.name));
        variables
    }

    /// One value of the environment, as it is.
    #[must_use]
    pub fn variable(&self, wanted: &str) -> Option<String> {
        self.variables().find(|(name, _, _)| name == wanted).map(|(_, value, _)| value)
    }

    /// Name, value, and whether it came with the image.
    fn variables(&self) -> impl Iterator<Item = (String, String, bool)> {
        texts(&self.container["Config"]["Env"]).into_iter().map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
            (name.to_owned(), value.to_owned(), self.image_env.contains(&pair))
        })
    }

    /// Mounts, by destination.
    #[must_use]
    pub fn mounts(&self) -> Vec<ContainerMount> {
        let listed = self.container["Mounts"].as_array().into_iter().flatten();
        let mut mounts: Vec<_> = listed
            .map(|mount| ContainerMount {
                kind: short(text(&mount["Type"])),
                name: mount["Name"].as_str().filter(|name| !name.is_empty()).map(short),
                source: short(text(&mount["Source"])),
                destination: short(text(&mount["Destination"])),
                is_writable: mount["RW"].as_bool().unwrap_or(true),
            })
            .collect();
        // In memory; engines list these apart.
        let in_memory = self.container["HostConfig"]["Tmpfs"].as_object();
        for (destination, options) in in_memory.into_iter().flatten() {
            mounts.push(ContainerMount {
                kind: "tmpfs".into(),
                name: None,
                source: String::new(),
                destination: short(destination),
                is_writable: !text(options).split(',').any(|option| option == "ro"),
            });
        }
        mounts.sort_by(|a, b| a.destination.cmp(&b.destination));
        mounts
    }

    /// Networks, by name.
    #[must_use]
    pub fn networks(&self) -> Vec<ContainerNetwork> {
        let listed = self.container["NetworkSettings"]["Networks"].as_object();
        let given = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(short);
        let mut networks: Vec<_> = listed
            .into_iter()
            .flatten()
            .map(|(name, network)| ContainerNetwork {
                name: short(name),
                addresses: ["IPAddress", "GlobalIPv6Address"]
                    .into_iter()
                    .filter_map(|kind| given(&network[kind]))
                    .collect(),
                aliases: texts(&network["Aliases"]).iter().map(|alias| short(alias)).collect(),
                mac_address: given(&network["MacAddress"]),
            })
            .collect();
        networks.sort_by(|a, b| a.name.cmp(&b.name));
        networks
    }

    /// Labels, by name, without secrets.
    #[must_use]
    pub fn labels(&self) -> Vec<ContainerLabel> {
        let secrets = self.secrets();
        let mut labels: Vec<_> = self
            .label_pairs()
            .map(|(name, value)| ContainerLabel {
                name: short(&secrets.mask(name)),
                value: shortened(&secrets.mask(value), LONGEST),
            })
            .collect();
        labels.sort_by(|a, b| a.name.cmp(&b.name));
        labels
    }

    fn label_pairs(&self) -> impl Iterator<Item = (&String, &str)> {
        let labels = self.container["Config"]["Labels"].as_object().into_iter().flatten();
        labels.map(|(name, value)| (name, text(value)))
    }

    /// The last runs of its check, newest first.
    #[must_use]
    pub fn health_log(&self) -> Vec<HealthCheckRun> {
        let secrets = self.secrets();
        let runs = self.container["State"]["Health"]["Log"].as_array().into_iter().flatten();
        let mut runs: Vec<_> = runs
            .map(|run| HealthCheckRun {
                started_at: run["Start"].as_str().and_then(moment),
                exit_code: run["ExitCode"].as_i64(),
                output: shortened(&secrets.mask(text(&run["Output"])), LONGEST),
            })
            .collect();
        runs.reverse();
        runs
    }

    /// What the engine said, as JSON, without secrets and with long texts shortened.
    #[must_use]
    pub fn raw(&self) -> String {
        let mut document = self.container.clone();
        let secrets = self.secrets();
        // A short value stands in the way of others only as a whole; in a pair its name tells it.
        if let Some(pairs) = document["Config"]["Env"].as_array_mut() {
            for pair in pairs {
                let given = text(pair);
                let (name, value) = given.split_once('=').unwrap_or((given, ""));
                if is_secret(name, value, self.image_env.contains(given)) {
                    *pair = Value::String(format!("{name}={MASK}"));
                }
            }
        }
        secrets.mask_all(&mut document);
        shorten_all(&mut document);
        serde_json::to_string_pretty(&document).unwrap_or_default()
    }

    /// Everything in it that is to be hidden.
    fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::default();
        for (name, value, is_from_image) in self.variables() {
            if is_secret(&name, &value, is_from_image) {
                secrets.add(&value);
            }
        }
        let config = &self.container["Config"];
        for words in [&config["Cmd"], &config["Entrypoint"], &config["Healthcheck"]["Test"]] {
            secrets.look_through_words(&texts(words));
        }
        secrets.look_through_words(&self.words());
        let runs = self.container["State"]["Health"]["Log"].as_array().into_iter().flatten();
        runs.for_each(|run| secrets.look_through(text(&run["Output"])));
        for (name, value) in self.label_pairs() {
            if is_secret_label(name, value) {
                secrets.add(value);
            }
        }
        secrets
    }
}

fn state_of(word: &str) -> ContainerState {
    match word {
        "created" | "configured" => ContainerState::Created,
        "running" => ContainerState::Running,
        "paused" => ContainerState::Paused,
        "restarting" => ContainerState::Restarting,
        "removing" => ContainerState::Removing,
        "exited" | "stopped" => ContainerState::Exited,
        "dead" => ContainerState::Dead,
        _ => ContainerState::Unknown,
    }
}

fn shorten_all(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > LONGEST_RAW => *text = shortened(text, LONGEST_RAW),
        Value::Array(values) => values.iter_mut().for_each(shorten_all),
        Value::Object(members) => members.values_mut().for_each(shorten_all),
        _ => {}
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
