//! Networks of an engine: which containers are in them, and removing them.

use super::{
    ask::{USUAL, checked},
    client::Engine,
    error::EngineError,
    uses::{PROJECT, moment, or_default, short, used_by},
};
use crate::domain::{engine::EngineKind, engine_store::Network, id::ServerId};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Listed {
    name: String,
    id: String,
    driver: String,
    scope: String,
    created: Option<String>,
    internal: bool,
    ingress: bool,
    #[serde(rename = "IPAM")]
    ipam: Option<Ipam>,
    #[serde(deserialize_with = "or_default")]
    labels: HashMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipam {
    #[serde(deserialize_with = "or_default")]
    config: Vec<Range>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Range {
    subnet: Option<String>,
}

impl Engine {
    /// All networks, by name.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn networks(&self, server: ServerId) -> Result<Vec<Network>, EngineError> {
        let (listed, users) =
            futures::join!(self.ask::<Vec<Listed>>("/networks", &[], USUAL), self.users(false));
        let users = users?;
        let network = |listed: Listed| Network {
            server_id: server,
            engine: self.info().socket.clone(),
            is_builtin: self.is_builtin(&listed),
            subnets: listed
                .ipam
                .iter()
                .flat_map(|ipam| &ipam.config)
                .filter_map(|range| range.subnet.as_deref().map(short))
                .collect(),
            driver: short(&listed.driver),
            is_internal: listed.internal,
            project: listed.labels.get(PROJECT).map(|project| short(project)),
            created_at: listed.created.as_deref().and_then(moment),
            used_by: used_by(&users, server, |user| user.is_in(&listed.id, &listed.name)),
            name: short(&listed.name),
            id: listed.id,
        };
        let mut networks: Vec<Network> = listed?.into_iter().map(network).collect();
        networks.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(networks)
    }

    /// Whether it came with the engine, or belongs to a swarm, whose other hosts may use it.
    fn is_builtin(&self, network: &Listed) -> bool {
        let names: &[&str] = match self.info().kind {
            EngineKind::Docker => &["bridge", "host", "none"],
            EngineKind::Podman => &["podman"],
        };
        names.contains(&network.name.as_str()) || network.ingress || network.scope == "swarm"
    }

    /// Removes a network. The engine refuses when a container that runs is in it.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn remove_network(&self, id: &str) -> Result<(), EngineError> {
        let (id, docker) = (checked(id)?, self.for_changes()?);
        docker.remove_network(id).await.map_err(|error| self.refusal(error))
    }
}
