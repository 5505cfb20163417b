//! Images, volumes and networks of engines, and clearing them out.

use super::{
    actions::{check_count, shown},
    outcome::settled,
    removal::{Kept, Removal, sentence},
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    collect::hub::Change,
    docker::{Engine, EngineError, Unused},
    domain::{
        activity::ActivityKind,
        engine_store::{Image, Network, PruneKind, PrunePreview, RemovalResult, UsedBy, Volume},
        id::{ServerId, UserId},
    },
};
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, join_all, ready, try_join_all},
    stream,
};
use serde_json::{Value, json};
use std::collections::HashSet;

impl Tomo {
    /// Images of a server, or of all whose engine answers.
    ///
    /// # Errors
    /// When the engine of the one server does not answer.
    pub async fn images(&self, on: Option<ServerId>) -> Result<Vec<Image>, AppError> {
        let list = |engine: Engine, server| async move { engine.images(server).await };
        self.gathered(on, list).await
    }

    /// Volumes of a server, or of all whose engine answers.
    ///
    /// # Errors
    /// When the engine of the one server does not answer.
    pub async fn volumes(&self, on: Option<ServerId>) -> Result<Vec<Volume>, AppError> {
        let list = |engine: Engine, server| async move { engine.volumes(server, true).await };
        self.gathered(on, list).await
    }

    /// Networks of a server, or of all whose engine answers.
    ///
    /// # Errors
    /// When the engine of the one server does not answer.
    pub async fn networks(&self, on: Option<ServerId>) -> Result<Vec<Network>, AppError> {
        let list = |engine: Engine, server| async move { engine.networks(server).await };
        self.gathered(on, list).await
    }

    /// What one server has, or what all have: among several engines, one that does not answer keeps
    /// nobody from seeing the others.
    async fn gathered<T, F>(
        &self,
        on: Option<ServerId>,
        list: impl Fn(Engine, ServerId) -> F,
    ) -> Result<Vec<T>, AppError>
    where
        F: Future<Output = Result<Vec<T>, EngineError>>,
    {
        let servers = match on {
            Some(server) => vec![server],
            None => {
                let rows = self.inner.hub.rows(chrono::Utc::now()).into_iter();
                rows.map(|row| row.server.id).collect()
            }
        };
        let mut lists = Vec::new();
        for server in servers {
            match self.engines(server) {
                Ok(engines) => lists.extend(engines.into_iter().map(|engine| list(engine, server))),
                Err(error) if on.is_some() => return Err(error),
                Err(_) => {}
            }
        }
        let mut all = Vec::new();
        let (mut answered, mut silent) = (false, None);
        for listed in join_all(lists).await {
            match listed {
                Ok(listed) => {
                    answered = true;
                    all.extend(listed);
                }
                Err(error) => {
                    tracing::warn!(%error, "an engine was not listed");
                    silent = Some(error);
                }
            }
        }
        match silent {
            Some(error) if on.is_some() && !answered => Err(error.into()),
            _ => Ok(all),
        }
    }

    /// What the engines of a server have of one kind, or the one engine that is named.
    async fn kept_by<T, F>(
        &self,
        server: ServerId,
        engine: Option<&str>,
        list: impl Fn(Engine) -> F,
    ) -> Result<Vec<Held<T>>, AppError>
    where
        F: Future<Output = Result<Vec<T>, EngineError>>,
    {
        let mut engines = self.engines(server)?;
        if let Some(socket) = engine {
            engines.retain(|engine| engine.info().socket == socket);
            if engines.is_empty() {
                let said = format!("No engine answers at {} on this server.", shown(socket));
                return Err(AppError::Invalid(said));
            }
        }
        let things = try_join_all(engines.iter().cloned().map(list)).await?;
        let held = engines.into_iter().zip(things);
        Ok(held.map(|(engine, things)| Held { engine, things }).collect())
    }

    /// Removes images that no container uses, with all their names; gives a result for each. Without
    /// an engine each goes from the one that has it.
    ///
    /// # Errors
    /// When none or too many are named, or the engine does not answer.
    pub async fn remove_images(
        &self,
        by: UserId,
        (server, engine): (ServerId, Option<&str>),
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        check_count(ids.len(), "image")?;
        let (tomo, engine) = (self.clone(), engine.map(str::to_owned));
        self.to_its_end(async move { tomo.do_remove_images(by, (server, engine), ids).await }).await
    }

    async fn do_remove_images(
        &self,
        by: UserId,
        (server, engine): (ServerId, Option<String>),
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        let list = |engine: Engine| async move { engine.images(server).await };
        let held = self.kept_by(server, engine.as_deref(), list).await?;
        let named = named(&held, ids, |image: &Image, id| {
            (image.id == id).then(|| (image_name(image), in_use(&image.used_by)))
        });
        let removed = self
            .each((server, Kept::Image), &held, named, |engine, image, _| match image {
                Some(image) => engine.remove_image(image).boxed(),
                None => ready(Err(gone())).boxed(),
            })
            .await;
        Ok(self.record_removal(by, server, Kept::Image, removed).await)
    }

    /// Removes volumes that no container mounts, with what is in them; gives a result for each. Without
    /// an engine each goes from the one that has it.
    ///
    /// # Errors
    /// When none or too many are named, or the engine does not answer.
    pub async fn remove_volumes(
        &self,
        by: UserId,
        (server, engine): (ServerId, Option<&str>),
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        check_count(ids.len(), "volume")?;
        let (tomo, engine) = (self.clone(), engine.map(str::to_owned));
        self.to_its_end(async move { tomo.do_remove_volumes(by, (server, engine), ids).await })
            .await
    }

    async fn do_remove_volumes(
        &self,
        by: UserId,
        (server, engine): (ServerId, Option<String>),
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        let list = |engine: Engine| async move { engine.volumes(server, false).await };
        let held = self.kept_by(server, engine.as_deref(), list).await?;
        let named = named(&held, ids, |volume: &Volume, name| {
            (volume.name == name).then(|| (volume.name.clone(), in_use(&volume.used_by)))
        });
        let removed = self
            .each((server, Kept::Volume), &held, named, |engine, _, id| {
                async move { engine.remove_volume(&id).await }.boxed()
            })
            .await;
        Ok(self.record_removal(by, server, Kept::Volume, removed).await)
    }

    /// Removes networks that no container is in; gives a result for each. Without an engine each goes
    /// from the one that has it.
    ///
    /// # Errors
    /// When none or too many are named, or the engine does not answer.
    pub async fn remove_networks(
        &self,
        by: UserId,
        (server, engine): (ServerId, Option<&str>),
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        check_count(ids.len(), "network")?;
        let (tomo, engine) = (self.clone(), engine.map(str::to_owned));
        self.to_its_end(async move { tomo.do_remove_networks(by, (server, engine), ids).await })
            .await
    }

    async fn do_remove_networks(
        &self,
        by: UserId,
        (server, engine): (ServerId, Option<String>),
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        let list = |engine: Engine| async move { engine.networks(server).await };
        let held = self.kept_by(server, engine.as_deref(), list).await?;
        let named = named(&held, ids, |network: &Network, id| {
            (network.id == id).then(|| (network.name.clone(), in_use(&network.used_by)))
        });
        let removed = self
            .each((server, Kept::Network), &held, named, |engine, _, id| {
                async move { engine.remove_network(&id).await }.boxed()
            })
            .await;
        Ok(self.record_removal(by, server, Kept::Network, removed).await)
    }

    /// Exactly what clearing out would take now, of all engines of the server.
    ///
    /// # Errors
    /// When an engine does not answer.
    pub async fn prune_preview(
        &self,
        server: ServerId,
        kind: PruneKind,
    ) -> Result<PrunePreview, AppError> {
        let list = |engine: Engine| async move { engine.unused(server, kind, true).await };
        let held = self.kept_by(server, None, list).await?;
        let unused: Vec<_> = held.into_iter().flat_map(|held| held.things).collect();
        let bytes = unused.iter().map(|thing| thing.own_bytes).sum();
        let items = unused.into_iter().map(|thing| thing.item).collect();
        let bytes = if kind == PruneKind::UnusedNetworks { None } else { bytes };
        Ok(PrunePreview { server_id: server, kind, items, bytes })
    }

    /// Removes what a preview named, as far as it is still unused; nothing else. Without an engine each
    /// goes from the one that has it.
    ///
    /// # Errors
    /// When none or too many are named, or the engine does not answer.
    pub async fn prune(
        &self,
        by: UserId,
        (server, engine): (ServerId, Option<&str>),
        kind: PruneKind,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        check_count(ids.len(), Kept::of(kind).words().0)?;
        let (tomo, engine) = (self.clone(), engine.map(str::to_owned));
        self.to_its_end(async move { tomo.do_prune(by, (server, engine), kind, ids).await }).await
    }

    async fn do_prune(
        &self,
        by: UserId,
        (server, engine): (ServerId, Option<String>),
        kind: PruneKind,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        let list = |engine: Engine| async move { engine.unused(server, kind, false).await };
        let held = self.kept_by(server, engine.as_deref(), list).await?;
        let named = named(&held, ids, |thing: &Unused, id| {
            (thing.item.id == id).then(|| (thing.item.name.clone(), None))
        });
        let removed = self
            .each((server, Kept::of(kind)), &held, named, |engine, thing, _| match thing {
                Some(thing) => engine.remove_unused(kind, thing).boxed(),
                None => ready(Err(in_use_or_gone())).boxed(),
            })
            .await;
        Ok(self.record_removal(by, server, Kept::of(kind), removed).await)
    }

    /// Removes one thing after another, some at a time; what is in use stays. Gives what came of each, in
    /// the order in which they were named.
    async fn each<'a, T>(
        &self,
        (server, what): (ServerId, Kept),
        held: &'a [Held<T>],
        named: Vec<Named>,
        remove: impl Fn(&'a Engine, Option<&'a T>, String) -> BoxFuture<'a, Result<(), EngineError>>,
    ) -> Vec<Removal> {
        let at_once = held.iter().map(|held| held.engine.at_once()).min().unwrap_or(1);
        let remove = &remove;
        let removals = named.into_iter().enumerate().map(|(place, named)| async move {
            let Named { id, name, stays, holder, thing } = named;
            let Held { engine, things } = &held[holder];
            let socket = engine.info().socket.clone();
            let (error, is_known) = match stays {
                Some(stays) => (Some(stays), true),
                None => {
                    let removing = remove(engine, thing.and_then(|at| things.get(at)), id.clone());
                    let removing = settled(removing, || self.is_gone(server, &socket, what, &id));
                    let error = self.unless_ended(removing).await.err();
                    let is_known = !matches!(error, Some(EngineError::Unknown(_)));
                    (error.map(|error| AppError::from(error).to_string()), is_known)
                }
            };
            let result = RemovalResult { id, name, error };
            (place, Removal { engine: socket, result, is_known })
        });
        let mut removals: Vec<_> = stream::iter(removals).buffer_unordered(at_once).collect().await;
        removals.sort_by_key(|(place, _)| *place);
        removals.into_iter().map(|(_, removal)| removal).collect()
    }

    /// Whether something is not there any more; nothing while it is, or nobody answers.
    async fn is_gone(
        &self,
        server: ServerId,
        socket: &str,
        what: Kept,
        id: &str,
    ) -> Option<Result<(), EngineError>> {
        let mut engines = self.engines(server).ok()?.into_iter();
        let engine = engines.find(|engine| engine.info().socket == socket)?;
        let is_there = match what {
            Kept::Container => match engine.look(server, id).await {
                Err(EngineError::NotFound(_)) => false,
                looked => looked.map(|_| true).ok()?,
            },
            Kept::Image => engine.images(server).await.ok()?.iter().any(|image| image.id == id),
            Kept::Volume => {
                let volumes = engine.volumes(server, false).await.ok()?;
                volumes.iter().any(|volume| volume.name == id)
            }
            Kept::Network => {
                engine.networks(server).await.ok()?.iter().any(|network| network.id == id)
            }
        };
        (!is_there).then_some(Ok(()))
    }

    /// Writes down what came of it, and gives that.
    async fn record_removal(
        &self,
        by: UserId,
        server: ServerId,
        what: Kept,
        removed: Vec<Removal>,
    ) -> Vec<RemovalResult> {
        let message = sentence(&removed, what, &self.place([server]));
        let has_several = self.inner.board.sockets(server).len() > 1;
        let told = |Removal { engine, result, .. }: &Removal| {
            let mut item = json!({ "name": shown(&result.name) });
            if let Some(error) = &result.error {
                item["error"] = error.as_str().into();
            }
            if has_several {
                item["engine"] = engine.as_str().into();
            }
            item
        };
        let items: Vec<Value> = removed.iter().map(told).collect();
        let details = json!({ "kind": what.words().0, "items": items });
        let entry = Entry::by(by, ActivityKind::EngineRemove, message).with(details);
        self.record(entry.to(server)).await;
        self.inner.hub.announce(Change::Containers(server));
        removed.into_iter().map(|removal| removal.result).collect()
    }
}

/// What one engine has of one kind.
struct Held<T> {
    engine: Engine,
    things: Vec<T>,
}

/// Something that was named to be removed.
struct Named {
    id: String,
    /// The id, where nothing of it is there.
    name: String,
    /// Why it stays, where that is known before it is tried.
    stays: Option<String>,
    /// Which engine is to be asked.
    holder: usize,
    /// What of it.
    thing: Option<usize>,
}

/// What was named, once each, with the engine that has it. `is_it` gives the name of what has an id, and
/// why it stays.
fn named<T>(
    held: &[Held<T>],
    ids: Vec<String>,
    is_it: impl Fn(&T, &str) -> Option<(String, Option<String>)>,
) -> Vec<Named> {
    let mut seen = HashSet::new();
    let once = ids.into_iter().filter(|id| seen.insert(id.clone()));
    once.map(|id| {
        let mut found = Vec::new();
        for (holder, held) in held.iter().enumerate() {
            let its = held.things.iter().enumerate();
            let mut its = its.filter_map(|(at, thing)| Some((at, is_it(thing, &id)?)));
            found.extend(its.next().map(|(at, it)| (holder, at, it)));
        }
        if found.len() > 1 {
            let sockets: Vec<_> =
                found.iter().map(|(holder, ..)| &*held[*holder].engine.info().socket).collect();
            let stays = format!(
                "Several engines of this server have it: say which, {}.",
                sockets.join(" or ")
            );
            return Named { name: id.clone(), stays: Some(stays), id, holder: 0, thing: None };
        }
        match found.pop() {
            Some((holder, at, (name, stays))) => Named { id, name, stays, holder, thing: Some(at) },
            None => Named { name: id.clone(), stays: None, id, holder: 0, thing: None },
        }
    })
    .collect()
}

/// `It is used by web and db.`
fn in_use(uses: &[UsedBy]) -> Option<String> {
    let names: Vec<_> = uses.iter().take(3).map(|user| shown(&user.name)).collect();
    let more = uses.len().saturating_sub(names.len());
    match (names.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("It is used by {}.", names.join(", "))),
        (false, more) => Some(format!("It is used by {} and {more} more.", names.join(", "))),
    }
}

fn in_use_or_gone() -> EngineError {
    EngineError::NotFound("it is in use by now, or gone".into())
}

fn gone() -> EngineError {
    EngineError::NotFound("it is not there any more".into())
}

pub(super) fn image_name(image: &Image) -> String {
    let name = image.tags.first().or(image.digests.first());
    name.cloned()
        .unwrap_or_else(|| image.id.trim_start_matches("sha256:").chars().take(12).collect())
}
