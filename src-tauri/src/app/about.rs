//! What this program is made of: its components, its files, and the licences of what it brings along.

use super::{Tomo, activity::Entry, error::AppError};
use crate::domain::{
    about::{API_VERSION, About, Licence},
    activity::ActivityKind,
};
use serde::Deserialize;
use serde_json::json;

/// The licences, as the build has collected them.
const LICENCES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/licences.json.zst"));

/// Between two licence texts of one package.
const BETWEEN: &str = "\n\n────────\n\n";

#[derive(Deserialize)]
struct Collected {
    texts: Vec<String>,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    licence: String,
    repository: String,
    /// Places in the list of texts.
    texts: Vec<usize>,
}

impl Tomo {
    /// Keeps `component_versions` true. Another program than the last time is worth an entry, once.
    pub(super) async fn note_versions(&self) -> Result<(), AppError> {
        let version = env!("CARGO_PKG_VERSION");
        let store = &self.inner.store;
        store.set_component_version("frontend", env!("TOMO_PAGE_VERSION")).await?;
        store.set_component_version("api", API_VERSION).await?;
        if let Some(before) = store.set_component_version("backend", version).await? {
            let message = format!("Tomo {version} opened the database, after {before}");
            let entry = Entry::by_tomo(ActivityKind::VersionChanged, message);
            self.record(entry.with(json!({ "from": before, "to": version }))).await;
        }
        Ok(())
    }

    /// Versions, folders and the database.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn about(&self) -> Result<About, AppError> {
        let facts = self.inner.store.facts().await?;
        let logs = self.inner.data_dir.join("logs");
        Ok(About {
            components: self.inner.store.component_versions().await?,
            data_dir: self.inner.data_dir.display().to_string(),
            log_dir: logs.is_dir().then(|| logs.display().to_string()),
            database_bytes: facts.bytes,
            sqlite_version: facts.sqlite_version,
            schema_version: facts.schema_version,
            installation_id: self.inner.store.installation().await?.id.to_string(),
            os: system(),
            licence: env!("CARGO_PKG_LICENSE").into(),
        })
    }

    /// The libraries that are shipped, by name.
    ///
    /// # Errors
    /// When what the build has collected cannot be read: a mistake in Tomo.
    pub async fn licences(&self) -> Result<Vec<Licence>, AppError> {
        tokio::task::spawn_blocking(unpack)
            .await
            .map_err(|error| AppError::internal("reading the licences", &error))?
    }
}

fn unpack() -> Result<Vec<Licence>, AppError> {
    let json = zstd::decode_all(LICENCES)
        .map_err(|error| AppError::internal("unpacking the licences", &error))?;
    let Collected { texts, packages } = serde_json::from_slice(&json)
        .map_err(|error| AppError::internal("reading the licences", &error))?;
    let mut licences: Vec<_> = packages
        .into_iter()
        .map(|package| {
            let own = package.texts.iter().filter_map(|&place| texts.get(place));
            let text = own.map(String::as_str).collect::<Vec<_>>().join(BETWEEN);
            let Package { name, version, licence, repository, .. } = package;
            Licence { name, version, licence, repository, text }
        })
        .collect();
    licences.sort_by(|a, b| {
        (a.name.to_lowercase(), &a.version).cmp(&(b.name.to_lowercase(), &b.version))
    });
    Ok(licences)
}

/// Operating system and its version.
pub(super) fn system() -> String {
    sysinfo::System::long_os_version().unwrap_or_else(|| std::env::consts::OS.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever gives the program on owes each author the licence's text.
    #[test]
    fn what_is_linked_is_listed_with_its_licence() {
        let licences = unpack().expect("readable");
        for name in ["russh", "sqlx", "tauri", "libsqlite3-sys"] {
            let found = licences.iter().find(|licence| licence.name == name).expect(name);
            assert!(!found.licence.is_empty() && !found.version.is_empty(), "{found:?}");
            assert!(found.text.len() > 300, "{name} has no text");
        }
        for name in ["proptest", "tauri-build", "serde_derive", "tomo"] {
            assert!(!licences.iter().any(|licence| licence.name == name), "{name} is not shipped");
        }
    }
}
