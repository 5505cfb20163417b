//! Asking a person, on standard error so that the output stays clean; and reading secrets from
//! files where nobody can be asked.

use super::{error::CliError, terminal::Settings};
use dialoguer::{Input, Password};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::Path,
};
use zeroize::Zeroize;

/// No file with one secret is larger.
const SECRET_BYTES: u64 = 64 * 1024;

/// Whether there is a person to ask.
#[must_use]
pub fn possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line.
///
/// # Errors
/// When the person leaves, or the terminal fails.
pub async fn line(question: &str, default: Option<String>) -> Result<String, CliError> {
    let question = question.to_owned();
    ask(move || {
        let input = Input::<String>::new().with_prompt(question);
        match default {
            Some(default) => input.default(default),
            None => input,
        }
        .interact_text()
    })
    .await
}

/// Asks a question that only 'yes' answers with yes.
///
/// # Errors
/// As [`line`].
pub async fn confirm(question: &str) -> Result<bool, CliError> {
    let answer = line(&format!("{question} [yes/no]"), Some("no".into())).await?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "yes" | "y"))
}

/// Asks for a secret, which is not shown.
///
/// # Errors
/// As [`line`].
pub async fn secret(question: &str) -> Result<SecretString, CliError> {
    let question = question.to_owned();
    ask(move || Password::new().with_prompt(question).report(false).interact())
        .await
        .map(SecretString::from)
}

/// Asks for a new secret, twice.
///
/// # Errors
/// As [`line`].
pub async fn new_secret(question: &str) -> Result<SecretString, CliError> {
    let question = question.to_owned();
    ask(move || {
        Password::new()
            .with_prompt(question)
            .with_confirmation("The same again", "The two are different.")
            .report(false)
            .interact()
    })
    .await
    .map(SecretString::from)
}

async fn ask<T: Send + 'static>(
    question: impl FnOnce() -> dialoguer::Result<T> + Send + 'static,
) -> Result<T, CliError> {
    let _settings = Settings::keep();
    let answer = tokio::task::spawn_blocking(question).await;
    answer.map_err(|error| CliError::io("asking", error.into()))?.map_err(
        |dialoguer::Error::IO(error)| match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => CliError::Interrupted,
            _ => CliError::io("asking", error),
        },
    )
}

/// Reads a secret from a file, or from standard input for `-`, without the line end.
///
/// # Errors
/// When it cannot be read, or is empty, too large or not text.
pub fn secret_file(path: &Path) -> Result<SecretString, CliError> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(SECRET_BYTES + 1).read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(SECRET_BYTES + 1).read_to_string(&mut text))
    };
    if let Err(error) = read {
        text.zeroize();
        return Err(CliError::io(format!("reading {}", path.display()), error));
    }
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    let secret = SecretString::from(text);
    let length = secret.expose_secret().len() as u64;
    if length == 0 || length > SECRET_BYTES {
        let problem = if length == 0 { "is empty" } else { "is too large for a secret" };
        return Err(CliError::usage(
            format!("{} {problem}.", path.display()),
            "Name a file that holds the secret on one line.",
        ));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Editors end a file with a line feed, which nobody means to be part of a password; a space is.
    #[test]
    fn only_the_line_end_is_cut_from_a_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        std::fs::write(&path, " pass word \r\n").expect("a file");
        assert_eq!(secret_file(&path).expect("a secret").expose_secret(), " pass word ");
        std::fs::write(&path, "\n").expect("a file");
        assert!(secret_file(&path).is_err());
    }
}
