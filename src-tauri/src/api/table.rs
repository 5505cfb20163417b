//! The command table: each command is declared once, here. From it come the dispatch, the access
//! check, the activity entry and the TypeScript client.

use super::{access::Effect, args::*, error::ApiError, handlers};
use crate::{
    app::Tomo,
    domain::{
        address::Address,
        fleet::{Collection, Fleet, LiveHistory, ServerDetails, ServerRow},
        history::History,
        host_key::KnownHost,
        key_info::KeyInfo,
        setting::SettingView,
        status::Status,
        test_report::TestReport,
    },
};
use futures::{FutureExt, future::BoxFuture};
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::{Config, TS};

/// One row of the table.
pub struct Command {
    /// Name, `noun.verb`.
    pub name: &'static str,
    /// What calling it does.
    pub effect: Effect,
    /// One line for people.
    pub doc: &'static str,
    /// What the activity log says when it was done; absent for what only reads.
    pub done: Option<&'static str>,
    /// TypeScript name of the arguments.
    pub arguments: fn(&Config) -> String,
    /// TypeScript name of the result.
    pub result: fn(&Config) -> String,
    pub(super) run: fn(Tomo, Value) -> BoxFuture<'static, Result<Value, ApiError>>,
}

macro_rules! commands {
    ($( $(#[doc = $doc:literal])+ $name:literal $effect:ident $(($done:literal))? $handler:ident($args:ty) -> $result:ty; )*) => {
        /// Every command of Tomo.
        pub const COMMANDS: &[Command] = &[$(
            Command {
                name: $name,
                effect: Effect::$effect,
                doc: concat!($($doc),+),
                done: commands!(@done $($done)?),
                arguments: <$args as TS>::name,
                result: <$result as TS>::name,
                run: |tomo, arguments| {
                    async move {
                        let arguments: $args = read($name, arguments)?;
                        let result: $result = handlers::$handler(&tomo, arguments).await?;
                        write(&result)
                    }
                    .boxed()
                },
            },
        )*];
    };
    (@done) => { None };
    (@done $done:literal) => { Some($done) };
}

commands! {
    /// What a front door must know before anybody is signed in.
    "status.get" Public status(Nothing) -> Status;
    /// Chooses the first passphrase of the vault where there is no keychain.
    "vault.create" Public vault_create(Passphrase) -> Status;
    /// Opens the vault with its passphrase.
    "vault.unlock" Public vault_unlock(Passphrase) -> Status;
    /// Creates the first account, an admin, and signs it in.
    "setup.create" Public setup_create(SetUp) -> Status;
    /// Signs in.
    "session.sign_in" Public sign_in(SignIn) -> Status;
    /// Ends the session of this process.
    "session.sign_out" Public sign_out(Nothing) -> Status;

    /// All servers with their state, newest figures and CPU lines.
    "fleet.get" Read fleet_get(Nothing) -> Fleet;
    /// One server whole: newest sample, host key, cost.
    "server.details" Read server_details(ServerRef) -> ServerDetails;
    /// The last hour of one server, sample by sample.
    "server.live" Read server_live(ServerRef) -> LiveHistory;
    /// The stored history of one server.
    "server.history" Read server_history(HistoryOf) -> History;
    /// Reads `user@host:port`, an `ssh` command or an `ssh://` address.
    "server.parse_address" Read parse_address(AddressText) -> Address;
    /// Names in the SSH configuration of this computer's user.
    "server.ssh_config_hosts" Read ssh_config_hosts(Nothing) -> Vec<String>;
    /// Stores a server with its credential, and connects to it unless told otherwise.
    "server.add" Administer("Server added") server_add(AddServer) -> ServerRow;
    /// Changes a server or its credential; a new credential closes the old one's connection.
    "server.edit" Administer("Server changed") server_edit(EditServer) -> ServerRow;
    /// Forgets a server, its credential and its history.
    "server.remove" Administer("Server removed") server_remove(ServerRef) -> ();
    /// Goes through every step to a server and says which one failed.
    "server.test" Administer server_test(TestServer) -> TestReport;
    /// Connects, or tries again at once.
    "server.connect" Operate("Server connected") server_connect(ServerRef) -> ();
    /// Disconnects, and leaves the server alone until somebody connects it.
    "server.disconnect" Operate("Server disconnected") server_disconnect(ServerRef) -> ();

    /// Describes a private key without showing it.
    "key.inspect" Administer key_inspect(KeyToInspect) -> KeyInfo;
    /// Asks for a key file with the system's dialog; gives its path.
    "key.choose" Administer key_choose(Nothing) -> Option<String>;
    /// Trusts the host key that this process was just shown.
    "host_key.trust" Administer("Host key trusted") host_key_trust(TrustHostKey) -> KnownHost;
    /// Replaces a known host key by the one presented since.
    "host_key.replace" Administer("Host key replaced") host_key_replace(ReplaceHostKey) -> KnownHost;

    /// Settings with their values for the caller.
    "setting.list" Read setting_list(Nothing) -> Vec<SettingView>;
    /// Changes a setting: the caller's own value where it may have one, else (admins) everybody's.
    "setting.set" Read setting_set(SetSetting) -> SettingView;
    /// Puts a setting back.
    "setting.reset" Read setting_reset(SettingRef) -> SettingView;

    /// Pauses collection on all servers.
    "collection.pause" Operate("Collection paused") collection_pause(Pause) -> Collection;
    /// Resumes collection.
    "collection.resume" Operate("Collection resumed") collection_resume(Nothing) -> Collection;
    /// Says which server's page is open, so that its samples are pushed.
    "window.watch" Read window_watch(Watch) -> ();
}

fn read<T: DeserializeOwned>(name: &str, arguments: Value) -> Result<T, ApiError> {
    serde_json::from_value(arguments).map_err(|error| {
        // serde's message names the field and the expected type; it quotes a value only where the
        // type is wrong, and a secret of the wrong type is no secret.
        ApiError::invalid(format!("The arguments of {name} are not right: {error}."))
    })
}

fn write<T: serde::Serialize>(result: &T) -> Result<Value, ApiError> {
    serde_json::to_value(result).map_err(|error| {
        tracing::error!(%error, "a result could not be written as JSON");
        ApiError::new(super::error::Code::Failed, "Tomo could not write its answer.", "")
    })
}
