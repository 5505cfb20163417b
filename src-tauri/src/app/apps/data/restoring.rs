//! Bringing a backup back: as an app that is made anew, or over the one that is there, whose data is copied
//! first and put back if it does not become well.

use super::{
    arrival,
    bringing::{From, Incoming},
    file::{Saved, open_by},
    ways::{To, Way, ways},
};
use crate::{
    app::{
        Tomo,
        activity::Entry,
        apps::{
            install::{NewInstall, refuse_problems},
            planning::{AppWish, Looked, refusal},
            updating::NextApp,
        },
        backup::error::BackupError,
        error::AppError,
    },
    catalog::{
        self,
        project::{self, Values},
    },
    domain::{
        activity::ActivityKind,
        app::{AppManifest, AppSettingKind},
        app_backup::{AppBackupContents, RestorePlan},
        app_plan::AppPlan,
        app_project::AppProject,
        credential::AppSecrets,
        id::{InstalledAppId, ServerId, UserId},
        installed_app::AppWorkKind,
    },
    store::StoredInstall,
};
use secrecy::SecretString;
use serde_json::json;
use std::path::PathBuf;

/// A backup that somebody wants to have back.
#[derive(Debug)]
pub struct RestoreWish {
    /// Its file.
    pub path: String,
    /// What opens it.
    pub passphrase: SecretString,
    /// Where the app is to be.
    pub server: ServerId,
    /// Name of its compose project, where it is made anew; absent: the one that it had.
    pub project: Option<String>,
    /// Values of settings that are to be others than they were, without secrets.
    pub values: Values,
    /// Whether paths of the server may be looked at.
    pub looks_at_paths: bool,
}

/// What would become of a backup.
enum Outlook {
    New(Box<Looked>),
    Over(Box<StoredInstall>, AppProject, Values),
}

struct Prospect {
    path: PathBuf,
    saved: Saved<SecretString>,
    ways: Vec<Way>,
    outlook: Outlook,
}

/// Reads what a backup says of itself.
async fn read(path: PathBuf, passphrase: SecretString) -> Result<Saved<SecretString>, AppError> {
    let read =
        tokio::task::spawn_blocking(move || open_by(&path, passphrase).map(|(saved, _)| saved));
    let mut saved = read.await.map_err(|_| AppError::Internal("reading a backup"))??;
    saved.manifest = catalog::reread(saved.manifest).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        BackupError::Unsound(format!("its compose file is not taken: {first}"))
    })?;
    Ok(saved)
}

/// Values that are the app's own, and none that the server gave which it was on.
pub(super) fn own_values(manifest: &AppManifest, values: &Values, other: &Values) -> Values {
    let is_own = |name: &str| {
        manifest.settings.iter().any(|setting| {
            setting.name == name && !matches!(setting.kind, AppSettingKind::Secret { .. })
        })
    };
    let own = values.iter().filter(|(name, _)| is_own(name));
    let mut own: Values = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    own.extend(other.clone());
    own
}

impl Tomo {
    /// Says what the backup of an app holds.
    ///
    /// # Errors
    /// Why it is no backup of an app, or not one that opens so.
    pub async fn inspect_app_backup(
        &self,
        path: &str,
        passphrase: SecretString,
    ) -> Result<AppBackupContents, AppError> {
        Ok(read(self.named_file(path)?, passphrase).await?.contents)
    }

    /// Says what bringing a backup back would do. Changes nothing.
    ///
    /// # Errors
    /// Why it is no backup of an app, or cannot be brought back there.
    pub async fn plan_restore(&self, wish: &RestoreWish) -> Result<RestorePlan, AppError> {
        let Prospect { saved, ways, outlook, .. } = self.prospect(wish).await?;
        let (plan, over): (Option<AppPlan>, Option<InstalledAppId>) = match outlook {
            Outlook::New(looked) => (Some(looked.plan), None),
            Outlook::Over(app, ..) => (None, Some(app.id)),
        };
        let is_own = |way: &&Way| !matches!(way.to, To::Shared(_));
        let copied = ways.iter().filter(|way| over.is_some() && is_own(way));
        Ok(RestorePlan {
            contents: saved.contents,
            plan,
            over,
            copied: copied.map(|way| way.told().to).collect(),
            not_copied: ways.iter().filter_map(Way::written_over).collect(),
            ways: ways.iter().map(Way::told).collect(),
        })
    }

    async fn prospect(&self, wish: &RestoreWish) -> Result<Prospect, AppError> {
        let path = self.named_file(&wish.path)?;
        let saved = read(path.clone(), wish.passphrase.clone()).await?;
        let contents = &saved.contents;
        let stored = self.inner.store.installed_apps().await?;
        let there = stored.into_iter().find(|app| {
            app.server_id == wish.server && app.app == contents.app && app.installed_at.is_some()
        });
        let values = own_values(&saved.manifest, &saved.values, &wish.values);
        if let Some(app) = there {
            super::saving::refuse_unfinished(&app)?;
            if app.config.adopted.is_some()
                && let Some(why) = self.cannot_edit(&app).await
            {
                return Err(AppError::Invalid(why));
            }
            // Nobody is shown what the compose file would be: it may do no more than the one that is there.
            let known = catalog::flags(&app.config.manifest);
            let flags = catalog::flags(&saved.manifest);
            if let Some(flag) = flags.iter().find(|flag| !known.contains(flag)) {
                return Err(AppError::Invalid(format!(
                    "The app of the backup may do more than the one that is there. {} Restore it under \
                     another name, where all of it is shown first.",
                    flag.sentence()
                )));
            }
            let name = app.project_name()?;
            // What the server itself gave stays.
            let mut all = app.config.values.clone();
            all.retain(|name, _| !values.contains_key(name));
            let taken = project::values(&saved.manifest, &values).map_err(|why| refusal(&why))?;
            all.extend(taken);
            let project =
                project::project(&saved.manifest, &name, &all).map_err(|why| refusal(&why))?;
            let folder = app.config.folder.clone().unwrap_or_default();
            let ways = ways(&contents.parts, &project, &folder).map_err(AppError::Invalid)?;
            let outlook = Outlook::Over(Box::new(app), project, all);
            return Ok(Prospect { path, saved, ways, outlook });
        }
        let new = AppWish {
            app: contents.app.clone(),
            server: Some(wish.server),
            project: wish.project.clone().or_else(|| Some(contents.project.clone())),
            values,
            own: None,
            looks_at_paths: wish.looks_at_paths,
        };
        let mut looked = self.look_for(saved.manifest.clone(), &new).await?;
        let ways = match &looked.plan.makes {
            Some(makes) => {
                ways(&contents.parts, makes, &folder_of(&looked)).map_err(AppError::Invalid)?
            }
            None => Vec::new(),
        };
        arrival::judge(&mut looked, &ways);
        Ok(Prospect { path, saved, ways, outlook: Outlook::New(Box::new(looked)) })
    }

    /// Begins to bring a backup back; it goes on by itself.
    ///
    /// # Errors
    /// Why it is no backup of an app, or cannot be brought back there.
    pub async fn restore_app(
        &self,
        by: UserId,
        wish: &RestoreWish,
    ) -> Result<InstalledAppId, AppError> {
        let Prospect { path, saved, outlook, .. } = self.prospect(wish).await?;
        let Saved { contents, manifest, secrets, .. } = saved;
        let known = |name: &String| manifest.settings.iter().any(|it| it.name == *name);
        let typed: AppSecrets = secrets.into_iter().filter(|(name, _)| known(name)).collect();
        let secrets = crate::app::apps::secrets::all(&manifest, typed)?;
        let from = From::File { path, passphrase: wish.passphrase.clone() };
        let incoming = Incoming { from, parts: contents.parts.clone() };
        let (worker, is_new) = match outlook {
            Outlook::New(looked) => {
                refuse_problems(&looked.plan)?;
                let kind = AppWorkKind::Install;
                let new = NewInstall { looked: *looked, secrets, kind, awaits_data: true };
                (self.begin_install(InstalledAppId::new(), new).await?, true)
            }
            Outlook::Over(app, project, values) => {
                let doing = self.begin_work(app.id, AppWorkKind::Restore, &[])?;
                let app = self.stored_app(app.id).await?;
                super::saving::refuse_unfinished(&app)?;
                let next = NextApp { manifest, project, values, secrets, newer: Vec::new() };
                (self.begin_update(doing, app, next, true).await?, false)
            }
        };
        let id = worker.app.id;
        self.expect_data(id, incoming);
        let app = &worker.app;
        let place = self.place([app.server_id]);
        let at = contents.at.format("%Y-%m-%d %H:%M UTC");
        let message = format!("{} gets the data of its backup of {at}{place}", contents.name);
        let entry = Entry::by(by, ActivityKind::AppRestore, message).to_app(app);
        let details = json!({ "app": app.app, "from": contents.server, "at": contents.at });
        self.record(entry.with(details)).await;
        let tomo = self.clone();
        let work = async move {
            if is_new {
                worker.install().await;
            } else {
                worker.update().await;
            }
            tomo.expect_no_data(id);
        };
        self.inner.tasks.spawn_on(work, &self.inner.runtime);
        Ok(id)
    }
}

/// Where the files of a project will be, as far as paths in them are relative to it.
pub(super) fn folder_of(looked: &Looked) -> String {
    // The whole path is known when it is written; until then only its end matters.
    format!("/{}", looked.plan.folder.trim_start_matches(['~', '/']))
}
