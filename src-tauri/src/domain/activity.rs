//! What was done, by whom, to what: the kinds of entries that there are, and the feed of them.

use super::id::{ServerId, UserId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use uuid::Uuid;

/// What an entry is about; the feed is filtered by these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityGroup {
    /// Sign-ins, sessions, locks.
    Access,
    /// Accounts.
    Users,
    /// Servers, their credentials and host keys.
    Servers,
    /// Connections that came and went, and the pace of collection.
    Connections,
    /// Settings.
    Settings,
    /// Retention, backups, the vault, this program itself.
    Data,
    /// Containers, their images, volumes and networks, and terminals.
    Containers,
    /// Apps and where they come from.
    Apps,
    /// What AI assistants did and asked for.
    Assistants,
}

/// How an entry is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityLevel {
    /// Somebody did something, or all is well.
    Info,
    /// Something is well again.
    Good,
    /// Worth a look.
    Warning,
    /// Something failed.
    Critical,
}

/// Who may read an entry, besides whoever did it and the admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Everybody,
    /// Nobody.
    Admins,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal $group:ident $level:ident $audience:ident;)*) => {
        /// The kind of an entry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ActivityKind { $($(#[doc = $doc])+ $name,)* }

        impl ActivityKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The text of `activity_logs.activity_type`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it is about.
            #[must_use]
            pub fn group(self) -> ActivityGroup {
                match self { $(Self::$name => ActivityGroup::$group,)* }
            }

            /// How it is marked.
            #[must_use]
            pub fn level(self) -> ActivityLevel {
                match self { $(Self::$name => ActivityLevel::$level,)* }
            }

            /// Who may read it.
            #[must_use]
            pub fn audience(self) -> Audience {
                match self { $(Self::$name => Audience::$audience,)* }
            }
        }
    };
}

kinds! {
    /// The first account was created.
    SetUp "setup.create" Access Info Everybody;
    /// Somebody signed in.
    SignIn "session.sign_in" Access Info Admins;
    /// A sign-in was refused.
    SignInFailed "session.sign_in_failed" Access Warning Admins;
    /// Somebody signed out.
    SignOut "session.sign_out" Access Info Admins;
    /// A session that waited for its password is used again.
    SessionUnlock "session.unlock" Access Info Admins;
    /// A session was ended by somebody.
    SessionEnd "session.end" Access Info Admins;
    /// A session's time ran out.
    SessionExpired "session.expired" Access Info Admins;
    /// A name or an origin was locked after too many failed sign-ins.
    Locked "lock.locked" Access Warning Admins;
    /// An admin unlocked it.
    Unlocked "lock.unlock" Access Info Admins;
    /// An account was created.
    UserCreate "user.create" Users Info Admins;
    /// An account was changed by an admin.
    UserEdit "user.edit" Users Info Admins;
    /// A password was set by an admin.
    UserPassword "user.set_password" Users Info Admins;
    /// An account was deleted.
    UserRemove "user.remove" Users Info Admins;
    /// Somebody changed the own account.
    AccountEdit "account.edit" Users Info Admins;
    /// Somebody changed the own password.
    AccountPassword "account.change_password" Users Info Admins;
    /// A server was added.
    ServerAdd "server.add" Servers Info Everybody;
    /// A server was changed.
    ServerEdit "server.edit" Servers Info Everybody;
    /// A server was removed.
    ServerRemove "server.remove" Servers Info Everybody;
    /// A list of servers was imported.
    ServerImport "server_list.import" Servers Info Everybody;
    /// A list of servers was exported.
    ServerExport "server_list.export" Servers Info Everybody;
    /// A host key was trusted.
    HostKeyTrust "host_key.trust" Servers Info Everybody;
    /// A known host key was replaced.
    HostKeyReplace "host_key.replace" Servers Warning Everybody;
    /// Docker is being set up on a server.
    DockerSetup "docker.setup" Servers Info Everybody;
    /// Docker was set up on a server.
    DockerSetupDone "docker.setup_done" Servers Good Everybody;
    /// Docker could not be set up on a server, or not whole.
    DockerSetupFailed "docker.setup_failed" Servers Warning Everybody;
    /// Somebody asked for a connection.
    ServerConnect "server.connect" Connections Info Everybody;
    /// Somebody ended a connection.
    ServerDisconnect "server.disconnect" Connections Info Everybody;
    /// A connection was made.
    ConnectionMade "connection.made" Connections Good Everybody;
    /// A connection was lost, or could not be made.
    ConnectionLost "connection.lost" Connections Critical Everybody;
    /// A server shows another host key than the known one.
    HostKeyChanged "connection.host_key_changed" Connections Critical Everybody;
    /// Collection was paused.
    CollectionPause "collection.pause" Connections Info Everybody;
    /// Collection was resumed.
    CollectionResume "collection.resume" Connections Info Everybody;
    /// Somebody started, stopped, restarted, paused, unpaused or killed a container.
    ContainerAct "container.act" Containers Info Everybody;
    /// A container was removed.
    ContainerRemove "container.remove" Containers Info Everybody;
    /// A container got another name.
    ContainerRename "container.rename" Containers Info Everybody;
    /// A container's limits or restart policy were changed.
    ContainerLimit "container.limit" Containers Info Everybody;
    /// Somebody looked at a masked value.
    ContainerReveal "container.reveal" Containers Info Admins;
    /// A container ended with an error, was killed for lack of memory, or its check fails.
    ContainerTrouble "container.trouble" Containers Warning Everybody;
    /// A log was written to a file.
    LogSave "log.save" Containers Info Admins;
    /// Images, volumes or networks were removed.
    EngineRemove "engine.remove" Containers Info Everybody;
    /// A terminal was opened.
    TerminalOpen "terminal.open" Containers Info Everybody;
    /// A setting got another value.
    SettingSet "setting.set" Settings Info Everybody;
    /// A setting was put back.
    SettingReset "setting.reset" Settings Info Everybody;
    /// The audit trail was exported.
    AuditExport "audit.export" Settings Info Admins;
    /// The audit trail does not hold.
    AuditBroken "audit.broken" Settings Critical Admins;
    /// The activity log was exported.
    ActivityExport "activity.export" Data Info Admins;
    /// Retention ran.
    RetentionRun "retention.run" Data Info Everybody;
    /// Retention could not run to its end.
    RetentionFailed "retention.failed" Data Warning Everybody;
    /// A backup was made.
    BackupCreate "backup.create" Data Info Everybody;
    /// A backup could not be made.
    BackupFailed "backup.failed" Data Critical Everybody;
    /// A backup was removed by rotation.
    BackupRemove "backup.remove" Data Info Everybody;
    /// A backup was restored.
    BackupRestore "backup.restore" Data Warning Everybody;
    /// The passphrase of backups was set or forgotten.
    BackupPassphrase "backup.set_passphrase" Data Info Admins;
    /// A new version of Tomo opened the database.
    VersionChanged "version.changed" Data Info Everybody;
    /// A diagnostics file was written.
    DiagnosticsSave "diagnostics.save" Data Info Admins;
    /// A source of apps was added.
    AppSourceAdd "app_source.add" Apps Info Everybody;
    /// A source of apps is shown or hidden.
    AppSourceEdit "app_source.enable" Apps Info Everybody;
    /// A source of apps was removed.
    AppSourceRemove "app_source.remove" Apps Info Everybody;
    /// An app is being installed.
    AppInstall "app.install" Apps Info Everybody;
    /// An app is installed.
    AppInstalled "app.installed" Apps Info Everybody;
    /// An app was started, stopped or restarted.
    AppAct "app.act" Apps Info Everybody;
    /// An app is being updated, rolled back, or its way back was given up.
    AppUpdate "app.update" Apps Info Everybody;
    /// An app was updated or rolled back.
    AppUpdated "app.updated" Apps Info Everybody;
    /// An app is being backed up.
    AppBackup "app.backup" Apps Info Everybody;
    /// A backup of an app was made.
    AppBackedUp "app.backed_up" Apps Info Everybody;
    /// An app gets the data of a backup.
    AppRestore "app.restore" Apps Info Everybody;
    /// An app is being moved to another server.
    AppMove "app.move" Apps Info Everybody;
    /// An app was moved to another server.
    AppMoved "app.moved" Apps Info Everybody;
    /// An app was removed from a server.
    AppUninstall "app.uninstall" Apps Info Everybody;
    /// A compose project that was there already was taken over.
    AppAdopt "app.adopt" Apps Info Everybody;
    /// An app that was taken over was forgotten; it goes on as it is.
    AppRelease "app.release" Apps Info Everybody;
    /// Something could not be done to an app.
    AppFailed "app.failed" Apps Warning Everybody;
    /// An app that was well is not any more.
    AppIll "app.ill" Apps Warning Everybody;
    /// An app is well again.
    AppWell "app.well" Apps Info Everybody;
    /// A tunnel to the page of an app was opened.
    AppOpen "app.open" Apps Info Everybody;
    /// Somebody looked at a secret of an app.
    AppReveal "app.reveal" Apps Info Admins;
    /// An assistant called a tool.
    McpCall "mcp.call" Assistants Info Admins;
    /// An assistant asked for something that a person has to approve.
    PlanAsk "plan.ask" Assistants Warning Everybody;
    /// A person approved it.
    PlanApprove "plan.approve" Assistants Info Everybody;
    /// A person refused it.
    PlanRefuse "plan.refuse" Assistants Info Everybody;
}

impl ActivityKind {
    /// Reads `activity_logs.activity_type`; a kind of a newer or older Tomo is not known.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// An entry of the feed: a row of `activity_logs` with the names that belong to its ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Activity {
    /// Identifier (UUIDv7).
    #[ts(type = "string")]
    pub id: Uuid,
    /// What kind of thing was done: `server.add`.
    pub activity_type: String,
    /// What it is about; absent for a kind that this version does not know.
    pub group: Option<ActivityGroup>,
    /// How it is marked.
    pub level: ActivityLevel,
    /// Who; absent when Tomo itself did it. The account may be gone.
    pub user_id: Option<UserId>,
    /// Who, by name, while the account is there.
    pub username: Option<String>,
    /// To which server; it may be gone.
    pub server_id: Option<ServerId>,
    /// Its name, while it is there.
    pub server_name: Option<String>,
    /// To which app.
    pub app_id: Option<String>,
    /// What was done, as a sentence.
    pub message: String,
    /// Anything more: a JSON object, free of secrets.
    #[ts(type = "Record<string, unknown> | null")]
    pub details: Option<Value>,
    /// When.
    pub timestamp: DateTime<Utc>,
}

/// Which entries are wanted; everything that is given has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActivityFilter {
    /// What it is about.
    #[ts(optional = nullable)]
    pub group: Option<ActivityGroup>,
    /// Kinds: `server.add`; none means every kind.
    #[ts(optional, as = "Option<Vec<String>>")]
    pub activity_types: Vec<String>,
    /// By whom.
    #[ts(optional = nullable)]
    pub user_id: Option<UserId>,
    /// Only what Tomo did by itself.
    #[ts(optional, as = "Option<bool>")]
    pub by_tomo: bool,
    /// To which server.
    #[ts(optional = nullable)]
    pub server_id: Option<ServerId>,
    /// To which app.
    #[ts(optional = nullable)]
    pub app_id: Option<String>,
    /// Not before.
    #[ts(optional = nullable)]
    pub since: Option<DateTime<Utc>>,
    /// Before.
    #[ts(optional = nullable)]
    pub until: Option<DateTime<Utc>>,
    /// Words that message or details hold; each may be the beginning of one.
    #[ts(optional = nullable)]
    pub text: Option<String>,
}

/// A page of the feed, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ActivityPage {
    /// Entries.
    pub entries: Vec<Activity>,
    /// Where the next page begins; absent at the end.
    pub next: Option<String>,
    /// All entries that the filter lets through; only on the first page.
    #[ts(type = "number | null")]
    pub total: Option<u64>,
}
