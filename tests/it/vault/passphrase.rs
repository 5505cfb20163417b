//! A computer without a keychain.

use super::{PASSPHRASE, everything_in, holds, new_with_passphrase, password, without_keychain};
use secrecy::ExposeSecret;
use tempfile::tempdir;
use tomo::domain::{
    id::ServerId,
    status::{KeyPlace, VaultStatus},
};
use tomo::vault::{Keychain, LEAST_PASSPHRASE, Vault, VaultError};

/// The whole way of somebody without a keychain, over two starts of the program.
#[tokio::test]
async fn chosen_once_and_asked_for_at_each_start() {
    let dir = tempdir().unwrap();
    let server = ServerId::new();
    let vault = without_keychain(dir.path()).await;
    let VaultStatus::NeedsPassphrase { reason } = vault.status() else { panic!("{vault:?}") };
    assert!(reason.contains(Keychain::name()), "{reason}");
    assert!(matches!(vault.seal(server, &password("x")), Err(VaultError::NoPassphrase)));

    vault.create_passphrase(PASSPHRASE.into()).await.unwrap();
    assert_eq!(vault.status(), VaultStatus::Open { place: KeyPlace::PassphraseFile });
    let sealed = vault.seal(server, &password("s3cret")).unwrap();
    let audit = vault.derived_key("audit").unwrap();

    let vault = without_keychain(dir.path()).await;
    assert_eq!(vault.status(), VaultStatus::Locked);
    assert!(matches!(vault.open_sealed(server, &sealed), Err(VaultError::Locked)));
    let refused = vault.unlock("correct horse battery stapler".into()).await.unwrap_err();
    assert!(matches!(refused, VaultError::WrongPassphrase), "{refused:?}");
    assert_eq!(vault.status(), VaultStatus::Locked);

    vault.unlock(PASSPHRASE.into()).await.unwrap();
    assert_eq!(vault.status(), VaultStatus::Open { place: KeyPlace::PassphraseFile });
    assert!(holds(&vault, server, &sealed, "s3cret"));
    assert_eq!(vault.derived_key("audit").unwrap(), audit);
}

/// A second choice would replace the key, and with it lose every credential.
#[tokio::test]
async fn a_passphrase_is_chosen_only_once() {
    let dir = tempdir().unwrap();
    let vault = new_with_passphrase(dir.path()).await;
    let late = without_keychain(dir.path()).await;
    let before = everything_in(dir.path());
    for vault in [&vault, &late] {
        let refused = vault.create_passphrase("another long passphrase".into()).await.unwrap_err();
        assert!(matches!(refused, VaultError::HasKey), "{refused:?}");
    }
    assert_eq!(everything_in(dir.path()), before);
}

/// Two windows may both show the set-up screen: the second one must not overwrite the first.
#[tokio::test]
async fn of_two_first_choices_one_wins() {
    let dir = tempdir().unwrap();
    let [one, two] = [without_keychain(dir.path()).await, without_keychain(dir.path()).await];
    let (first, second) = tokio::join!(
        one.create_passphrase("the first of the two".into()),
        two.create_passphrase("the second of the two".into()),
    );
    let refused = [first, second].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(matches!(*refused, [VaultError::HasKey]), "{refused:?}");
    assert_eq!(without_keychain(dir.path()).await.status(), VaultStatus::Locked);
}

/// A passphrase guards a file that may be copied, so it has a least length, counted in characters.
#[tokio::test]
async fn a_short_passphrase_is_refused() {
    let dir = tempdir().unwrap();
    let vault = without_keychain(dir.path()).await;
    let refused = vault.create_passphrase("日本日本日本日本".into()).await.unwrap_err();
    assert!(
        matches!(refused, VaultError::PassphraseTooShort { least: LEAST_PASSPHRASE }),
        "{refused:?}"
    );
    assert!(matches!(vault.status(), VaultStatus::NeedsPassphrase { .. }));
}

/// What is remembered is there at the next start, is gone when forgotten, and is never in a file
/// as it is.
#[tokio::test]
async fn remembered_secrets_are_sealed_in_a_file() {
    let dir = tempdir().unwrap();
    let vault = new_with_passphrase(dir.path()).await;
    assert!(vault.recall("session").await.unwrap().is_none());
    vault.remember("session", "first-token".into()).await.unwrap();
    vault.remember("session", "second-token".into()).await.unwrap();
    vault.remember("other", "third-token".into()).await.unwrap();
    assert!(!everything_in(dir.path()).contains("token"));

    let vault = without_keychain(dir.path()).await;
    assert!(matches!(vault.recall("session").await, Err(VaultError::Locked)));
    vault.unlock(PASSPHRASE.into()).await.unwrap();
    let token = vault.recall("session").await.unwrap().unwrap();
    assert_eq!(token.expose_secret(), "second-token");
    vault.forget("session").await.unwrap();
    vault.forget("session").await.unwrap();
    assert!(vault.recall("session").await.unwrap().is_none());
    assert_eq!(vault.recall("other").await.unwrap().unwrap().expose_secret(), "third-token");
}

/// A session's secret put under another name must not pass for that one.
#[tokio::test]
async fn a_remembered_secret_is_bound_to_its_name() {
    let dir = tempdir().unwrap();
    let vault = new_with_passphrase(dir.path()).await;
    vault.remember("mine", "token".into()).await.unwrap();
    let path = dir.path().join("remembered.json");
    let moved = std::fs::read_to_string(&path).unwrap().replace("\"mine\"", "\"yours\"");
    std::fs::write(&path, moved).unwrap();
    assert!(matches!(vault.recall("yours").await, Err(VaultError::Tampered)));
}

/// One server's credential in another's row is refused by the vault as a whole, not only by the
/// envelope.
#[tokio::test]
async fn a_row_that_was_moved_does_not_open() {
    let dir = tempdir().unwrap();
    let vault = new_with_passphrase(dir.path()).await;
    let (here, there) = (ServerId::new(), ServerId::new());
    let sealed = vault.seal(here, &password("s3cret")).unwrap();
    assert!(holds(&vault, here, &sealed, "s3cret"));
    assert!(matches!(vault.open_sealed(there, &sealed), Err(VaultError::Tampered)));
}

/// A database beside another vault: the error names the key to look for.
#[tokio::test]
async fn a_row_of_another_vault_names_its_key() {
    let (one, two) = (tempdir().unwrap(), tempdir().unwrap());
    let (one, two) = (new_with_passphrase(one.path()).await, new_with_passphrase(two.path()).await);
    let server = ServerId::new();
    let sealed = one.seal(server, &password("s3cret")).unwrap();
    let refused = two.open_sealed(server, &sealed).unwrap_err().to_string();
    for vault in [&one, &two] {
        assert!(refused.contains(vault.fingerprint().unwrap().as_str()), "{refused}");
    }
}

/// Only the owner may read what wraps the key.
#[cfg(unix)]
#[tokio::test]
async fn the_files_are_private() {
    use std::os::unix::fs::PermissionsExt as _;

    let dir = tempdir().unwrap();
    let data = dir.path().join("new/folder");
    let vault = new_with_passphrase(&data).await;
    vault.remember("session", "token".into()).await.unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

/// `{:?}` of anything that holds a secret is safe to log.
#[tokio::test]
async fn nothing_shows_a_secret_in_debug() {
    let dir = tempdir().unwrap();
    let vault = new_with_passphrase(dir.path()).await;
    let server = ServerId::new();
    let credential = password("hunter2hunter2");
    let sealed = vault.seal(server, &credential).unwrap();
    vault.remember("session", "hunter2hunter2".into()).await.unwrap();
    let rotation = vault.begin_rotation(Some(PASSPHRASE.into())).await.unwrap();
    let shown = format!(
        "{vault:?} {rotation:?} {credential:?} {:?} {:?} {:?} {:?} {:?}",
        vault.open_sealed(server, &sealed),
        vault.recall("session").await,
        vault.open_sealed(ServerId::new(), &sealed),
        vault.unlock("hunter2hunter2".into()).await,
        Vault::open(dir.path(), Keychain::disabled()).await.unlock("hunter2hunter2".into()).await,
    );
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains("horse"), "{shown}");
}

/// A core dump would hold every secret in memory.
#[cfg(unix)]
#[test]
fn core_dumps_can_be_turned_off() {
    use rustix::process::{Resource, getrlimit};

    tomo::vault::no_core_dumps().unwrap();
    let limit = getrlimit(Resource::Core);
    // One byte holds no dump; see the function for why it is not 0 on Linux.
    assert!(limit.current.is_some_and(|bytes| bytes <= 1));
    assert!(limit.maximum.is_some_and(|bytes| bytes <= 1));
}
