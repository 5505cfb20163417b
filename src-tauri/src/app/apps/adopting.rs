//! Taking over compose projects that somebody made elsewhere: known by the labels of their containers, and read
//! from their files on the server. Nothing there is written, restarted or made anew.

use super::{adoptee::Found, worker::Worker};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    catalog,
    collect::hub::Change,
    docker::{Engine, Labelled},
    domain::{
        activity::ActivityKind,
        app::AppName,
        app_project::AppProject,
        app_source::AppId,
        app_update::AppVersion,
        fleet::Topic,
        id::{InstalledAppId, ServerId, UserId},
        installed_app::{AppConfig, AppMade, AppStatus, AppWorkKind},
        own_app::{AdoptPlan, AppOrigin, OWN},
    },
    store::StoredInstall,
};
use chrono::Utc;
use serde_json::json;
use std::collections::BTreeMap;

impl Tomo {
    /// Says what taking over a compose project would come to. Changes nothing.
    ///
    /// # Errors
    /// When there is no such project, Tomo has it already, or its engine does not answer.
    pub async fn plan_adoption(
        &self,
        server: ServerId,
        project: &str,
    ) -> Result<AdoptPlan, AppError> {
        Ok(self.look_at_project(server, project).await?.plan)
    }

    /// Takes over a compose project. Nothing of it is changed on the server.
    ///
    /// # Errors
    /// When something stands in the way.
    pub async fn adopt_app(
        &self,
        by: UserId,
        server: ServerId,
        project: &str,
    ) -> Result<InstalledAppId, AppError> {
        // Whoever takes over the same at the same moment finds it taken.
        let _turn = self.inner.apps.adopting.lock().await;
        let found = self.look_at_project(server, project).await?;
        let Found { plan, name, files, engine, rows, labelled, app, id, makes } = found;
        let (Some((manifest, secrets)), Some((makes, values))) = (app, makes) else {
            return Err(AppError::Invalid(plan.problems.join(" ")));
        };
        if !plan.is_ready {
            return Err(AppError::Invalid(plan.problems.join(" ")));
        }
        let digests = running(&engine, &makes, &labelled).await;
        let now = Utc::now();
        let is_up = rows.iter().any(|row| row.container.is_up());
        let app = StoredInstall {
            id: InstalledAppId::new(),
            server_id: server,
            app: self.free_app_id(server, id).await?,
            container_id: None,
            container_name: None,
            status: if is_up { AppStatus::Running } else { AppStatus::Stopped },
            installed_at: Some(now),
            started_at: rows.iter().filter_map(|row| row.container.started_at).max(),
            config: AppConfig {
                compose: catalog::pin(&manifest.compose, &values, &digests),
                versions: vec![AppVersion { version: manifest.version.clone(), since: now }],
                manifest,
                project: makes,
                values,
                engine: plan.engine,
                folder: Some(files.folder.clone()),
                adopted: Some(files),
                made: AppMade::default(),
                failure: None,
                removes_data: false,
                steps: Vec::new(),
                update: None,
                earlier: None,
                rubbish: AppMade::default(),
                rest: None,
                awaits_data: false,
                backups: Vec::new(),
                names_back: Vec::new(),
                looked: None,
            },
            error: None,
            step_durations: BTreeMap::new(),
            step_started_at: None,
            networks: Vec::new(),
            volumes: Vec::new(),
            binds: Vec::new(),
        };
        let id = app.id;
        let sealed = self.inner.vault.seal_app(id, &secrets)?;
        // Before there is a row, so that nobody else does anything to it.
        let doing = self.begin_work(id, AppWorkKind::CleanUp, &[])?;
        if !self.inner.store.insert_installed_app(&app, &sealed).await? {
            return Err(AppError::Changed("Tomo has this project already.".into()));
        }
        let mut worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        if let Err(trouble) = worker.look(&engine).await {
            self.inner.store.delete_installed_app(id).await?;
            return Err(AppError::Invalid(trouble.words()));
        }
        let app = &worker.app;
        let place = self.place([server]);
        let message = format!("{} taken over{place}; nothing was changed there", app.title());
        let entry = Entry::by(by, ActivityKind::AppAdopt, message).to_app(app);
        let files = app.config.adopted.as_ref().map(|it| it.compose.clone());
        self.record(entry.with(json!({ "app": app.app, "project": project, "files": files })))
            .await;
        drop(worker);
        Ok(id)
    }

    /// An id that no other app of the server has.
    async fn free_app_id(
        &self,
        server: ServerId,
        like: Option<AppName>,
    ) -> Result<AppId, AppError> {
        let none = || AppError::Internal("naming an app");
        let source: AppName = OWN.parse().map_err(|_| none())?;
        let stored = self.inner.store.installed_apps().await?;
        let stem = like.map_or_else(|| "app".to_owned(), |name| name.to_string());
        let stem: String = stem.chars().take(45).collect();
        let candidates = std::iter::once(stem.clone())
            .chain((2..1_000).map(|number| format!("{stem}-{number}")));
        let mut ids = candidates
            .filter_map(|name| name.parse::<AppName>().ok())
            .map(|app| AppId { source: source.clone(), app });
        let is_taken = |id: &AppId| {
            stored
                .iter()
                .any(|app| app.server_id == server && app.app == *id && !app.is_only_a_memory())
        };
        ids.find(|id| !is_taken(id)).ok_or_else(none)
    }

    /// Forgets an app that was taken over. It goes on as it is, and so do its files.
    ///
    /// # Errors
    /// When there is no such app, it was not taken over, or something is being done to it.
    pub async fn release_app(&self, by: UserId, id: InstalledAppId) -> Result<(), AppError> {
        let app = self.stored_app(id).await?;
        if app.origin() != AppOrigin::Adopted {
            return Err(AppError::Invalid(
                "Only an app that was taken over can be released. Uninstall this one.".into(),
            ));
        }
        let _doing = self.begin_work(id, AppWorkKind::CleanUp, &[])?;
        let app = self.stored_app(id).await?;
        if app.config.update.is_some() {
            return Err(AppError::Invalid(
                "This app stands between two versions. Roll it back first.".into(),
            ));
        }
        let rubbish = &app.config.rubbish;
        if app.config.earlier.is_some() || !rubbish.volumes.is_empty() {
            return Err(AppError::Invalid(
                "Copies of its data are kept on the server for the way back. Give up the way back first.".into(),
            ));
        }
        self.inner.store.delete_installed_app(id).await?;
        let message =
            format!("{} released{}; it goes on as it is", app.title(), self.place([app.server_id]));
        let entry = Entry::by(by, ActivityKind::AppRelease, message).to_app(&app);
        self.record(entry.with(json!({ "app": app.app }))).await;
        self.inner.hub.announce(Change::Topic(Topic::Apps));
        Ok(())
    }
}

/// The digests of the images that its containers run: a name may stand for another image by now.
async fn running(
    engine: &Engine,
    makes: &AppProject,
    labelled: &[Labelled],
) -> BTreeMap<String, String> {
    let mut digests = BTreeMap::new();
    for service in &makes.services {
        let Some(one) = labelled.iter().find(|one| one.service == service.service) else {
            continue;
        };
        // One that was built there has none.
        if let Ok(Some(digest)) = engine.digest(&one.image_id, &service.image).await {
            digests.insert(service.image.clone(), digest);
        }
    }
    digests
}
