//! What each command of the table calls. A handler translates; it does not decide.

use super::{
    args::*,
    error::{ApiError, Code},
};
use crate::{
    app::{Tomo, error::AppError, keys::read_file},
    domain::{
        address::{self, Address},
        credential::Credential,
        fleet::{Collection, Fleet, LiveHistory, ServerDetails, ServerRow},
        history::History,
        host_key::KnownHost,
        id::ServerId,
        key_info::KeyInfo,
        setting::SettingView,
        status::Status,
        test_report::TestReport,
    },
    ssh,
    store::StoreError,
    vault::VaultError,
};

type Answer<T> = Result<T, ApiError>;

pub(super) async fn status(tomo: &Tomo, _: Nothing) -> Answer<Status> {
    Ok(tomo.status().await?)
}

pub(super) async fn vault_create(tomo: &Tomo, args: Passphrase) -> Answer<Status> {
    tomo.create_vault(args.passphrase).await?;
    Ok(tomo.status().await?)
}

pub(super) async fn vault_unlock(tomo: &Tomo, args: Passphrase) -> Answer<Status> {
    tomo.unlock_vault(args.passphrase).await?;
    Ok(tomo.status().await?)
}

pub(super) async fn setup_create(tomo: &Tomo, args: SetUp) -> Answer<Status> {
    Ok(tomo.set_up(&args.username, args.password, args.stay_signed_in).await?)
}

pub(super) async fn sign_in(tomo: &Tomo, args: SignIn) -> Answer<Status> {
    Ok(tomo.sign_in(&args.username, args.password, args.stay_signed_in).await?)
}

pub(super) async fn sign_out(tomo: &Tomo, _: Nothing) -> Answer<Status> {
    Ok(tomo.sign_out().await?)
}

pub(super) async fn fleet_get(tomo: &Tomo, _: Nothing) -> Answer<Fleet> {
    Ok(tomo.fleet())
}

pub(super) async fn server_details(tomo: &Tomo, args: ServerRef) -> Answer<ServerDetails> {
    Ok(tomo.server_details(args.id).await?)
}

pub(super) async fn server_live(tomo: &Tomo, args: ServerRef) -> Answer<LiveHistory> {
    Ok(tomo.server_live(args.id)?)
}

pub(super) async fn server_history(tomo: &Tomo, args: HistoryOf) -> Answer<History> {
    Ok(tomo.server_history(args.id, args.range).await?)
}

pub(super) async fn parse_address(_: &Tomo, args: AddressText) -> Answer<Address> {
    let parsed = address::parse(&args.text).map_err(AppError::from)?;
    Ok(ssh::config::resolved(parsed).await)
}

pub(super) async fn ssh_config_hosts(_: &Tomo, _: Nothing) -> Answer<Vec<String>> {
    Ok(ssh::config::host_names().await)
}

pub(super) async fn server_add(tomo: &Tomo, args: AddServer) -> Answer<ServerRow> {
    let credential = credential(tomo, args.credential, None).await?;
    Ok(tomo.add_server(args.server, credential, args.connect).await?)
}

pub(super) async fn server_edit(tomo: &Tomo, args: EditServer) -> Answer<ServerRow> {
    let credential = match args.credential {
        CredentialInput::Stored => None,
        given => Some(credential(tomo, given, None).await?),
    };
    Ok(tomo.edit_server(args.id, args.server, credential).await?)
}

pub(super) async fn server_remove(tomo: &Tomo, args: ServerRef) -> Answer<()> {
    Ok(tomo.remove_server(args.id).await?)
}

pub(super) async fn server_test(tomo: &Tomo, args: TestServer) -> Answer<TestReport> {
    let credential = credential(tomo, args.credential, args.id).await?;
    Ok(tomo.test_server(args.server, credential).await?)
}

pub(super) async fn server_connect(tomo: &Tomo, args: ServerRef) -> Answer<()> {
    Ok(tomo.connect_server(args.id).await?)
}

pub(super) async fn server_disconnect(tomo: &Tomo, args: ServerRef) -> Answer<()> {
    Ok(tomo.disconnect_server(args.id).await?)
}

pub(super) async fn key_inspect(tomo: &Tomo, args: KeyToInspect) -> Answer<KeyInfo> {
    let credential = credential(tomo, args.credential, None).await?;
    Ok(tomo.inspect_key(credential).await?)
}

pub(super) async fn key_choose(tomo: &Tomo, _: Nothing) -> Answer<Option<String>> {
    Ok(tomo.choose_key().await?)
}

pub(super) async fn host_key_trust(tomo: &Tomo, args: TrustHostKey) -> Answer<KnownHost> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.trust_host_key(&args.host, args.port, &args.fingerprint, by).await?)
}

pub(super) async fn host_key_replace(tomo: &Tomo, args: ReplaceHostKey) -> Answer<KnownHost> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.replace_host_key(args.id, &args.fingerprint, by).await?)
}

pub(super) async fn setting_list(tomo: &Tomo, _: Nothing) -> Answer<Vec<SettingView>> {
    let session = tomo.session().await?;
    Ok(tomo.settings(&session).await?)
}

pub(super) async fn setting_set(tomo: &Tomo, args: SetSetting) -> Answer<SettingView> {
    let session = tomo.session().await?;
    Ok(tomo.set_setting(&session, &args.key, &args.value, args.version).await?)
}

pub(super) async fn setting_reset(tomo: &Tomo, args: SettingRef) -> Answer<SettingView> {
    let session = tomo.session().await?;
    Ok(tomo.reset_setting(&session, &args.key).await?)
}

pub(super) async fn collection_pause(tomo: &Tomo, args: Pause) -> Answer<Collection> {
    Ok(tomo.pause(args.until)?)
}

pub(super) async fn collection_resume(tomo: &Tomo, _: Nothing) -> Answer<Collection> {
    Ok(tomo.resume())
}

pub(super) async fn window_watch(tomo: &Tomo, args: Watch) -> Answer<()> {
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
        CredentialInput::Agent => Credential::Agent,
        CredentialInput::Stored => match of {
            Some(id) => tomo.stored_credential(id).await?,
            None => return Err(ApiError::invalid("There is no stored credential to use yet.")),
        },
    })
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        let message = error.to_string();
        let (code, hint) = match &error {
            AppError::NotSetUp => (Code::NotSetUp, "Create the first account.".to_owned()),
            AppError::AlreadySetUp => (Code::Duplicate, "Sign in instead.".into()),
            AppError::NotSignedIn => (Code::NotSignedIn, "Sign in.".into()),
            AppError::BadSignIn => (Code::Invalid, "Check both, also the Caps Lock key.".into()),
            AppError::Forbidden(_) => (Code::Forbidden, "An admin can do it.".into()),
            AppError::Invalid(_) | AppError::LocalServer(_) => (Code::Invalid, String::new()),
            AppError::NotFound(_) => (Code::NotFound, "It may have been removed meanwhile.".into()),
            AppError::HostKey { hint, .. } => (Code::HostKey, hint.clone()),
            AppError::Failure(failure) => (Code::Failed, failure.hint.clone()),
            AppError::Store(error) => (store_code(error), error.hint().into()),
            AppError::Vault(error) => (vault_code(error), error.hint().into()),
            AppError::Internal(_) => (Code::Failed, "The program's log says more.".into()),
        };
        Self { code, message, hint }
    }
}

fn store_code(error: &StoreError) -> Code {
    match error {
        StoreError::Duplicate { .. } => Code::Duplicate,
        StoreError::Stale { .. } => Code::Stale,
        StoreError::Missing { .. } => Code::NotFound,
        StoreError::InvalidSetting(_) => Code::Invalid,
        StoreError::AuditKeyMissing => Code::VaultLocked,
        _ => Code::Failed,
    }
}

fn vault_code(error: &VaultError) -> Code {
    match error {
        VaultError::Locked | VaultError::NoPassphrase | VaultError::Unavailable { .. } => {
            Code::VaultLocked
        }
        VaultError::WrongPassphrase | VaultError::PassphraseTooShort { .. } => Code::Invalid,
        _ => Code::Failed,
    }
}
