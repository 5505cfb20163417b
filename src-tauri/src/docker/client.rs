//! An engine that answers.

use super::{
    ask::{USUAL, ask},
    error::EngineError,
    list::{Listed, list},
    transport::{Http, Route},
};
use crate::domain::engine::{EngineAccess, EngineInfo, EngineKind, EngineVia};
use bollard::{
    Docker,
    models::{SystemInfo, SystemInfoCgroupVersionEnum, SystemVersion},
    query_parameters::StartContainerOptions,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// The oldest version of the API that Tomo speaks: Docker 20.10 and Podman 4.
const OLDEST: (u32, u32) = (1, 40);
/// How many containers two engines are compared by.
const COMPARED: usize = 64;
/// How far an engine's clock may be off that does not tell it.
const STRANGE_CLOCK: TimeDelta = TimeDelta::hours(1);

/// An engine, and the way to it. Its clones share their streams.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) docker: Docker,
    /// The same streams, for what bollard has no types for.
    pub(super) http: Http,
    pub(super) route: Route,
    info: EngineInfo,
    met: Met,
    /// What it calls itself; Podman makes it up anew each time.
    own_id: Option<String>,
    /// Some of the containers that it had when it was met: no two engines have the same.
    some: Arc<BTreeSet<String>>,
}

/// When an engine was met, by its own clock: nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Met {
    /// Not after its first list.
    pub since_nanos: i64,
    /// What happened before is none of Tomo's news.
    pub news_nanos: i64,
}

impl Met {
    fn at(moment: DateTime<Utc>) -> Self {
        Self { since_nanos: nanos(moment), news_nanos: nanos(moment) }
    }
}

impl Engine {
    /// Asks whoever answers what it is.
    ///
    /// # Errors
    /// When nobody answers, or not as an engine does.
    pub(super) async fn meet(
        route: Route,
        socket: &str,
        via: EngineVia,
    ) -> Result<(Self, Listed), EngineError> {
        let narrow = matches!(route, Route::DialStdio(..));
        let http = route.http();
        let docker = Route::client(http.clone())?;
        let asked = Utc::now();
        // All at once, each on a stream of its own: a link with a long way costs one way and back. A
        // command for each would be more than some servers allow at a time.
        let (version, host, access, first) = if narrow {
            let version = ask(&http, "/version", USUAL).await?;
            let host = ask(&http, "/info", USUAL).await;
            (Ok(version), host, access(&docker).await, list(&http).await)
        } else {
            futures::join!(
                ask(&http, "/version", USUAL),
                ask(&http, "/info", USUAL),
                access(&docker),
                list(&http)
            )
        };
        let version: SystemVersion = version?;
        check(version.api_version.as_deref().unwrap_or_default())?;
        // A proxy may keep this one back.
        let host: SystemInfo = host.ok().unwrap_or_default();
        let first = first?;
        let clock = host.system_time.as_deref().and_then(clock);
        let is_podman =
            version.components.iter().flatten().any(|part| part.name.contains("Podman"));
        let own_id = host.id.filter(|id| !is_podman && !id.is_empty());
        let security = host.security_options.unwrap_or_default();
        let info = EngineInfo {
            kind: if is_podman { EngineKind::Podman } else { EngineKind::Docker },
            version: version.version.unwrap_or_default(),
            api_version: version.api_version.unwrap_or_default(),
            socket: socket.to_owned(),
            via,
            access: access?,
            rootless: security.iter().any(|option| option.contains("name=rootless")),
            cgroup_version: host.cgroup_version.and_then(|version| match version {
                SystemInfoCgroupVersionEnum::_1 => Some(1),
                SystemInfoCgroupVersionEnum::_2 => Some(2),
                _ => None,
            }),
            root_dir: host.docker_root_dir,
            os: host.operating_system.or(version.os),
            architecture: host.architecture.or(version.arch),
            cpus: host.ncpu.and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0),
            memory_bytes: host
                .mem_total
                .and_then(|bytes| u64::try_from(bytes).ok())
                .filter(|bytes| *bytes > 0),
        };
        let met = match clock {
            // When it was asked, which is before the list was made.
            Some(clock) => Met::at(clock - (Utc::now() - asked)),
            None => Met { since_nanos: nanos(asked - STRANGE_CLOCK), news_nanos: nanos(asked) },
        };
        let some = Arc::new(first.some_ids(COMPARED));
        Ok((Self { docker, http, route, info, met, own_id, some }, first))
    }

    /// Whether this is another way to the same engine.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        if self.info.socket == other.info.socket {
            return true;
        }
        match (&self.info.root_dir, &other.info.root_dir) {
            // Two of them on one host may call themselves the same, and two hosts' folders may too.
            (Some(one), Some(another)) if one != another => false,
            (Some(_), Some(_)) => {
                self.own_id == other.own_id
                    && self.info.kind == other.info.kind
                    && self.info.rootless == other.info.rootless
            }
            // A proxy before one of them keeps back what it is.
            _ => !self.some.is_disjoint(&other.some),
        }
    }

    /// How many requests it may be sent at a time, questions and changes alike.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.route.at_once()
    }

    /// When it was met, by its own clock.
    #[must_use]
    pub fn met(&self) -> Met {
        self.met
    }

    /// What it is.
    #[must_use]
    pub fn info(&self) -> &EngineInfo {
        &self.info
    }
}

/// Whether Tomo speaks an API whose newest version is this.
fn check(newest: &str) -> Result<(), EngineError> {
    let numbers = newest.split_once('.').map(|(major, minor)| (major.parse(), minor.parse()));
    match numbers {
        Some((Ok(major), Ok(minor))) if (major, minor) >= OLDEST => Ok(()),
        Some((Ok(major), Ok(minor))) => Err(EngineError::TooOld { major, minor }),
        _ => Err(EngineError::NotUnderstood("it does not say which API it speaks".into())),
    }
}

/// Reads the engine's own clock.
fn clock(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

fn nanos(at: DateTime<Utc>) -> i64 {
    at.timestamp_nanos_opt().unwrap_or_default()
}

/// Whether changes come through: an engine says that a container of no such name is not there, a
/// proxy that only lets questions through refuses before it looks.
async fn access(docker: &Docker) -> Result<EngineAccess, EngineError> {
    let nobody = format!("tomo-{}", Uuid::new_v4().simple());
    let tried = docker.start_container(&nobody, None::<StartContainerOptions>).await;
    match tried.map_err(EngineError::from) {
        Ok(()) | Err(EngineError::NotFound(_)) => Ok(EngineAccess::Full),
        Err(EngineError::ReadOnly | EngineError::Refused { .. }) => Ok(EngineAccess::ReadOnly),
        Err(error) => Err(error),
    }
}
