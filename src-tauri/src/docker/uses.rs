//! Which containers use what: the whole list of containers, looked through for images, volumes and
//! networks.

use super::{
    ask::USUAL,
    bounded::{Few, each},
    client::Engine,
    error::EngineError,
};
use crate::domain::{container::ContainerRef, engine_store::UsedBy, id::ServerId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use std::collections::HashMap;

/// A label of compose: the project that something belongs to.
pub(super) const PROJECT: &str = "com.docker.compose.project";
/// The longest name or label that is passed on, characters.
const LONGEST: usize = 512;
/// The most containers that are looked through. An answer of sensible containers has no room for more.
const MOST: usize = 100_000;

/// A container as far as it uses things.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) names: Few<String, 64>,
    #[serde(rename = "ImageID")]
    image_id: String,
    pub(super) state: String,
    /// The names of the volumes among them.
    #[serde(deserialize_with = "mounted_volumes")]
    mounts: Vec<String>,
    network_settings: Option<Networks>,
    labels: Option<Labels>,
    pub(super) size_rw: Option<i64>,
}

/// Of all its labels the one that says whose it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Labels {
    // The text of `PROJECT`.
    #[serde(rename = "com.docker.compose.project")]
    project: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Mount {
    r#type: String,
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Networks {
    #[serde(deserialize_with = "or_default")]
    networks: HashMap<String, Option<Endpoint>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Endpoint {
    #[serde(rename = "NetworkID")]
    network_id: String,
}

impl User {
    /// Its name, without the slash; its id where it has none.
    pub(super) fn name(&self) -> String {
        let names = &self.names.kept;
        let is_own = |name: &&String| !name.trim_start_matches('/').contains('/');
        let name = names.iter().find(is_own).or(names.first());
        let name = name.map_or("", |name| name.trim_start_matches('/'));
        if name.is_empty() { self.id.chars().take(12).collect() } else { short(name) }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.state.as_str(), "running" | "paused" | "restarting")
    }

    /// Whether it mounts this volume.
    pub(super) fn mounts(&self, volume: &str) -> bool {
        self.mounts.iter().any(|mounted| mounted == volume)
    }

    /// Whether compose made it for this project.
    pub(super) fn is_in_project(&self, project: &str) -> bool {
        self.labels.as_ref().and_then(|labels| labels.project.as_deref()) == Some(project)
    }

    /// Whether it is made of this image.
    pub(super) fn is_of(&self, image: &str) -> bool {
        self.image_id == image
    }

    /// Whether it is in this network, also while it does not run: without it, it would not start.
    pub(super) fn is_in(&self, id: &str, name: &str) -> bool {
        let networks = self.network_settings.iter().flat_map(|settings| &settings.networks);
        networks.into_iter().any(|(its, endpoint)| {
            let known = endpoint.as_ref().map_or("", |endpoint| &endpoint.network_id);
            if known.is_empty() { its == name } else { known == id }
        })
    }

    fn seen(&self, server: ServerId) -> UsedBy {
        UsedBy {
            container: ContainerRef { server_id: server, container_id: self.id.clone() },
            name: self.name(),
            is_running: self.is_running(),
        }
    }
}

/// Those of `users` for whom `uses` holds, by name.
pub(super) fn used_by(
    users: &[User],
    server: ServerId,
    uses: impl Fn(&User) -> bool,
) -> Vec<UsedBy> {
    let mut found: Vec<_> =
        users.iter().filter(|user| uses(user)).map(|user| user.seen(server)).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

impl Engine {
    /// Every container; with what each has written, where that is wanted, which takes the engine
    /// longer.
    ///
    /// # Errors
    /// When the engine does not answer, or has more of them than can be looked through: what is used
    /// by one that was left out would be taken for unused.
    pub(super) async fn users(&self, with_sizes: bool) -> Result<Vec<User>, EngineError> {
        let size = if with_sizes { "true" } else { "false" };
        let query = [("all", "true"), ("size", size)];
        all(self.ask("/containers/json", &query, USUAL).await?)
    }
}

fn all(users: Few<User, MOST>) -> Result<Vec<User>, EngineError> {
    if users.left_out > 0 {
        return Err(EngineError::NotUnderstood(format!("it lists more than {MOST} containers")));
    }
    Ok(users.kept)
}

/// Keeps of mounts only what is asked for of them.
fn mounted_volumes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let mut names = Vec::new();
    each(from, |mount: Mount| {
        names.extend(mount.name.filter(|_| mount.r#type == "volume"));
    })?;
    Ok(names)
}

/// Reads `null` as nothing, which engines write for empty lists.
pub(super) fn or_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A moment as engines write it; years before 1970 stand for none.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    (at.timestamp() > 0).then_some(at)
}

/// A name of a sensible length.
pub(super) fn short(text: &str) -> String {
    shortened(text, LONGEST)
}

/// The first characters of a text.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Engines write `null` for nothing, and a container that never ran knows its networks by name.
    #[test]
    fn what_a_container_uses_is_read_from_every_engine() {
        let user: User = serde_json::from_value(json!({
            "Id": "0123456789abcdef", "Names": ["/other/alias", "/web"], "ImageID": "sha256:1",
            "State": "created", "Labels": { PROJECT: "shop", "other": "x" }, "Mounts": [
                { "Type": "volume", "Name": "data" }, { "Type": "bind", "Name": "not-a-volume" } ],
            "NetworkSettings": { "Networks": { "front": { "NetworkID": "" }, "back": null,
                                               "same": { "NetworkID": "n1" } } },
        }))
        .expect("a container");
        assert_eq!(user.name(), "web");
        assert!(user.mounts("data") && !user.mounts("not-a-volume"));
        assert!(user.is_of("sha256:1") && !user.is_running());
        assert!(user.is_in_project("shop") && !user.is_in_project("x"));
        assert!(user.is_in("x", "front") && user.is_in("x", "back") && user.is_in("n1", "renamed"));
        assert!(!user.is_in("n2", "same"), "another network of the same name");
        let bare: User = serde_json::from_value(
            json!({ "Id": "0123456789abcdef", "Names": null, "Mounts": null, "Labels": null }),
        )
        .expect("a container");
        assert_eq!(bare.name(), "0123456789ab");
    }

    /// Holds because what a container uses that was left out would be taken for unused, and removed.
    #[test]
    fn more_containers_than_can_be_looked_through_are_none() {
        let of = |count: usize| {
            let body = format!("[{}{{}}]", "{},".repeat(count - 1));
            all(serde_json::from_str(&body).expect("a list"))
        };
        assert_eq!(of(MOST).expect("all").len(), MOST);
        assert!(of(MOST + 1).is_err());
    }
}
