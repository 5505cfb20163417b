//! A credential as the bytes that are sealed.
//!
//! Secrets are base64 inside the JSON: so they hold no character that JSON escapes, and are read
//! straight out of the zeroed buffer instead of through the parser's own scratch space.

use super::{Result, VaultError};
use crate::domain::credential::{AppSecrets, Credential};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Version of [`Plain`].
const VERSION: u32 = 1;

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Password,
    Key,
    Agent,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain<'a> {
    v: u32,
    kind: Kind,
    /// The password or the private key, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    /// The private key's passphrase, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    passphrase: Option<&'a str>,
}

/// The bytes to seal.
pub(super) fn encode(credential: &Credential) -> Result<Zeroizing<Vec<u8>>> {
    let (kind, secret, passphrase) = match credential {
        Credential::Password(password) => (Kind::Password, Some(password), None),
        Credential::Key { private_key, passphrase } => {
            (Kind::Key, Some(private_key), passphrase.as_ref())
        }
        Credential::Agent => (Kind::Agent, None, None),
    };
    let secret = secret.map(to_base64);
    let passphrase = passphrase.map(to_base64);
    let length = |text: &Option<Zeroizing<String>>| text.as_ref().map_or(0, |text| text.len());
    // Room for everything from the start: a vector that grows leaves copies behind.
    let room = 128 + length(&secret) + length(&passphrase);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let plain = Plain {
        v: VERSION,
        kind,
        secret: secret.as_ref().map(|text| text.as_str()),
        passphrase: passphrase.as_ref().map(|text| text.as_str()),
    };
    serde_json::to_writer(&mut *bytes, &plain).map_err(|_| VaultError::TooLarge)?;
    Ok(bytes)
}

/// The credential in bytes that [`encode`] made.
pub(super) fn decode(bytes: &[u8]) -> Result<Credential> {
    // serde_json's own errors may quote what they read.
    let plain: Plain<'_> =
        serde_json::from_slice(bytes).map_err(|_| malformed("it is not a credential"))?;
    if plain.v != VERSION {
        return Err(malformed("it has a form that this version of Tomo does not know"));
    }
    let secret = plain.secret.map(from_base64).transpose()?;
    let passphrase = plain.passphrase.map(from_base64).transpose()?;
    match (plain.kind, secret, passphrase) {
        (Kind::Password, Some(password), None) => Ok(Credential::Password(password)),
        (Kind::Key, Some(private_key), passphrase) => {
            Ok(Credential::Key { private_key, passphrase })
        }
        (Kind::Agent, None, None) => Ok(Credential::Agent),
        _ => Err(malformed("its parts do not belong together")),
    }
}

/// The bytes to seal: names, and values in base64.
pub(super) fn encode_app(secrets: &AppSecrets) -> Result<Zeroizing<Vec<u8>>> {
    let values: Vec<_> = secrets.iter().map(|(name, value)| (name, to_base64(value))).collect();
    let room = 16 + values.iter().map(|(name, value)| name.len() + value.len() + 8).sum::<usize>();
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let plain: BTreeMap<&str, &str> =
        values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    serde_json::to_writer(&mut *bytes, &plain).map_err(|_| VaultError::TooLarge)?;
    Ok(bytes)
}

/// The secrets in bytes that [`encode_app`] made.
pub(super) fn decode_app(bytes: &[u8]) -> Result<AppSecrets> {
    let plain: BTreeMap<&str, &str> =
        serde_json::from_slice(bytes).map_err(|_| malformed("it is no list of secrets"))?;
    plain.into_iter().map(|(name, value)| Ok((name.to_owned(), from_base64(value)?))).collect()
}

fn malformed(reason: &'static str) -> VaultError {
    VaultError::Malformed { reason }
}

fn to_base64(secret: &SecretString) -> Zeroizing<String> {
    Zeroizing::new(BASE64.encode(secret.expose_secret()))
}

fn from_base64(text: &str) -> Result<SecretString> {
    let bytes = BASE64.decode(text).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| malformed("a secret in it is not base64"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| malformed("a secret in it is not text"))?;
    Ok(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What goes in comes out, for every kind and for text that JSON would escape.
    #[test]
    fn every_kind_comes_back_the_same() {
        let odd = "\"\\\n\u{0}Ünïcödé 日本 🏠";
        for credential in [
            Credential::Password(odd.into()),
            Credential::Password("".into()),
            Credential::Key { private_key: odd.into(), passphrase: None },
            Credential::Key { private_key: odd.into(), passphrase: Some(odd.into()) },
            Credential::Agent,
        ] {
            let bytes = encode(&credential).unwrap();
            assert!(decode(&bytes).unwrap().same_secret(&credential));
        }
    }

    /// A password with anything in it reaches the app as it is.
    #[test]
    fn secrets_of_apps_come_back_the_same() {
        let odd = "$a'\"\\\n\u{0}日本";
        let secrets: AppSecrets =
            [("A".to_owned(), odd.into()), ("B_2".to_owned(), "".into())].into();
        let bytes = encode_app(&secrets).unwrap();
        assert!(bytes.capacity() <= 16 + 3 + 8 + 8 + odd.len().div_ceil(3) * 4 + 4, "no copy");
        let back = decode_app(&bytes).unwrap();
        assert_eq!(back.len(), 2);
        assert!(
            back.iter()
                .all(|(name, value)| { value.expose_secret() == secrets[name].expose_secret() })
        );
    }

    /// The reserved room must hold the longest JSON around the secrets, or a copy stays in memory.
    #[test]
    fn the_buffer_never_grows() {
        let key = Credential::Key {
            private_key: "k".repeat(10_000).into(),
            passphrase: Some("p".repeat(1_000).into()),
        };
        let bytes = encode(&key).unwrap();
        let base64 = |n: usize| n.div_ceil(3) * 4;
        assert_eq!(bytes.capacity(), 128 + base64(10_000) + base64(1_000));
    }

    /// An error about a secret must not quote it.
    #[test]
    fn an_error_never_quotes_what_it_read() {
        for bad in [
            r#"{"v":1,"kind":"password","hunter2":""}"#,
            r#"{"v":1,"kind":"hunter2","secret":""}"#,
            r#"{"v":1,"kind":"password","secret":"hunter2!"}"#,
            r#"{"v":2,"kind":"password","secret":"aHVudGVyMg=="}"#,
            r#"{"v":1,"kind":"agent","secret":"aHVudGVyMg=="}"#,
            r#"hunter2"#,
        ] {
            let error = decode(bad.as_bytes()).unwrap_err();
            assert!(matches!(error, VaultError::Malformed { .. }));
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
