//! Apps that were written down in another form.
//!
//! Nothing of what an app is gets lost on the way: all its services stay, and with them what they may and
//! may not do. What Tomo cannot take is named with the reason.

pub(super) mod adapt;
pub(super) mod casaos;
pub(super) mod portainer;

use super::{
    compose,
    problem::{Problem, Problems},
    yaml::{self, Node},
};
use crate::domain::app::{AppCategory, AppManifest, AppName, AppRequirements, AppSetting, AppWeb};

/// An app, and what of it could not be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The app.
    pub manifest: AppManifest,
    /// What was left out or changed, and why.
    pub notes: Vec<Problem>,
}

/// What another form says of an app, besides what runs.
struct About {
    id: AppName,
    name: String,
    description: String,
    version: Option<String>,
    category: AppCategory,
    tags: Vec<String>,
    architectures: Vec<String>,
    documentation: Option<String>,
    notes: Option<String>,
}

/// Makes an app of what runs and what is said of it.
fn finish(
    about: About,
    tree: &Node,
    settings: Vec<AppSetting>,
    web: Option<AppWeb>,
    notes: Problems,
) -> Result<Imported, Vec<Problem>> {
    let mut problems = Problems::default();
    let compose = compose::read(tree, compose::From::Imported, &mut problems);
    if !problems.is_empty() {
        return Err(problems.sorted());
    }
    let main = compose.services.first().map(|service| service.image.clone()).unwrap_or_default();
    let mut tags = about.tags;
    tags.truncate(10);
    let manifest = AppManifest {
        id: about.id,
        name: about.name,
        description: within(&about.description, 200),
        version: about.version.unwrap_or_else(|| tag(&main)),
        category: about.category,
        tags,
        icon: None,
        licence: None,
        repository: None,
        documentation: about.documentation,
        requirements: AppRequirements { architectures: about.architectures, ..Default::default() },
        is_featured: false,
        is_deprecated: false,
        settings,
        web,
        health: None,
        compose: yaml::write(tree),
        services: compose.services,
        notes: about.notes,
    };
    Ok(Imported { manifest, notes: notes.sorted() })
}

/// The version that an image's name speaks of.
pub(super) fn tag(image: &str) -> String {
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    within(last.split_once(':').map_or("latest", |(_, tag)| tag), 40)
}

/// The beginning of a text, on one line, without what cannot be seen.
pub(super) fn within(text: &str, most: usize) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !crate::domain::text::is_hidden(*c))
        .collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if clean.chars().count() <= most {
        return clean;
    }
    let mut short: String = clean.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// An id made from a name that is meant for people.
pub(super) fn id_of(name: &str) -> Option<AppName> {
    let mut id = String::new();
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => id.push(c.to_ascii_lowercase()),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    let id = id.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let id: String = id.chars().take(49).collect();
    id.trim_end_matches('-').parse().ok()
}

/// The category that comes nearest to a word of another catalog.
fn category_of(word: &str) -> AppCategory {
    let word = word.to_ascii_lowercase();
    let speaks_of = |words: &[&str]| words.iter().any(|known| word.contains(known));
    if speaks_of(&["media", "music", "video", "photo", "book", "gallery", "entertainment", "game"])
    {
        AppCategory::Media
    } else if speaks_of(&["automation", "home", "iot", "bot"]) {
        AppCategory::Automation
    } else if speaks_of(&["monitor", "analytic", "metric", "log"]) {
        AppCategory::Monitoring
    } else if speaks_of(&["network", "dns", "vpn", "proxy", "webserver"]) {
        AppCategory::Networking
    } else if speaks_of(&["security", "password", "auth", "ad block"]) {
        AppCategory::Security
    } else if speaks_of(&["storage", "backup", "file", "cloud", "download", "sync", "database"]) {
        AppCategory::Storage
    } else {
        AppCategory::Utility
    }
}
