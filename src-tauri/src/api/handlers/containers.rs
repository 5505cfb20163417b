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

pub(in crate::api) async fn container_list(tomo: &Tomo, args: OnServer) -> Answer<Containers> {
    Ok(tomo.containers(args.server_id)?)
}

pub(in crate::api) async fn container_look(tomo: &Tomo, args: ServerRef) -> Answer<ServerEngine> {
    Ok(tomo.look_at_engine(args.id).await?)
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
    _: &Tomo,
    _: OneContainer,
) -> Answer<Vec<ContainerPoint>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn container_history(
    _: &Tomo,
    _: ContainerHistoryOf,
) -> Answer<ContainerHistory> {
    Err(super::unbuilt())
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
