//! Moving an app to another server: it is made there with the data from here, and once it is well there, it
//! stays stopped here, or is removed. What fails leaves it running where it was.

use super::{
    arrival,
    bringing::{From, Incoming},
    parts::{Data, data_of},
    rest::Rest,
    restoring::{folder_of, own_values},
    saving::refuse_unfinished,
    ways::{Way, ways},
};
use crate::{
    app::{
        Tomo,
        activity::Entry,
        apps::{
            install::{NewInstall, Stage, refuse_problems},
            planning::{AppWish, Looked},
            secrets,
            trouble::Trouble,
            worker::{Step, Worker},
            works::Planned,
        },
        error::AppError,
    },
    catalog::project::Values,
    docker::Engine,
    domain::{
        activity::ActivityKind,
        app_backup::{AppRestMode, MovePlan},
        id::{InstalledAppId, ServerId, UserId},
        installed_app::{AppFailure, AppStatus, AppWorkKind},
    },
};
use serde_json::json;
use std::sync::{Mutex, PoisonError};

/// An app that somebody wants on another server.
#[derive(Clone, Debug)]
pub struct MoveWish {
    /// Which app.
    pub id: InstalledAppId,
    /// Where to.
    pub server: ServerId,
    /// Values of settings that are to be others there, without secrets.
    pub values: Values,
    /// Whether it is removed here, with its data, once it is well there.
    pub removes_source: bool,
    /// Whether paths of the server may be looked at.
    pub looks_at_paths: bool,
}

struct Prospect {
    looked: Looked,
    data: Data,
    ways: Vec<Way>,
}

impl Tomo {
    /// Says what moving an app would do. Changes nothing.
    ///
    /// # Errors
    /// When there is no such app, or it cannot be moved there.
    pub async fn plan_move(&self, wish: &MoveWish) -> Result<MovePlan, AppError> {
        let Prospect { looked, data, ways } = self.move_prospect(wish).await?;
        Ok(MovePlan {
            plan: looked.plan,
            ways: ways.iter().map(Way::told).collect(),
            left_out: data.left_out,
        })
    }

    async fn move_prospect(&self, wish: &MoveWish) -> Result<Prospect, AppError> {
        let app = self.stored_app(wish.id).await?;
        refuse_unfinished(&app)?;
        if app.server_id == wish.server {
            return Err(AppError::Invalid("It is on this server already.".into()));
        }
        let config = &app.config;
        let new = AppWish {
            app: app.app.clone(),
            server: Some(wish.server),
            project: Some(config.project.name.clone()),
            values: own_values(&config.manifest, &config.values, &wish.values),
            own: None,
            looks_at_paths: wish.looks_at_paths,
        };
        let mut looked = self.look_for(config.manifest.clone(), &new).await?;
        let mut data = data_of(&app);
        let engine = self.engine_at(app.server_id, &config.engine);
        if let Some(engine) = &engine {
            data.without_strange(&app, engine).await?;
        }
        let ways = match &looked.plan.makes {
            Some(makes) => {
                ways(&data.parts, makes, &folder_of(&looked)).map_err(AppError::Invalid)?
            }
            None => Vec::new(),
        };
        arrival::judge(&mut looked, &ways);
        if let Some(engine) = &engine {
            arrival::judge_room(&mut looked, engine, &ways).await;
        }
        Ok(Prospect { looked, data, ways })
    }

    /// Begins to move an app; it goes on by itself. Gives the app that it becomes there.
    ///
    /// # Errors
    /// When there is no such app, something stands in the way there, or something is being done to it.
    pub async fn move_app(&self, by: UserId, wish: &MoveWish) -> Result<InstalledAppId, AppError> {
        let Prospect { looked, .. } = self.move_prospect(wish).await?;
        refuse_problems(&looked.plan)?;
        let to = self.place([wish.server]);
        let doing = self.begin_work(wish.id, AppWorkKind::Move, &planned(&to))?;
        let mut app = self.stored_app(wish.id).await?;
        refuse_unfinished(&app)?;
        app.config.failure = None;
        if self.engine_at(app.server_id, &app.config.engine).is_none() {
            return Err(AppError::Invalid(
                "The engine that this app runs in does not answer now.".into(),
            ));
        }
        let secrets = self.secrets_of(app.id).await?;
        let new = NewInstall {
            looked,
            secrets: secrets::present(&secrets),
            kind: AppWorkKind::Move,
            awaits_data: true,
        };
        let id = InstalledAppId::new();
        let mut target = self.begin_install(id, new).await?;
        // Whoever ends the one ends the other.
        target.doing.cannot_cancel();
        target.doing.cancel = doing.cancel.clone();
        let message =
            format!("{} is being moved{}{to}", app.title(), self.away_from(app.server_id));
        let entry = Entry::by(by, ActivityKind::AppMove, message).to_app(&app);
        let details = json!({ "app": app.app, "removes_source": wish.removes_source });
        self.record(entry.with(details)).await;
        let name = app.project_name()?;
        let mut source = Worker { tomo: self.clone(), doing, app, name, secrets };
        let (tomo, removes_for) = (self.clone(), wish.removes_source.then_some(by));
        let saved = source.save().await;
        saved.map_err(|trouble| AppError::Invalid(trouble.words()))?;
        let work = async move {
            Moving { source, target, removes_for, has_started: false }.run().await;
            tomo.expect_no_data(id);
        };
        self.inner.tasks.spawn_on(work, &self.inner.runtime);
        Ok(id)
    }

    fn away_from(&self, server: ServerId) -> String {
        self.inner.hub.server(server).map_or(String::new(), |it| format!(" from {}", it.name))
    }
}

const CARRY: &str = "carry";
const THERE: &str = "there";

fn planned(to: &str) -> Vec<Planned> {
    vec![
        ("pull", format!("Pull its images{to}")),
        ("rest", Rest::label(AppRestMode::Stop).to_owned()),
        ("gather", "Look what data it has".to_owned()),
        (CARRY, "Bring its data over".to_owned()),
        (THERE, format!("Start it{to}")),
    ]
}

/// Looks what data there is to carry.
#[derive(Clone, Copy)]
struct Gather<'a>(&'a Mutex<Option<(Data, String)>>);

impl Step for Gather<'_> {
    fn name(self) -> &'static str {
        "gather"
    }

    fn ends_itself(self) -> bool {
        // What is asked of the engine half-way would still be done, and stay.
        true
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        let data = worker.whole_data(&engine, &[]).await?;
        let image = worker.some_image(&engine).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((data, image));
        Ok(())
    }
}

/// Looks whether it was let alone.
#[derive(Clone, Copy)]
struct StillRests;

impl Step for StillRests {
    fn name(self) -> &'static str {
        "still_rests"
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        worker.refuse_running(&engine).await
    }
}

/// An app on two servers at once.
struct Moving {
    source: Worker,
    target: Worker,
    removes_for: Option<UserId>,
    /// Whether it may run there.
    has_started: bool,
}

impl Moving {
    async fn run(mut self) {
        let done = self.go().await;
        let Err(trouble) = done else {
            drop(self.target);
            return self.source.has_moved().await;
        };
        // A Tomo that ends leaves both as they are: the next one takes back what was made, and wakes this one.
        if matches!(trouble, Trouble::Cancelled) && !self.source.doing.is_cancelled() {
            return;
        }
        let is_cancelled = self.source.doing.is_cancelled();
        let there = self.target.failure(&trouble).await;
        let failure = AppFailure { kind: AppWorkKind::Move, ..there.clone() };
        self.target.clean_up(there, is_cancelled).await;
        let left = self.target.app.config.failure.as_ref().map(|it| it.left.clone());
        let left = left.unwrap_or_default();
        if self.has_started && !left.is_empty() {
            // It may run there: only one of the two may.
            self.source.app.config.rest = None;
            self.source.app.status = AppStatus::Stopped;
            let words = format!("What was made there may still run: {}", left.join(" "));
            self.source.did_not_rest(failure, Err(Trouble::Failed(words))).await;
            return;
        }
        let woken = self.source.wake().await;
        self.source.did_not_rest(failure, woken).await;
    }

    async fn go(&mut self) -> Result<(), Trouble> {
        for stage in Stage::of(&self.target.app) {
            match stage {
                Stage::Pull => self.source.doing.begin("pull"),
                Stage::Fill => self.rest().await?,
                Stage::Start => {
                    // What somebody started here meanwhile has other data by now.
                    self.source.step(StillRests).await?;
                    self.has_started = true;
                    self.source.doing.end(CARRY, true);
                    self.source.doing.begin(THERE);
                }
                _ => {}
            }
            self.target.stands_at(stage.status()).await?;
            self.target.step(stage).await?;
            if stage == Stage::Pull {
                self.source.doing.end("pull", true);
            }
        }
        self.source.doing.cannot_cancel();
        self.target.is_installed().await?;
        self.source.doing.end(THERE, true);
        Ok(())
    }

    /// The app stops here, and says what there is to carry.
    async fn rest(&mut self) -> Result<(), Trouble> {
        let becomes = Some((self.target.app.server_id, self.target.app.id));
        let (source, removes_for) = (&mut self.source, self.removes_for);
        source.step(Rest { mode: AppRestMode::Stop, becomes, removes_for }).await?;
        let gathered = Mutex::new(None);
        source.step(Gather(&gathered)).await?;
        let gathered = gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (data, image) =
            gathered.ok_or_else(|| Trouble::Failed("nobody knows what data it has".to_owned()))?;
        source.doing.begin(CARRY);
        let (server, socket) = (source.app.server_id, source.app.config.engine.clone());
        let from = From::Server { server, socket, image };
        let incoming = Incoming { from, parts: data.parts };
        source.tomo.expect_data(self.target.app.id, incoming);
        Ok(())
    }
}

impl Worker {
    /// The app is on another server now: it stays stopped here until somebody removes it, or is removed now where
    /// somebody wanted that.
    pub(super) async fn has_moved(mut self) {
        let rest = self.app.config.rest.take();
        let removes_for = rest.as_ref().and_then(|rest| rest.removes_for);
        let becomes = rest.and_then(|rest| rest.becomes);
        self.app.config.failure = None;
        self.app.error = None;
        self.store_end(AppStatus::Stopped).await;
        let to = becomes.map(|(server, _)| self.tomo.place([server])).unwrap_or_default();
        let from = self.tomo.away_from(self.app.server_id);
        let message = format!("{} moved{from}{to}", self.app.title());
        let entry = Entry::by_tomo(ActivityKind::AppMoved, message).to_app(&self.app);
        self.tomo.record(entry.with(json!({ "app": self.app.app }))).await;
        if let Some(by) = removes_for {
            self.remove_here(by, &from).await;
        }
    }

    /// Removes the app here, with its data; where that cannot be begun, it says so.
    async fn remove_here(self, by: UserId, from: &str) {
        let engine = self.tomo.engine_at(self.app.server_id, &self.app.config.engine);
        // Whoever has started it again since has other data in it by now.
        let rests = match &engine {
            Some(engine) => self.refuse_running(engine).await,
            None => Err(Trouble::Failed("its engine does not answer now".to_owned())),
        };
        let rests = rests.map_err(|trouble| trouble.words());
        let (tomo, app) = (self.tomo.clone(), self.app.clone());
        // Removing it is another thing that is done to it.
        drop(self);
        let removed = match rests {
            Ok(()) => tomo.uninstall_app(by, app.id, true).await.map_err(|why| why.to_string()),
            Err(why) => Err(why),
        };
        if let Err(why) = removed {
            let why = why.trim_end_matches('.');
            let message = format!("{} moved, and was not removed{from}: {why}", app.title());
            let entry = Entry::by_tomo(ActivityKind::AppFailed, message).to_app(&app);
            tomo.record(entry.with(json!({ "app": app.app }))).await;
        }
    }
}
