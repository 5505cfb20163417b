//! What is done to containers: started, stopped, removed, renamed, limited.

use super::{
    ask::{USUAL, checked},
    client::Engine,
    error::EngineError,
};
use crate::domain::{
    container::{ContainerAction, ContainerLimits, RestartPolicy},
    engine::EngineAccess,
};
use bollard::{
    Docker,
    errors::Error,
    models::{ContainerUpdateBody, RestartPolicy as Policy, RestartPolicyNameEnum as PolicyName},
    query_parameters::{
        KillContainerOptions, RemoveContainerOptionsBuilder, RenameContainerOptionsBuilder,
        RestartContainerOptions, StartContainerOptions, StopContainerOptions,
    },
};
use serde::Deserialize;
use std::time::Duration;

/// How long an action may take: containers that are slow to end may have minutes of their own.
const ACTION: Duration = Duration::from_secs(15 * 60);
/// Why nothing is known of a change whose answer broke off.
const CUT: &str = "the connection ended before the answer";
/// A billionth of a core is what engines count in.
const NANO: f64 = 1e9;
/// The share of time that a quota is of, where the container names no other, microseconds.
const PERIOD: i64 = 100_000;

/// The limits that are in force, as the engine has them; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct InForce {
    nano_cpus: i64,
    cpu_period: i64,
    cpu_quota: i64,
    memory: i64,
    memory_swap: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    host_config: Option<InForce>,
}

impl Engine {
    /// Does something to a container. What is so already is done.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn act(&self, id: &str, action: ContainerAction) -> Result<(), EngineError> {
        let (id, docker) = (checked(id)?, self.for_changes()?);
        let done = match action {
            ContainerAction::Start => {
                docker.start_container(id, None::<StartContainerOptions>).await
            }
            ContainerAction::Stop => docker.stop_container(id, None::<StopContainerOptions>).await,
            ContainerAction::Restart => {
                docker.restart_container(id, None::<RestartContainerOptions>).await
            }
            ContainerAction::Pause => docker.pause_container(id).await,
            ContainerAction::Unpause => docker.unpause_container(id).await,
            ContainerAction::Kill => docker.kill_container(id, None::<KillContainerOptions>).await,
        };
        match done.map_err(|error| self.refusal(error)) {
            Err(EngineError::Already) => Ok(()),
            done => done,
        }
    }

    /// Removes a container. One that runs is refused without `force`; with `with_volumes` its
    /// anonymous volumes go too, and what is in them.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn remove_container(
        &self,
        id: &str,
        with_volumes: bool,
        force: bool,
    ) -> Result<(), EngineError> {
        let options = RemoveContainerOptionsBuilder::default().v(with_volumes).force(force).build();
        let (id, docker) = (checked(id)?, self.for_changes()?);
        let done = docker.remove_container(id, Some(options)).await;
        done.map_err(|error| self.refusal(error))
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn rename_container(&self, id: &str, name: &str) -> Result<(), EngineError> {
        let options = RenameContainerOptionsBuilder::default().name(name).build();
        let (id, docker) = (checked(id)?, self.for_changes()?);
        let done = docker.rename_container(id, options).await;
        done.map_err(|error| self.refusal(error))
    }

    /// Changes what a container may use, and when it is started again.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn limit_container(
        &self,
        id: &str,
        limits: &ContainerLimits,
    ) -> Result<(), EngineError> {
        let (id, docker) = (checked(id)?, self.for_changes()?);
        let path = format!("/containers/{id}/json");
        let now = self.ask::<Inspected>(&path, &[], USUAL).await?.host_config.unwrap_or_default();
        let (cpus, memory) = (self.info().cpus, self.info().memory_bytes);
        let wanted = wanted(limits, now, cpus, memory)?;
        if wanted == ContainerUpdateBody::default() {
            return Ok(());
        }
        docker.update_container(id, wanted).await.map_err(|error| match self.refusal(error) {
            // It was there a moment ago; what is not is the command, as in Podman 4.
            EngineError::NotFound(words) if !words.to_lowercase().contains("container") => {
                EngineError::Refused {
                    status: 404,
                    message: "this engine cannot change the limits of a container".into(),
                }
            }
            error => error,
        })
    }

    /// The engine, where it can be changed at all.
    pub(super) fn for_changes(&self) -> Result<Docker, EngineError> {
        match self.info().access {
            EngineAccess::ReadOnly => Err(EngineError::ReadOnly),
            EngineAccess::Full => Ok(self.docker.clone().with_timeout(ACTION)),
        }
    }

    /// Why something was not done. Engines themselves forbid, in words, what they have a reason
    /// against (a network that is in use); a proxy forbids with a page or with nothing. What was sent
    /// and not answered may have been done.
    pub(super) fn refusal(&self, error: Error) -> EngineError {
        match error {
            Error::DockerResponseServerError { status_code: 403, message }
                if !message.trim().is_empty() && !message.trim_start().starts_with('<') =>
            {
                EngineError::Refused { status: 403, message: super::error::one_line(&message) }
            }
            Error::HyperLegacyError { err } if !err.is_connect() => EngineError::Unknown(CUT),
            Error::HyperResponseError { .. } | Error::IOError { .. } => EngineError::Unknown(CUT),
            Error::RequestTimeoutError => EngineError::Unknown("the engine did not answer in time"),
            error => error.into(),
        }
    }
}

/// What is not there any more is gone, which is what was wanted.
pub(super) fn is_gone(done: Result<(), EngineError>) -> Result<(), EngineError> {
    match done {
        Err(EngineError::NotFound(_)) => Ok(()),
        done => done,
    }
}

/// What to tell the engine. It takes 0 for 'as it is', so a limit is lifted by what the host has.
fn wanted(
    limits: &ContainerLimits,
    now: InForce,
    host_cpus: Option<u32>,
    host_memory: Option<u64>,
) -> Result<ContainerUpdateBody, EngineError> {
    let mut body = ContainerUpdateBody::default();
    if let Some(cores) = limits.cpu_cores {
        set_cpu(&mut body, cores, now, host_cpus)?;
    }
    if let Some(bytes) = limits.memory_bytes {
        set_memory(&mut body, bytes, now, host_memory)?;
    }
    body.restart_policy = limits.restart_policy.map(|policy| Policy {
        name: Some(match policy {
            RestartPolicy::No => PolicyName::NO,
            RestartPolicy::OnFailure => PolicyName::ON_FAILURE,
            RestartPolicy::Always => PolicyName::ALWAYS,
            RestartPolicy::UnlessStopped => PolicyName::UNLESS_STOPPED,
        }),
        maximum_retry_count: None,
    });
    Ok(body)
}

#[expect(clippy::cast_possible_truncation, reason = "billionths of cores that a host can have")]
fn set_cpu(
    body: &mut ContainerUpdateBody,
    cores: f64,
    now: InForce,
    host_cpus: Option<u32>,
) -> Result<(), EngineError> {
    // A container that was made with a quota takes no other kind of limit.
    if now.cpu_quota != 0 || now.cpu_period != 0 {
        let period = if now.cpu_period > 0 { now.cpu_period } else { PERIOD };
        let quota = if cores == 0.0 { -1 } else { (cores * period as f64).round() as i64 };
        body.cpu_quota = Some(quota);
        return Ok(());
    }
    if cores > 0.0 {
        body.nano_cpus = Some((cores * NANO).round() as i64);
    } else if now.nano_cpus > 0 {
        let all = host_cpus.ok_or_else(|| unknown("processors"))?;
        body.nano_cpus = Some(i64::from(all) * NANO as i64);
    }
    Ok(())
}

/// Memory, and memory with swap, which the engine wants to be no less: what a container had of swap it
/// keeps, and one without a limit gets as much swap as memory, as new containers do.
fn set_memory(
    body: &mut ContainerUpdateBody,
    bytes: u64,
    now: InForce,
    host_memory: Option<u64>,
) -> Result<(), EngineError> {
    let (memory, swap) = match (bytes, now.memory) {
        (0, 0) => return Ok(()),
        (0, _) => (whole(host_memory.ok_or_else(|| unknown("memory"))?), None),
        (bytes, 0) => (whole(bytes), None),
        (bytes, before) if now.memory_swap > 0 => {
            let share = now.memory_swap - before;
            let is_usual = share == before;
            (whole(bytes), (!is_usual).then_some(share.max(0)))
        }
        (bytes, _) => (whole(bytes), Some(-1)),
    };
    body.memory = Some(memory);
    body.memory_swap = Some(match swap {
        None => memory.saturating_mul(2),
        Some(-1) => -1,
        Some(share) => memory.saturating_add(share),
    });
    Ok(())
}

fn whole(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn unknown(what: &str) -> EngineError {
    EngineError::NotUnderstood(format!("it does not say how much {what} the host has"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: (Option<u32>, Option<u64>) = (Some(4), Some(8_000));

    fn told(limits: ContainerLimits, now: InForce) -> ContainerUpdateBody {
        wanted(&limits, now, HOST.0, HOST.1).expect("limits")
    }

    /// Engines take 0 for 'as it is', and refuse a second kind of limit.
    #[test]
    fn cpu_is_limited_in_the_way_that_the_container_has() {
        let cores = |cores| ContainerLimits { cpu_cores: Some(cores), ..Default::default() };
        let none = InForce::default();
        let nano = InForce { nano_cpus: 500_000_000, ..none };
        let quota = InForce { cpu_quota: 50_000, ..none };
        assert_eq!(told(cores(1.5), none).nano_cpus, Some(1_500_000_000));
        assert_eq!(told(cores(0.0), nano).nano_cpus, Some(4_000_000_000));
        assert_eq!(told(cores(0.0), none), ContainerUpdateBody::default());
        assert_eq!(told(cores(1.5), quota).cpu_quota, Some(150_000));
        assert_eq!(told(cores(1.5), quota).nano_cpus, None);
        assert_eq!(told(cores(0.0), quota).cpu_quota, Some(-1));
    }

    /// Memory above the old sum with swap is refused, so that is set with it; the share of swap stays.
    #[test]
    fn memory_takes_its_swap_along() {
        let bytes = |bytes| ContainerLimits { memory_bytes: Some(bytes), ..Default::default() };
        let both = |body: ContainerUpdateBody| (body.memory, body.memory_swap);
        let with = |memory, memory_swap| InForce { memory, memory_swap, ..Default::default() };
        assert_eq!(both(told(bytes(100), with(0, 0))), (Some(100), Some(200)));
        assert_eq!(both(told(bytes(100), with(50, 100))), (Some(100), Some(200)));
        assert_eq!(both(told(bytes(100), with(50, 50))), (Some(100), Some(100)), "no swap");
        assert_eq!(both(told(bytes(100), with(50, 60))), (Some(100), Some(110)));
        assert_eq!(both(told(bytes(100), with(50, -1))), (Some(100), Some(-1)));
        assert_eq!(both(told(bytes(0), with(50, 100))), (Some(8_000), Some(16_000)));
        assert_eq!(told(bytes(0), with(0, 0)), ContainerUpdateBody::default());
    }
}
