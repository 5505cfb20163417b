//! Commands about images, volumes and networks, and clearing them out.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::engine_store::{Image, Network, PrunePreview, RemovalResult, Volume},
};

pub(in crate::api) async fn image_list(_: &Tomo, _: OnServer) -> Answer<Vec<Image>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn image_remove(
    _: &Tomo,
    _: RemoveFromEngine,
) -> Answer<Vec<RemovalResult>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn volume_list(_: &Tomo, _: OnServer) -> Answer<Vec<Volume>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn volume_remove(
    _: &Tomo,
    _: RemoveFromEngine,
) -> Answer<Vec<RemovalResult>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn network_list(_: &Tomo, _: OnServer) -> Answer<Vec<Network>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn network_remove(
    _: &Tomo,
    _: RemoveFromEngine,
) -> Answer<Vec<RemovalResult>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn prune_preview(_: &Tomo, _: Prune) -> Answer<PrunePreview> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn prune_run(_: &Tomo, _: PruneItems) -> Answer<Vec<RemovalResult>> {
    Err(super::unbuilt())
}
