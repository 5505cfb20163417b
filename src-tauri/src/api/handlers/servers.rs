//! Commands about servers, their keys and the collection of their figures.

use super::Answer;
use crate::{
    api::{args::*, error::ApiError},
    app::{Tomo, error::AppError, keys::read_file},
    domain::{
        address::{self, Address},
        credential::Credential,
        file::FilePurpose,
        fleet::{Collection, Fleet, LiveHistory, ServerDetails, ServerRow},
        history::History,
        host_key::KnownHost,
        id::ServerId,
        key_info::KeyInfo,
        test_report::TestReport,
    },
    ssh,
};

pub(in crate::api) async fn fleet_get(tomo: &Tomo, _: Nothing) -> Answer<Fleet> {
    Ok(tomo.fleet())
}

pub(in crate::api) async fn server_details(tomo: &Tomo, args: ServerRef) -> Answer<ServerDetails> {
    Ok(tomo.server_details(args.id).await?)
}

pub(in crate::api) async fn server_live(tomo: &Tomo, args: ServerRef) -> Answer<LiveHistory> {
    Ok(tomo.server_live(args.id)?)
}

pub(in crate::api) async fn server_history(tomo: &Tomo, args: HistoryOf) -> Answer<History> {
    Ok(tomo.server_history(args.id, args.range).await?)
}

pub(in crate::api) async fn parse_address(_: &Tomo, args: AddressText) -> Answer<Address> {
    let parsed = address::parse(&args.text).map_err(AppError::from)?;
    Ok(ssh::config::resolved(parsed).await)
}

pub(in crate::api) async fn ssh_config_hosts(_: &Tomo, _: Nothing) -> Answer<Vec<String>> {
    Ok(ssh::config::host_names().await)
}

pub(in crate::api) async fn server_add(tomo: &Tomo, args: AddServer) -> Answer<ServerRow> {
    let credential = credential(tomo, args.credential, None).await?;
    Ok(tomo.add_server(args.server, credential, args.connect).await?)
}

pub(in crate::api) async fn server_edit(tomo: &Tomo, args: EditServer) -> Answer<ServerRow> {
    let credential = match args.credential {
        CredentialInput::Stored {} => None,
        given => Some(credential(tomo, given, None).await?),
    };
    Ok(tomo.edit_server(args.id, args.server, credential).await?)
}

pub(in crate::api) async fn server_remove(tomo: &Tomo, args: ServerRef) -> Answer<()> {
    Ok(tomo.remove_server(args.id).await?)
}

pub(in crate::api) async fn server_test(tomo: &Tomo, args: TestServer) -> Answer<TestReport> {
    let credential = credential(tomo, args.credential, args.id).await?;
    Ok(tomo.test_server(args.server, credential).await?)
}

pub(in crate::api) async fn server_connect(tomo: &Tomo, args: ServerRef) -> Answer<()> {
    Ok(tomo.connect_server(args.id).await?)
}

pub(in crate::api) async fn server_disconnect(tomo: &Tomo, args: ServerRef) -> Answer<()> {
    Ok(tomo.disconnect_server(args.id).await?)
}

pub(in crate::api) async fn key_inspect(tomo: &Tomo, args: KeyToInspect) -> Answer<KeyInfo> {
    let credential = credential(tomo, args.credential, None).await?;
    Ok(tomo.inspect_key(credential).await?)
}

pub(in crate::api) async fn key_choose(tomo: &Tomo, _: Nothing) -> Answer<Option<String>> {
    Ok(tomo.choose_file(FilePurpose::OpenKey).await?)
}

pub(in crate::api) async fn host_key_trust(tomo: &Tomo, args: TrustHostKey) -> Answer<KnownHost> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.trust_host_key(&args.host, args.port, &args.fingerprint, by).await?)
}

pub(in crate::api) async fn host_key_replace(
    tomo: &Tomo,
    args: ReplaceHostKey,
) -> Answer<KnownHost> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.replace_host_key(args.id, &args.fingerprint, by).await?)
}

pub(in crate::api) async fn collection_pause(tomo: &Tomo, args: Pause) -> Answer<Collection> {
    Ok(tomo.pause(args.until)?)
}

pub(in crate::api) async fn collection_resume(tomo: &Tomo, _: Nothing) -> Answer<Collection> {
    Ok(tomo.resume())
}

pub(in crate::api) async fn window_watch(tomo: &Tomo, args: Watch) -> Answer<()> {
    tomo.watch_server(args.id);
    Ok(())
}

/// Turns what was sent into a credential; `stored` is the one of the server `of`.
async fn credential(
    tomo: &Tomo,
    input: CredentialInput,
    of: Option<ServerId>,
) -> Answer<Credential> {
    Ok(match input {
        CredentialInput::Password { password } => Credential::Password(password),
        CredentialInput::Key { private_key, passphrase } => {
            Credential::Key { private_key, passphrase }
        }
        CredentialInput::KeyFile { path, passphrase } => {
            Credential::Key { private_key: read_file(path).await?, passphrase }
        }
        CredentialInput::Agent {} => Credential::Agent,
        CredentialInput::Stored {} => match of {
            Some(id) => tomo.stored_credential(id).await?,
            None => return Err(ApiError::invalid("There is no stored credential to use yet.")),
        },
    })
}
