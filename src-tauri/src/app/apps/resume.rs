//! Taking up what a Tomo that was ended, or killed, has left half done to apps.

use crate::{
    app::{Tomo, error::AppError},
    domain::{
        app_update::UpdateStage,
        installed_app::{AppStatus, AppWorkKind},
    },
    store::StoredInstall,
};

impl Tomo {
    /// Looks how apps are, and takes up everything that nobody is at. A process that watches servers calls this
    /// when it begins, and whenever another one may have ended.
    pub(in crate::app) async fn follow_apps(&self) {
        if self.is_on_errand() {
            return;
        }
        let stored = match self.inner.store.installed_apps().await {
            Ok(stored) => stored,
            Err(error) => {
                tracing::warn!(%error, "unfinished apps could not be looked for");
                return;
            }
        };
        self.watch_apps(&stored).await;
        self.look_when_due(&stored).await;
        for app in stored {
            if !is_half_done(&app) {
                self.clear_away_when_due(app).await;
                continue;
            }
            if self.is_worked_at(app.id) {
                continue;
            }
            let id = app.id;
            if let Err(error) = self.take_up(app).await {
                tracing::warn!(%id, %error, "an unfinished app could not be taken up");
            }
        }
    }

    async fn take_up(&self, app: StoredInstall) -> Result<(), AppError> {
        match app.status {
            AppStatus::Removing => self.resume_uninstall(app).await,
            _ if app.config.update.is_some() => self.resume_update(&app).await,
            _ if app.config.rest.is_some() => self.resume_rest(&app).await,
            _ if app.installed_at.is_none() => self.resume_install(app).await,
            // It was being started: what its containers do now says the rest.
            _ => {
                let _doing = self.begin_work(app.id, AppWorkKind::CleanUp, &[])?;
                let mut app = self.stored_app(app.id).await?;
                if !app.status.is_passing() || app.config.update.is_some() {
                    return Ok(());
                }
                app.status = AppStatus::Running;
                self.inner.store.update_installed_app(&app).await?;
                Ok(())
            }
        }
    }
}

/// Whether somebody was at it. What could not be put back waits for a person.
fn is_half_done(app: &StoredInstall) -> bool {
    let stage = app.config.update.as_ref().map(|update| update.stage);
    app.status.is_passing()
        || app.config.rest.is_some()
        || stage.is_some_and(|stage| stage != UpdateStage::Stuck)
}
