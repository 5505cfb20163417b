//! Waiting until an app is well: each container as its own check says, else as the manifest says, else
//! because it goes on running.

use super::{probe::Probe, trouble::Trouble, worker::Worker};
use crate::{
    docker::Engine,
    domain::{
        container::{Container, ContainerHealth, ContainerState},
        figure,
    },
};
use std::time::{Duration, Instant};

/// The longest that an app may take, where its manifest says nothing.
const USUAL: Duration = Duration::from_secs(180);
/// How often is looked.
const EVERY: Duration = Duration::from_millis(250);
/// How long a container without a check has to go on.
const STEADY: Duration = Duration::from_secs(1);
/// The same for one whose check cannot be made from here.
const UNASKED: Duration = Duration::from_secs(30);

/// How a container is.
enum Being {
    Well,
    NotYet,
    Ill(String),
}

impl Worker {
    /// Waits for it.
    pub(super) async fn wait_until_well(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let health = self.app.config.manifest.health.as_ref();
        let most = health.map_or(USUAL, |health| Duration::from_secs(health.wait_seconds.into()));
        let begun = Instant::now();
        loop {
            let containers = self.containers(engine).await?;
            if containers.is_empty() {
                return Err(Trouble::Failed("its containers are gone".to_owned()));
            }
            let mut well = 0;
            for container in &containers {
                match self.being(engine, container, begun).await? {
                    Being::Well => well += 1,
                    Being::NotYet => {}
                    Being::Ill(why) => return Err(Trouble::Failed(why)),
                }
            }
            if well == containers.len() {
                return Ok(());
            }
            if begun.elapsed() > most {
                let waited = figure::count(most.as_secs(), "second");
                return Err(Trouble::Failed(format!("it was not well after {waited}")));
            }
            self.doing.tell(|step| {
                let all = figure::count(containers.len() as u64, "container");
                step.detail = Some(format!("{well} of {all} well"));
            });
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn being(
        &self,
        engine: &Engine,
        listed: &Container,
        begun: Instant,
    ) -> Result<Being, Trouble> {
        let name = listed.service.as_deref().unwrap_or(&listed.name);
        // Lists of older engines say nothing of checks.
        let looked = engine.look(self.app.server_id, &listed.id).await?;
        Ok(match (looked.state, looked.health) {
            (ContainerState::Running, Some(ContainerHealth::Healthy)) => Being::Well,
            (ContainerState::Running, Some(ContainerHealth::Unhealthy)) => {
                Being::Ill(format!("the check of the service {name} fails"))
            }
            (ContainerState::Running, None) => {
                let (probe, steady) = match self.health_of(listed) {
                    Some(health) => (self.probe(engine, listed, &health).await, UNASKED),
                    None => (Probe::Unknown, STEADY),
                };
                match probe {
                    Probe::There => Being::Well,
                    Probe::Unknown if begun.elapsed() >= steady => Being::Well,
                    Probe::NotYet | Probe::Unknown => Being::NotYet,
                }
            }
            (ContainerState::Exited | ContainerState::Dead, _) => {
                let code = looked.exit_code.unwrap_or(-1);
                let memory = if looked.out_of_memory { ", out of memory" } else { "" };
                if code == 0 && self.may_end(listed) {
                    Being::Well
                } else {
                    Being::Ill(format!("the service {name} ended with {code}{memory}"))
                }
            }
            _ => Being::NotYet,
        })
    }

    /// Whether a container does one thing and ends, as those do that prepare something.
    fn may_end(&self, container: &Container) -> bool {
        let services = &self.app.config.project.services;
        let service = services.iter().find(|one| Some(&one.service) == container.service.as_ref());
        service.is_none_or(|one| matches!(one.restart.as_str(), "" | "no" | "on-failure"))
    }
}
