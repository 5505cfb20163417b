//! Secrets of apps: made here, kept sealed, and written to the server and nowhere else.

use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    catalog,
    domain::{
        activity::ActivityKind,
        app::{AppManifest, AppSettingKind, SecretAlphabet},
        credential::AppSecrets,
        id::{InstalledAppId, UserId},
    },
    vault::VaultError,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use zeroize::Zeroizing;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";

/// A secret of random letters.
fn made(length: u32, alphabet: SecretAlphabet) -> Result<SecretString, AppError> {
    let letters = match alphabet {
        SecretAlphabet::Letters => LETTERS,
        SecretAlphabet::Hex => HEX,
    };
    // What lies above the last whole multiple would make some letters likelier than others.
    let most = 256 / letters.len() * letters.len();
    let wanted = length as usize;
    let mut secret = Zeroizing::new(String::with_capacity(wanted));
    let mut random = Zeroizing::new([0_u8; 64]);
    while secret.len() < wanted {
        getrandom::fill(&mut *random)
            .map_err(|error| VaultError::NoRandomness { reason: error.to_string() })?;
        let usable = random.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < most);
        let room = wanted - secret.len();
        secret.extend(usable.take(room).map(|byte| char::from(letters[byte % letters.len()])));
    }
    Ok(SecretString::from(secret.as_str()))
}

/// All secrets of an app: those that somebody typed, and new ones for the rest.
///
/// # Errors
/// When one that was typed is none of the app's, or not what its setting takes.
pub(super) fn all(manifest: &AppManifest, mut typed: AppSecrets) -> Result<AppSecrets, AppError> {
    let mut all = AppSecrets::new();
    for setting in &manifest.settings {
        let AppSettingKind::Secret { length, alphabet } = setting.kind else { continue };
        let typed = typed.remove(&setting.name).filter(|value| !value.expose_secret().is_empty());
        let secret = match typed {
            Some(secret) => {
                catalog::check_setting(&setting.kind, secret.expose_secret()).map_err(|rule| {
                    AppError::Invalid(crate::app::error::sentence(&format!(
                        "{}: {rule}",
                        setting.label
                    )))
                })?;
                secret
            }
            None => made(length, alphabet)?,
        };
        all.insert(setting.name.clone(), secret);
    }
    match typed.into_keys().next() {
        Some(unknown) => Err(AppError::Invalid(format!("The app has no secret '{unknown}'."))),
        None => Ok(all),
    }
}

/// Secrets that are kept beside those that an app runs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Those that an update brings.
    Next,
    /// Those of before the update that is under way.
    Before,
    /// Those of before the last update.
    Earlier,
}

impl Kept {
    /// What stands before the names: no name of a setting has a stroke in it.
    fn prefix(self) -> &'static str {
        match self {
            Self::Next => "next/",
            Self::Before => "before/",
            Self::Earlier => "earlier/",
        }
    }

    /// Those that are kept so.
    pub(super) fn of(self, all: &AppSecrets) -> AppSecrets {
        let own = all.iter().filter_map(|(name, value)| {
            Some((name.strip_prefix(self.prefix())?.to_owned(), value.clone()))
        });
        own.collect()
    }

    /// Keeps these so, and none that were kept so until now.
    pub(super) fn keep(self, all: &mut AppSecrets, secrets: AppSecrets) {
        self.forget(all);
        let named = secrets.into_iter();
        all.extend(named.map(|(name, value)| (format!("{}{name}", self.prefix()), value)));
    }

    /// Keeps none so any more.
    pub(super) fn forget(self, all: &mut AppSecrets) {
        all.retain(|name, _| !name.starts_with(self.prefix()));
    }
}

/// Those that an app runs with.
pub(super) fn present(all: &AppSecrets) -> AppSecrets {
    let own = all.iter().filter(|(name, _)| !name.contains('/'));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// These take the place of those that an app runs with.
pub(super) fn replace(all: &mut AppSecrets, secrets: AppSecrets) {
    all.retain(|name, _| name.contains('/'));
    all.extend(secrets);
}

/// Whether these are the same secrets.
pub(super) fn are_same(some: &AppSecrets, others: &AppSecrets) -> bool {
    some.len() == others.len()
        && some.iter().all(|(name, secret)| {
            others.get(name).is_some_and(|it| it.expose_secret() == secret.expose_secret())
        })
}

impl Tomo {
    /// The secrets of an app that is installed, with those that are kept beside them.
    pub(super) async fn secrets_of(&self, id: InstalledAppId) -> Result<AppSecrets, AppError> {
        let sealed = self.inner.store.app_secrets(id).await?;
        Ok(match sealed {
            Some(sealed) => self.inner.vault.open_sealed_app(id, &sealed)?,
            None => AppSecrets::new(),
        })
    }

    /// One secret of an app, for whoever wants to sign in to it. It is noted who looked.
    ///
    /// # Errors
    /// When there is no such app or secret, or the vault is not open.
    pub async fn reveal_app_secret(
        &self,
        by: UserId,
        id: InstalledAppId,
        setting: &str,
    ) -> Result<SecretString, AppError> {
        let app = self.stored_app(id).await?;
        let secret = present(&self.secrets_of(id).await?).remove(setting);
        let secret = secret.ok_or(AppError::NotFound("secret of this app"))?;
        let message = format!("Secret of {} looked at: {setting}", app.title());
        let entry = Entry::by(by, ActivityKind::AppReveal, message).to_app(&app);
        self.record(entry.with(json!({ "app": app.app, "setting": setting }))).await;
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because a secret that is shorter than asked for, or of few letters, is guessed.
    #[test]
    fn secrets_are_as_long_as_wanted_and_use_all_letters() {
        let secret = made(4_000, SecretAlphabet::Letters).unwrap();
        let secret = secret.expose_secret();
        assert_eq!(secret.len(), 4_000);
        assert!(LETTERS.iter().all(|letter| secret.contains(char::from(*letter))));
        let hex = made(33, SecretAlphabet::Hex).unwrap();
        assert_eq!(hex.expose_secret().len(), 33);
        assert!(hex.expose_secret().bytes().all(|byte| HEX.contains(&byte)));
        let (one, two) = (made(20, SecretAlphabet::Hex), made(20, SecretAlphabet::Hex));
        assert_ne!(one.unwrap().expose_secret(), two.unwrap().expose_secret());
    }
    /// Holds because a way back that brings the old version and not its password leaves an app that cannot
    /// read its own data.
    #[test]
    fn secrets_of_several_versions_are_kept_apart() {
        let one = |value: &str| -> AppSecrets { [("KEY".to_owned(), value.into())].into() };
        let value = |all: &AppSecrets| all.get("KEY").map(|it| it.expose_secret().to_owned());
        let mut all = one("now");
        Kept::Next.keep(&mut all, one("next"));
        Kept::Earlier.keep(&mut all, one("older"));
        assert_eq!(value(&present(&all)).as_deref(), Some("now"));
        assert_eq!(present(&all).len(), 1);
        let before = present(&all);
        Kept::Before.keep(&mut all, before);
        let next = Kept::Next.of(&all);
        replace(&mut all, next);
        Kept::Next.forget(&mut all);
        assert_eq!(value(&present(&all)).as_deref(), Some("next"));
        assert_eq!(value(&Kept::Before.of(&all)).as_deref(), Some("now"));
        assert_eq!(value(&Kept::Earlier.of(&all)).as_deref(), Some("older"));
        assert_eq!(Kept::Next.of(&all).len(), 0);
    }
}
