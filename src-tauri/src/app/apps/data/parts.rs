//! What belongs to the data of an app, and what cannot be carried.

use super::ways::ways;
use crate::{
    app::{
        Tomo,
        apps::{installed::volumes_of, trouble::Trouble, worker::Worker},
        error::AppError,
    },
    catalog,
    docker::{CopyError, DataPlace, Engine, EngineError, PathIs, PathKind},
    domain::{
        app_backup::{AppBackupPreview, AppDataKind, AppDataPart, LeftOutData},
        app_project::MountSource,
        id::InstalledAppId,
    },
    ssh::Limits,
    store::StoredInstall,
};
use chrono::Local;
use std::time::Duration;

/// How long counting the files of a folder may take.
const COUNTING: Limits = Limits { time: Duration::from_secs(20), bytes: 4 << 10 };

/// The data of an app.
pub(super) struct Data {
    pub(super) parts: Vec<AppDataPart>,
    pub(super) left_out: Vec<LeftOutData>,
}

impl AppDataPart {
    /// Where it is on its server.
    pub(super) fn place(&self) -> DataPlace {
        match self.kind {
            AppDataKind::Volume => DataPlace::Volume(self.name.clone()),
            AppDataKind::Folder => DataPlace::Folder(self.name.clone()),
            AppDataKind::File => DataPlace::File(self.name.clone()),
        }
    }
}

fn left(name: &str, why: &str) -> LeftOutData {
    LeftOutData { name: name.to_owned(), why: why.to_owned() }
}

/// The data of an app as its containers have it, each place once; paths are taken for folders. Volumes that the
/// engine named stand last: they are there only when the containers are.
pub(super) fn data_of(app: &StoredInstall) -> Data {
    let named = |name: &str| {
        app.config.project.mounts.iter().any(
            |mount| matches!(&mount.source, MountSource::Volume { name: own, .. } if own == name),
        )
    };
    let (mut parts, mut left_out): (Vec<AppDataPart>, Vec<LeftOutData>) = (Vec::new(), Vec::new());
    for volume in &app.volumes {
        if parts.iter().any(|part| part.name == volume.name) {
            continue;
        }
        let is_unnamed = !named(&volume.name);
        let same = |it: &&crate::domain::installed_app::AppVolume| {
            it.service == volume.service && it.target == volume.target
        };
        if is_unnamed && app.volumes.iter().filter(same).count() > 1 {
            let why = "its service has several containers, each with another one there";
            left_out.push(left(&format!("{} of {}", volume.target, volume.service), why));
            continue;
        }
        parts.push(AppDataPart {
            kind: AppDataKind::Volume,
            name: volume.name.clone(),
            service: volume.service.clone(),
            target: volume.target.clone(),
            is_unnamed,
            bytes: None,
        });
    }
    for bind in &app.binds {
        if parts.iter().any(|part| part.name == bind.path)
            || left_out.iter().any(|other| other.name == bind.path)
        {
            continue;
        }
        if catalog::is_system_path(&bind.path) {
            left_out.push(left(&bind.path, "it belongs to the server's system"));
            continue;
        }
        parts.push(AppDataPart {
            kind: AppDataKind::Folder,
            name: bind.path.clone(),
            service: bind.service.clone(),
            target: bind.target.clone(),
            is_unnamed: false,
            bytes: None,
        });
    }
    parts.sort_by_key(|part| part.is_unnamed);
    Data { parts, left_out }
}

impl Data {
    /// Takes out what somebody does not want, by its name.
    pub(super) fn without(&mut self, names: &[String]) {
        let (out, kept) = std::mem::take(&mut self.parts)
            .into_iter()
            .partition::<Vec<_>, _>(|part| names.contains(&part.name));
        self.parts = kept;
        self.left_out.extend(out.iter().map(|part| left(&part.name, "it was left out")));
    }

    /// Takes out what could not be brought back into the app, and volumes whose data lies elsewhere.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub(super) async fn without_strange(
        &mut self,
        app: &StoredInstall,
        engine: &Engine,
    ) -> Result<(), EngineError> {
        let folder = app.config.folder.clone().unwrap_or_default();
        let mut strange = Vec::new();
        for part in &self.parts {
            let way = ways(std::slice::from_ref(part), &app.config.project, &folder);
            if let Err(why) = way {
                strange.push(left(&part.name, why.trim_end_matches('.')));
                continue;
            }
            if part.kind != AppDataKind::Volume {
                continue;
            }
            match engine.can_copy_volume(&part.name).await {
                // Whoever reads it finds out that it is gone.
                Ok(true) | Err(EngineError::NotFound(_)) => {}
                Ok(false) => {
                    let why =
                        "its data does not lie on the engine's own disk; back it up where it is";
                    strange.push(left(&part.name, why));
                }
                Err(error) => return Err(error),
            }
        }
        self.parts.retain(|part| strange.iter().all(|other| other.name != part.name));
        self.left_out.extend(strange);
        Ok(())
    }

    /// Whether something of this name is known of.
    fn knows(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.name == name)
            || self.left_out.iter().any(|other| other.name == name)
    }

    /// Finds out which paths are folders and which are files, through the engine; what is neither is left out.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub(super) async fn settle(&mut self, engine: &Engine, image: &str) -> Result<(), CopyError> {
        let mut kept = Vec::new();
        for mut part in std::mem::take(&mut self.parts) {
            if part.kind == AppDataKind::Volume {
                kept.push(part);
                continue;
            }
            match engine.path_is(&part.name, image).await? {
                PathIs::Folder => kept.push(part),
                PathIs::File => {
                    part.kind = AppDataKind::File;
                    kept.push(part);
                }
                PathIs::Special => {
                    self.left_out.push(left(&part.name, "it is a socket, a pipe or a device"));
                }
                PathIs::Missing => self.left_out.push(left(&part.name, "it is not there")),
            }
        }
        self.parts = kept;
        Ok(())
    }
}

impl Worker {
    /// All data of the app, as its containers have it now. What is known to be the app's, and no container of it
    /// has any more, would be missed silently.
    pub(super) async fn whole_data(
        &mut self,
        engine: &Engine,
        leave_out: &[String],
    ) -> Result<Data, Trouble> {
        let known = data_of(&self.app);
        self.look(engine).await?;
        let mut data = data_of(&self.app);
        let named =
            known.parts.iter().filter(|part| !part.is_unnamed).map(|part| part.name.clone());
        let mut wanted: Vec<String> = named.collect();
        for volume in volumes_of(&self.app.config.project) {
            if engine.has_volume(&volume).await? {
                wanted.push(volume);
            }
        }
        if let Some(missed) = wanted.iter().find(|it| !data.knows(it) && !leave_out.contains(it)) {
            return Err(Trouble::Failed(format!(
                "no container has {missed} now, which belongs to the app; start the app, so that all of its \
                 containers are there"
            )));
        }
        data.without(leave_out);
        data.without_strange(&self.app, engine).await?;
        let image = self.some_image(engine).await?;
        data.settle(engine, &image).await?;
        Ok(data)
    }

    /// Removes what an attempt to read or write the app's data has left.
    pub(super) async fn let_go_of_data(&self, engine: &Engine) -> Result<(), EngineError> {
        for part in data_of(&self.app).parts {
            engine.end_reading(&part.place()).await?;
            engine.end_writing(&part.place()).await?;
        }
        Ok(())
    }
}

impl Tomo {
    /// Says what a backup of an app would hold, as far as it can be found out without changing anything.
    ///
    /// # Errors
    /// When there is no such app, or it was never installed.
    pub async fn app_backup_preview(
        &self,
        id: InstalledAppId,
    ) -> Result<AppBackupPreview, AppError> {
        let app = self.stored_app(id).await?;
        super::saving::refuse_unfinished(&app)?;
        let mut data = data_of(&app);
        let engine = self.engine_at(app.server_id, &app.config.engine);
        if let Some(engine) = &engine {
            data.without_strange(&app, engine).await?;
        }
        let Data { mut parts, left_out } = data;
        if let Some(engine) = engine {
            let folders: Vec<String> = parts
                .iter()
                .filter(|part| part.kind == AppDataKind::Folder)
                .map(|part| part.name.clone())
                .collect();
            let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
            let name = app.project_name()?;
            let (sizes, facts) =
                futures::join!(engine.volume_sizes(), engine.facts(&name, &folders));
            let (sizes, facts) = (sizes.unwrap_or_default(), facts.unwrap_or_default());
            for part in &mut parts {
                if part.kind == AppDataKind::Volume {
                    part.bytes = sizes.get(&part.name).copied();
                    continue;
                }
                if facts.paths.get(&part.name) == Some(&PathKind::Other) {
                    part.kind = AppDataKind::File;
                }
                part.bytes = counted(&engine, &part.name).await;
            }
        }
        let rows = self.rows_of(&app);
        Ok(AppBackupPreview {
            bytes: parts.iter().map(|part| part.bytes).sum(),
            parts,
            left_out,
            is_running: rows.iter().any(|row| row.container.is_up()),
            file_name: file_name(&app),
        })
    }
}

/// How much is at a path, bytes, as far as the account may count it.
async fn counted(engine: &Engine, path: &str) -> Option<u64> {
    let argv = ["du", "-skx", "--", path];
    let output = engine.host().run(&argv, &[], COUNTING).await.ok()?;
    if !output.succeeded() {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let kibibytes: u64 = said.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// A name for a backup: `paperless-2026-11-23-1530.tomoapp`.
pub(super) fn file_name(app: &StoredInstall) -> String {
    format!("{}-{}.tomoapp", app.config.project.name, Local::now().format("%Y-%m-%d-%H%M"))
}
