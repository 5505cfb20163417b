//! What is in a catalog: its apps, what of them could not be taken, and whose work it is.

use super::{
    picture,
    tree::{File, SourceError, Tree},
};
use crate::{
    catalog::{
        imported::{Imported, casaos, portainer},
        manifest::{self, IconName},
        problem::Problem,
    },
    domain::{
        app::{AppIcon, AppManifest, AppName},
        app_source::LeftOut,
    },
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};

/// An app of a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The app.
    pub manifest: AppManifest,
    /// What of it was left out or changed, and why.
    pub notes: Vec<Problem>,
    /// A mark by which the same is known again, SHA-256 in hex.
    pub hash: String,
}

/// All that a source has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Its apps, by their ids.
    pub apps: Vec<Taken>,
    /// What could not be taken.
    pub left_out: Vec<LeftOut>,
    /// Its licence, as an SPDX identifier where it is one of the usual ones.
    pub licence: Option<String>,
    /// Whose work it is, as its licence says.
    pub attribution: Option<String>,
    ids: HashSet<AppName>,
}

/// Templates whose compose file is in another repository, by that repository's address.
pub(super) type ElsewhereByRepository = BTreeMap<String, Vec<portainer::Elsewhere>>;

/// Reads the files of a source.
pub(super) fn read(tree: &Tree) -> (Reading, ElsewhereByRepository) {
    let mut reading = Reading::default();
    let mut elsewhere = ElsewhereByRepository::new();
    for file in &tree.files {
        let name = file.name().to_ascii_lowercase();
        if let Some((licence, attribution)) = licence(file) {
            // The licence of the whole is the one that lies outermost.
            if reading.licence.is_none() && !file.path.contains('/') {
                (reading.licence, reading.attribution) = (licence, attribution);
            }
        } else if matches!(name.as_str(), "app.yaml" | "app.yml") {
            reading.add_manifest(file, tree);
        } else if name.ends_with(".yml") || name.ends_with(".yaml") {
            if let Some(text) = file.text().filter(|text| casaos::is_one(text)) {
                let folder = file.folder().rsplit('/').next().unwrap_or_default();
                reading.add_imported(&file.path, casaos::read(text, folder));
            }
        } else if name.ends_with(".json")
            && let Some(text) = file.text().filter(|text| portainer::is_one(text))
        {
            reading.add_templates(file, text, &mut elsewhere);
        }
    }
    (reading, elsewhere)
}

impl Reading {
    /// Whether there is nothing to show, not even what is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.apps.is_empty() && self.left_out.is_empty()
    }

    pub(super) fn sort(&mut self) {
        self.apps.sort_by(|one, other| one.manifest.id.cmp(&other.manifest.id));
        self.left_out.sort_by(|one, other| one.place.cmp(&other.place));
    }

    fn leave_out(&mut self, place: &str, problems: Vec<Problem>) {
        self.left_out.push(LeftOut { place: place.to_owned(), problems });
    }

    fn add_manifest(&mut self, file: &File, tree: &Tree) {
        let Some(text) = file.text() else {
            return self.leave_out(&file.path, problem("it is not UTF-8"));
        };
        match manifest::read(text) {
            Ok(read) => {
                let icon = read.icon.map(|name| icon(name, file.folder(), tree)).transpose();
                match icon {
                    Ok(icon) => {
                        let manifest = AppManifest { icon, ..read.manifest };
                        self.add(&file.path, manifest, Vec::new());
                    }
                    Err(why) => self.leave_out(&file.path, problem(&why)),
                }
            }
            Err(problems) => self.leave_out(&file.path, problems),
        }
    }

    fn add_imported(&mut self, place: &str, app: Result<Imported, Vec<Problem>>) {
        match app {
            Ok(app) => self.add(place, app.manifest, app.notes),
            Err(problems) => self.leave_out(place, problems),
        }
    }

    fn add(&mut self, place: &str, manifest: AppManifest, notes: Vec<Problem>) {
        if !self.ids.insert(manifest.id.clone()) {
            let why = format!("there is another app '{}' in this source", manifest.id);
            return self.leave_out(place, problem(&why));
        }
        let json = serde_json::to_vec(&(&manifest, &notes)).unwrap_or_default();
        let hash = hex::encode(Sha256::digest(&json));
        self.apps.push(Taken { manifest, notes, hash });
    }

    fn add_templates(&mut self, file: &File, text: &str, elsewhere: &mut ElsewhereByRepository) {
        match portainer::read(text) {
            Ok((taken, refused)) => {
                for template in taken {
                    match template {
                        portainer::Template::Ready(app) => self.add_imported(&file.path, Ok(*app)),
                        portainer::Template::Elsewhere(template) => {
                            elsewhere
                                .entry(template.repository.clone())
                                .or_default()
                                .push(template);
                        }
                    }
                }
                for refused in refused {
                    self.leave_out(&format!("{}: {}", file.path, refused.name), refused.problems);
                }
            }
            Err(problem) => self.leave_out(&file.path, vec![problem]),
        }
    }

    /// Goes on with templates whose compose files are in a repository that was fetched, or was not.
    pub(super) fn go_on(
        &mut self,
        templates: Vec<portainer::Elsewhere>,
        files: Result<Tree, SourceError>,
    ) {
        for template in templates {
            let place = format!("{}: {}", template.repository, template.file);
            let found = match &files {
                Ok(tree) => tree.get(template.file.trim_start_matches('/')).and_then(File::text),
                Err(error) => {
                    self.leave_out(&place, problem(&error.to_string()));
                    continue;
                }
            };
            match found {
                Some(text) => self.add_imported(&place, template.with(text)),
                None => self.leave_out(&place, problem("there is no such file")),
            }
        }
    }
}

fn problem(message: &str) -> Vec<Problem> {
    vec![Problem { line: None, message: message.to_owned() }]
}

/// The picture that a manifest names.
fn icon(name: IconName, folder: &str, tree: &Tree) -> Result<AppIcon, String> {
    let name = match name {
        IconName::Drawing(name) => return Ok(AppIcon::Drawing { name }),
        IconName::File(name) => name,
    };
    let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
    let file = tree.get(&path).ok_or_else(|| format!("the icon '{name}' is not beside it"))?;
    picture::read(&name, &file.bytes)
}

/// What a file of a licence says: which it is, and whose.
fn licence(file: &File) -> Option<(Option<String>, Option<String>)> {
    let name = file.name().to_ascii_lowercase();
    if !name.starts_with("licen") && !name.starts_with("copying") {
        return None;
    }
    let text = file.text()?;
    let head: String = text.chars().take(2_000).collect();
    let known = [
        ("Apache License", "Apache-2.0"),
        ("MIT License", "MIT"),
        ("Permission is hereby granted, free of charge", "MIT"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"),
        ("GNU GENERAL PUBLIC LICENSE", "GPL"),
        ("Mozilla Public License", "MPL-2.0"),
        ("CC0 1.0", "CC0-1.0"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("BSD 2-Clause", "BSD-2-Clause"),
    ];
    let spdx =
        known.iter().find(|(words, _)| head.contains(words)).map(|(_, spdx)| (*spdx).to_owned());
    let whose = text.lines().map(str::trim).find(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with("copyright (c)")
            || line.starts_with("copyright ©")
            || line.starts_with("copyright 2")
    });
    Some((spdx, whose.map(|line| line.chars().take(200).collect())))
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
