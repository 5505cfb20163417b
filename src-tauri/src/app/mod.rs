//! The use cases: the only place that joins store, vault, ssh and collection.
//!
//! [`Tomo`] is the whole program without a front door. It is built whole by [`Tomo::open`] and then
//! handed over; window, command line and tests hold clones of it.

mod about;
pub mod account;
mod accounts;
pub mod activity;
mod activity_feed;
mod apps;
mod assistants;
mod audit;
mod avatar;
pub mod backup;
mod collection;
mod connection_events;
mod containers;
mod diagnostics;
mod docker_setup;
mod errand;
pub mod error;
mod export;
mod files;
mod fleet;
mod follow;
mod host_keys;
pub mod keys;
mod lock_screen;
mod lockout;
mod login;
mod obey;
mod password;
mod password_rules;
pub mod plans;
mod reach;
mod retention;
mod server_list;
mod servers;
mod sessions;
mod settings;
mod terminals;
pub mod users;

pub use apps::{
    AppBackupWish, AppWish, CatalogQuery, MoveWish, RestoreWish, SourceWish, UpdateWish,
};
pub use backup::BackupWish;
pub use containers::LogPart;
pub use docker_setup::SetupWish;
pub use errand::Errand;
pub use files::{ChooseFile, FileKind, FileWish};
pub use login::{AtLogin, LoginEntry, Opening, TRAY, usual_data_dir};
pub use settings::{ResetWish, SettingWish};
pub use terminals::{Program, ProgramEvent, ProgramInput, ProgramOutput, TerminalFeed};

use crate::{
    collect::{
        hub::{Change, Hub},
        supervisor::Supervisor,
        watch::Wanted,
    },
    domain::{host_key::HostKey, id::ServerId, session::Door, status::VaultStatus},
    store::{AuditKeySlot, PlanMark, Store},
    vault::{Keychain, Vault, VaultError},
};
use activity::Journal;
use chrono::Utc;
use collection::Outside;
use connection_events::ConnectionEvents;
use error::AppError;
use obey::InForce;
use secrecy::SecretString;
use sessions::SessionSecret;
use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};
use tokio::{
    runtime::Handle,
    sync::{Notify, broadcast},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use zeroize::Zeroizing;

/// What the key of the audit trail is derived for.
const AUDIT_PURPOSE: &str = "settings_audit";

/// What a process decides before Tomo is opened.
pub struct Options {
    /// Folder of the database and of the vault's record.
    pub data_dir: PathBuf,
    /// Which front door this is.
    pub door: Door,
    /// Where the master key is looked for.
    pub keychain: Keychain,
    /// Opens a vault that waits for a passphrase.
    pub passphrase: Option<SecretString>,
    /// The system's file dialog, where there is a window.
    pub choose_file: Option<Box<dyn ChooseFile>>,
    /// The system's list of programs that start at login, where there is a window.
    pub login_entry: Option<Arc<dyn LoginEntry>>,
}

/// Tomo without a front door; cheap to clone.
#[derive(Clone)]
pub struct Tomo {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    door: Door,
    store: Store,
    vault: Vault,
    audit_key: AuditKeySlot,
    hub: Arc<Hub>,
    board: containers::Board,
    usage: containers::Usage,
    watches: containers::Watches,
    logs: containers::Logs,
    terminals: terminals::Terminals,
    apps: apps::Apps,
    setups: docker_setup::Setups,
    journal: Arc<Journal>,
    supervisor: Supervisor,
    /// What this process connects for, when it does one thing and ends.
    errand: Mutex<Option<Errand>>,
    choose_file: Option<Box<dyn ChooseFile>>,
    login_entry: Option<Arc<dyn LoginEntry>>,
    /// Files that dialogs of this process gave: the window may name only these.
    chosen: Mutex<HashSet<PathBuf>>,
    /// The session this process acts under.
    session: tokio::sync::Mutex<Option<SessionSecret>>,
    /// Host keys that were presented and not trusted, by host and port: only these can be trusted.
    presented: Arc<Mutex<HashMap<(String, u16), HostKey>>>,
    /// Whether this process watches servers, or only reads and writes the database.
    collecting: AtomicBool,
    /// Front doors that show figures now.
    looking: AtomicUsize,
    /// The server whose page is open.
    watched: Mutex<Option<ServerId>>,
    /// Held while the lists of the database are read and put into force.
    following: tokio::sync::Mutex<()>,
    /// Passwords that were compared.
    password_checks: AtomicU64,
    /// Keys what unknown user names are counted under while the vault is shut.
    name_key: Zeroizing<[u8; 32]>,
    /// What the settings have put into force.
    in_force: InForce,
    /// What `plans` looked like when it was last looked at.
    plans_seen: Mutex<Option<PlanMark>>,
    /// Until when collection is paused.
    paused: Mutex<fleet::PauseState>,
    /// Told when an automatic backup may be due earlier than it was.
    backup_wish: Notify,
    /// Where front doors' tasks run; their own threads may know no runtime.
    runtime: Handle,
    tasks: TaskTracker,
    cancel: CancellationToken,
}

impl Tomo {
    /// Opens the database and the vault, and takes up a kept session. Nothing is collected before
    /// [`Tomo::start_collecting`].
    ///
    /// # Errors
    /// When the database cannot be opened; a vault that cannot be opened is a status, not an error.
    pub async fn open(options: Options) -> Result<Self, AppError> {
        let audit_key = AuditKeySlot::default();
        let store = Store::open(&options.data_dir, audit_key.clone()).await?;
        store.ensure_local_server(&whoami(), Utc::now()).await?;
        let vault = Vault::open(&options.data_dir, options.keychain).await;
        let hub = Arc::new(Hub::default());
        let presented = Arc::<Mutex<HashMap<_, _>>>::default();
        let journal = Arc::new(Journal::new(store.clone(), hub.clone(), options.door));
        let outside = Arc::new(Outside {
            events: ConnectionEvents::new(journal.clone()),
            store: store.clone(),
            vault: vault.clone(),
            presented: presented.clone(),
        });
        let mut name_key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *name_key)
            .map_err(|error| AppError::internal("drawing a key", &error))?;
        let wanted = Wanted { interval: hub.policy().background_interval, paused: false };
        let tomo = Self {
            inner: Arc::new(Inner {
                data_dir: options.data_dir,
                door: options.door,
                supervisor: Supervisor::new(hub.clone(), outside, wanted),
                store,
                vault,
                audit_key,
                journal,
                hub,
                board: containers::Board::default(),
                usage: containers::Usage::default(),
                watches: containers::Watches::default(),
                logs: containers::Logs::default(),
                terminals: terminals::Terminals::default(),
                apps: apps::Apps::default(),
                setups: docker_setup::Setups::default(),
                errand: Mutex::default(),
                choose_file: options.choose_file,
                login_entry: options.login_entry,
                chosen: Mutex::default(),
                session: tokio::sync::Mutex::default(),
                presented,
                collecting: AtomicBool::new(false),
                looking: AtomicUsize::new(0),
                watched: Mutex::default(),
                following: tokio::sync::Mutex::default(),
                password_checks: AtomicU64::new(0),
                name_key,
                in_force: InForce::default(),
                plans_seen: Mutex::default(),
                paused: Mutex::default(),
                backup_wish: Notify::new(),
                runtime: Handle::current(),
                tasks: TaskTracker::new(),
                cancel: CancellationToken::new(),
            }),
        };
        tomo.note_versions().await?;
        if let Some(passphrase) = options.passphrase {
            tomo.use_passphrase(passphrase).await?;
        }
        if tomo.inner.vault.fingerprint().is_ok() {
            tomo.vault_opened().await?;
        }
        Ok(tomo)
    }

    /// Opens the vault with a passphrase that came with the process, or chooses it as the first one.
    async fn use_passphrase(&self, passphrase: SecretString) -> Result<(), AppError> {
        match self.inner.vault.status() {
            VaultStatus::NeedsPassphrase { .. } => {
                self.inner.vault.create_passphrase(passphrase).await?;
            }
            VaultStatus::Locked => self.inner.vault.unlock(passphrase).await?,
            // A keychain that is shut at the first start leaves the choice; later it does not.
            VaultStatus::Unavailable { .. } => {
                match self.inner.vault.create_passphrase(passphrase).await {
                    Ok(()) | Err(VaultError::HasKey) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            VaultStatus::Open { .. } => {}
        }
        Ok(())
    }

    /// Chooses the first passphrase of the vault.
    ///
    /// # Errors
    /// When there is a key already, or the passphrase cannot be taken.
    pub async fn create_vault(&self, passphrase: SecretString) -> Result<(), AppError> {
        self.inner.vault.create_passphrase(passphrase).await?;
        self.vault_opened().await
    }

    /// Asks the keychain again, when the vault is not open.
    ///
    /// # Errors
    /// When the database cannot be read; a vault that stays shut is a status.
    pub async fn try_vault_again(&self) -> Result<(), AppError> {
        let was_open = self.inner.vault.fingerprint().is_ok();
        let status = self.inner.vault.try_again().await;
        if !was_open && matches!(status, VaultStatus::Open { .. }) {
            self.vault_opened().await?;
        }
        Ok(())
    }

    /// Opens the vault with its passphrase.
    ///
    /// # Errors
    /// When the passphrase is wrong.
    pub async fn unlock_vault(&self, passphrase: SecretString) -> Result<(), AppError> {
        self.inner.vault.unlock(passphrase).await?;
        self.vault_opened().await
    }

    /// What had to wait for the master key: the settings' registry (its audit rows are keyed), the
    /// kept session, and servers whose credentials can be opened now.
    async fn vault_opened(&self) -> Result<(), AppError> {
        self.inner.audit_key.fill(self.inner.vault.derived_key(AUDIT_PURPOSE)?);
        self.inner.store.sync_settings(Utc::now()).await?;
        self.resume_session().await;
        self.follow_now().await?;
        self.inner.supervisor.retry_all();
        Ok(())
    }

    /// Starts watching the servers.
    ///
    /// # Errors
    /// When the list of servers cannot be read.
    pub async fn start_collecting(&self) -> Result<(), AppError> {
        self.inner.collecting.store(true, Ordering::SeqCst);
        self.follow_now().await?;
        // What is there from the start is no change.
        self.follow_plans().await?;
        self.keep_following();
        self.keep_measuring_containers();
        self.keep_noticing().await?;
        self.keep_audit_head().await;
        self.keep_ageing();
        self.keep_retaining();
        self.keep_backing_up();
        Ok(())
    }

    /// Ends every task and writes what is not yet written.
    pub async fn shutdown(&self) {
        // Programs in containers are ended over connections that end next.
        self.end_terminals().await;
        self.inner.cancel.cancel();
        self.inner.supervisor.shutdown().await;
        self.say_disconnected().await;
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.store.close().await;
    }

    /// Nobody holds a connection any more, so no row says that somebody does.
    async fn say_disconnected(&self) {
        if !self.inner.collecting.load(Ordering::SeqCst) {
            return;
        }
        for row in self.inner.hub.rows(Utc::now()) {
            if !self.is_reached(row.server.id) {
                continue;
            }
            if let Err(error) =
                self.inner.store.set_server_status(row.server.id, "disconnected").await
            {
                tracing::warn!(%error, "a connection's end could not be stored");
            }
        }
    }

    /// Runs a front door's task until it ends by itself or Tomo is shut down.
    pub fn own(&self, task: impl Future<Output = ()> + Send + 'static) {
        let cancel = self.inner.cancel.clone();
        self.inner.tasks.spawn_on(
            async move {
                cancel.run_until_cancelled(task).await;
            },
            &self.inner.runtime,
        );
    }

    /// Everything that changes from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.hub.changes()
    }

    /// Says that a front door shows figures for as long as the guard lives; while there is one,
    /// samples come at the live interval.
    #[must_use]
    pub fn look(&self) -> Looking {
        self.inner.looking.fetch_add(1, Ordering::SeqCst);
        self.apply_pace();
        Looking { tomo: self.clone() }
    }
}

/// See [`Tomo::look`].
pub struct Looking {
    tomo: Tomo,
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.tomo.inner.looking.fetch_sub(1, Ordering::SeqCst);
        self.tomo.apply_pace();
    }
}

/// The name of this computer's user.
fn whoami() -> String {
    std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .ok()
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "me".into())
}
