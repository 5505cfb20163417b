//! Containers as the engine describes them: all in one list, and one by one with what a list leaves
//! out.

use super::{
    ask::{USUAL, ask, checked, checked_image},
    bounded::Few,
    client::Engine,
    error::EngineError,
    text,
    transport::Http,
    uses::or_default,
};
use crate::domain::{
    container::{Container, ContainerHealth, ContainerState, PublishedPort},
    engine::EngineInfo,
    id::ServerId,
};
use bollard::models::{
    ContainerInspectResponse, ContainerStateStatusEnum, ContainerSummaryHealth,
    ContainerSummaryStateEnum, HealthStatusEnum, ImageInspect, PortMap, PortSummary,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};

const PROJECT: &str = "com.docker.compose.project";
pub(super) const SERVICE: &str = "com.docker.compose.service";
const NUMBER: &str = "com.docker.compose.container-number";
const ONE_OFF: &str = "com.docker.compose.oneoff";

/// The longest name of anything that is kept, characters. Engines allow names of 255 or so, and labels
/// of any length.
const LONGEST: usize = 255;
/// The longest complaint of an engine that is kept, characters.
const LONGEST_COMPLAINT: usize = 500;
/// The most containers of an engine that are known.
pub const MOST_CONTAINERS: usize = 10_000;

/// The most names of a container that are read: its own, and those of old links.
const MOST_NAMES: usize = 64;

/// A list as it came.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Listed(Few<Summary, MOST_CONTAINERS>);

/// A container as far as a list tells what is wanted of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Summary {
    id: Option<String>,
    names: Few<String, MOST_NAMES>,
    image: Option<String>,
    #[serde(rename = "ImageID")]
    image_id: Option<String>,
    created: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    ports: Vec<PortSummary>,
    labels: Option<HashMap<String, String>>,
    state: Option<ContainerSummaryStateEnum>,
    health: Option<ContainerSummaryHealth>,
}

impl Listed {
    /// The containers of this server. What only an inspection tells is absent.
    #[must_use]
    pub fn containers(self, server: ServerId, engine: &Engine) -> Vec<Container> {
        let info = engine.info();
        let known = self.0.of(&info.socket, "containers").into_iter();
        known.filter_map(|summary| of_summary(server, info, summary)).collect()
    }

    /// The ids that come first, at most so many.
    pub(super) fn some_ids(&self, most: usize) -> BTreeSet<String> {
        let mut ids: Vec<_> = self.0.kept.iter().filter_map(|one| one.id.as_ref()).collect();
        ids.sort_unstable();
        ids.into_iter().take(most).cloned().collect()
    }
}

impl Engine {
    /// All containers, those that ended too. What only [`Engine::look`] tells is absent.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn list(&self, server: ServerId) -> Result<Vec<Container>, EngineError> {
        Ok(list(&self.http).await?.containers(server, self))
    }

    /// One container with all that the engine knows of it; only the digest takes
    /// [`Engine::digest`].
    ///
    /// # Errors
    /// When the engine does not answer, or has no such container.
    pub async fn look(&self, server: ServerId, id: &str) -> Result<Container, EngineError> {
        of_inspection(server, self.info(), self.inspected(id).await?).ok_or_else(nameless)
    }

    /// The digest that an image was pulled by; nothing when it was built there.
    ///
    /// # Errors
    /// When the engine does not answer, or has no such image any more.
    pub async fn digest(&self, image_id: &str, name: &str) -> Result<Option<String>, EngineError> {
        let path = format!("/images/{}/json", checked_image(image_id)?);
        let image: ImageInspect = self.ask(&path, &[], USUAL).await?;
        Ok(digest_of(&image.repo_digests.unwrap_or_default(), name))
    }
}

pub(super) async fn list(http: &Http) -> Result<Listed, EngineError> {
    ask(http, "/containers/json?all=true", USUAL).await
}

fn nameless() -> EngineError {
    EngineError::NotUnderstood("a container has no id".into())
}

/// The digest under the image's own repository, else the first: one image may have several names.
fn digest_of(digests: &[String], name: &str) -> Option<String> {
    // What stands behind the last colon is a tag only when no slash follows: `host:5000/image`.
    let repository = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    };
    let parts = || digests.iter().filter_map(|digest| digest.split_once('@'));
    let own = parts().find(|(of, _)| *of == repository || of.ends_with(&format!("/{repository}")));
    own.or_else(|| parts().next()).map(|(_, digest)| text(digest, LONGEST))
}

/// What labels say of a compose project.
struct Place {
    project: Option<String>,
    service: Option<String>,
    number: Option<u32>,
    /// `docker compose run`: beside the service's own container, under the same number.
    is_one_off: bool,
}

impl Place {
    fn of(labels: Option<&HashMap<String, String>>) -> Self {
        let label = |name: &str| labels.and_then(|labels| labels.get(name));
        let name = |key| label(key).map(|it| text(it, LONGEST)).filter(|it| !it.is_empty());
        Self {
            project: name(PROJECT),
            service: name(SERVICE),
            number: label(NUMBER).and_then(|number| number.parse().ok()),
            is_one_off: label(ONE_OFF).is_some_and(|word| word.eq_ignore_ascii_case("true")),
        }
    }

    fn series(&self, engine: &EngineInfo, name: &str) -> String {
        let service = self.service.as_deref().filter(|_| !self.is_one_off);
        let series = Container::series_of(self.project.as_deref(), service, self.number, name);
        Container::series_with(engine.word(), series)
    }
}

fn name_of(name: &str, id: &str) -> String {
    let name = text(name.trim_start_matches('/'), LONGEST);
    // A container that is being removed may have lost its name.
    if name.is_empty() { id.chars().take(12).collect() } else { name }
}

fn of_summary(server: ServerId, engine: &EngineInfo, summary: Summary) -> Option<Container> {
    use ContainerSummaryStateEnum as Said;
    let id = summary.id.filter(|id| checked(id).is_ok())?;
    let place = Place::of(summary.labels.as_ref());
    // A container has further names where old links lead to it; they have two slashes.
    let names = summary.names.kept;
    let name = names.iter().find(|name| name.matches('/').count() < 2).or(names.first());
    let name = name_of(name.map_or("", String::as_str), &id);
    let health = summary.health.and_then(|health| health.status);
    Some(Container {
        server_id: server,
        engine: engine.socket.clone(),
        series: place.series(engine, &name),
        name,
        image: text(&summary.image.unwrap_or_default(), LONGEST),
        image_id: text(&summary.image_id.unwrap_or_default(), LONGEST),
        digest: None,
        project: place.project,
        service: place.service,
        state: match summary.state {
            Some(Said::CREATED) => ContainerState::Created,
            Some(Said::RUNNING | Said::STOPPING) => ContainerState::Running,
            Some(Said::PAUSED) => ContainerState::Paused,
            Some(Said::RESTARTING) => ContainerState::Restarting,
            Some(Said::REMOVING) => ContainerState::Removing,
            Some(Said::EXITED) => ContainerState::Exited,
            Some(Said::DEAD) => ContainerState::Dead,
            Some(Said::EMPTY) | None => ContainerState::Unknown,
        },
        health: health.and_then(|health| health_of(health.as_ref())),
        exit_code: None,
        out_of_memory: false,
        error: None,
        ports: listed_ports(summary.ports),
        created_at: summary.created.and_then(|at| DateTime::from_timestamp(at, 0)),
        started_at: None,
        finished_at: None,
        restart_count: None,
        id,
    })
}

fn of_inspection(
    server: ServerId,
    engine: &EngineInfo,
    inspected: ContainerInspectResponse,
) -> Option<Container> {
    use ContainerStateStatusEnum as Said;
    let id = inspected.id.filter(|id| checked(id).is_ok())?;
    let config = inspected.config.unwrap_or_default();
    let place = Place::of(config.labels.as_ref());
    let name = name_of(&inspected.name.unwrap_or_default(), &id);
    let said = inspected.state.unwrap_or_default();
    let state = match said.status {
        Some(Said::CREATED) => ContainerState::Created,
        Some(Said::RUNNING | Said::STOPPING) => ContainerState::Running,
        Some(Said::PAUSED) => ContainerState::Paused,
        Some(Said::RESTARTING) => ContainerState::Restarting,
        Some(Said::REMOVING) => ContainerState::Removing,
        Some(Said::EXITED) => ContainerState::Exited,
        Some(Said::DEAD) => ContainerState::Dead,
        Some(Said::EMPTY) | None => ContainerState::Unknown,
    };
    let ended = matches!(state, ContainerState::Exited | ContainerState::Dead);
    let health = said.health.and_then(|health| health.status);
    Some(Container {
        server_id: server,
        engine: engine.socket.clone(),
        series: place.series(engine, &name),
        name,
        image: text(&config.image.unwrap_or_default(), LONGEST),
        image_id: text(&inspected.image.unwrap_or_default(), LONGEST),
        digest: None,
        project: place.project,
        service: place.service,
        state,
        health: health
            .filter(|_| !ended)
            .filter(|health| *health != HealthStatusEnum::NONE)
            .and_then(|health| health_of(health.as_ref())),
        exit_code: said.exit_code.filter(|_| ended),
        // Engines keep the mark of an earlier run while the container runs again.
        out_of_memory: said.oom_killed.unwrap_or(false) && ended,
        error: said.error.map(|error| text(&error, LONGEST_COMPLAINT)).filter(|it| !it.is_empty()),
        ports: inspected
            .network_settings
            .and_then(|settings| settings.ports)
            .map(inspected_ports)
            .unwrap_or_default(),
        created_at: inspected.created,
        started_at: said.started_at.as_deref().and_then(moment),
        finished_at: said.finished_at.as_deref().and_then(moment),
        restart_count: Some(inspected.restart_count.and_then(|it| it.try_into().ok()).unwrap_or(0)),
        id,
    })
}

/// A time of an engine; what never happened did so in the year 1.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (at.timestamp() > 0).then_some(at)
}

/// Reads the engine's word for what a check says.
pub(super) fn health_of(word: &str) -> Option<ContainerHealth> {
    match word {
        "starting" => Some(ContainerHealth::Starting),
        "healthy" => Some(ContainerHealth::Healthy),
        "unhealthy" => Some(ContainerHealth::Unhealthy),
        _ => None,
    }
}

fn listed_ports(ports: Vec<PortSummary>) -> Vec<PublishedPort> {
    ordered(ports.into_iter().map(|port| PublishedPort {
        container_port: port.private_port,
        protocol: port.typ.map_or_else(|| "tcp".into(), |typ| typ.to_string()),
        host_ip: port.ip.filter(|_| port.public_port.is_some()),
        host_port: port.public_port,
    }))
}

fn inspected_ports(ports: PortMap) -> Vec<PublishedPort> {
    ordered(ports.into_iter().flat_map(|(inside, bindings)| {
        let (number, protocol) = inside.split_once('/').unwrap_or((&inside, "tcp"));
        let port = number.parse().ok().map(|container_port| PublishedPort {
            container_port,
            protocol: text(protocol, LONGEST),
            host_ip: None,
            host_port: None,
        });
        let bound = bindings.unwrap_or_default().into_iter().filter_map(|binding| {
            let host_port = binding.host_port?.parse().ok()?;
            Some(PublishedPort {
                host_ip: binding.host_ip,
                host_port: Some(host_port),
                ..port.clone()?
            })
        });
        let bound: Vec<_> = bound.collect();
        if bound.is_empty() { port.into_iter().collect() } else { bound }
    }))
}

/// Published ones first; a port that is bound to every address of both families is one port.
fn ordered(ports: impl Iterator<Item = PublishedPort>) -> Vec<PublishedPort> {
    let every = |ip: &str| matches!(ip, "" | "::" | "0.0.0.0");
    let same = ports.map(|mut port| {
        if port.host_port.is_some() && port.host_ip.as_deref().is_none_or(every) {
            port.host_ip = Some("0.0.0.0".into());
        }
        (port.host_port.is_none(), port)
    });
    same.collect::<BTreeSet<_>>().into_iter().map(|(_, port)| port).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn engine(kind: &str, rootless: bool) -> EngineInfo {
        let info = json!({
            "kind": kind, "version": "1", "api_version": "1.41", "socket": "/run/docker.sock",
            "via": "local", "access": "full", "rootless": rootless,
        });
        serde_json::from_value(info).expect("an engine")
    }

    fn listed_by(engine: &EngineInfo, value: Value) -> Container {
        let summary = serde_json::from_value(value).expect("a summary");
        of_summary(ServerId::LOCAL, engine, summary).expect("a container")
    }

    fn summary(value: Value) -> Container {
        listed_by(&engine("docker", false), value)
    }

    /// Holds because Docker and Podman of one server may each have a container of one name, and each of
    /// them its own chart; Docker's is where it was before anybody had two.
    #[test]
    fn containers_of_one_name_in_two_engines_have_two_histories() {
        let series = |kind, rootless| {
            let engine = engine(kind, rootless);
            let listed = listed_by(&engine, json!({ "Id": "ab", "Names": ["/web"] }));
            let inspected = serde_json::from_value(json!({ "Id": "ab", "Name": "/web" }));
            let inspected = inspected.expect("a container");
            let looked = of_inspection(ServerId::LOCAL, &engine, inspected).expect("a container");
            assert_eq!(listed.series, looked.series);
            listed.series
        };
        assert_eq!(series("docker", false), "/web");
        assert_eq!(series("docker", true), "docker-rootless:/web");
        assert_eq!(series("podman", false), "podman:/web");
        assert_eq!(series("podman", true), "podman-rootless:/web");
    }

    /// Holds because an answer within its bytes may list millions of things that say nothing: what is
    /// kept of them is bounded while it is read, and that it is cut is known.
    #[test]
    fn a_list_of_millions_takes_little_memory() {
        const ALL: usize = 3_000_000;
        let body = format!("[{}{{}}]", "{},".repeat(ALL - 1));
        assert!(body.len() < crate::docker::ask::LONGEST);
        let Listed(list) = serde_json::from_str(&body).expect("a list");
        assert_eq!((list.kept.len(), list.left_out), (MOST_CONTAINERS, ALL - MOST_CONTAINERS));
        assert!(list.kept.capacity() <= 2 * MOST_CONTAINERS, "{}", list.kept.capacity());
    }

    /// Docker lists a port once for each family of addresses; a person sees one port.
    #[test]
    fn a_port_of_both_families_is_one() {
        let container = summary(json!({
            "Id": "ab", "Names": ["/web"], "Ports": [
                { "PrivatePort": 443, "Type": "tcp" },
                { "IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp" },
                { "IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp" },
                { "IP": "127.0.0.1", "PrivatePort": 80, "PublicPort": 8081, "Type": "tcp" },
            ],
        }));
        let ports: Vec<_> =
            container.ports.iter().map(|port| (port.host_ip.as_deref(), port.host_port)).collect();
        let wanted = [(Some("0.0.0.0"), Some(8080)), (Some("127.0.0.1"), Some(8081)), (None, None)];
        assert_eq!(ports, wanted);
    }

    /// An old link gives a container a second name, which is not its own; and a label is not bounded by
    /// anybody.
    #[test]
    fn names_are_the_containers_own_and_bounded() {
        let container = summary(json!({
            "Id": "ab", "Names": ["/web/db", "/db"], "State": "running",
            "Labels": { PROJECT: "x".repeat(1 << 16), SERVICE: "a\u{202e}b\u{1b}[2J", NUMBER: "2" },
        }));
        assert_eq!(container.name, "db");
        assert_eq!(container.project.map(|project| project.chars().count()), Some(LONGEST + 1));
        assert_eq!(container.service.as_deref(), Some("a\u{fffd}b\u{fffd}[2J"));
        assert!(container.series.ends_with("#2"));
    }

    /// What `docker compose run` starts bears the number of the service's own container, whose chart it
    /// must not write into.
    #[test]
    fn a_run_beside_the_service_has_a_history_of_its_own() {
        let of = |one_off: &str| {
            summary(json!({
                "Id": "ab", "Names": ["/shop-web-run-1f"],
                "Labels": { PROJECT: "shop", SERVICE: "web", NUMBER: "1", ONE_OFF: one_off },
            }))
        };
        assert_eq!(of("False").series, "shop/web");
        let run = of("True");
        assert_eq!(
            (run.series.as_str(), run.service.as_deref()),
            ("/shop-web-run-1f", Some("web"))
        );
    }

    /// An image may be known under several repositories, and a registry's port is no tag.
    #[test]
    fn a_digest_belongs_to_the_name_that_was_asked_for() {
        let digests = ["other@sha256:1".to_owned(), "localhost:5000/web@sha256:2".to_owned()];
        let of = |name| digest_of(&digests, name);
        assert_eq!(of("localhost:5000/web:1").as_deref(), Some("sha256:2"));
        assert_eq!(of("localhost:5000/web").as_deref(), Some("sha256:2"));
        assert_eq!(of("web:1").as_deref(), Some("sha256:2"));
        assert_eq!(of("third").as_deref(), Some("sha256:1"));
        assert_eq!(digest_of(&[], "web"), None);
    }

    /// Engines write 'never' as the year 1, which must not show as an uptime of 2,000 years.
    #[test]
    fn never_is_no_moment() {
        assert_eq!(moment("0001-01-01T00:00:00Z"), None);
        assert!(moment("2026-11-22T10:00:00.123456789Z").is_some());
    }
}
