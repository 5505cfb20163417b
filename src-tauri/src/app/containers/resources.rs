//! Images, volumes and networks of engines, and clearing them out.

use super::actions::{check_count, shown};
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
        let engine = self.engine(server)?;
        let listed: HashMap<_, _> = engine
            .images(server)
            .await?
            .into_iter()
            .map(|image| (image.id.clone(), (image_name(&image), image)))
            .collect();
        let named = named(ids, |id| listed.get(id).map(|(name, image)| (name, &*image.used_by)));
        let removed = each(&engine, named, |id| match listed.get(&id) {
            Some((_, image)) => engine.remove_image(image).boxed(),
            None => ready(Err(gone())).boxed(),
        })
        .await;
        self.record_removal(by, server, "image", "images", &removed).await;
        Ok(removed)
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
        let engine = self.engine(server)?;
        let listed = engine.volumes(server, false).await?;
        let named = named(ids, |id| {
            let volume = listed.iter().find(|volume| volume.name == id)?;
            Some((&volume.name, &*volume.used_by))
        });
        let engine = &engine;
        let remove = |id: String| async move { engine.remove_volume(&id).await }.boxed();
        let removed = each(engine, named, remove).await;
        self.record_removal(by, server, "volume", "volumes", &removed).await;
        Ok(removed)
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
        let engine = self.engine(server)?;
        let listed = engine.networks(server).await?;
        let named = named(ids, |id| {
            let network = listed.iter().find(|network| network.id == id)?;
            Some((&network.name, &*network.used_by))
        });
        let engine = &engine;
        let remove = |id: String| async move { engine.remove_network(&id).await }.boxed();
        let removed = each(engine, named, remove).await;
        self.record_removal(by, server, "network", "networks", &removed).await;
        Ok(removed)
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
        let (one, several) = words(kind);
        check_count(ids.len(), one)?;
        let engine = self.engine(server)?;
        let unused: HashMap<_, _> = engine
            .unused(server, kind, false)
            .await?
            .into_iter()
            .map(|thing| (thing.item.id.clone(), thing))
            .collect();
        let named = named(ids, |id| unused.get(id).map(|thing| (&thing.item.name, &[][..])));
        let removed = each(&engine, named, |id| match unused.get(&id) {
            Some(thing) => engine.remove_unused(kind, thing).boxed(),
            None => ready(Err(in_use_or_gone())).boxed(),
        })
        .await;
        self.record_removal(by, server, one, several, &removed).await;
        Ok(removed)
    }

    async fn record_removal(
        &self,
        by: UserId,
        server: ServerId,
        one: &str,
        several: &str,
        removed: &[RemovalResult],
    ) {
        let done = removed.iter().filter(|result| result.error.is_none()).count();
        let place = self.place([server]);
        let message = match removed {
            [only] => {
                let not = if done == 1 { "" } else { "not " };
                format!("{} {} {not}removed{place}", capital(one), shown(&only.name))
            }
            all if done == all.len() => format!("{done} {several} removed{place}"),
            all => format!("{done} of {} {several} removed{place}", all.len()),
        };
        let items: Vec<Value> = removed
            .iter()
            .map(|result| match &result.error {
                Some(error) => json!({ "name": shown(&result.name), "error": error }),
                None => json!({ "name": shown(&result.name) }),
            })
            .collect();
        let details = json!({ "kind": one, "items": items });
        let entry = Entry::by(by, ActivityKind::EngineRemove, message).with(details);
        self.record(entry.to(server)).await;
        self.inner.hub.announce(Change::Containers(server));
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

/// Removes one thing after another, some at a time; what is in use stays. Gives a result for each, in
/// the order in which they were named.
async fn each<'a>(
    engine: &Engine,
    named: Vec<Named>,
    remove: impl Fn(String) -> BoxFuture<'a, Result<(), EngineError>>,
) -> Vec<RemovalResult> {
    let remove = &remove;
    let removals = named.into_iter().enumerate().map(|(place, named)| async move {
        let error = match named.used {
            Some(used) => Some(used),
            None => {
                let done = remove(named.id.clone()).await;
                done.err().map(|error| AppError::from(error).to_string())
            }
        };
        (place, RemovalResult { id: named.id, name: named.name, error })
    });
    let mut results: Vec<_> =
        stream::iter(removals).buffer_unordered(engine.at_once()).collect().await;
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
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

fn words(kind: PruneKind) -> (&'static str, &'static str) {
    match kind {
        PruneKind::Containers => ("container", "containers"),
        PruneKind::DanglingImages | PruneKind::UnusedImages => ("image", "images"),
        PruneKind::AnonymousVolumes | PruneKind::UnusedVolumes => ("volume", "volumes"),
        PruneKind::UnusedNetworks => ("network", "networks"),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
