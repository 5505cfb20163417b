//! What engines keep besides containers: images, volumes, networks, and what clearing out takes.

use super::{container::ContainerRef, id::ServerId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A container that uses something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct UsedBy {
    /// The container.
    pub container: ContainerRef,
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub is_running: bool,
}

/// An image of one server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Image {
    /// The server it is on.
    pub server_id: ServerId,
    /// Path of the socket of the engine that has it.
    pub engine: String,
    /// `sha256:…`
    pub id: String,
    /// Names it goes by: `postgres:16.4`; none for one that lost its name to a newer one.
    pub tags: Vec<String>,
    /// Digests it was pulled by: `postgres@sha256:…`.
    pub digests: Vec<String>,
    /// When it was built.
    pub created_at: Option<DateTime<Utc>>,
    /// All its layers, bytes.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// Layers that other images have too, bytes; absent where the engine does not say.
    #[ts(type = "number | null")]
    pub shared_bytes: Option<u64>,
    /// Containers made of it.
    pub used_by: Vec<UsedBy>,
}

/// A volume of one server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Volume {
    /// The server it is on.
    pub server_id: ServerId,
    /// Path of the socket of the engine that has it.
    pub engine: String,
    /// Name.
    pub name: String,
    /// What keeps it: `local`.
    pub driver: String,
    /// Where it is on the server.
    pub mountpoint: String,
    /// Compose project.
    pub project: Option<String>,
    /// Whether the engine named it, because nobody did.
    pub is_anonymous: bool,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// What is in it, bytes; absent where the engine does not measure it.
    #[ts(type = "number | null")]
    pub size_bytes: Option<u64>,
    /// Containers that mount it.
    pub used_by: Vec<UsedBy>,
}

/// A network of one server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Network {
    /// The server it is on.
    pub server_id: ServerId,
    /// Path of the socket of the engine that has it.
    pub engine: String,
    /// The engine's id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `bridge`, `host`, `macvlan`, …
    pub driver: String,
    /// Address ranges.
    pub subnets: Vec<String>,
    /// Whether containers in it reach nothing outside.
    pub is_internal: bool,
    /// Whether it came with the engine and cannot be removed.
    pub is_builtin: bool,
    /// Compose project.
    pub project: Option<String>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// Containers in it.
    pub used_by: Vec<UsedBy>,
}

/// What clearing out looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PruneKind {
    /// Containers that ended or were never started.
    Containers,
    /// Images without a name that no container uses.
    DanglingImages,
    /// Images that no container uses.
    UnusedImages,
    /// Volumes that no container mounts, and that nobody named.
    AnonymousVolumes,
    /// Volumes that no container mounts.
    UnusedVolumes,
    /// Networks that no container is in.
    UnusedNetworks,
}

/// One thing that would go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct PruneItem {
    /// Path of the socket of the engine that has it.
    pub engine: String,
    /// What the engine knows it by.
    pub id: String,
    /// What people know it by.
    pub name: String,
    /// What returns, bytes; absent where the engine does not say.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
}

/// Exactly what clearing out would take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct PrunePreview {
    /// Where.
    pub server_id: ServerId,
    /// Of which kind.
    pub kind: PruneKind,
    /// Each thing.
    pub items: Vec<PruneItem>,
    /// What returns, bytes; images share layers, so it can be less than their sum. Absent where the
    /// engine does not say.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
}

/// What came of removing several things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct RemovalResult {
    /// What the engine knows it by.
    pub id: String,
    /// What people know it by.
    pub name: String,
    /// Why it stayed, in the engine's words; absent when it went.
    pub error: Option<String>,
}
