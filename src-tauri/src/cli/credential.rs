//! How Tomo shall sign in to a server: from the options, from the address, or asked for.

use super::{
    Cli,
    args::Credential,
    error::{CliError, Exit},
    prompt,
};
use crate::domain::{key_info::KeyInfo, server::AuthType};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::path::Path;

/// A way to sign in, as the command table takes it. It may hold a secret and has no `Debug`.
pub struct Way {
    /// Which way.
    pub auth_type: AuthType,
    /// The argument `credential`.
    pub input: Value,
}

impl Way {
    /// What is stored for a server that signs in like this.
    pub fn stored(auth_type: AuthType) -> Self {
        let kind = if auth_type == AuthType::Agent { "agent" } else { "stored" };
        Self { auth_type, input: json!({ "kind": kind }) }
    }

    fn agent() -> Self {
        Self::stored(AuthType::Agent)
    }

    fn password(password: &SecretString) -> Self {
        let input = json!({ "kind": "password", "password": password.expose_secret() });
        Self { auth_type: AuthType::Password, input }
    }

    fn key(path: &str, passphrase: Option<&SecretString>) -> Self {
        let passphrase = passphrase.map(ExposeSecret::expose_secret);
        let input = json!({ "kind": "key_file", "path": path, "passphrase": passphrase });
        Self { auth_type: AuthType::Key, input }
    }
}

/// The way that the options name, if they name one.
pub async fn named(cli: &Cli, options: &Credential) -> Result<Option<Way>, CliError> {
    if let Some(path) = &options.key {
        return key(cli, path_text(path)?, options).await.map(Some);
    }
    if let Some(file) = &options.password_file {
        return Ok(Some(Way::password(&prompt::secret_file(file)?)));
    }
    Ok(options.agent.then(Way::agent))
}

/// The way that the options or the address name, or that a person chooses.
pub async fn choose(
    cli: &Cli,
    options: &Credential,
    key_of_address: Option<&str>,
) -> Result<Way, CliError> {
    if let Some(way) = named(cli, options).await? {
        return Ok(way);
    }
    if let Some(path) = key_of_address {
        return key(cli, path, options).await;
    }
    if options.passphrase_file.is_some() {
        return Err(CliError::usage(
            "A passphrase without a key opens nothing.",
            "Name the key with --key.",
        ));
    }
    if !prompt::possible() {
        return Err(CliError::usage(
            "It is not said how to sign in.",
            "Give --key FILE, --password-file FILE or --agent.",
        ));
    }
    loop {
        let answer = prompt::line("Sign in by: key, password or agent", Some("key".into())).await?;
        return match answer.trim().to_lowercase().as_str() {
            "key" => {
                let path = prompt::line("Private key", Some("~/.ssh/id_ed25519".into())).await?;
                key(cli, &path, options).await
            }
            "password" => Ok(Way::password(&prompt::secret("Password on the server").await?)),
            "agent" => Ok(Way::agent()),
            _ => continue,
        };
    }
}

async fn key(cli: &Cli, path: &str, options: &Credential) -> Result<Way, CliError> {
    let given = options.passphrase_file.as_deref().map(prompt::secret_file).transpose()?;
    let way = Way::key(path, given.as_ref());
    let info: KeyInfo = cli.call("key.inspect", json!({ "credential": &way.input })).await?;
    if info.opens {
        return Ok(way);
    }
    if given.is_some() || !prompt::possible() {
        let message = match given {
            Some(_) => format!("The passphrase does not open {path}."),
            None => format!("{path} is locked with a passphrase."),
        };
        return Err(CliError::stopped(
            Exit::Failed,
            message,
            "Name a file that holds the key's passphrase with --passphrase-file.",
        ));
    }
    let passphrase = prompt::secret(&format!("Passphrase of {path}")).await?;
    Ok(Way::key(path, Some(&passphrase)))
}

fn path_text(path: &Path) -> Result<&str, CliError> {
    path.to_str().ok_or_else(|| {
        CliError::usage(
            format!("The path {} is not text.", path.display()),
            "Give the file a name in UTF-8.",
        )
    })
}
