//! `vault.json` is not as Tomo left it: a clear error, and the file is left alone.

use super::{PASSPHRASE, new_with_passphrase, without_keychain};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::tempdir;
use tomo::domain::status::VaultStatus;
use tomo::vault::VaultError;

/// Opens the folder with `content` as its record; the reason why that is no vault.
async fn refused(dir: &Path, content: &[u8]) -> String {
    let path = dir.join("vault.json");
    fs::write(&path, content).expect("it is written");
    let vault = without_keychain(dir).await;
    let VaultStatus::Unavailable { reason, hint } = vault.status() else {
        panic!("{:?} with {:?}", vault.status(), String::from_utf8_lossy(content));
    };
    assert!(!hint.is_empty());
    assert!(vault.create_passphrase(PASSPHRASE.into()).await.is_err(), "it would be replaced");
    assert!(matches!(vault.unlock(PASSPHRASE.into()).await, Err(VaultError::Unavailable { .. })));
    assert_eq!(fs::read(&path).expect("it is there"), content, "the file was touched");
    reason
}

/// Power losses and full disks leave half a file.
#[tokio::test]
async fn a_record_cut_short_anywhere_is_refused_and_kept() {
    let dir = tempdir().unwrap();
    drop(new_with_passphrase(dir.path()).await);
    let whole = fs::read(dir.path().join("vault.json")).unwrap();
    for end in 0..whole.len() {
        let reason = refused(dir.path(), &whole[..end]).await;
        assert!(reason.contains("vault.json"), "{reason}");
    }
}

/// Anything else under that name is not taken for a vault either.
#[tokio::test]
async fn garbage_is_refused_and_kept() {
    let dir = tempdir().unwrap();
    for garbage in [&b"\0\0\0\0"[..], b"[]", b"{}", b"null", b"\xff\xfe", b"{\"format\":1}"] {
        refused(dir.path(), garbage).await;
    }
}

/// A record whose parts contradict each other must not lead to a vault without a key.
#[tokio::test]
async fn parts_that_do_not_belong_together_are_refused() {
    let dir = tempdir().unwrap();
    drop(new_with_passphrase(dir.path()).await);
    let bytes = fs::read(dir.path().join("vault.json")).unwrap();
    let whole: Value = serde_json::from_slice(&bytes).unwrap();
    let edits: [fn(&mut Value); 6] = [
        |record| record["place"] = json!("keychain"),
        |record| record["place"] = json!("under the doormat"),
        |record| record["kdf"] = Value::Null,
        |record| record["key"]["wrapped"] = Value::Null,
        |record| record["key"]["fingerprint"] = json!("not hex"),
        |record| record["next"] = json!({ "fingerprint": "0123456789abcdef" }),
    ];
    for edit in edits {
        let mut record = whole.clone();
        edit(&mut record);
        refused(dir.path(), &serde_json::to_vec(&record).unwrap()).await;
    }
}

/// A folder that a later version has used is refused by name of the format, whatever its shape.
#[tokio::test]
async fn a_newer_format_is_refused_and_kept() {
    let dir = tempdir().unwrap();
    let reason = refused(dir.path(), br#"{"format":2,"keys":["of a shape yet unknown"]}"#).await;
    assert!(reason.contains("format 2"), "{reason}");
}

/// With the right passphrase, a wrapped key that rotted must not open as some other key.
#[tokio::test]
async fn a_changed_wrapped_key_does_not_open() {
    let dir = tempdir().unwrap();
    drop(new_with_passphrase(dir.path()).await);
    let path = dir.path().join("vault.json");
    let whole: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for at in [0, 20, 70] {
        let mut record = whole.clone();
        let mut wrapped = record["key"]["wrapped"].as_str().unwrap().to_owned().into_bytes();
        wrapped[at] = if wrapped[at] == b'A' { b'B' } else { b'A' };
        record["key"]["wrapped"] = json!(String::from_utf8(wrapped).unwrap());
        fs::write(&path, serde_json::to_vec(&record).unwrap()).unwrap();
        let vault = without_keychain(dir.path()).await;
        assert_eq!(vault.status(), VaultStatus::Locked);
        let refused = vault.unlock(PASSPHRASE.into()).await.unwrap_err();
        assert!(matches!(refused, VaultError::WrongPassphrase), "{refused:?}");
    }
}

/// A file left by a write that was cut off is in nobody's way.
#[tokio::test]
async fn a_leftover_of_a_crashed_write_does_no_harm() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("vault.json.new"), "{\"for").unwrap();
    drop(new_with_passphrase(dir.path()).await);
    let vault = without_keychain(dir.path()).await;
    vault.unlock(PASSPHRASE.into()).await.unwrap();
}
