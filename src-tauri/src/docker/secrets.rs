//! Telling secrets among what a container was given, and hiding them wherever they appear. It rather
//! hides too much than too little: whoever may see a value can ask for it.

use serde_json::Value;
use std::collections::BTreeSet;
use url::{Url, form_urlencoded};

/// What stands in the place of a secret.
pub(super) const MASK: &str = "••••••••";

/// Words of names whose values are secrets.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "key",
    "keys",
    "credential",
    "credentials",
    "cred",
    "creds",
    "auth",
    "authorization",
    "dsn",
    "cookie",
    "jwt",
    "bearer",
    "htpasswd",
    "basicauth",
    "digestauth",
    "salt",
    "pin",
    "pat",
    "webhook",
    "webhooks",
    "signature",
];
/// The same where names are written in one: `DBPASSWORD`.
const PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "credential",
    "privatekey",
    "accesskey",
];
/// How keys of well-known services begin.
const BEGINNINGS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "AKIA",
    "ASIA",
    "AIza",
    "eyJ",
    "tskey-",
    "hvs.",
    "dckr_pat_",
    "npm_",
    "ya29.",
];
/// A value that says so little that it keeps no secret, and stands in many places.
const PLAIN: &[&str] = &["", "true", "false", "yes", "no", "on", "off", "none", "null", "0", "1"];
/// From this length on a secret is found also in the middle of words.
const LONG: usize = 8;
/// Up to this length it is only found where it is all of a text.
const SHORT: usize = 3;

/// Values to be hidden.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    values: BTreeSet<String>,
}

impl Secrets {
    /// Takes up a value that is a secret.
    pub(super) fn add(&mut self, value: &str) {
        if is_plain(value) {
            return;
        }
        self.values.insert(value.to_owned());
        if let Some(password) = url_password(value) {
            self.values.insert(form_decoded(&password));
            self.values.insert(password);
        }
    }

    /// Takes up what is secret in a text that is no value by itself: a command, a label, what a check
    /// printed.
    pub(super) fn look_through(&mut self, text: &str) {
        let mut named = false;
        for word in text.split(|char: char| char.is_whitespace() || "'\"`;,()<>".contains(char)) {
            if word.is_empty() {
                continue;
            }
            if std::mem::take(&mut named) && !word.starts_with('-') {
                self.add(word);
                continue;
            }
            match word.split_once(['=', ':']) {
                Some((name, value)) if !value.is_empty() && is_secret_name(name) => self.add(value),
                _ if word.starts_with('-') && !word.contains('=') => named = is_secret_name(word),
                _ => {}
            }
            let value = word.split_once('=').map_or(word, |(_, value)| value);
            match url_password(value) {
                Some(password) => {
                    self.add(&form_decoded(&password));
                    self.add(&password);
                }
                None if is_secret_value(value) => self.add(value),
                None => {}
            }
        }
        if let Some(begin) = text.find("-----BEGIN ").filter(|_| text.contains("PRIVATE KEY-----"))
        {
            self.add(&text[begin..]);
        }
    }

    /// The same for the words of a command, of which one may name what the next holds.
    pub(super) fn look_through_words(&mut self, words: &[String]) {
        let mut named = false;
        for word in words {
            if std::mem::take(&mut named) && !word.starts_with('-') {
                self.add(word);
            } else {
                named = word.starts_with('-') && !word.contains(['=', ' ']) && is_secret_name(word);
                self.look_through(word);
            }
        }
    }

    /// A text with the secrets in it hidden.
    pub(super) fn mask(&self, text: &str) -> String {
        if self.values.contains(text) {
            return MASK.to_owned();
        }
        let mut masked = text.to_owned();
        // Longer ones first: one may be a part of another.
        let mut values: Vec<_> = self.values.iter().filter(|value| value.len() > SHORT).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        for value in values {
            if value.len() >= LONG {
                masked = masked.replace(value.as_str(), MASK);
            } else {
                masked = replace_word(&masked, value);
            }
        }
        match masked.split_once('=') {
            Some((name, value)) if self.values.contains(value) => format!("{name}={MASK}"),
            _ => masked,
        }
    }

    /// The same for every text of a document, and for the names of labels.
    pub(super) fn mask_all(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.mask(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.mask_all(value)),
            Value::Object(members) => {
                for (name, value) in members {
                    // Shown elsewhere anyhow: a mask here would tell what a secret is a part of.
                    if matches!(name.as_str(), "Id" | "Image" | "Name") {
                        continue;
                    }
                    match value {
                        Value::Object(labels)
                            if matches!(name.as_str(), "Labels" | "Annotations") =>
                        {
                            let given = std::mem::take(labels).into_iter();
                            labels.extend(given.map(|(name, value)| (self.mask(&name), value)));
                        }
                        _ => {}
                    }
                    self.mask_all(value);
                }
            }
            _ => {}
        }
    }
}

/// Replaces what stands for itself, and not in the middle of a word.
fn replace_word(text: &str, word: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(word) {
        let (ahead, found) = rest.split_at(at);
        let after = found[word.len()..].chars().next();
        let left = ahead.chars().next_back().or(before);
        let stands_alone = [left, after].into_iter().flatten().all(|char| !char.is_alphanumeric());
        masked.push_str(ahead);
        masked.push_str(if stands_alone { MASK } else { word });
        before = word.chars().next_back();
        rest = &found[word.len()..];
    }
    masked + rest
}

/// Whether a variable is a secret, by its name or by its value. A value that came with the image is no
/// secret for being long and random: images carry checksums.
pub(super) fn is_secret(name: &str, value: &str, is_from_image: bool) -> bool {
    if is_plain(value) {
        return false;
    }
    let is_path = name.to_ascii_uppercase().ends_with("_FILE") && value.starts_with('/');
    (is_secret_name(name) && !is_path)
        || url_password(value).is_some()
        || is_key(value)
        || (!is_from_image && is_secret_value(value))
}

/// Whether a label is a secret: by the last part of its name or by its value.
pub(super) fn is_secret_label(name: &str, value: &str) -> bool {
    // Written by compose and by builders: hashes, revisions, versions.
    if ["com.docker.", "org.opencontainers.", "org.label-schema."]
        .iter()
        .any(|known| name.starts_with(known))
    {
        return false;
    }
    let last = name.trim_end_matches(".users").rsplit('.').next().unwrap_or_default();
    is_secret(last, value, false)
}

fn is_plain(value: &str) -> bool {
    PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(value.trim()))
}

/// Whether a name is one that secrets have: `DB_PASSWORD`, `apiKey`, `--token`.
fn is_secret_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    if PARTS.iter().any(|part| lower.contains(part)) {
        return true;
    }
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for char in name.chars() {
        let begins = char.is_uppercase() && was_lower;
        was_lower = char.is_lowercase();
        if begins || !char.is_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| char.is_alphabetic()) {
            word.extend(char.to_lowercase());
        }
    }
    words.iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Whether a value is a secret, whatever its name: a private key, a token of a known service, or long
/// and random.
fn is_secret_value(value: &str) -> bool {
    is_key(value) || is_random(value)
}

fn is_key(value: &str) -> bool {
    (value.contains("-----BEGIN ") && value.contains("PRIVATE KEY"))
        || (value.len() >= 20
            && !value.contains(char::is_whitespace)
            && BEGINNINGS.iter().any(|beginning| value.starts_with(beginning)))
}

/// Whether a value looks as if it were drawn: hexadecimal digits of 128 bits and more, or letters of
/// both cases with digits among them, hardly repeating.
fn is_random(value: &str) -> bool {
    let is_hex = value.chars().all(|char| char.is_ascii_hexdigit() || char == '-');
    if is_hex {
        return value.chars().filter(char::is_ascii_hexdigit).count() >= 32 && bits(value) > 3.0;
    }
    let is_token = |char: char| char.is_ascii_alphanumeric() || "+/=_-.".contains(char);
    let has = |wanted: fn(&char) -> bool| value.chars().any(|char| wanted(&char));
    value.len() >= 24
        && !value.starts_with('/')
        && value.chars().all(is_token)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_digit)
        && bits(value) > 3.9
}

/// Shannon's entropy of a text, bits for each character.
fn bits(text: &str) -> f64 {
    let mut counts = std::collections::HashMap::<char, f64>::new();
    let mut all = 0.0;
    for char in text.chars() {
        *counts.entry(char).or_default() += 1.0;
        all += 1.0;
    }
    counts.values().map(|count| -(count / all) * (count / all).log2()).sum()
}

/// The password in an address: `postgres://app:password@db/shop`, as it is written there.
fn url_password(value: &str) -> Option<String> {
    let (_, rest) = value.split_once("://")?;
    // What is no whole address for the standard may still hold a password: `tcp(db:3306)`.
    let authority = rest.split(['/', '?', '#']).next()?;
    let written = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':'));
    let parsed = Url::parse(value).ok().and_then(|url| url.password().map(str::to_owned));
    written
        .map(|(_, password)| password.to_owned())
        .or(parsed)
        .filter(|password| !password.is_empty())
}

/// `p%40ss` as it was before it stood in an address.
fn form_decoded(text: &str) -> String {
    let kept = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(kept.as_bytes())
        .next()
        .map_or_else(|| text.to_owned(), |(name, _)| name.into_owned())
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;
