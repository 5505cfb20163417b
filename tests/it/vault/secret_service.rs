//! A real Secret Service: gnome-keyring on a bus of its own.
//!
//! A program finds its session bus by its environment, so each of these tests runs in a process of
//! its own: the test starts the bus, runs this binary again for itself alone, and there does what
//! it is about.

use super::{PASSPHRASE, everything_in, holds, password};
use crate::lab::secret_service::{Bus, Keyring, missing_programs};
use keyring_core::{Entry, api::CredentialStoreApi as _};
use secrecy::ExposeSecret;
use std::{
    io::Write as _,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};
use tempfile::tempdir;
use tomo::domain::{
    credential::SealedRow,
    id::ServerId,
    status::{KeyPlace, VaultStatus},
};
use tomo::vault::{Fingerprint, Keychain, Vault, VaultError};
use zbus_secret_service_keyring_store::Store;

/// The keyring's own password.
const LOGIN: &str = "login password";

/// Which bus a test is to find.
#[derive(Clone, Copy)]
enum Session {
    /// One on which it may start a keyring.
    Bus,
    /// None: an address at which nothing listens, as after a sign-in from afar.
    None,
}

/// Runs `body` in a process of its own; `test` is the name of the calling function.
fn alone(test: &str, session: Session, body: impl AsyncFnOnce()) {
    if Bus::inherited() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        return runtime.expect("a runtime").block_on(body());
    }
    let missing = missing_programs();
    if !missing.is_empty() {
        let said = format!("skipped {test}: not installed: {}", missing.join(", "));
        assert!(std::env::var_os("CI").is_none(), "{said}");
        writeln!(std::io::stderr(), "{said}").expect("standard error");
        return;
    }
    let bus = Bus::start().expect("a bus");
    let path = format!("{}::{test}", module_path!());
    let name = path.split_once("::").map_or(&*path, |(_, name)| name);
    let mut child = Command::new(std::env::current_exe().expect("this binary"));
    child.args(["--exact", name, "--nocapture"]).envs(bus.env()).env_remove("DISPLAY");
    if let Session::None = session {
        child.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    }
    let output = child.output().expect("this binary runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{errors}");
}

async fn open(dir: &Path) -> Vault {
    Vault::open(dir, Keychain::system()).await
}

/// Asks the keychain behind Tomo's back: on a thread of its own, because the store blocks.
fn behind<T: Send>(ask: impl FnOnce(&Store) -> T + Send) -> T {
    thread::scope(|scope| {
        let asked = scope.spawn(|| ask(&Store::new().expect("the Secret Service")));
        asked.join().expect("it answers")
    })
}

/// Does something with the entry of a vault's key.
fn with_entry<T: Send>(key: &Fingerprint, act: impl FnOnce(Entry) -> T + Send) -> T {
    let user = format!("master-key-{key}");
    behind(|store| act(store.build("dev.tomo.desktop", &user, None).expect("an entry")))
}

/// What the keychain holds as this key.
fn kept(key: &Fingerprint) -> Option<Vec<u8>> {
    with_entry(key, |entry| entry.get_secret().ok())
}

/// Makes the keychain hold something as this key.
fn keep(key: &Fingerprint, secret: &[u8]) {
    with_entry(key, |entry| entry.set_secret(secret).expect("it is kept"));
}

/// How many entries of Tomo the keychain has.
fn entries() -> usize {
    behind(|store| store.search(&[("service", "dev.tomo.desktop")].into()).expect("a search").len())
}

fn assert_open(vault: &Vault) {
    assert_eq!(vault.status(), VaultStatus::Open { place: KeyPlace::Keychain });
}

fn why_not(vault: &Vault) -> String {
    let VaultStatus::Unavailable { reason, hint } = vault.status() else { panic!("{vault:?}") };
    assert!(!hint.is_empty());
    reason
}

/// The first run makes a key without a question, and every later one finds it, also when the
/// keychain was restarted in between.
#[test]
fn the_first_run_makes_a_key_and_later_ones_find_it() {
    alone("the_first_run_makes_a_key_and_later_ones_find_it", Session::Bus, async || {
        let keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let dir = tempdir().unwrap();
        let server = ServerId::new();
        let vault = open(dir.path()).await;
        assert_open(&vault);
        let sealed = vault.seal(server, &password("s3cret")).unwrap();
        let key = String::from_utf8(kept(&vault.fingerprint().unwrap()).unwrap()).unwrap();
        assert!(!everything_in(dir.path()).contains(&key), "the key is in a file");

        let again = open(dir.path()).await;
        assert!(holds(&again, server, &sealed, "s3cret"));
        drop(keyring);
        let _keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let again = open(dir.path()).await;
        assert_open(&again);
        assert!(holds(&again, server, &sealed, "s3cret"));
        assert_eq!(again.derived_key("audit").unwrap(), vault.derived_key("audit").unwrap());
        let refused = again.create_passphrase(PASSPHRASE.into()).await.unwrap_err();
        assert!(matches!(refused, VaultError::HasKey), "{refused:?}");
    });
}

/// Window and command line may be started together for the first time: both must end up with one
/// key, or what one of them seals is lost.
#[test]
fn two_first_runs_at_once_agree_on_a_key() {
    alone("two_first_runs_at_once_agree_on_a_key", Session::Bus, async || {
        let _keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let (dir, other) = (tempdir().unwrap(), tempdir().unwrap());
        let (one, two, apart) =
            tokio::join!(open(dir.path()), open(dir.path()), open(other.path()));
        assert_eq!(one.fingerprint().unwrap(), two.fingerprint().unwrap());
        assert_ne!(one.fingerprint().unwrap(), apart.fingerprint().unwrap());
        assert_eq!(entries(), 2);
    });
}

/// A headless computer: no bus at all. It must be told apart quickly, and the passphrase takes
/// over for good.
#[test]
fn without_a_bus_a_passphrase_is_asked_for() {
    alone("without_a_bus_a_passphrase_is_asked_for", Session::None, no_service);
}

/// A bus without a Secret Service, as in a bare window manager.
#[test]
fn without_a_service_a_passphrase_is_asked_for() {
    alone("without_a_service_a_passphrase_is_asked_for", Session::Bus, no_service);
}

async fn no_service() {
    let dir = tempdir().expect("a folder");
    let start = Instant::now();
    let vault = open(dir.path()).await;
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let VaultStatus::NeedsPassphrase { reason } = vault.status() else { panic!("{vault:?}") };
    assert!(reason.starts_with("no Secret Service can be reached"), "{reason}");
    assert_eq!(everything_in(dir.path()), "", "something was decided already");

    vault.create_passphrase(PASSPHRASE.into()).await.expect("it is chosen");
    let vault = open(dir.path()).await;
    assert_eq!(vault.status(), VaultStatus::Locked);
    let refused = vault.unlock("not the passphrase".into()).await.expect_err("it is wrong");
    assert!(matches!(refused, VaultError::WrongPassphrase), "{refused:?}");
    vault.unlock(PASSPHRASE.into()).await.expect("it opens");
    assert_eq!(vault.status(), VaultStatus::Open { place: KeyPlace::PassphraseFile });
}

/// The keychain that holds the key is not running today: that is no first run.
#[test]
fn a_service_that_has_gone_is_waited_for() {
    alone("a_service_that_has_gone_is_waited_for", Session::Bus, async || {
        let keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let dir = tempdir().unwrap();
        let fingerprint = open(dir.path()).await.fingerprint().unwrap();
        drop(keyring);
        let vault = open(dir.path()).await;
        assert!(why_not(&vault).starts_with("no Secret Service can be reached"), "{vault:?}");
        let refused = vault.create_passphrase(PASSPHRASE.into()).await.unwrap_err();
        assert!(matches!(refused, VaultError::HasKey), "{refused:?}");

        let _keyring = Keyring::unlocked_here(LOGIN).unwrap();
        assert_eq!(vault.try_again().await, VaultStatus::Open { place: KeyPlace::Keychain });
        assert_eq!(vault.fingerprint().unwrap(), fingerprint);
    });
}

/// A locked keychain is reported quickly, no new key is made, and once it is unlocked the old key
/// is there again.
#[test]
fn a_locked_keychain_is_unavailable() {
    alone("a_locked_keychain_is_unavailable", Session::Bus, async || {
        let keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let dir = tempdir().unwrap();
        let fingerprint = open(dir.path()).await.fingerprint().unwrap();
        let files = everything_in(dir.path());
        drop(keyring);
        let keyring = Keyring::locked_here().unwrap();
        let start = Instant::now();
        let vault = open(dir.path()).await;
        assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
        assert_eq!(why_not(&vault), "the Secret Service is locked");
        let refused = vault.seal(ServerId::new(), &password("x")).unwrap_err();
        assert!(matches!(refused, VaultError::Unavailable { .. }), "{refused:?}");
        drop(keyring);

        let _keyring = Keyring::unlocked_here(LOGIN).unwrap();
        assert_eq!(entries(), 1);
        assert_eq!(everything_in(dir.path()), files);
        assert_eq!(vault.try_again().await, VaultStatus::Open { place: KeyPlace::Keychain });
        assert_eq!(vault.fingerprint().unwrap(), fingerprint);
    });
}

/// Locked at the first run, too, nothing is made; but who cannot unlock it may choose a passphrase.
#[test]
fn a_keychain_that_is_locked_at_the_first_run_leaves_the_choice() {
    let test = "a_keychain_that_is_locked_at_the_first_run_leaves_the_choice";
    alone(test, Session::Bus, async || {
        drop(Keyring::unlocked_here(LOGIN).unwrap());
        let _keyring = Keyring::locked_here().unwrap();
        let dir = tempdir().unwrap();
        let vault = open(dir.path()).await;
        assert_eq!(why_not(&vault), "the Secret Service is locked");
        assert_eq!(everything_in(dir.path()), "");
        vault.create_passphrase(PASSPHRASE.into()).await.unwrap();
        assert_eq!(open(dir.path()).await.status(), VaultStatus::Locked);
    });
}

/// A prompt that nobody answers must hold up neither the start nor the end of the program: the
/// keyring itself gives up on the prompter only after 25 s.
#[test]
fn an_unanswered_prompt_does_not_hang() {
    let all = Instant::now();
    alone("an_unanswered_prompt_does_not_hang", Session::Bus, async || {
        drop(Keyring::unlocked_here(LOGIN).unwrap());
        let keyring = Keyring::locked_here().unwrap();
        // Takes the prompter's name and never says a word.
        let prompter = zbus::Connection::session().await.unwrap();
        prompter.request_name("org.gnome.keyring.SystemPrompter").await.unwrap();
        let dir = tempdir().unwrap();
        let start = Instant::now();
        let keychain = Keychain::system().with_patience(Duration::from_secs(1));
        let vault = Vault::open(dir.path(), keychain).await;
        assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
        assert_eq!(why_not(&vault), "the Secret Service did not answer within 1 s");
        // They outlive this function, or their end would answer the prompt. Theirs is the bus's.
        std::mem::forget((keyring, prompter));
    });
    assert!(all.elapsed() < Duration::from_secs(20), "{:?}", all.elapsed());
}

/// The key was deleted or replaced in the keychain: the missing one is named, and no other takes
/// its place.
#[test]
fn a_key_that_has_gone_is_named_and_not_replaced() {
    alone("a_key_that_has_gone_is_named_and_not_replaced", Session::Bus, async || {
        let _keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let (dir, other) = (tempdir().unwrap(), tempdir().unwrap());
        let fingerprint = open(dir.path()).await.fingerprint().unwrap();
        let another = open(other.path()).await.fingerprint().unwrap();
        let files = everything_in(dir.path());

        keep(&fingerprint, &kept(&another).unwrap());
        let vault = open(dir.path()).await;
        assert!(why_not(&vault).contains(fingerprint.as_str()), "{vault:?}");
        keep(&fingerprint, b"not a key");
        let vault = open(dir.path()).await;
        assert!(why_not(&vault).contains(fingerprint.as_str()), "{vault:?}");
        with_entry(&fingerprint, |entry| entry.delete_credential().unwrap());
        let vault = open(dir.path()).await;
        assert!(why_not(&vault).contains(fingerprint.as_str()), "{vault:?}");

        assert_eq!(everything_in(dir.path()), files);
        assert_eq!(entries(), 1);
    });
}

/// 'Stay signed in' survives a restart of everything, is not in a file, and ends when told to.
/// Two data folders do not see each other's.
#[test]
fn remembered_secrets_are_in_the_keychain() {
    alone("remembered_secrets_are_in_the_keychain", Session::Bus, async || {
        let keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let (dir, other) = (tempdir().unwrap(), tempdir().unwrap());
        let (vault, apart) = (open(dir.path()).await, open(other.path()).await);
        assert!(vault.recall("session").await.unwrap().is_none());
        vault.remember("session", "first-token".into()).await.unwrap();
        vault.remember("session", "second-token".into()).await.unwrap();
        assert!(apart.recall("session").await.unwrap().is_none());
        assert!(!everything_in(dir.path()).contains("token"));
        drop(keyring);

        let _keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let vault = open(dir.path()).await;
        let token = vault.recall("session").await.unwrap().unwrap();
        assert_eq!(token.expose_secret(), "second-token");
        vault.forget("session").await.unwrap();
        vault.forget("session").await.unwrap();
        assert!(vault.recall("session").await.unwrap().is_none());
    });
}

/// A rotation leaves one key in the keychain, the new one, wherever it was cut off on the way.
#[test]
fn a_rotation_survives_being_cut_off_anywhere() {
    alone("a_rotation_survives_being_cut_off_anywhere", Session::Bus, async || {
        let _keyring = Keyring::unlocked_here(LOGIN).unwrap();
        let dir = tempdir().unwrap();
        let server = ServerId::new();
        let vault = open(dir.path()).await;
        let old = vault.fingerprint().unwrap();
        let row = vault.seal(server, &password("s3cret")).unwrap();
        vault.remember("session", "token".into()).await.unwrap();

        // Cut off before the database's commit: the row is as it was.
        drop(vault.begin_rotation(None).await.unwrap());
        let vault = open(dir.path()).await;
        assert!(holds(&vault, server, &row, "s3cret"));

        // Cut off after the commit: the row has the new key.
        let row =
            vault.interrupted_rotation().unwrap().reseal(SealedRow::Server(server), &row).unwrap();
        let vault = open(dir.path()).await;
        assert!(holds(&vault, server, &row, "s3cret"));

        // Cut off by a keychain that cannot remove the old key: the record says so. What stands
        // here for it is the old key put back beside a record as that moment leaves it.
        let old_key = kept(&old).unwrap();
        vault.begin_rotation(None).await.unwrap().finish().await.unwrap();
        let new = vault.fingerprint().unwrap();
        assert!(kept(&old).is_none());
        keep(&old, &old_key);
        let path = dir.path().join("vault.json");
        let mut record: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert!(record.get("retired").is_none());
        record["retired"] = old.as_str().into();
        std::fs::write(&path, record.to_string()).unwrap();

        let vault = open(dir.path()).await;
        assert_eq!(vault.fingerprint().unwrap(), new);
        assert!(holds(&vault, server, &row, "s3cret"));
        assert_eq!(vault.recall("session").await.unwrap().unwrap().expose_secret(), "token");
        assert!(kept(&old).is_none());
        assert!(!everything_in(dir.path()).contains("retired"));
        assert_eq!(entries(), 2, "one key and one remembered secret");
    });
}
