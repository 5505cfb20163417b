//! Reaching a server: credential, known host key, connection; and the test that says which step
//! failed.

use super::{Tomo, error::AppError};
use crate::{
    collect::{script::Request, source::Source},
    domain::{
        credential::Credential,
        failure::{Failure, Step},
        host_key::{HostKey, HostKeyVerdict},
        id::ServerId,
        server::{AuthType, Server, ServerInput},
        system_info::SystemInfo,
        test_report::{Outcome, TestReport, TestStep},
    },
    ssh::{self, ConnectError, Connection, Target, Timeouts},
    store::Store,
    vault::Vault,
};
use chrono::Utc;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Host keys that were presented and not trusted.
pub(super) type Presented = Mutex<HashMap<(String, u16), HostKey>>;

/// A server and what opens it.
pub(super) async fn stored(
    store: &Store,
    vault: &Vault,
    id: ServerId,
) -> Result<(Server, Credential), ConnectError> {
    let load = async {
        let server = store.server(id).await?;
        let credential = credential_of(store, vault, &server).await?;
        Ok::<_, AppError>((server, credential))
    };
    load.await.map_err(|error| {
        ConnectError::Failed(match error {
            AppError::Vault(error) => Failure::new(
                Step::Authenticate,
                format!("the stored credential cannot be opened: {error}"),
                "Open the vault, or enter the credential again.",
            ),
            AppError::NotFound("credential") => Failure::new(
                Step::Authenticate,
                "no credential is stored for this server",
                "Enter one under its details.",
            ),
            error => Failure::new(Step::Resolve, error.to_string(), "The program's log says more."),
        })
    })
}

/// What opens a server: nothing is stored for one that an ssh-agent opens.
async fn credential_of(
    store: &Store,
    vault: &Vault,
    server: &Server,
) -> Result<Credential, AppError> {
    if server.auth_type == AuthType::Agent {
        return Ok(Credential::Agent);
    }
    let sealed = store.credential(server.id).await?.ok_or(AppError::NotFound("credential"))?;
    Ok(vault.open_sealed(server.id, &sealed)?)
}

/// Opens a connection, comparing the host's key with the one that is known.
pub(super) async fn dial(
    store: &Store,
    presented: &Presented,
    target: &Target,
    credential: &Credential,
    on_step: &mut (dyn FnMut(Step, String) + Send),
) -> Result<Connection, ConnectError> {
    let known = store.known_host(&target.host, target.port).await.map_err(|error| {
        Failure::new(
            Step::HostKey,
            error.to_string(),
            "Without the known host keys Tomo does not connect.",
        )
    })?;
    let result =
        ssh::connect(target, credential, known.as_ref(), Timeouts::default(), on_step).await;
    let place = (target.host.clone(), target.port);
    match &result {
        Ok(_) => {
            presented.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
            if let Err(error) = store.touch_host_key(&target.host, target.port, Utc::now()).await {
                tracing::warn!(%error, "the time a host key was seen could not be stored");
            }
        }
        Err(ConnectError::HostKey(
            HostKeyVerdict::Unknown { presented: key }
            | HostKeyVerdict::Changed { presented: key, .. },
        )) => {
            presented.lock().unwrap_or_else(PoisonError::into_inner).insert(place, key.clone());
        }
        Err(_) => {}
    }
    result
}

impl Tomo {
    /// Goes through every step to a server and reports on each.
    ///
    /// # Errors
    /// Only when the test cannot be made at all; a step that fails is in the report.
    pub async fn test_server(
        &self,
        server: ServerInput,
        credential: Credential,
    ) -> Result<TestReport, AppError> {
        let server = server.checked()?;
        let target = Target { host: server.host, port: server.port, username: server.username };
        let mut passed = Vec::new();
        let opened = dial(
            &self.inner.store,
            &self.inner.presented,
            &target,
            &credential,
            &mut |step, detail| passed.push((step, detail)),
        )
        .await;
        let (mut failure, mut host_key, mut system_info) = (None, None, None);
        match opened {
            Ok(connection) => {
                host_key = Some(HostKeyVerdict::Matches);
                match what_it_is(connection).await {
                    Ok(info) => {
                        let name = info.os_name.clone().or_else(|| info.kernel.clone());
                        passed.push((Step::Command, name.unwrap_or_default()));
                        system_info = Some(info);
                    }
                    Err(error) => failure = Some(error),
                }
            }
            Err(ConnectError::Failed(error)) => failure = Some(error),
            Err(ConnectError::HostKey(verdict)) => {
                failure = Some(host_key_failure(&verdict));
                host_key = Some(verdict);
            }
        }
        let failed_step = failure.as_ref().map(|failure| failure.step);
        let steps = Step::ALL
            .into_iter()
            .map(|step| {
                let detail = passed.iter().find(|(passed, _)| *passed == step);
                let outcome = match detail {
                    Some(_) => Outcome::Passed,
                    None if failed_step == Some(step) => Outcome::Failed,
                    None => Outcome::NotReached,
                };
                let detail =
                    detail.map(|(_, detail)| detail.clone()).filter(|text| !text.is_empty());
                TestStep { step, outcome, detail }
            })
            .collect();
        Ok(TestReport { steps, failure, host_key, system_info })
    }

    /// The credential that is stored for a server.
    ///
    /// # Errors
    /// When there is none, or the vault cannot open it.
    pub async fn stored_credential(&self, id: ServerId) -> Result<Credential, AppError> {
        let server = self.inner.store.server(id).await?;
        credential_of(&self.inner.store, &self.inner.vault, &server).await
    }
}

/// Asks a server what it is, with the same script that collects, then hangs up.
async fn what_it_is(connection: Connection) -> Result<SystemInfo, Failure> {
    let mut source = Source::remote(connection).await?;
    let taken = source.take(Request::ALL).await;
    source.close().await;
    Ok(taken?.system_info.unwrap_or_default())
}

fn host_key_failure(verdict: &HostKeyVerdict) -> Failure {
    match verdict {
        HostKeyVerdict::Changed { .. } => Failure::new(
            Step::HostKey,
            "the host presents a different key than the one Tomo knows",
            "Nothing was sent. Find out why it changed before you replace the known key.",
        ),
        HostKeyVerdict::Unknown { .. } | HostKeyVerdict::Matches => Failure::new(
            Step::HostKey,
            "the host's key is not known yet",
            "Compare its fingerprint with the one on the server, then trust it.",
        ),
    }
}
