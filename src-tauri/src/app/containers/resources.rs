//! Images, volumes and networks of engines, and clearing them out.

use super::{
    actions::{check_count, shown},
    outcome::settled,
    removal::{Kept, Removal, sentence},
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    collect::hub::Change,
    docker::{Engine, EngineError},
    domain::{
        activity::ActivityKind,
        engine_store::{Image, Network, PruneKind, PrunePreview, RemovalResult, UsedBy, Volume},
        id::{ServerId, UserId},
    },
};
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, join_all, ready},
    stream,
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

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

    /// What one server has, or what all have: among several, one that does not answer keeps nobody
    /// from seeing the others.
    async fn gathered<T, F>(
        &self,
        on: Option<ServerId>,
        list: impl Fn(Engine, ServerId) -> F,
    ) -> Result<Vec<T>, AppError>
    where
        F: Future<Output = Result<Vec<T>, EngineError>>,
    {
        if let Some(server) = on {
            return Ok(list(self.engine(server)?, server).await?);
        }
        let servers = self.inner.hub.rows(chrono::Utc::now()).into_iter().map(|row| row.server.id);
        let engines = servers.filter_map(|server| Some((self.engine(server).ok()?, server)));
        let lists = join_all(engines.map(|(engine, server)| list(engine, server))).await;
        let answered = lists.into_iter().filter_map(|listed| {
            listed.inspect_err(|error| tracing::warn!(%error, "an engine was not listed")).ok()
        });
        Ok(answered.flatten().collect())
    }

    /// Removes images that no container uses, with all their names; gives a result for each.
    ///
    /// # Errors
    /// When none or too many are named, or the engine does not answer.
    pub async fn remove_images(
        &self,
        by: UserId,
        server: ServerId,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        check_count(ids.len(), "image")?;
        let tomo = self.clone();
        self.to_its_end(async move { tomo.do_remove_images(by, server, ids).await }).await
    }

    async fn do_remove_images(
        &self,
        by: UserId,
        server: ServerId,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        let engine = self.engine(server)?;
        let listed: HashMap<_, _> = engine
            .images(server)
            .await?
            .into_iter()
            .map(|image| (image.id.clone(), (image_name(&image), image)))
            .collect();
        let named = named(ids, |id| listed.get(id).map(|(name, image)| (name, &*image.used_by)));
        let remove = |id: String| match listed.get(&id) {
            Some((_, image)) => engine.remove_image(image).boxed(),
            None => ready(Err(gone())).boxed(),
        };
        let removed = self.each(server, Kept::Image, &engine, named, remove).await;
        Ok(self.record_removal(by, server, Kept::Image, removed).await)
    }

    /// Removes volumes that no container mounts, with what is in them; gives a result for each.
    ///
    /// # Errors
    /// When none or too many are named, or the engine does not answer.
    pub async fn remove_volumes(
        &self,
        by: UserId,
        server: ServerId,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        check_count(ids.len(), "volume")?;
        let tomo = self.clone();
        self.to_its_end(async move { tomo.do_remove_volumes(by, server, ids).await }).await
    }

    async fn do_remove_volumes(
        &self,
        by: UserId,
        server: ServerId,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        let engine = self.engine(server)?;
        let listed = engine.volumes(server, false).await?;
        let named = named(ids, |id| {
            let volume = listed.iter().find(|volume| volume.name == id)?;
            Some((&volume.name, &*volume.used_by))
        });
        let engine = &engine;
        let remove = |id: String| async move { engine.remove_volume(&id).await }.boxed();
        let removed = self.each(server, Kept::Volume, engine, named, remove).await;
        Ok(self.record_removal(by, server, Kept::Volume, removed).await)
    }

    /// Removes networks that no container is in; gives a result for each.
    ///
    /// # Errors
    /// When none or too many are named, or the engine does not answer.
    pub async fn remove_networks(
        &self,
        by: UserId,
        server: ServerId,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        check_count(ids.len(), "network")?;
        let tomo = self.clone();
        self.to_its_end(async move { tomo.do_remove_networks(by, server, ids).await }).await
    }

    async fn do_remove_networks(
        &self,
        by: UserId,
        server: ServerId,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        let engine = self.engine(server)?;
        let listed = engine.networks(server).await?;
        let named = named(ids, |id| {
            let network = listed.iter().find(|network| network.id == id)?;
            Some((&network.name, &*network.used_by))
        });
        let engine = &engine;
        let remove = |id: String| async move { engine.remove_network(&id).await }.boxed();
        let removed = self.each(server, Kept::Network, engine, named, remove).await;
        Ok(self.record_removal(by, server, Kept::Network, removed).await)
    }

    /// Exactly what clearing out would take now.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn prune_preview(
        &self,
        server: ServerId,
        kind: PruneKind,
    ) -> Result<PrunePreview, AppError> {
        let unused = self.engine(server)?.unused(server, kind, true).await?;
        let bytes = unused.iter().map(|thing| thing.own_bytes).sum();
        let items = unused.into_iter().map(|thing| thing.item).collect();
        let bytes = if kind == PruneKind::UnusedNetworks { None } else { bytes };
        Ok(PrunePreview { server_id: server, kind, items, bytes })
    }

    /// Removes what a preview named, as far as it is still unused; nothing else.
    ///
    /// # Errors
    /// When none or too many are named, or the engine does not answer.
    pub async fn prune(
        &self,
        by: UserId,
        server: ServerId,
        kind: PruneKind,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        check_count(ids.len(), Kept::of(kind).words().0)?;
        let tomo = self.clone();
        self.to_its_end(async move { tomo.do_prune(by, server, kind, ids).await }).await
    }

    async fn do_prune(
        &self,
        by: UserId,
        server: ServerId,
        kind: PruneKind,
        ids: Vec<String>,
    ) -> Result<Vec<RemovalResult>, AppError> {
        let what = Kept::of(kind);
        let engine = self.engine(server)?;
        let unused: HashMap<_, _> = engine
            .unused(server, kind, false)
            .await?
            .into_iter()
            .map(|thing| (thing.item.id.clone(), thing))
            .collect();
        let named = named(ids, |id| unused.get(id).map(|thing| (&thing.item.name, &[][..])));
        let remove = |id: String| match unused.get(&id) {
            Some(thing) => engine.remove_unused(kind, thing).boxed(),
            None => ready(Err(in_use_or_gone())).boxed(),
        };
        let removed = self.each(server, what, &engine, named, remove).await;
        Ok(self.record_removal(by, server, what, removed).await)
    }

    /// Removes one thing after another, some at a time; what is in use stays. Gives a result for each,
    /// in the order in which they were named.
    async fn each<'a>(
        &self,
        server: ServerId,
        what: Kept,
        engine: &Engine,
        named: Vec<Named>,
        remove: impl Fn(String) -> BoxFuture<'a, Result<(), EngineError>>,
    ) -> Vec<Removal> {
        let remove = &remove;
        let removals = named.into_iter().enumerate().map(|(place, named)| async move {
            let Named { id, name, used } = named;
            let removal = match used {
                Some(used) => Removal::of(id, name, Some(used), true),
                None => {
                    let removing = settled(remove(id.clone()), || self.is_gone(server, what, &id));
                    let error = self.unless_ended(removing).await.err();
                    let is_known = !matches!(error, Some(EngineError::Unknown(_)));
                    let words = error.map(|error| AppError::from(error).to_string());
                    Removal::of(id, name, words, is_known)
                }
            };
            (place, removal)
        });
        let mut removals: Vec<_> =
            stream::iter(removals).buffer_unordered(engine.at_once()).collect().await;
        removals.sort_by_key(|(place, _)| *place);
        removals.into_iter().map(|(_, removal)| removal).collect()
    }

    /// Whether something is not there any more; nothing while it is, or nobody answers.
    async fn is_gone(
        &self,
        server: ServerId,
        what: Kept,
        id: &str,
    ) -> Option<Result<(), EngineError>> {
        let engine = self.engine(server).ok()?;
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
        let removed: Vec<_> = removed.into_iter().map(|removal| removal.result).collect();
        let items: Vec<Value> = removed
            .iter()
            .map(|result| match &result.error {
                Some(error) => json!({ "name": shown(&result.name), "error": error }),
                None => json!({ "name": shown(&result.name) }),
            })
            .collect();
        let details = json!({ "kind": what.words().0, "items": items });
        let entry = Entry::by(by, ActivityKind::EngineRemove, message).with(details);
        self.record(entry.to(server)).await;
        self.inner.hub.announce(Change::Containers(server));
        removed
    }
}

/// Something that was named to be removed.
struct Named {
    id: String,
    /// The id, where nothing of it is there.
    name: String,
    /// Why it stays, where that is known before it is tried.
    used: Option<String>,
}

/// What was named, once each, with its name and what uses it.
fn named<'a>(
    ids: Vec<String>,
    find: impl Fn(&str) -> Option<(&'a String, &'a [UsedBy])>,
) -> Vec<Named> {
    let mut seen = HashSet::new();
    let once = ids.into_iter().filter(|id| seen.insert(id.clone()));
    once.map(|id| match find(&id) {
        Some((name, uses)) => Named { name: name.clone(), used: in_use(uses), id },
        None => Named { name: id.clone(), used: None, id },
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
