//! An account as its owner and the admins see it, what its fields take, and how good a password is.

use super::{
    server::InvalidField,
    user::{Role, User},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use unicode_normalization::UnicodeNormalization;

/// Most characters of a sign-in name.
const USERNAME_CHARACTERS: usize = 64;
/// Most bytes of an e-mail address: what a mail server takes.
const EMAIL_BYTES: usize = 254;

/// An account. The password's hash is no part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Account {
    /// Who.
    pub user: User,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When somebody last signed in with it.
    pub last_login: Option<DateTime<Utc>>,
    /// When the password was last changed.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// A picture: a `data:` URL that Tomo made, or an `https:` address.
    pub avatar: Option<String>,
    /// What the window remembers for this user: a JSON object.
    #[ts(type = "Record<string, unknown>")]
    pub preferences: Value,
    /// Sessions that are live now.
    pub live_sessions: u32,
    /// Until when sign-ins with this name are refused.
    pub locked_until: Option<DateTime<Utc>>,
}

/// What is thought of a password before it is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PasswordStrength {
    /// zxcvbn's estimate, 0 (guessed at once) to 4 (withstands a stolen hash).
    pub score: u8,
    /// Whether the rules allow it.
    pub accepted: bool,
    /// Each rule that it breaks, as a sentence.
    pub problems: Vec<String>,
    /// Why it is weak, as a sentence; absent when it is not.
    pub warning: Option<String>,
    /// What would make it better.
    pub suggestions: Vec<String>,
    /// How long guessing it takes with a stolen hash: `3 hours`.
    pub time_to_guess: String,
}

/// What an admin changes about an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChanges {
    /// Sign-in name.
    pub username: Option<String>,
    /// E-mail address; may be empty.
    pub email: Option<String>,
    /// What the user may do.
    pub role: Option<Role>,
    /// Whether the user may sign in.
    pub is_active: Option<bool>,
}

impl AccountChanges {
    /// Trims the fields and checks them.
    ///
    /// # Errors
    /// The first field that cannot be taken.
    pub fn checked(self) -> Result<Self, InvalidField> {
        Ok(Self {
            username: self.username.as_deref().map(checked_username).transpose()?,
            email: self.email.as_deref().map(checked_email).transpose()?,
            ..self
        })
    }
}

/// A sign-in name, trimmed and in Unicode's composed form.
///
/// # Errors
/// When it is empty, longer than 64 characters, or has a character in it that cannot be seen: two
/// names that look the same would be two people.
pub fn checked_username(text: &str) -> Result<String, InvalidField> {
    let invalid = |message: &str| InvalidField { field: "username", message: message.into() };
    // What is much longer is refused without composing all of it.
    let name: String = text.trim().nfc().take(USERNAME_CHARACTERS + 1).collect();
    if name.is_empty() || name.chars().nth(USERNAME_CHARACTERS).is_some() {
        return Err(invalid("The user name needs 1 to 64 characters."));
    }
    if name.chars().any(char::is_control) {
        return Err(invalid("The user name has a control character in it."));
    }
    if name.chars().any(is_invisible) {
        return Err(invalid("The user name has a character in it that cannot be seen."));
    }
    Ok(name)
}

/// An e-mail address, trimmed; it may be empty. Whether mail arrives there is not asked.
///
/// # Errors
/// When it is longer than 254 bytes, or does not look like an address.
pub fn checked_email(text: &str) -> Result<String, InvalidField> {
    let invalid = |message: &str| InvalidField { field: "email", message: message.into() };
    let email = text.trim();
    if email.len() > EMAIL_BYTES {
        return Err(invalid("The e-mail address is longer than 254 bytes."));
    }
    let hidden = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    let parts = email.split_once('@');
    let sound = parts.is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.')
    });
    if email.is_empty() || (sound && !email.contains(hidden)) {
        Ok(email.to_owned())
    } else {
        Err(invalid("The e-mail address needs the form name@host, without spaces."))
    }
}

/// A sign-in name as names are compared: `Ana` and `ana` are one person, and so are two keyboards of
/// which one sends é as one character and the other as two.
#[must_use]
pub fn folded(username: &str) -> String {
    username.trim().nfc().collect::<String>().to_lowercase().nfc().collect()
}

/// Whether a character shows nothing, or changes how others are shown: Unicode's default ignorable
/// code points, line and paragraph separators, and every space but the common one.
fn is_invisible(character: char) -> bool {
    if character.is_whitespace() {
        return character != ' ';
    }
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two names that look the same must not be two accounts, and no name may turn a line around.
    #[test]
    fn a_name_is_what_is_seen() {
        for name in ["a", "Ünïcödé 日本 🏠", "<b>ana</b>", "'; drop table users; --", " ana "]
        {
            assert_eq!(checked_username(name).expect(name), name.trim());
        }
        assert!(checked_username(&"ü".repeat(64)).is_ok());
        let long = "ü".repeat(65);
        let refused = [
            "",
            "  ",
            "\u{2003}",
            "a\nb",
            "a\u{7f}b",
            "a\u{9b}b",
            "a\0",
            "\u{202e}nimda",
            "a\u{200b}na",
            "an\u{ad}a",
            "a\u{feff}b",
            "a\u{a0}b",
            "\u{3164}",
            "a\u{2028}b",
            &long,
        ];
        for name in refused {
            assert!(checked_username(name).is_err(), "{name:?}");
        }
        assert_eq!(folded(" ÀNA "), folded("àna"));
        assert_eq!(folded("A\u{300}na"), folded("àna"));
        assert_eq!(checked_username("Rene\u{301}").expect("a name"), "Ren\u{e9}");
    }

    /// An address is optional, and a slip in it is told before somebody relies on it.
    #[test]
    fn an_address_is_empty_or_plausible() {
        for email in ["", "ana@example.org", "ana+tomo@nas", "ana@[::1]", "日本@例え.jp"] {
            assert_eq!(checked_email(email).expect(email), email);
        }
        let long = format!("{}@example.org", "a".repeat(250));
        for email in ["ana", "@", "ana@", "@nas", "a@b@c", "a b@c", "a@b\r\nBcc: c", "a@.b", &long]
        {
            assert!(checked_email(email).is_err(), "{email:?}");
        }
    }
}
