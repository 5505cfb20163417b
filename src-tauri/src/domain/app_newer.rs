//! Newer images of apps: what was asked of their registries, and what they answered.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An image of an app, and what its registry says of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppImage {
    /// Its name: `ghcr.io/someone/web:2`.
    pub image: String,
    /// The digest that the app runs; absent where the image has none, or nobody looked.
    pub digest: Option<String>,
    /// The digest that the name stands for in the registry now; absent where it could not be asked.
    pub newest: Option<String>,
    /// Whether these are two images; absent where it is not known.
    pub is_newer: Option<bool>,
    /// Why it is not known, and what to do.
    pub error: Option<String>,
}

/// What was found when the registries of an app were asked last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagesLook {
    /// When.
    pub at: DateTime<Utc>,
    /// When they are asked again by themselves, where a registry wants to be left alone until then.
    #[serde(default)]
    pub not_before: Option<DateTime<Utc>>,
    /// What they said.
    pub images: Vec<AppImage>,
}

/// An image that an update takes although its name stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct NewerImage {
    /// Its name.
    pub image: String,
    /// The digest that the app runs; absent where it is not known.
    pub from: Option<String>,
    /// The digest that the name stands for now.
    pub to: String,
}

/// An image that an update pulls anew, whatever of its name is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedImage {
    /// Its name.
    pub image: String,
    /// The digest that the name stood for when the update began.
    pub to: String,
    /// Whether an image of that digest was there before.
    pub was_there: bool,
    /// The id of the image that had the name before, where one had.
    pub had_name: Option<String>,
}

/// A name that is to be given back to the image that had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameBack {
    /// The name.
    pub image: String,
    /// The id of the image that had it.
    pub id: String,
    /// The digest of the image that has it now; where it is another one, somebody else has given it away.
    pub from: String,
}

impl ImagesLook {
    /// What was said of an image of an app whose compose file is this, pinned to digests: one that it has got
    /// since is not newer any more.
    #[must_use]
    pub fn of(&self, image: &str, compose: &str) -> Option<AppImage> {
        let known = self.images.iter().find(|known| known.image == image)?;
        let has_it = known.newest.as_deref().is_some_and(|newest| compose.contains(newest));
        let is_newer = if has_it { Some(false) } else { known.is_newer };
        Some(AppImage { is_newer, ..known.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because what an update brought must not be offered again, and after a way back it must be.
    #[test]
    fn what_an_app_has_is_not_newer() {
        let known = AppImage {
            image: "web:1".to_owned(),
            digest: Some("sha256:a".to_owned()),
            newest: Some("sha256:b".to_owned()),
            is_newer: Some(true),
            error: None,
        };
        let look = ImagesLook { at: Utc::now(), not_before: None, images: vec![known] };
        let is_newer = |compose| look.of("web:1", compose).expect("it is known").is_newer;
        assert_eq!(is_newer("image: web:1@sha256:a"), Some(true));
        assert_eq!(is_newer("image: web:1@sha256:b"), Some(false));
        assert_eq!(look.of("db:1", ""), None);
    }
}
