//! Set-up, sign-in and sign-out, and the vault that has to be open for them.

use super::{
    Cli,
    args::{Account, Listing},
    error::{CliError, Exit, UNLOCK},
    output, prompt,
};
use crate::{
    api::error::{ApiError, Code},
    domain::status::{KeyPlace, Status, VaultStatus},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// How often a person may mistype a secret.
const ATTEMPTS: usize = 3;

/// `tomo setup`.
pub async fn set_up(cli: &Cli, account: Account) -> Result<(), CliError> {
    let before: Status = cli.call("status.get", json!({})).await?;
    if before.is_setup {
        let error = ApiError::new(Code::Duplicate, "Tomo is set up already.", "Run `tomo login`.");
        return Err(error.into());
    }
    open_vault(cli, &before).await?;
    let username = match account.username {
        Some(name) => name,
        None if prompt::possible() => {
            output::note("Tomo has no account yet. The first one is an admin.");
            prompt::line("User name", user_of_this_computer()).await?
        }
        None => return Err(missing("the user name", "--username")),
    };
    let status = match account.password_file {
        Some(file) => create(cli, &username, &prompt::secret_file(&file)?).await?,
        None if prompt::possible() => {
            ask_again(async || {
                let password = prompt::new_secret("New password").await?;
                create(cli, &username, &password).await
            })
            .await?
        }
        None => return Err(missing("the password", "--password-file")),
    };
    output::text(&format!("Tomo is set up. You are signed in as {}.", signed_in_as(&status)))?;
    if let VaultStatus::Open { place } = status.vault {
        let place = kept(place, &status.keychain_name);
        output::text(&format!("The key to the secrets is kept in {place}."))?;
    }
    Ok(())
}

async fn create(cli: &Cli, username: &str, password: &SecretString) -> Result<Status, CliError> {
    cli.call("setup.create", credentials(username, password)).await
}

/// `tomo login`.
pub async fn sign_in(cli: &Cli, account: Account) -> Result<(), CliError> {
    unlock(cli).await?;
    let before: Status = cli.call("status.get", json!({})).await?;
    if !before.is_setup {
        return Err(ApiError::new(Code::NotSetUp, "Tomo has no account yet.", "").into());
    }
    let username = match account.username {
        Some(name) => name,
        None if prompt::possible() => prompt::line("User name", user_of_this_computer()).await?,
        None => return Err(missing("the user name", "--username")),
    };
    let enter = async |password: SecretString| {
        cli.call::<Status>("session.sign_in", credentials(&username, &password)).await
    };
    let status = match account.password_file {
        Some(file) => enter(prompt::secret_file(&file)?).await?,
        None if prompt::possible() => {
            ask_again(async || enter(prompt::secret("Password").await?).await).await?
        }
        None => return Err(missing("the password", "--password-file")),
    };
    output::text(&format!("You are signed in as {}.", signed_in_as(&status)))
}

/// `tomo logout`.
pub async fn sign_out(cli: &Cli) -> Result<(), CliError> {
    unlock(cli).await?;
    let before: Status = cli.call("status.get", json!({})).await?;
    if before.session.is_none() {
        return output::text("Nobody is signed in on the command line.");
    }
    let _: Status = cli.call("session.sign_out", json!({})).await?;
    output::text(&format!("{} is signed out.", signed_in_as(&before)))
}

/// `tomo status`.
pub async fn status(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let status: Status = cli.call("status.get", json!({})).await?;
    if listing.json {
        return output::json(&status);
    }
    let account = match (&status.session, status.is_setup, &status.vault) {
        (Some(session), ..) => {
            format!("{}, {}", session.user.username, session.user.role.as_str())
        }
        (None, false, _) => "none yet; run `tomo setup`".into(),
        (None, true, VaultStatus::Locked) => "not known while the vault is locked".into(),
        (None, true, _) => "nobody is signed in; run `tomo login`".into(),
    };
    let vault = match &status.vault {
        VaultStatus::Open { place } => {
            format!("open; its key is kept in {}", kept(*place, &status.keychain_name))
        }
        VaultStatus::NeedsPassphrase { reason } => format!("needs a passphrase: {reason}"),
        VaultStatus::Locked => "locked; waits for its passphrase".into(),
        VaultStatus::Unavailable { reason, hint } => format!("not available: {reason}. {hint}"),
    };
    output::rows(&[
        ["Version", &status.version],
        ["Account", &account],
        ["Vault", &vault],
        ["Data folder", &status.data_dir],
    ])
}

/// Opens a vault that waits for its passphrase; one that does not exist yet is left to set-up.
pub async fn unlock(cli: &Cli) -> Result<(), CliError> {
    let status: Status = cli.call("status.get", json!({})).await?;
    match status.vault {
        VaultStatus::NeedsPassphrase { .. } | VaultStatus::Open { .. } => Ok(()),
        VaultStatus::Locked | VaultStatus::Unavailable { .. } => open_vault(cli, &status).await,
    }
}

/// Opens the vault, and chooses its passphrase where that has not been done, for what begins on a new
/// computer.
pub async fn prepare_vault(cli: &Cli) -> Result<(), CliError> {
    let status: Status = cli.call("status.get", json!({})).await?;
    open_vault(cli, &status).await
}

/// Signs in for a command that a person watches: goes through set-up or sign-in where they are
/// missing and somebody can be asked.
pub async fn ensure_signed_in(cli: &Cli) -> Result<(), CliError> {
    unlock(cli).await?;
    let status: Status = cli.call("status.get", json!({})).await?;
    if status.session.is_some() || !prompt::possible() {
        return Ok(());
    }
    let account = Account { username: None, password_file: None };
    if status.is_setup { sign_in(cli, account).await } else { set_up(cli, account).await }
}

async fn open_vault(cli: &Cli, status: &Status) -> Result<(), CliError> {
    let locked =
        |message: &str, hint: &str| Err(CliError::stopped(Exit::VaultLocked, message, hint));
    match &status.vault {
        VaultStatus::Open { .. } => Ok(()),
        VaultStatus::Unavailable { reason, hint } => locked(reason, hint),
        VaultStatus::Locked if !prompt::possible() => locked("The vault is locked.", UNLOCK),
        VaultStatus::Locked => {
            ask_again(async || {
                let passphrase = prompt::secret("Passphrase of the vault").await?;
                pass(cli, "vault.unlock", &passphrase).await
            })
            .await
        }
        VaultStatus::NeedsPassphrase { reason } if !prompt::possible() => locked(
            &format!("Secrets need a passphrase here: {reason}."),
            "Choose one in a terminal, or name a file that holds it in TOMO_PASSPHRASE_FILE.",
        ),
        VaultStatus::NeedsPassphrase { reason } => {
            output::note(&format!(
                "Secrets need a passphrase here: {reason}. Tomo asks for it at each start; \
                 without it the stored credentials are lost."
            ));
            ask_again(async || {
                let passphrase = prompt::new_secret("New passphrase of the vault").await?;
                pass(cli, "vault.create", &passphrase).await
            })
            .await
        }
    }
}

async fn pass(cli: &Cli, command: &str, passphrase: &SecretString) -> Result<(), CliError> {
    let arguments = json!({ "passphrase": passphrase.expose_secret() });
    cli.call::<Status>(command, arguments).await.map(drop)
}

/// Asks again when what was entered cannot be taken.
pub(super) async fn ask_again<T>(
    mut ask: impl AsyncFnMut() -> Result<T, CliError>,
) -> Result<T, CliError> {
    for _ in 1..ATTEMPTS {
        match ask().await {
            Err(CliError::Api(error)) if error.code == Code::Invalid => {
                output::note(format!("{} {}", error.message, error.hint).trim());
            }
            other => return other,
        }
    }
    ask().await
}

/// The session is kept, because each command is a process of its own.
fn credentials(username: &str, password: &SecretString) -> Value {
    json!({
        "username": username,
        "password": password.expose_secret(),
        "stay_signed_in": true,
    })
}

/// Nobody can be asked for something that no option gave.
pub(super) fn missing(what: &str, option: &str) -> CliError {
    CliError::usage(
        format!("There is no terminal to ask for {what}."),
        format!("Give it with {option}."),
    )
}

fn signed_in_as(status: &Status) -> &str {
    status.session.as_ref().map_or("nobody", |session| &session.user.username)
}

fn kept(place: KeyPlace, keychain: &str) -> String {
    match place {
        KeyPlace::Keychain => format!("the {keychain}"),
        KeyPlace::PassphraseFile => "a file that only its passphrase opens".into(),
    }
}

/// The name of this computer's user, as a proposal.
pub fn user_of_this_computer() -> Option<String> {
    ["USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).filter(|n| !n.is_empty())
}
