//! The apps that Tomo brings along.

use super::manifest::{self, IconName};
use crate::domain::app::{AppIcon, AppManifest};
use include_dir::{Dir, include_dir};

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src-tauri/catalog");

/// Reads them, in the order of their ids.
///
/// A manifest that breaks a rule is left out; a test sees to it that there is none.
#[must_use]
pub fn apps() -> Vec<AppManifest> {
    let texts = FOLDER
        .dirs()
        .filter_map(|folder| folder.get_file(folder.path().join("app.yaml"))?.contents_utf8());
    let mut apps: Vec<AppManifest> =
        texts.filter_map(|text| manifest::read(text).ok()).map(with_drawing).collect();
    apps.sort_by(|one, other| one.id.cmp(&other.id));
    apps
}

/// How many there are.
#[must_use]
pub fn count() -> usize {
    FOLDER.dirs().count()
}

fn with_drawing(read: manifest::Read) -> AppManifest {
    let icon = read.icon.and_then(|icon| match icon {
        IconName::Drawing(name) => Some(AppIcon::Drawing { name }),
        IconName::File(_) => None,
    });
    AppManifest { icon, ..read.manifest }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because an app of Tomo's own that cannot be read would only be missing.
    #[test]
    fn every_manifest_is_whole() {
        let mut wrong = Vec::new();
        for folder in FOLDER.dirs() {
            let name = folder.path().display();
            let Some(text) = folder.get_file(folder.path().join("app.yaml")) else {
                wrong.push(format!("{name}: no app.yaml"));
                continue;
            };
            match manifest::read(text.contents_utf8().expect("UTF-8")) {
                Ok(read) if read.manifest.id.as_str() != name.to_string() => {
                    wrong.push(format!("{name}: its id is {}", read.manifest.id));
                }
                Ok(read) if !matches!(read.icon, Some(IconName::Drawing(_))) => {
                    wrong.push(format!("{name}: no drawing"));
                }
                Ok(_) => {}
                Err(problems) => {
                    wrong.extend(problems.iter().map(|problem| format!("{name}: {problem}")));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(apps().len() >= 40, "{}", apps().len());
    }
}
