//! Setting Docker up on a server from its distribution's packages. Every command is shown before it is run; besides
//! them only what finds out whether the account may become root, and what ends a cancelled command, is run as root.
//! A password is kept for as long as the commands take, in memory.

mod carry;
mod check;
mod doing;
mod facts;
mod packages;
mod plan;
#[cfg(test)]
mod plan_tests;
mod run;
mod system;

use super::{Tomo, error::AppError};
use crate::{
    collect::hub::Change,
    domain::{
        docker_setup::{DockerSetup, DockerSetupRun, SetupPrivilege},
        fleet::Topic,
        id::{ServerId, UserId},
    },
    ssh::Connection,
};
use carry::{Carried, Way, Word};
pub(in crate::app) use doing::Setups;
use facts::Facts;
use plan::Plan;
use run::Setup;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// How long the server may take to become root.
const BECOMING: Duration = Duration::from_secs(60);

/// What somebody wants to have done.
#[derive(Debug)]
pub struct SetupWish {
    /// What names the commands that were shown.
    pub digest: String,
    /// Whether the account is added to the group `docker`.
    pub joins_group: bool,
    /// The account's password, where sudo asks for it.
    pub password: Option<SecretString>,
}

impl Tomo {
    /// Says what it takes to set Docker up on a server; changes nothing.
    ///
    /// # Errors
    /// When the server is not connected, or cannot be asked.
    pub async fn plan_docker_setup(&self, server: ServerId) -> Result<DockerSetup, AppError> {
        let connection = self.setup_connection(server)?;
        Ok(self.planned_setup(&connection).await?.shown)
    }

    async fn planned_setup(&self, connection: &Connection) -> Result<Plan, AppError> {
        let facts = Facts::of_server(connection).await;
        Ok(Plan::of(&facts.map_err(|error| AppError::Failure(error.failure()))?))
    }

    fn setup_connection(&self, server: ServerId) -> Result<Connection, AppError> {
        if server == ServerId::LOCAL {
            return Err(AppError::LocalServer("set up from here"));
        }
        if self.inner.hub.server(server).is_none() {
            return Err(AppError::NotFound("server"));
        }
        let connection = self.inner.hub.link(server).filter(|connection| !connection.is_closed());
        connection.ok_or_else(|| AppError::Invalid("This server is not connected.".into()))
    }

    /// Begins to run the commands that were shown; it goes on by itself.
    ///
    /// # Errors
    /// When the server is not any more what it was when they were shown, sudo does not take the password, or
    /// somebody is at it already.
    pub async fn begin_docker_setup(
        &self,
        by: UserId,
        server: ServerId,
        wish: SetupWish,
    ) -> Result<DockerSetupRun, AppError> {
        let connection = self.setup_connection(server)?;
        let plan = self.planned_setup(&connection).await?;
        if plan.shown.digest != wish.digest {
            return Err(AppError::Changed(
                "The server is not as it was when the commands were shown.".into(),
            ));
        }
        if let Some(why) = &plan.shown.why_not {
            return Err(AppError::Invalid(why.clone()));
        }
        let plan = if wish.joins_group { plan } else { plan.without_joining() };
        if plan.commands.is_empty() {
            return Err(AppError::Invalid("There is nothing to be done on this server.".into()));
        }
        let asks = plan.shown.privilege == SetupPrivilege::SudoPassword;
        if asks && !wish.password.as_ref().is_some_and(is_one_line) {
            return Err(AppError::Invalid(
                "sudo asks for the password of the account on this server. Say it.".into(),
            ));
        }
        let doing = self.begin_setup(server, &plan.shown.steps)?;
        let way = Way::of(&plan, wish.password);
        if let Err(why) = try_way(&way, &connection).await {
            doing.forget();
            return Err(AppError::Invalid(why));
        }
        let seen = doing.seen();
        self.run_setup(Setup { doing, way, plan, by });
        Ok(seen)
    }

    /// How far setting Docker up on a server is, or how it ended, in this process.
    pub fn docker_setup(&self, server: ServerId) -> Option<DockerSetupRun> {
        self.inner.setups.get(server)
    }

    /// Has the command at work end, and runs no further ones.
    ///
    /// # Errors
    /// When nothing is being done, or it cannot be ended.
    pub fn cancel_docker_setup(&self, server: ServerId) -> Result<(), AppError> {
        self.inner.setups.cancel(server)?;
        self.inner.hub.announce(Change::Topic(Topic::Apps));
        Ok(())
    }
}

/// Has sudo run a command that does nothing: whether it will run the others.
async fn try_way(way: &Way, connection: &Connection) -> Result<(), String> {
    let trying = async {
        let mut carried: Carried = way.begin(connection, &["true"]).await?;
        let mut said = Vec::new();
        loop {
            match carried.next().await {
                Word::Line(line) => said.push(line),
                Word::Begun(_) => {}
                Word::Ended(_) => return Ok(()),
                Word::Silence if connection.is_closed() => {
                    return Err("The server was lost. Try again when it is connected.".to_owned());
                }
                Word::Silence => return Err(carry::refusal(&said)),
            }
        }
    };
    let slow = || Err("sudo did not answer within a minute. Look at the server itself.".to_owned());
    tokio::time::timeout(BECOMING, trying).await.unwrap_or_else(|_| slow())
}

/// Whether this can be given to sudo, which reads one line.
fn is_one_line(password: &SecretString) -> bool {
    let password = password.expose_secret();
    !password.is_empty() && !password.contains(['\n', '\r', '\0'])
}
