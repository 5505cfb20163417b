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
    tomo: &Tomo,
    args: OneContainer,
) -> Answer<ContainerDetails> {
    Ok(tomo.inspect_container(&args.container).await?)
}

pub(in crate::api) async fn container_reveal(tomo: &Tomo, args: RevealVariable) -> Answer<String> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.reveal_variable(by, &args.container, &args.name).await?)
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
    tomo: &Tomo,
    args: ActOnContainers,
) -> Answer<Vec<ContainerResult>> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.act_on_containers(by, args.containers, args.action).await?)
}

pub(in crate::api) async fn container_remove(
    tomo: &Tomo,
    args: RemoveContainers,
) -> Answer<Vec<ContainerResult>> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.remove_containers(by, args.containers, args.with_volumes, args.force).await?)
}

pub(in crate::api) async fn container_rename(
    tomo: &Tomo,
    args: RenameContainer,
) -> Answer<ContainerRow> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.rename_container(by, &args.container, &args.name).await?)
}

pub(in crate::api) async fn container_limit(
    tomo: &Tomo,
    args: LimitContainer,
) -> Answer<ContainerRow> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.limit_container(by, &args.container, &args.limits).await?)
}
