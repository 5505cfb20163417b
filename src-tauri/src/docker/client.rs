//! An engine that answers.

use super::{error::EngineError, transport::Route};
use crate::domain::engine::{EngineAccess, EngineInfo, EngineKind, EngineVia};
use bollard::{
    API_DEFAULT_VERSION, Docker, models::SystemInfoCgroupVersionEnum,
    query_parameters::StartContainerOptions,
};
use uuid::Uuid;

/// The oldest version of the API that Tomo speaks: Docker 20.10 and Podman 4.
const OLDEST: (usize, usize) = (1, 40);

/// An engine, and the way to it. Its clones share their streams.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) docker: Docker,
    pub(super) route: Route,
    info: EngineInfo,
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
    ) -> Result<Self, EngineError> {
        let docker = route.client()?.negotiate_version().await?;
        let agreed = docker.client_version();
        let (ours, least) = ((agreed.major_version, agreed.minor_version), OLDEST);
        if ours < least {
            return Err(EngineError::NotUnderstood(format!(
                "it speaks version {}.{} of the API, and Tomo {}.{} to {}",
                ours.0, ours.1, least.0, least.1, API_DEFAULT_VERSION
            )));
        }
        let (version, host, access) =
            futures::join!(docker.version(), docker.info(), access(&docker));
        let version = version?;
        // A proxy may keep this one back.
        let host = host.ok().unwrap_or_default();
        let is_podman =
            version.components.iter().flatten().any(|part| part.name.contains("Podman"));
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
        Ok(Self { docker, route, info })
    }

    /// What it is.
    #[must_use]
    pub fn info(&self) -> &EngineInfo {
        &self.info
    }
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
