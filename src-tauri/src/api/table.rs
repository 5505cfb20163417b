//! The command table: each command is declared once, here. From it come the dispatch, the access
//! check, the activity entry and the TypeScript client.

use super::{
    access::Effect,
    args::*,
    error::{ApiError, shortened},
    handlers,
};
use crate::{
    app::Tomo,
    domain::{
        about::{About, Licence},
        account::{Account, PasswordStrength},
        activity::{ActivityKind, ActivityPage},
        address::Address,
        app_backup::{AppBackupContents, AppBackupPreview, MovePlan, RestorePlan},
        app_plan::AppPlan,
        app_source::{AppSource, CatalogApp, CatalogCheck, CatalogPage, SyncReport},
        app_update::UpdatePlan,
        audit::{AuditPage, AuditReport},
        backup::{BackupContents, BackupEntry, BackupList},
        container::{ContainerResult, ContainerRow, Containers},
        container_details::ContainerDetails,
        container_history::{ContainerHistory, ContainerPoint},
        container_log::{LogLine, LogMatches, LogPage, LogStatus},
        docker_setup::{DockerSetup, DockerSetupRun},
        engine::ServerEngine,
        engine_store::{Image, Network, PrunePreview, RemovalResult, Volume},
        file::Exported,
        fleet::{Collection, Fleet, LiveHistory, ServerDetails, ServerRow},
        history::History,
        host_key::KnownHost,
        installed_app::{AppAddress, InstalledAppDetails, InstalledApps, UninstallPreview},
        key_info::KeyInfo,
        lock::AccountLock,
        own_app::{AdoptPlan, AppFiles, OwnApp},
        plan::Plan,
        retention::{RetentionPreview, RetentionRun, RetentionStatus},
        server_list::{ImportPreview, ImportResult},
        session::SessionEntry,
        setting::SettingView,
        status::Status,
        terminal::Terminal,
        test_report::TestReport,
    },
};
use futures::{FutureExt, future::BoxFuture};
use schemars::{Schema, generate::SchemaSettings, schema_for};
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::{Config, TS};

/// Who writes the entry in the activity log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// Nobody: nothing was changed.
    Nothing,
    /// The table, in these words and with the server's name, when it was done.
    Table(ActivityKind, &'static str),
    /// The use case, which knows the details.
    UseCase,
}

/// One row of the table.
pub struct Command {
    /// Name, `noun.verb`.
    pub name: &'static str,
    /// What calling it does.
    pub effect: Effect,
    /// One line for people.
    pub doc: &'static str,
    /// What somebody needs to know besides who sees no window: where ids come from, what a value means.
    /// May be empty.
    pub details: &'static str,
    /// Who writes the entry in the activity log.
    pub record: Record,
    /// Whether it takes away what cannot be brought back by another command.
    pub destroys: bool,
    /// Whether it is for a person at a keyboard alone: it takes a secret, shows a dialog, signs in or
    /// decides about an assistant. No assistant is offered it.
    pub person: bool,
    /// TypeScript name of the arguments.
    pub arguments: fn(&Config) -> String,
    /// TypeScript name of the result.
    pub result: fn(&Config) -> String,
    /// JSON Schema of the arguments.
    pub schema: fn() -> Schema,
    /// JSON Schema of the result; none for what is for a person alone.
    pub result_schema: Option<fn() -> Schema>,
    /// Says whether these are arguments that the command takes, without calling it.
    pub check: fn(&Value) -> Result<(), ApiError>,
    pub(super) run: fn(Tomo, Value) -> BoxFuture<'static, Result<Value, ApiError>>,
}

macro_rules! commands {
    ($( #[doc = $doc:literal] $(#[doc = $details:literal])* $name:literal $effect:ident $(($($record:tt)+))? $([$($flag:ident)+])? $handler:ident($args:ty) -> $result:ty; )*) => {
        /// Every command of Tomo.
        pub const COMMANDS: &[Command] = &[$(
            Command {
                name: $name,
                effect: Effect::$effect,
                doc: $doc,
                details: concat!($($details),*),
                record: commands!(@record $($($record)+)?),
                destroys: commands!(@has destroys $($($flag)+)?),
                person: commands!(@has person $($($flag)+)?),
                arguments: <$args as TS>::name,
                result: <$result as TS>::name,
                schema: || schema_for!($args),
                result_schema: commands!(@schema $result; $($($flag)+)?),
                check: |arguments| read::<$args>($name, arguments.clone()).map(drop),
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
    (@record) => { Record::Nothing };
    (@record itself) => { Record::UseCase };
    (@record $kind:ident: $words:literal) => { Record::Table(ActivityKind::$kind, $words) };
    (@has destroys destroys $($rest:ident)*) => { true };
    (@has person person $($rest:ident)*) => { true };
    (@has $wanted:ident $other:ident $($rest:ident)*) => { commands!(@has $wanted $($rest)*) };
    (@has $wanted:ident) => { false };
    (@schema $result:ty; person $($rest:ident)*) => { None };
    (@schema $result:ty; $other:ident $($rest:ident)*) => { commands!(@schema $result; $($rest)*) };
    (@schema $result:ty;) => { Some(|| SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<$result>()) };
}

commands! {
    /// What a front door must know before anybody is signed in.
    "status.get" Public [person] status(Nothing) -> Status;
    /// Chooses the first passphrase of the vault where there is no keychain.
    "vault.create" Public [person] vault_create(Passphrase) -> Status;
    /// Asks the keychain again, after it was unlocked or started.
    "vault.try_again" Public [person] vault_try_again(Nothing) -> Status;
    /// Opens the vault with its passphrase.
    "vault.unlock" Public [person] vault_unlock(Passphrase) -> Status;
    /// Creates the first account, an admin, and signs it in.
    "setup.create" Public (itself) [person] setup_create(SetUp) -> Status;
    /// Asks for a backup with the system's dialog, where there is no account yet; gives its path.
    "setup.choose_backup" Public [person] setup_choose_backup(Nothing) -> Option<String>;
    /// Verifies a backup whole, and says what it holds, where there is no account yet.
    "setup.inspect" Public [person] setup_inspect(OpenBackup) -> BackupContents;
    /// Begins with a backup instead of a first account, where there is none yet.
    "setup.restore" Public (itself) [person] setup_restore(OpenBackup) -> Status;

    /// Signs in.
    "session.sign_in" Public (itself) [person] sign_in(SignIn) -> Status;
    /// Ends the session of this process.
    "session.sign_out" Public (itself) [person] sign_out(Nothing) -> Status;
    /// Asks for the password before anything else can be done here.
    "session.lock" Public [person] session_lock(Nothing) -> Status;
    /// Goes on after a lock.
    "session.unlock" Public (itself) [person] session_unlock(OwnPassword) -> Status;
    /// Says that a person is at the window, so that the session does not turn idle.
    "session.touch" Read [person] session_touch(Nothing) -> ();
    /// Lists sessions: the caller's own, or for admins everybody's.
    /// Each with where and when it began, when it was last used, and whether it still holds.
    "session.list" Read session_list(ListSessions) -> Vec<SessionEntry>;
    /// Ends a session: one of the own, or for admins anybody's.
    "session.end" Read (itself) [person] session_end(SessionRef) -> ();
    /// Ends all own sessions but the one of this process; gives how many.
    "session.end_others" Read (itself) [person] session_end_others(Nothing) -> u32;
    /// Lists names and origins with failed sign-ins, and which of them are locked.
    "lock.list" Administer lock_list(Nothing) -> Vec<AccountLock>;
    /// Lifts a lock.
    "lock.unlock" Administer (itself) [person] lock_unlock(Unlock) -> AccountLock;

    /// Says how good a password is, and whether the rules allow it.
    "password.check" Public [person] password_check(PasswordToCheck) -> PasswordStrength;
    /// The caller's own account.
    /// Its name, role, address, when it last signed in, and how many sessions it has.
    "account.get" Read account_get(Nothing) -> Account;
    /// Changes the own e-mail address or what the window remembers.
    "account.edit" Read (itself) [person] account_edit(EditAccount) -> Account;
    /// Sets or removes the own picture.
    "account.set_avatar" Read (itself) [person] account_set_avatar(AvatarInput) -> Account;
    /// Changes the own password, and ends all other own sessions.
    "account.change_password" Read (itself) [person] account_change_password(ChangePassword) -> Account;
    /// Lists every account.
    /// With the ids that changing or deleting one takes.
    "user.list" Administer user_list(Nothing) -> Vec<Account>;
    /// Creates an account.
    "user.create" Administer (itself) [person] user_create(CreateUser) -> Account;
    /// Changes an account's name, address or role, or whether it may sign in.
    /// `user.list` has the ids.
    "user.edit" Administer (itself) user_edit(EditUser) -> Account;
    /// Sets the password of an account, and ends its sessions.
    "user.set_password" Administer (itself) [person] user_set_password(SetUserPassword) -> Account;
    /// Deletes an account with its sessions and own settings.
    /// `user.list` has the ids.
    "user.remove" Administer (itself) [destroys] user_remove(UserRef) -> ();

    /// Lists all servers with their state and newest figures.
    /// The place to begin: the other commands about servers take the ids from here. What could not be
    /// measured is null, never 0. `health` says what is past a warning or critical mark.
    "fleet.get" Read fleet_get(Nothing) -> Fleet;
    /// Shows one server whole: newest sample, host key, what watching it costs.
    /// The sample has every mount, interface, disk and sensor. `fleet.get` has the ids.
    "server.details" Read server_details(ServerRef) -> ServerDetails;
    /// Shows the last hour of one server, sample by sample.
    /// Only as far back as this Tomo has watched; `server.history` has what was stored before.
    "server.live" Read server_live(ServerRef) -> LiveHistory;
    /// Shows the stored history of one server: CPU, memory, disk, network, load.
    /// Each point is an average over its own span, so that a chart can be drawn; a time without
    /// measurements is a gap. `fleet.get` has the ids.
    "server.history" Read server_history(HistoryOf) -> History;
    /// Reads `user@host:port`, an `ssh` command or an `ssh://` address.
    /// It connects to nothing.
    "server.parse_address" Read parse_address(AddressText) -> Address;
    /// Names in the SSH configuration of this computer's user.
    "server.ssh_config_hosts" Read [person] ssh_config_hosts(Nothing) -> Vec<String>;
    /// Stores a server with its credential, and connects to it unless told otherwise.
    "server.add" Administer (ServerAdd: "Server added") [person] server_add(AddServer) -> ServerRow;
    /// Changes a server or its credential; a new credential closes the old one's connection.
    "server.edit" Administer (ServerEdit: "Server changed") [person] server_edit(EditServer) -> ServerRow;
    /// Forgets a server, its credential and its history.
    /// Nothing changes on the server itself. `fleet.get` has the ids.
    "server.remove" Administer (ServerRemove: "Server removed") [destroys] server_remove(ServerRef) -> ();
    /// Goes through every step to a server and says which one failed.
    "server.test" Administer [person] server_test(TestServer) -> TestReport;
    /// Connects to a server, or tries again at once.
    /// Answers before the connection stands; `fleet.get` says what became of it, and has the ids.
    "server.connect" Operate (ServerConnect: "Connection asked for") server_connect(ServerRef) -> ();
    /// Disconnects a server, and leaves it alone until somebody connects it.
    /// `fleet.get` has the ids.
    "server.disconnect" Operate (ServerDisconnect: "Server disconnected") server_disconnect(ServerRef) -> ();
    /// Writes the list of servers to a file, without secrets.
    "server_list.export" Administer (itself) [person] server_list_export(FileRef) -> Exported;
    /// Says what importing a list of servers would add, change and leave.
    "server_list.preview" Administer [person] server_list_preview(FileRef) -> ImportPreview;
    /// Imports a list of servers that was looked at.
    "server_list.import" Administer (itself) [person] server_list_import(ImportServers) -> ImportResult;

    /// Where the container engines stand, and all containers with their newest figures.
    /// The `server_id` and `id` of a row name a container to other tools. CPU is in percent of one core.
    "container.list" Read container_list(OnServer) -> Containers;
    /// Looks for the container engine of a server anew.
    "container.look" Operate container_look(ServerRef) -> ServerEngine;
    /// One container whole; values that look like secrets are left out.
    /// The `container` is named by the `server_id` and `id` of a row of `container_list`.
    "container.inspect" Read container_inspect(OneContainer) -> ContainerDetails;
    /// Shows one masked value of a container's environment.
    "container.reveal" Operate (itself) [person] container_reveal(RevealVariable) -> String;
    /// The last hour of one container, reading by reading.
    /// The `container` is named by the `server_id` and `id` of a row of `container_list`.
    "container.live" Read container_live(OneContainer) -> Vec<ContainerPoint>;
    /// The stored history of one container, or of those that were in its place before.
    /// The `series` is that of a row of `container_list`.
    "container.history" Read container_history(ContainerHistoryOf) -> ContainerHistory;
    /// Starts, stops, restarts, pauses, unpauses or kills containers; gives a result for each.
    /// The `containers` are named by the `server_id` and `id` of a row of `container_list`.
    "container.act" Operate (itself) container_act(ActOnContainers) -> Vec<ContainerResult>;
    /// Removes containers; gives a result for each.
    /// The `containers` are named by the `server_id` and `id` of a row of `container_list`.
    "container.remove" Operate (itself) [destroys] container_remove(RemoveContainers) -> Vec<ContainerResult>;
    /// Gives a container another name.
    /// The `container` is named by the `server_id` and `id` of a row of `container_list`.
    "container.rename" Operate (itself) container_rename(RenameContainer) -> ContainerRow;
    /// Changes what a container may use, and when it is started again.
    /// The `container` is named by the `server_id` and `id` of a row of `container_list`.
    "container.limit" Operate (itself) container_limit(LimitContainer) -> ContainerRow;
    /// The end of a container's log.
    /// The `container` is named by the `server_id` and `id` of a row of `container_list`.
    "container.log" Read container_log(ReadLog) -> Vec<LogLine>;
    /// Images with what uses them.
    /// The `id` of a row is what `image_remove` takes.
    "image.list" Read image_list(OnServer) -> Vec<Image>;
    /// Removes images that no container uses; gives a result for each.
    "image.remove" Operate (itself) [destroys] image_remove(RemoveFromEngine) -> Vec<RemovalResult>;
    /// Volumes with what uses them.
    /// The `name` of a row is what `volume_remove` takes.
    "volume.list" Read volume_list(OnServer) -> Vec<Volume>;
    /// Removes volumes that no container uses, with what is in them; gives a result for each.
    "volume.remove" Operate (itself) [destroys] volume_remove(RemoveFromEngine) -> Vec<RemovalResult>;
    /// Networks with what uses them.
    /// The `id` of a row is what `network_remove` takes.
    "network.list" Read network_list(OnServer) -> Vec<Network>;
    /// Removes networks that no container is in; gives a result for each.
    "network.remove" Operate (itself) [destroys] network_remove(RemoveFromEngine) -> Vec<RemovalResult>;
    /// Says exactly what clearing out would take.
    "prune.preview" Read prune_preview(Prune) -> PrunePreview;
    /// Takes what a preview named, if it is still unused; gives a result for each.
    /// The `ids` are those that `prune_preview` gave.
    "prune.run" Operate (itself) [destroys] prune_run(PruneItems) -> Vec<RemovalResult>;

    /// Says which commands would set Docker up on a server, and how they would become root; changes nothing.
    /// Installs from the packages of Debian, Ubuntu, Fedora, Alpine or Arch. A person has it done.
    "docker.setup_plan" Operate docker_setup_plan(SetUpOnServer) -> DockerSetup;
    /// Begins to run exactly the commands that were shown; it goes on by itself.
    "docker.setup" Administer (itself) [person] docker_setup(SetUpDocker) -> DockerSetupRun;
    /// Says how far setting Docker up is, or how it ended, while this Tomo runs.
    "docker.setup_status" Read docker_setup_status(SetUpOnServer) -> Option<DockerSetupRun>;
    /// Ends the command that is at work, and runs no further ones.
    "docker.setup_cancel" Administer [person] docker_setup_cancel(SetUpOnServer) -> ();

    /// Apps of the catalog, the best first.
    /// The `id` of an app is what `app_show` takes.
    "app.catalog" Read app_catalog(FindApps) -> CatalogPage;
    /// All that is known of an app of the catalog.
    "app.show" Read app_show(OneApp) -> CatalogApp;
    /// Looks through a folder of apps without adding it.
    "app.check" Read [person] app_check(FileRef) -> CatalogCheck;
    /// Reads a compose file or a `docker run` line; asks no server, and runs nothing.
    /// What it gives as `compose` is what `app_plan` and `app_install` take as `own`.
    "app.read_compose" Read app_read_compose(ReadCompose) -> OwnApp;
    /// Says what installing an app would do to a server, and what stands in the way; changes nothing.
    /// Without a `server_id` it is the server that suits best. `values` are by the names of the settings that
    /// `app_show` gives.
    "app.plan" Read app_plan(PlanApp) -> AppPlan;
    /// Begins to install an app; it goes on by itself, and `app_list` says how far it is.
    /// Secrets that are not named are made. Look at `app_plan` first: what stands in the way is refused.
    "app.install" Operate (itself) app_install(InstallApp) -> InstalledAppDetails;
    /// Apps on all servers with what their containers do, and compose projects that Tomo did not make.
    /// The `id` of a row is what the other tools for installed apps take.
    "app.list" Read app_list(Nothing) -> InstalledApps;
    /// An app on a server with all that is known of it; secrets are left out.
    /// The `id` is that of a row of `app_list`.
    "app.get" Read app_get(OneInstalledApp) -> InstalledAppDetails;
    /// The compose file of an app and its variables, to be edited; secrets are left out.
    /// The `id` is that of a row of `app_list`. `app_update` takes them back as `own`.
    "app.files" Read app_files(OneInstalledApp) -> AppFiles;
    /// Says what taking over a compose project would come to; changes nothing.
    /// `app_list` names those that there are, as `found`.
    "app.adopt_plan" Operate (itself) app_adopt_plan(OneProject) -> AdoptPlan;
    /// Takes over a compose project that Tomo did not make; nothing of it is changed on its server.
    /// Look at `app_adopt_plan` first: what stands in the way is refused.
    "app.adopt" Operate (itself) app_adopt(OneProject) -> InstalledAppDetails;
    /// Forgets an app that was taken over; it goes on as it is.
    /// The `id` is that of a row of `app_list`.
    "app.release" Operate (itself) app_release(OneInstalledApp) -> ();
    /// Begins to start, stop or restart an app; it goes on by itself.
    /// The `id` is that of a row of `app_list`.
    "app.act" Operate (itself) app_act(ActOnApp) -> InstalledAppDetails;
    /// Ends an installation, and has what it made removed.
    /// The `id` is that of a row of `app_list`.
    "app.cancel" Operate (itself) app_cancel(OneInstalledApp) -> ();
    /// Says by name what uninstalling an app takes, and what stays.
    /// The `id` is that of a row of `app_list`.
    "app.uninstall_preview" Read app_uninstall_preview(OneInstalledApp) -> UninstallPreview;
    /// Begins to remove an app from its server, with the data in its volumes or without.
    /// The `id` is that of a row of `app_list`. `app_uninstall_preview` says what goes.
    "app.uninstall" Operate (itself) [destroys] app_uninstall(UninstallApp) -> ();
    /// Says what updating an app to the catalog's version would change, and which data is copied before.
    /// The `id` is that of a row of `app_list`.
    "app.update_plan" Read app_update_plan(PlanUpdate) -> UpdatePlan;
    /// Begins to update an app, or to give it other values; what does not become well is put back by itself.
    /// The `id` is that of a row of `app_list`. `app_update_plan` says what changes.
    "app.update" Operate (itself) app_update(UpdateApp) -> InstalledAppDetails;
    /// Asks the registries whether they have newer images for an app, which costs no pulls.
    /// The `id` is that of a row of `app_list`. `app_update` takes them, also where the version stays.
    "app.look_for_newer" Operate app_look_for_newer(OneInstalledApp) -> InstalledAppDetails;
    /// Begins to put an app back to the version before its last update, with the data of then.
    /// The `id` is that of a row of `app_list`. What was written since then is lost.
    "app.roll_back" Operate (itself) [destroys] app_roll_back(OneInstalledApp) -> InstalledAppDetails;
    /// Gives up the way back to the version before, and removes the copies of its data.
    /// The `id` is that of a row of `app_list`.
    "app.forget_way_back" Operate (itself) [destroys] app_forget_way_back(OneInstalledApp) -> InstalledAppDetails;
    /// Says what a backup of an app would hold, and what cannot be in it.
    /// The `id` is that of a row of `app_list`.
    "app.backup_preview" Read app_backup_preview(OneInstalledApp) -> AppBackupPreview;
    /// Begins to back an app up to an encrypted file of this computer; it goes on by itself.
    "app.backup" Operate (itself) [person] app_backup(BackUpApp) -> InstalledAppDetails;
    /// Says what the backup of an app holds.
    "app.backup_inspect" Operate [person] app_backup_inspect(OpenAppBackup) -> AppBackupContents;
    /// Says what bringing the backup of an app back would do to a server; changes nothing.
    "app.restore_plan" Operate [person] app_restore_plan(RestoreApp) -> RestorePlan;
    /// Begins to bring the backup of an app back; what does not become well is put back by itself.
    "app.restore" Operate (itself) [person] app_restore(RestoreApp) -> InstalledAppDetails;
    /// Says what moving an app to another server would do there, and what stands in the way; changes nothing.
    /// The `id` is that of a row of `app_list`.
    "app.move_plan" Read app_move_plan(PlanMove) -> MovePlan;
    /// Begins to move an app with its data to another server; what does not become well there goes on here.
    /// The `id` is that of a row of `app_list`. `app_move_plan` says what stands in the way.
    "app.move" Operate (itself) [destroys] app_move(MoveApp) -> InstalledAppDetails;
    /// Gives the address under which a browser on this computer reaches an app, and opens a tunnel where it takes one.
    /// The `id` is that of a row of `app_list`.
    "app.open" Operate (itself) [person] app_open(OneInstalledApp) -> AppAddress;
    /// Shows one secret of an app.
    "app.reveal" Operate (itself) [person] app_reveal(RevealAppSecret) -> String;
    /// Where apps come from.
    /// The `id` of a row is what the other tools for sources take.
    "app_source.list" Read app_source_list(Nothing) -> Vec<AppSource>;
    /// Adds a source of apps.
    "app_source.add" Administer (itself) [person] app_source_add(AddAppSource) -> AppSource;
    /// Reads a source of apps anew.
    /// The `id` is that of a row of `app_source_list`.
    "app_source.sync" Operate app_source_sync(OneAppSource) -> SyncReport;
    /// Shows or hides the apps of a source.
    /// The `id` is that of a row of `app_source_list`.
    "app_source.enable" Administer (itself) app_source_enable(EnableAppSource) -> AppSource;
    /// Forgets a source and its apps; what is installed stays.
    /// The `id` is that of a row of `app_source_list`.
    "app_source.remove" Administer (itself) app_source_remove(OneAppSource) -> ();

    /// Begins to follow logs.
    "log.open" Read [person] log_open(OpenLog) -> LogStatus;
    /// Lines of a follow; keeps it going.
    "log.page" Read [person] log_page(PageOfLog) -> LogPage;
    /// Lines of a follow that hold something.
    "log.search" Read [person] log_search(SearchLog) -> LogMatches;
    /// The number of the first line from a moment on.
    "log.seek" Read [person] log_seek(SeekLog) -> u64;
    /// Writes what is kept of a follow to a file.
    "log.save" Read (itself) [person] log_save(SaveLog) -> Exported;
    /// Ends a follow.
    "log.close" Read [person] log_close(LogRef) -> ();
    /// Opens a terminal on a server or in a container.
    "terminal.open" Operate (itself) [person] terminal_open(OpenTerminal) -> Terminal;
    /// Types into a terminal.
    "terminal.write" Operate [person] terminal_write(TypeIntoTerminal) -> ();
    /// Tells a terminal its size.
    "terminal.resize" Operate [person] terminal_resize(ResizeTerminal) -> ();
    /// Ends a terminal and what runs in it.
    "terminal.close" Operate [person] terminal_close(TerminalRef) -> ();

    /// Describes a private key without showing it.
    "key.inspect" Administer [person] key_inspect(KeyToInspect) -> KeyInfo;
    /// Asks for a key file with the system's dialog; gives its path.
    "key.choose" Administer [person] key_choose(Nothing) -> Option<String>;
    /// Trusts the host key that this process was just shown.
    "host_key.trust" Administer (HostKeyTrust: "Host key trusted") [person] host_key_trust(TrustHostKey) -> KnownHost;
    /// Replaces a known host key by the one presented since.
    "host_key.replace" Administer (HostKeyReplace: "Host key replaced") [person] host_key_replace(ReplaceHostKey) -> KnownHost;

    /// Lists settings with their values for the caller.
    /// Each with its rule, its default, and the version that a change has to name.
    "setting.list" Read setting_list(Nothing) -> Vec<SettingView>;
    /// Changes a setting: the caller's own value where they may have one, else (admins) everybody's.
    /// `setting.list` has the keys, the rules and the versions. When somebody else has changed it
    /// since, it is refused.
    "setting.set" Read (itself) setting_set(SetSetting) -> SettingView;
    /// Changes several settings together: all of them, or none.
    /// `setting.list` has the keys, the rules and the versions.
    "setting.save" Read (itself) setting_save(SaveSettings) -> Vec<SettingView>;
    /// Puts back a setting, a category, or all own values; gives every setting.
    "setting.reset" Read (itself) setting_reset(ResetSettings) -> Vec<SettingView>;
    /// Lists the audit trail of settings, newest first.
    /// Who changed which setting from what to what, when, where and why.
    "audit.list" Administer audit_list(ListAudit) -> AuditPage;
    /// Proves the audit trail, or names the first entry that does not hold.
    "audit.verify" Administer audit_verify(Nothing) -> AuditReport;
    /// Writes the audit trail to a file.
    "audit.export" Administer (itself) [person] audit_export(ExportAudit) -> Exported;

    /// Lists the activity log, newest first.
    /// What people, assistants and Tomo itself did: sign-ins, servers, connections, settings, backups.
    /// `next` of one page is `after` of the following one.
    "activity.list" Read activity_list(ListActivity) -> ActivityPage;
    /// Writes the activity log to a file.
    "activity.export" Read (itself) [person] activity_export(ExportActivity) -> Exported;

    /// Counts what retention would drop now, and how much space returns.
    /// Drops nothing.
    "retention.preview" Read retention_preview(Nothing) -> RetentionPreview;
    /// Drops what is older than the retention settings allow.
    "retention.run" Administer (itself) [destroys] retention_run(Nothing) -> RetentionRun;
    /// Says what the last run of retention did, and when the next is due.
    "retention.status" Read retention_status(Nothing) -> RetentionStatus;

    /// Lists backups, with where their files are, and whether they were read back.
    "backup.list" Administer backup_list(Nothing) -> BackupList;
    /// Makes a backup, and reads it back.
    "backup.create" Administer (itself) [person] backup_create(CreateBackup) -> BackupEntry;
    /// Verifies a backup whole, and says what it holds.
    "backup.inspect" Administer [person] backup_inspect(OpenBackup) -> BackupContents;
    /// Replaces everything by what a backup holds; everybody is signed out.
    "backup.restore" Administer (itself) [destroys person] backup_restore(OpenBackup) -> Status;
    /// Sets or forgets the passphrase of automatic backups.
    "backup.set_passphrase" Administer (itself) [person] backup_set_passphrase(BackupPassphrase) -> BackupList;

    /// What assistants want to do, newest first.
    "plan.list" Read [person] plan_list(Nothing) -> Vec<Plan>;
    /// Lets an assistant do what it asked for, once, within ten minutes.
    "plan.approve" Operate (itself) [person] plan_approve(PlanRef) -> Plan;
    /// Tells an assistant no.
    "plan.refuse" Operate (itself) [person] plan_refuse(PlanRef) -> Plan;

    /// Says which version of Tomo this is, where its data is, and how large the database is.
    "about.get" Read about_get(Nothing) -> About;
    /// The libraries that are shipped in Tomo, with their licences.
    "about.licences" Public [person] about_licences(Nothing) -> Vec<Licence>;
    /// Writes a file for a bug report: versions, settings, states; no secret, no name, no address.
    "diagnostics.save" Administer (itself) [person] diagnostics_save(FileRef) -> Exported;
    /// Asks for a file or folder with the system's dialog; gives its path.
    "file.choose" Read [person] file_choose(ChooseFile) -> Option<String>;

    /// Pauses collection on all servers.
    "collection.pause" Operate (CollectionPause: "Collection paused") [person] collection_pause(Pause) -> Collection;
    /// Resumes collection.
    "collection.resume" Operate (CollectionResume: "Collection resumed") [person] collection_resume(Nothing) -> Collection;
    /// Says which server's page is open, so that its samples are pushed.
    "window.watch" Read [person] window_watch(Watch) -> ();
}

fn read<T: DeserializeOwned>(name: &str, arguments: Value) -> Result<T, ApiError> {
    // serde would take a list for fields in their order.
    if !arguments.is_object() {
        let problem = "they are not an object of named values";
        return Err(ApiError::invalid(format!(
            "The arguments of {name} are not right: {problem}."
        )));
    }
    serde_path_to_error::deserialize(arguments).map_err(|error| {
        let path = error.path().to_string();
        let field =
            if path == "." { String::new() } else { format!("'{}': ", shortened(&path, 200)) };
        let problem = without_value(&error.into_inner().to_string());
        ApiError::invalid(format!("The arguments of {name} are not right: {field}{problem}."))
    })
}

/// serde's sentence without the value that it quotes: a password that was sent as a number is still a
/// password.
fn without_value(sentence: &str) -> String {
    let kinds = ["invalid type: ", "invalid value: "];
    let quoting = kinds.into_iter().find(|kind| sentence.starts_with(kind));
    let sentence = match (quoting, sentence.rsplit_once(", expected ")) {
        (Some(_), Some((_, expected))) => format!("expected {expected}"),
        _ => sentence.to_owned(),
    };
    shortened(&sentence, 200)
}

fn write<T: serde::Serialize>(result: &T) -> Result<Value, ApiError> {
    serde_json::to_value(result).map_err(|error| {
        tracing::error!(%error, "a result could not be written as JSON");
        ApiError::new(super::error::Code::Failed, "Tomo could not write its answer.", "")
    })
}
