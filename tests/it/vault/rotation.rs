//! Rotation of a master key that is wrapped by a passphrase. The one with a keychain is in
//! `secret_service`.

use super::{PASSPHRASE, holds, new_with_passphrase, password, without_keychain};
use secrecy::ExposeSecret;
use tempfile::tempdir;
use tomo::domain::{credential::SealedRow, id::ServerId};
use tomo::vault::VaultError;

/// After a rotation everything opens with the new key, in this run and the next, and the old key
/// opens nothing any more.
#[tokio::test]
async fn everything_moves_to_the_new_key() {
    let dir = tempdir().unwrap();
    let vault = new_with_passphrase(dir.path()).await;
    let server = ServerId::new();
    let old_row = vault.seal(server, &password("s3cret")).unwrap();
    let (old, audit) = (vault.fingerprint().unwrap(), vault.derived_key("audit").unwrap());
    vault.remember("session", "token".into()).await.unwrap();

    let rotation = vault.begin_rotation(Some(PASSPHRASE.into())).await.unwrap();
    let row = rotation.reseal(SealedRow::Server(server), &old_row).unwrap();
    let keys = rotation.derived_keys("audit");
    rotation.finish().await.unwrap();

    let again = without_keychain(dir.path()).await;
    again.unlock(PASSPHRASE.into()).await.unwrap();
    for vault in [vault, again] {
        assert!(holds(&vault, server, &row, "s3cret"));
        assert_eq!(vault.recall("session").await.unwrap().unwrap().expose_secret(), "token");
        assert!(vault.interrupted_rotation().is_none());
        assert_eq!((&keys.old, &keys.new), (&audit, &vault.derived_key("audit").unwrap()));
        let refused = vault.open_sealed(server, &old_row).unwrap_err();
        let VaultError::MissingKey { sealed_with, have } = refused else { panic!("{refused:?}") };
        assert_eq!((sealed_with, have), (old.clone(), Some(vault.fingerprint().unwrap())));
    }
}

/// Power may go between any two steps. Before and after the database's commit, rows of both keys
/// open, and taking the rotation up again from the start ends it.
#[tokio::test]
async fn a_rotation_that_was_cut_off_is_taken_up_again() {
    let dir = tempdir().unwrap();
    let vault = new_with_passphrase(dir.path()).await;
    let (committed, waiting) = (ServerId::new(), ServerId::new());
    let rows = [committed, waiting].map(|id| vault.seal(id, &password("s3cret")).unwrap());
    vault.remember("session", "token".into()).await.unwrap();
    let rotation = vault.begin_rotation(Some(PASSPHRASE.into())).await.unwrap();
    let committed_row = rotation.reseal(SealedRow::Server(committed), &rows[0]).unwrap();
    drop((rotation, vault));

    let vault = without_keychain(dir.path()).await;
    vault.unlock(PASSPHRASE.into()).await.unwrap();
    assert!(holds(&vault, committed, &committed_row, "s3cret"));
    assert!(holds(&vault, waiting, &rows[1], "s3cret"));
    // What is saved before somebody takes the rotation up again is part of it, too.
    let late = vault.seal(waiting, &password("later")).unwrap();

    let rotation = vault.interrupted_rotation().expect("it was cut off");
    assert_eq!(
        rotation.reseal(SealedRow::Server(committed), &committed_row).unwrap(),
        committed_row
    );
    let waiting_row = rotation.reseal(SealedRow::Server(waiting), &late).unwrap();
    rotation.finish().await.unwrap();
    assert!(holds(&vault, committed, &committed_row, "s3cret"));
    assert!(holds(&vault, waiting, &waiting_row, "later"));
    assert_eq!(vault.recall("session").await.unwrap().unwrap().expose_secret(), "token");
}

/// Nobody at an open window rotates the key of somebody else's passphrase.
#[tokio::test]
async fn the_passphrase_is_asked_for() {
    let dir = tempdir().unwrap();
    let vault = new_with_passphrase(dir.path()).await;
    let before = vault.fingerprint().unwrap();
    let none = vault.begin_rotation(None).await.unwrap_err();
    assert!(matches!(none, VaultError::Locked), "{none:?}");
    let wrong = vault.begin_rotation(Some("not the passphrase".into())).await.unwrap_err();
    assert!(matches!(wrong, VaultError::WrongPassphrase), "{wrong:?}");
    assert!(vault.interrupted_rotation().is_none());
    assert_eq!(vault.fingerprint().unwrap(), before);
}

/// The window and the command line share a database: one that still has the old key must not seal
/// with it when the other has begun to replace it.
#[tokio::test]
async fn another_process_stops_sealing() {
    let dir = tempdir().unwrap();
    let here = new_with_passphrase(dir.path()).await;
    let there = without_keychain(dir.path()).await;
    there.unlock(PASSPHRASE.into()).await.unwrap();
    let server = ServerId::new();
    let row = here.seal(server, &password("s3cret")).unwrap();

    let rotation = here.begin_rotation(Some(PASSPHRASE.into())).await.unwrap();
    assert!(matches!(there.seal(server, &password("x")), Err(VaultError::KeyChanged)));
    let row = rotation.reseal(SealedRow::Server(server), &row).unwrap();
    rotation.finish().await.unwrap();
    assert!(matches!(there.seal(server, &password("x")), Err(VaultError::KeyChanged)));
    let late = there.begin_rotation(Some(PASSPHRASE.into())).await.unwrap_err();
    assert!(matches!(late, VaultError::KeyChanged), "{late:?}");
    assert!(matches!(there.open_sealed(server, &row), Err(VaultError::MissingKey { .. })));
}
