//! Commands about containers.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::{
        container::{ContainerResult, ContainerRow, Containers},
        container_details::ContainerDetails,
        container_history::{ContainerHistory, ContainerPoint},
        engine::ServerEngine,
    },
};

pub(in crate::api) async fn container_list(_: &Tomo, _: OnServer) -> Answer<Containers> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn container_look(_: &Tomo, _: ServerRef) -> Answer<ServerEngine> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn container_inspect(
    _: &Tomo,
    _: OneContainer,
) -> Answer<ContainerDetails> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn container_reveal(_: &Tomo, _: RevealVariable) -> Answer<String> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn container_live(
    tomo: &Tomo,
    args: OneContainer,
) -> Answer<Vec<ContainerPoint>> {
    Ok(tomo.container_live(&args.container)?)
}

pub(in crate::api) async fn container_history(
    tomo: &Tomo,
    args: ContainerHistoryOf,
) -> Answer<ContainerHistory> {
    Ok(tomo.container_history(args.server_id, &args.series, args.range).await?)
}

pub(in crate::api) async fn container_act(
    _: &Tomo,
    _: ActOnContainers,
) -> Answer<Vec<ContainerResult>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn container_remove(
    _: &Tomo,
    _: RemoveContainers,
) -> Answer<Vec<ContainerResult>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn container_rename(_: &Tomo, _: RenameContainer) -> Answer<ContainerRow> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn container_limit(_: &Tomo, _: LimitContainer) -> Answer<ContainerRow> {
    Err(super::unbuilt())
}
