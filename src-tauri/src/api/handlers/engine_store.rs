//! Commands about images, volumes and networks, and clearing them out.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::engine_store::{Image, Network, PrunePreview, RemovalResult, Volume},
};

pub(in crate::api) async fn image_list(tomo: &Tomo, args: OnServer) -> Answer<Vec<Image>> {
    Ok(tomo.images(args.server_id).await?)
}

pub(in crate::api) async fn image_remove(
    tomo: &Tomo,
    args: RemoveFromEngine,
) -> Answer<Vec<RemovalResult>> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.remove_images(by, (args.server_id, args.engine.as_deref()), args.ids).await?)
}

pub(in crate::api) async fn volume_list(tomo: &Tomo, args: OnServer) -> Answer<Vec<Volume>> {
    Ok(tomo.volumes(args.server_id).await?)
}

pub(in crate::api) async fn volume_remove(
    tomo: &Tomo,
    args: RemoveFromEngine,
) -> Answer<Vec<RemovalResult>> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.remove_volumes(by, (args.server_id, args.engine.as_deref()), args.ids).await?)
}

pub(in crate::api) async fn network_list(tomo: &Tomo, args: OnServer) -> Answer<Vec<Network>> {
    Ok(tomo.networks(args.server_id).await?)
}

pub(in crate::api) async fn network_remove(
    tomo: &Tomo,
    args: RemoveFromEngine,
) -> Answer<Vec<RemovalResult>> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.remove_networks(by, (args.server_id, args.engine.as_deref()), args.ids).await?)
}

pub(in crate::api) async fn prune_preview(tomo: &Tomo, args: Prune) -> Answer<PrunePreview> {
    Ok(tomo.prune_preview(args.server_id, args.kind).await?)
}

pub(in crate::api) async fn prune_run(tomo: &Tomo, args: PruneItems) -> Answer<Vec<RemovalResult>> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.prune(by, (args.server_id, args.engine.as_deref()), args.kind, args.ids).await?)
}
