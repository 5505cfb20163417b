//! From what is in the data folder and in the keychain to the state of the vault.

use super::{
    Keychain, MasterKey, Result, VaultError,
    folder::Folder,
    record::Record,
    state::{Keys, State},
};
use crate::domain::status::KeyPlace;
use std::sync::Arc;

/// The state of the vault; a failure is a state as well.
pub(super) async fn resolve(folder: &Folder, keychain: &Keychain) -> State {
    let state = match folder.record() {
        Ok(Some(record)) => load(record, folder, keychain).await,
        Ok(None) => first_run(folder, keychain).await,
        Err(error) => Err(error),
    };
    state.unwrap_or_else(|error| State::Unavailable {
        reason: error.to_string(),
        hint: error.hint().to_owned(),
    })
}

/// Makes the key of a folder that has none, in the keychain.
async fn first_run(folder: &Folder, keychain: &Keychain) -> Result<State> {
    let _lock = folder.lock().await?;
    // Another process may have been first while this one waited.
    if let Some(record) = folder.record()? {
        return load(record, folder, keychain).await;
    }
    let key = Arc::new(MasterKey::generate()?);
    match keychain.store_key(&key).await {
        Ok(()) => {}
        Err(error @ VaultError::NoKeychain { .. }) => {
            return Ok(State::NeedsPassphrase { reason: error.to_string() });
        }
        // It may be there for a person at the screen and stay shut for one who signed in from
        // afar. Nothing has been decided yet, so both ways on are open.
        Err(error) => {
            return Ok(State::Unavailable {
                reason: error.to_string(),
                hint: format!("{} Or choose a passphrase for the vault instead.", error.hint()),
            });
        }
    }
    // Last, so that a record never names a key that was not stored. A key without a record, which
    // a crash in between leaves, harms nobody.
    folder.write_record(&Record::in_keychain(&key)).await?;
    let keys = Keys { current: key, next: None };
    Ok(State::Open { place: KeyPlace::Keychain, keys })
}

/// Fetches the keys that the record names.
async fn load(record: Record, folder: &Folder, keychain: &Keychain) -> Result<State> {
    if record.place() == KeyPlace::PassphraseFile {
        return Ok(State::Locked);
    }
    let current = Arc::new(keychain.load_key(&record.key.fingerprint).await?);
    let next = match &record.next {
        Some(slot) => Some(Arc::new(keychain.load_key(&slot.fingerprint).await?)),
        None => None,
    };
    remove_retired_or_warn(record, folder, keychain).await;
    Ok(State::Open { place: KeyPlace::Keychain, keys: Keys { current, next } })
}

/// Removes the key that the last rotation replaced, and then the note to do so.
pub(super) async fn remove_retired(
    mut record: Record,
    folder: &Folder,
    keychain: &Keychain,
) -> Result<()> {
    let Some(retired) = record.retired.take() else { return Ok(()) };
    keychain.remove_key(&retired).await?;
    folder.write_record(&record).await
}

/// [`remove_retired`] where the vault works all the same; tried again at the next start.
pub(super) async fn remove_retired_or_warn(record: Record, folder: &Folder, keychain: &Keychain) {
    if let Err(error) = remove_retired(record, folder, keychain).await {
        tracing::warn!(%error, "the key before the last rotation is still in the keychain");
    }
}
