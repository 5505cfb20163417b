//! Apps of one's own: what somebody pasted, read; and their files, edited.

use super::{planning::AppWish, secrets, trouble::Trouble, updating::UpdateWish, worker::Worker};
use crate::{
    app::{Tomo, error::AppError},
    catalog::{
        self, env_file,
        own::{self, Pasted},
    },
    docker::{ComposeProject, Engine, FileObstacle},
    domain::{
        app::AppManifest,
        app_project::AppProject,
        app_source::AppProblem,
        credential::AppSecrets,
        id::InstalledAppId,
        own_app::{AdoptedFiles, AppFiles, AppOrigin, MASK, OWN, OwnApp, OwnFiles},
    },
    store::StoredInstall,
};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

impl StoredInstall {
    /// Where it comes from.
    pub(super) fn origin(&self) -> AppOrigin {
        match &self.config.adopted {
            Some(_) => AppOrigin::Adopted,
            None if self.app.source.as_str() == OWN => AppOrigin::Own,
            None => AppOrigin::Catalog,
        }
    }
}

/// A file as it is known again.
pub(super) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// What is built on the server keeps the name that its image has there.
pub(super) fn keep_built(project: &mut AppProject, before: &AppProject) {
    for service in project.services.iter_mut().filter(|one| one.image.is_empty()) {
        let same = before.services.iter().find(|other| other.service == service.service);
        if let Some(same) = same {
            service.image.clone_from(&same.image);
        }
    }
}

/// All problems in one sentence each, with their lines.
pub(super) fn refused(problems: &[AppProblem]) -> AppError {
    let words = problems.iter().map(|problem| crate::app::error::sentence(&problem.to_string()));
    AppError::Invalid(words.collect::<Vec<_>>().join(" "))
}

fn told_of(read: own::Read) -> OwnApp {
    let manifest = read.app.map(|(manifest, _)| manifest);
    OwnApp {
        name: read.name.map(|name| name.to_string()),
        compose: read.compose,
        flags: manifest.as_ref().map(catalog::flags).unwrap_or_default(),
        manifest,
        notes: read.notes,
        problems: read.problems,
    }
}

impl Tomo {
    /// Reads a compose file or a `docker run` line that somebody pasted. Asks no server, and runs nothing.
    #[must_use]
    pub fn read_own_app(&self, text: &str, env: Option<&str>, name: Option<&str>) -> OwnApp {
        told_of(own::read(&Pasted { text, env, name, ..Pasted::default() }))
    }

    /// Reads what the files of an app are to be, as they would be taken: with the secrets that it has.
    ///
    /// # Errors
    /// When there is no such app, or the vault is not open.
    pub async fn read_files_of(
        &self,
        id: InstalledAppId,
        text: &str,
        env: Option<&str>,
    ) -> Result<OwnApp, AppError> {
        let app = self.stored_app(id).await?;
        let kept = secrets::present(&self.secrets_of(id).await?);
        Ok(told_of(own::read(&Pasted {
            text,
            env,
            name: Some(&app.config.manifest.name),
            kept: Some(&kept),
            is_adopted: app.origin() == AppOrigin::Adopted,
        })))
    }

    /// The app that a wish brings along, with its secrets; nothing where it is one of the catalog.
    pub(super) fn own_app(
        &self,
        wish: &AppWish,
    ) -> Result<Option<(AppManifest, AppSecrets)>, AppError> {
        let is_own = wish.app.source.as_str() == OWN;
        let files = match (&wish.own, is_own) {
            (None, false) => return Ok(None),
            (Some(files), true) => files,
            (Some(_), false) => {
                return Err(AppError::Invalid(format!(
                    "An app with files of its own is called '{OWN}/NAME'."
                )));
            }
            (None, true) => {
                return Err(AppError::Invalid(
                    "An app of your own is installed from its compose file. Paste it.".into(),
                ));
            }
        };
        let name = wish.app.app.as_str();
        let (mut manifest, secrets) =
            taken(files, Pasted { name: Some(name), ..Pasted::default() })?;
        manifest.id = wish.app.app.clone();
        Ok(Some((manifest, secrets)))
    }

    /// What becomes of an app whose files were edited; nothing where they were not.
    pub(super) async fn edited(
        &self,
        app: &StoredInstall,
        wish: &UpdateWish,
    ) -> Result<Option<(AppManifest, AppSecrets)>, AppError> {
        // Other values are written into the files of somebody else as well.
        if (app.config.adopted.is_some() || wish.own.is_some())
            && let Some(why) = self.cannot_edit(app).await
        {
            return Err(AppError::Invalid(why));
        }
        let Some(files) = &wish.own else { return Ok(None) };
        let kept = secrets::present(&self.secrets_of(app.id).await?);
        let known = &app.config.manifest;
        let pasted = Pasted {
            name: Some(&known.name),
            kept: Some(&kept),
            is_adopted: app.origin() == AppOrigin::Adopted,
            ..Pasted::default()
        };
        let (mut manifest, secrets) = taken(files, pasted)?;
        manifest.id = known.id.clone();
        if app.origin() == AppOrigin::Adopted {
            manifest.web.clone_from(&known.web);
        }
        Ok(Some((manifest, secrets)))
    }

    /// The files of an app, to be edited; secrets are not in them.
    ///
    /// # Errors
    /// When there is no such app.
    pub async fn app_files(&self, id: InstalledAppId) -> Result<AppFiles, AppError> {
        let app = self.stored_app(id).await?;
        let why_not = self.cannot_edit(&app).await;
        let manifest = &app.config.manifest;
        let secrets = manifest.settings.iter().filter(|setting| {
            matches!(setting.kind, crate::domain::app::AppSettingKind::Secret { .. })
        });
        let mut all: BTreeMap<&str, &str> =
            secrets.map(|setting| (setting.name.as_str(), MASK)).collect();
        let asked = |name: &str| manifest.settings.iter().any(|setting| setting.name == name);
        for (name, value) in app.config.values.iter().filter(|(name, _)| asked(name)) {
            all.insert(name, value);
        }
        Ok(AppFiles {
            compose: manifest.compose.clone(),
            env: env_file::write(all),
            can_edit: why_not.is_none(),
            why_not,
        })
    }

    /// Why the files of an app cannot be edited; nothing where they can.
    pub(super) async fn cannot_edit(&self, app: &StoredInstall) -> Option<String> {
        if app.origin() == AppOrigin::Catalog {
            return Some(
                "The catalog says what this app is. Change its settings instead.".to_owned(),
            );
        }
        if app.installed_at.is_none() {
            return Some("This app was never installed to its end.".to_owned());
        }
        let files = app.config.adopted.as_ref()?;
        if let Some(why) = cannot_be_written(files) {
            return Some(why);
        }
        let engine = self.engine_at(app.server_id, &app.config.engine);
        let Some(engine) = engine else {
            return Some("The engine that this app runs in does not answer now.".to_owned());
        };
        for path in files.compose.iter().chain(&files.variables) {
            match engine.read_file(path).await {
                Err(error) => return Some(format!("The server cannot be asked: {error}.")),
                Ok(Err(obstacle)) => return Some(told(path, obstacle)),
                Ok(Ok(file)) if !file.is_writable => {
                    return Some(format!(
                        "The account that Tomo signs in with may not write {path}. Give it the file and its \
                         folder, or edit it on the server."
                    ));
                }
                Ok(Ok(file)) if files.digests.get(path) != Some(&digest(&file.text)) => {
                    return Some(format!(
                        "{path} was changed on the server since Tomo read it. Release the app and take it over \
                         again."
                    ));
                }
                Ok(Ok(_)) => {}
            }
        }
        None
    }
}

/// Why files of somebody else's cannot be written by Tomo at all.
fn cannot_be_written(files: &AdoptedFiles) -> Option<String> {
    if files.compose.len() > 1 || files.variables.len() > 1 {
        let all = files.compose.iter().chain(&files.variables).cloned().collect::<Vec<_>>();
        return Some(format!(
            "It is made of several files ({}), and nobody could say what belongs into which. Edit them on the \
             server, then release the app and take it over again.",
            all.join(", ")
        ));
    }
    files.keeps.then(|| {
        "Its file of variables speaks to compose itself (COMPOSE_…). Edit it on the server."
            .to_owned()
    })
}

/// Why a file could not be read, and what would help.
pub(super) fn told(path: &str, obstacle: FileObstacle) -> String {
    match obstacle {
        FileObstacle::Missing => format!(
            "{path} is not there, or in a folder that the account may not enter. Put it back where it was."
        ),
        FileObstacle::Unreadable => format!(
            "The account that Tomo signs in with may not read {path}. On the server, as root: chmod o+r, or \
             setfacl -m u:ACCOUNT:r."
        ),
        FileObstacle::NoFile => format!("{path} is no file."),
        FileObstacle::TooLarge => format!("{path} is larger than 1 MiB."),
        FileObstacle::NoText => format!("{path} is not text."),
    }
}

/// What files say, or why they cannot be taken.
fn taken(files: &OwnFiles, pasted: Pasted<'_>) -> Result<(AppManifest, AppSecrets), AppError> {
    let read = own::read(&Pasted {
        text: files.compose.expose_secret(),
        env: files.env.as_ref().map(ExposeSecret::expose_secret),
        ..pasted
    });
    read.app.ok_or_else(|| refused(&read.problems))
}

impl Worker {
    /// Writes the files of the app. Those of somebody else are written without digests, as long as names mean the
    /// images that they are to mean: else every container would be made anew.
    pub(super) async fn write_files(
        &mut self,
        engine: &Engine,
        project: &ComposeProject,
    ) -> Result<(), Trouble> {
        let variables = self.variables();
        let config = &self.app.config;
        let Some(files) = &config.adopted else {
            return Ok(project.write(&config.compose, &variables).await?);
        };
        let there = engine.images_there(&super::planning::images(&config.project)).await?;
        let there = there.into_iter().filter_map(|(image, digest)| Some((image, digest?)));
        let now = catalog::pin(&config.manifest.compose, &config.values, &there.collect());
        let compose = match now == config.compose {
            true => config.manifest.compose.clone(),
            false => config.compose.clone(),
        };
        project.write(&compose, &variables).await?;
        let mut files = files.clone();
        if files.variables.is_empty() && !variables.is_empty() {
            files.variables.push(format!("{}/.env", files.folder));
        }
        for path in &files.compose {
            files.digests.insert(path.clone(), digest(&compose));
        }
        for path in &files.variables {
            files.digests.insert(path.clone(), digest(&variables));
        }
        self.app.config.adopted = Some(files);
        Ok(())
    }
}
