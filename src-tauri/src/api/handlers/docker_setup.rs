//! Commands about setting Docker up on a server.

use super::Answer;
use crate::{
    api::args::{SetUpDocker, SetUpOnServer},
    app::{SetupWish, Tomo},
    domain::docker_setup::{DockerSetup, DockerSetupRun},
};

pub(in crate::api) async fn docker_setup_plan(
    tomo: &Tomo,
    args: SetUpOnServer,
) -> Answer<DockerSetup> {
    Ok(tomo.plan_docker_setup(args.server_id).await?)
}

pub(in crate::api) async fn docker_setup(tomo: &Tomo, args: SetUpDocker) -> Answer<DockerSetupRun> {
    let by = tomo.session().await?.user.id;
    let wish =
        SetupWish { digest: args.digest, joins_group: args.joins_group, password: args.password };
    Ok(tomo.begin_docker_setup(by, args.server_id, wish).await?)
}

pub(in crate::api) async fn docker_setup_status(
    tomo: &Tomo,
    args: SetUpOnServer,
) -> Answer<Option<DockerSetupRun>> {
    Ok(tomo.docker_setup(args.server_id))
}

pub(in crate::api) async fn docker_setup_cancel(tomo: &Tomo, args: SetUpOnServer) -> Answer<()> {
    Ok(tomo.cancel_docker_setup(args.server_id)?)
}
