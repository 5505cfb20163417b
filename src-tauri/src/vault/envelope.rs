//! The text in which a sealed secret is stored: `tomo:v1:<key fingerprint>:<base64>`.
//!
//! It names its key, so that an error can say which one is missing, and is bound to its place, so
//! that it cannot be opened anywhere else.

use super::{Fingerprint, MasterKey, Result, VaultError, cipher};
use crate::domain::credential::SealedRow;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What every envelope begins with. The version is part of the associated data as well.
const PREFIX: &str = "tomo:v1:";

/// Where a sealed secret belongs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    /// A row of the database.
    Row(SealedRow),
    /// A secret remembered under a name.
    Remembered(&'a str),
}

impl Place<'_> {
    /// The associated data: format version, table and row.
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Row(SealedRow::Server(id)) => format!("{PREFIX}server_credentials:{id}"),
            Self::Row(SealedRow::App(id)) => format!("{PREFIX}app_secrets:{id}"),
            Self::Remembered(name) => format!("{PREFIX}remembered:{name}"),
        }
        .into_bytes()
    }
}

/// Seals `plain` for its place.
pub(super) fn seal(key: &MasterKey, place: Place<'_>, plain: &[u8]) -> Result<String> {
    let sealed = cipher::encrypt(&key.derive("seal"), &place.bytes(), plain)?;
    Ok(format!("{PREFIX}{}:{}", key.fingerprint(), BASE64.encode(sealed)))
}

/// Opens `text` with the one of `keys` that sealed it.
///
/// # Errors
/// `MissingKey` when none of the keys did (the first one is named), `Tampered` when the bytes or
/// the place are not those that were sealed, `Malformed` when it is no envelope.
pub(super) fn open(
    keys: &[&Arc<MasterKey>],
    place: Place<'_>,
    text: &str,
) -> Result<Zeroizing<Vec<u8>>> {
    let (sealed_with, body) = parse(text)?;
    let Some(key) = keys.iter().find(|key| *key.fingerprint() == sealed_with) else {
        let have = keys.first().map(|key| key.fingerprint().clone());
        return Err(VaultError::MissingKey { sealed_with, have });
    };
    cipher::decrypt(&key.derive("seal"), &place.bytes(), &body).ok_or(VaultError::Tampered)
}

/// The fingerprint and the sealed bytes in an envelope.
pub(super) fn parse(text: &str) -> Result<(Fingerprint, Vec<u8>)> {
    let malformed = |reason| VaultError::Malformed { reason };
    let rest = text
        .strip_prefix(PREFIX)
        .ok_or(malformed("it does not begin with the mark of a sealed secret"))?;
    let (fingerprint, body) = rest.split_once(':').ok_or(malformed("it is cut short"))?;
    let fingerprint = fingerprint.parse().map_err(malformed)?;
    let body = BASE64.decode(body).map_err(|_| malformed("its content is not base64"))?;
    Ok((fingerprint, body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{InstalledAppId, ServerId};

    fn row(server: ServerId) -> Place<'static> {
        Place::Row(SealedRow::Server(server))
    }

    const PLAIN: &[u8] = b"correct horse battery staple";

    fn key() -> Arc<MasterKey> {
        Arc::new(MasterKey::generate().unwrap())
    }

    /// The same secret sealed twice must not be recognisable as the same.
    #[test]
    fn sealing_twice_gives_two_texts_and_one_secret() {
        let (key, place) = (key(), row(ServerId::new()));
        let one = seal(&key, place, PLAIN).unwrap();
        let two = seal(&key, place, PLAIN).unwrap();
        assert_ne!(one, two);
        for text in [one, two] {
            assert_eq!(*open(&[&key], place, &text).unwrap(), PLAIN);
        }
    }

    /// Whoever can write to the database must not be able to give one server another's credential.
    #[test]
    fn another_place_does_not_open_it() {
        let key = key();
        let (here, there) = (ServerId::new(), ServerId::new());
        let text = seal(&key, row(here), PLAIN).unwrap();
        let name = here.to_string();
        let app = Place::Row(SealedRow::App(InstalledAppId(here.0)));
        for place in [row(there), app, Place::Remembered(&name)] {
            let refused = open(&[&key], place, &text).unwrap_err();
            assert!(matches!(refused, VaultError::Tampered), "{refused:?}");
        }
    }

    /// Every bit of the stored text counts: prefix, fingerprint, nonce, ciphertext and tag.
    #[test]
    fn each_flipped_bit_is_refused() {
        let (key, place) = (key(), row(ServerId::new()));
        let text = seal(&key, place, PLAIN).unwrap();
        for at in 0..text.len() * 8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at / 8] ^= 1 << (at % 8);
            // A flip of the highest bit is not UTF-8 any more, and no text column holds that.
            let Ok(flipped) = String::from_utf8(bytes) else { continue };
            let refused = open(&[&key], place, &flipped).map(|_| ());
            assert!(refused.is_err(), "bit {at} of {text} may be flipped");
        }
        let (_, body) = parse(&text).unwrap();
        for at in 0..body.len() * 8 {
            let mut body = body.clone();
            body[at / 8] ^= 1 << (at % 8);
            let flipped = format!("{PREFIX}{}:{}", key.fingerprint(), BASE64.encode(body));
            let refused = open(&[&key], place, &flipped).unwrap_err();
            assert!(matches!(refused, VaultError::Tampered), "bit {at}: {refused:?}");
        }
    }

    /// A text that is cut anywhere is an error and never a panic or a shorter secret.
    #[test]
    fn each_truncation_is_refused() {
        let (key, place) = (key(), row(ServerId::new()));
        let text = seal(&key, place, PLAIN).unwrap();
        for end in 0..text.len() {
            assert!(open(&[&key], place, &text[..end]).is_err(), "{}", &text[..end]);
        }
    }

    /// A database copied from another computer: the person must learn which key to look for.
    #[test]
    fn a_missing_key_is_named() {
        let (old, new) = (key(), key());
        let place = row(ServerId::new());
        let text = seal(&old, place, PLAIN).unwrap();
        let refused = open(&[&new], place, &text).unwrap_err();
        let VaultError::MissingKey { sealed_with, have } = &refused else { panic!("{refused:?}") };
        assert_eq!((sealed_with, have.as_ref()), (old.fingerprint(), Some(new.fingerprint())));
        assert!(refused.to_string().contains(old.fingerprint().as_str()));
        assert!(refused.to_string().contains(new.fingerprint().as_str()));
    }
}
