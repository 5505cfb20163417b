//! Copies of volumes, made by the engine itself and on its own computer.
//!
//! Two containers that are never started have a volume each, and the engine's archives carry the files from one
//! to the other, with their owners and times. No image is needed but one that is there.

use super::{
    actions::is_gone,
    archive::holders_of,
    ask::checked,
    client::Engine,
    error::EngineError,
    host::HostError,
    list::SERVICE,
    uses::{PROJECT, User, or_default},
};
use crate::ssh::Limits;
use bollard::{
    models::{ContainerCreateBody, HostConfig, VolumeCreateRequest},
    query_parameters::{CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder},
};
use serde::Deserialize;
use std::{collections::HashMap, time::Duration};
use tokio_util::sync::CancellationToken;

/// Carries the files, and says what both ends of the pipe ended with: a shell by itself says only the last. The
/// second has no `-a`: with it an engine gives all files to the image's own user, whoever they belong to.
const CARRY: &str = r#"
said=$( { { docker cp -a "$1" -; echo $? >&3; } |
  docker cp - "$2" >&2; echo $? >&3; } 3>&1 )
[ "$said" = "0
0" ]
"#;
const LIMITS: Limits = Limits { time: Duration::from_secs(6 * 3_600), bytes: 64 << 10 };
/// What a volume with a copy in it is known by.
pub(super) const COPY_OF: &str = "tomo.copy-of";
/// What compose knows its volumes by, besides the project.
const VOLUME: &str = "com.docker.compose.volume";

/// Why a volume was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The engine did not make what it takes.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The computer could not be asked.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The files did not go over.
    #[error("{0}")]
    Failed(String),
    /// Somebody ended it.
    #[error("it was cancelled")]
    Cancelled,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Found {
    driver: String,
    #[serde(deserialize_with = "or_default")]
    labels: HashMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    options: HashMap<String, String>,
}

impl Engine {
    /// Whether the data of a volume lies on the engine's own disk, so that a copy of it is one.
    ///
    /// # Errors
    /// When there is no such volume, or the engine does not answer.
    pub async fn can_copy_volume(&self, volume: &str) -> Result<bool, EngineError> {
        let found = self.found_volume(volume).await?;
        Ok(found.driver == "local" && found.options.is_empty())
    }

    /// Makes a new volume with what is in another; one of that name that was there is replaced. Nothing may
    /// write to the other meanwhile. `image` is one that is there. `cancel` ends it, and leaves no container.
    ///
    /// # Errors
    /// When there is no such volume, the engine refuses, the disk is full, or it was cancelled.
    pub async fn copy_volume(
        &self,
        from: &str,
        to: &str,
        image: &str,
        cancel: &CancellationToken,
    ) -> Result<(), CopyError> {
        self.forget_copy(to).await?;
        let labels = HashMap::from([(COPY_OF.to_owned(), from.to_owned())]);
        self.make_volume(to, labels).await?;
        self.carry(from, to, image, cancel).await
    }

    /// Puts what is in a copy back into its volume, in place of what is there. No container may have it.
    ///
    /// # Errors
    /// When there is no such copy, a container has the volume, the engine refuses, or the disk is full.
    pub async fn restore_volume(&self, copy: &str, to: &str, image: &str) -> Result<(), CopyError> {
        // Before anything is removed.
        self.found_volume(copy).await?;
        let labels = match self.found_volume(to).await {
            Ok(found) => found.labels,
            Err(EngineError::NotFound(_)) => HashMap::new(),
            Err(error) => return Err(error.into()),
        };
        self.forget_copy(to).await?;
        self.make_volume(to, labels).await?;
        self.carry(copy, to, image, &CancellationToken::new()).await
    }

    /// Makes a volume of a project anew and empty, in place of one that was there. No container may have it.
    ///
    /// # Errors
    /// When a container has it, the engine refuses, or cannot be reached.
    pub async fn renew_volume(&self, name: &str, project: &str) -> Result<(), EngineError> {
        let labels = match self.found_volume(name).await {
            Ok(found) => found.labels,
            // As compose would: it takes one without these for somebody else's.
            Err(EngineError::NotFound(_)) => {
                let own = name.strip_prefix(project).and_then(|rest| rest.strip_prefix('_'));
                let own = own.unwrap_or(name).to_owned();
                HashMap::from([(PROJECT.to_owned(), project.to_owned()), (VOLUME.to_owned(), own)])
            }
            Err(error) => return Err(error),
        };
        self.forget_copy(name).await?;
        self.make_volume(name, labels).await
    }

    /// Puts what is in a copy into a container that was not started yet, at this place.
    ///
    /// # Errors
    /// When there is no such copy or place, the engine refuses, or the disk is full.
    pub async fn restore_into(
        &self,
        copy: &str,
        (container, place): (&str, &str),
        image: &str,
    ) -> Result<(), CopyError> {
        self.found_volume(copy).await?;
        let source = reads(copy);
        self.make_holder(&source, &format!("{copy}:/tomo:ro"), image).await?;
        let carried = self.run_carry(&source, &format!("{}:{place}", checked(container)?)).await;
        let removed = self.remove_holder(&source).await;
        carried?;
        Ok(removed?)
    }

    /// Removes a volume, and what an attempt to carry files from or to it has left.
    ///
    /// # Errors
    /// When a container has it, the engine refuses, or cannot be reached.
    pub async fn forget_copy(&self, volume: &str) -> Result<(), EngineError> {
        self.let_go(volume).await?;
        self.forget_volume(volume).await
    }

    /// Removes what an attempt to carry files from or to a volume has left.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn let_go(&self, volume: &str) -> Result<(), EngineError> {
        let mut done = self.remove_holder(&reads(volume)).await;
        done = self.remove_holder(&writes(volume)).await.and(done);
        for holder in holders_of(volume) {
            done = self.remove_holder(&holder).await.and(done);
        }
        done
    }

    /// Whether there is a volume of this name.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn has_volume(&self, volume: &str) -> Result<bool, EngineError> {
        match self.found_volume(volume).await {
            Ok(_) => Ok(true),
            Err(EngineError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Names of containers that have one of these volumes and do not belong to this project.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn strangers(
        &self,
        volumes: &[String],
        project: &str,
    ) -> Result<Vec<String>, EngineError> {
        let users = self.users(false).await?;
        let own = |volume: &String| [reads(volume), writes(volume)].into_iter();
        let holders: Vec<String> =
            volumes.iter().flat_map(|volume| own(volume).chain(holders_of(volume))).collect();
        let has_one = |user: &&User| volumes.iter().any(|volume| user.mounts(volume));
        let strangers = users.iter().filter(has_one).filter(|user| !user.is_in_project(project));
        Ok(strangers.map(User::name).filter(|name| !holders.contains(name)).collect())
    }

    async fn found_volume(&self, name: &str) -> Result<Found, EngineError> {
        self.ask(&format!("/volumes/{}", checked(name)?), &[], super::ask::USUAL).await
    }

    async fn make_volume(
        &self,
        name: &str,
        labels: HashMap<String, String>,
    ) -> Result<(), EngineError> {
        let wish = VolumeCreateRequest {
            name: Some(checked(name)?.to_owned()),
            labels: Some(labels),
            ..VolumeCreateRequest::default()
        };
        let made = self.for_changes()?.create_volume(wish).await;
        made.map(drop).map_err(|error| self.refusal(error))
    }

    /// Carries the files of one volume into another. Each has a container of its own: an engine reads from and
    /// writes to one at a time.
    async fn carry(
        &self,
        from: &str,
        to: &str,
        image: &str,
        cancel: &CancellationToken,
    ) -> Result<(), CopyError> {
        let (source, target) = (reads(from), writes(to));
        self.make_holder(&source, &format!("{from}:/tomo:ro"), image).await?;
        let made = self.make_holder(&target, &format!("{to}:/tomo:nocopy"), image).await;
        let carried = match made {
            Ok(()) => {
                let place = format!("{target}:/tomo");
                let carrying = cancel.run_until_cancelled(self.run_carry(&source, &place));
                carrying.await.unwrap_or(Err(CopyError::Cancelled))
            }
            Err(error) => Err(error.into()),
        };
        // Each of them, whatever becomes of the other.
        let first = self.remove_holder(&source).await;
        let second = self.remove_holder(&target).await;
        carried?;
        Ok(first.and(second)?)
    }

    /// Carries the files of a holder to a place: `container:/path`.
    async fn run_carry(&self, source: &str, place: &str) -> Result<(), CopyError> {
        let engine = format!("DOCKER_HOST=unix://{}", self.info().socket);
        let source = format!("{source}:/tomo/.");
        let argv = ["env", &engine, "sh", "-c", CARRY, "sh", &source, place];
        let output = self.host().run(&argv, &[], LIMITS).await?;
        if output.succeeded() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
        let last = last.unwrap_or("docker cp did not say why");
        Err(CopyError::Failed(super::text(last, 300)))
    }

    /// Makes a container that has a volume and is never started.
    async fn make_holder(&self, name: &str, bind: &str, image: &str) -> Result<(), EngineError> {
        let has = HostConfig { binds: Some(vec![bind.to_owned()]), ..HostConfig::default() };
        self.make_idle(name, has, image).await
    }

    /// Makes a container that has this and is never started.
    pub(super) async fn make_idle(
        &self,
        name: &str,
        has: HostConfig,
        image: &str,
    ) -> Result<(), EngineError> {
        // One of an attempt that was broken off.
        self.remove_holder(name).await?;
        let body = ContainerCreateBody {
            image: Some(image.to_owned()),
            cmd: Some(vec!["never".to_owned()]),
            // An image that compose has built says of each of its containers that it is the project's.
            labels: Some(HashMap::from(
                [PROJECT, SERVICE].map(|it| (it.to_owned(), String::new())),
            )),
            host_config: Some(HostConfig { network_mode: Some("none".to_owned()), ..has }),
            ..ContainerCreateBody::default()
        };
        let options = CreateContainerOptionsBuilder::default().name(checked(name)?).build();
        let made = self.for_changes()?.create_container(Some(options), body).await;
        made.map(drop).map_err(|error| self.refusal(error))
    }

    /// Removes such a container, if it is there.
    pub(super) async fn remove_holder(&self, name: &str) -> Result<(), EngineError> {
        // What the image itself declares as volumes goes too; those that are named stay.
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        let done = self.for_changes()?.remove_container(checked(name)?, Some(options)).await;
        is_gone(done.map_err(|error| self.refusal(error)))
    }
}

/// The container that files of a volume are read through.
fn reads(volume: &str) -> String {
    format!("tomo-copy-from-{volume}")
}

/// The container that files are written to a volume through.
fn writes(volume: &str) -> String {
    format!("tomo-copy-to-{volume}")
}
