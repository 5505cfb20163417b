//! `tomo user`: accounts as admins see to them, and `tomo password` for the own one.

use super::{
    Cli,
    account::{ask_again, missing},
    args::Listing,
    error::CliError,
    format, output, prompt,
};
use crate::{
    api::error::{ApiError, Code},
    domain::{
        account::{Account, folded},
        user::Role,
    },
};
use clap::{Args as Group, Subcommand, builder::PossibleValuesParser, builder::TypedValueParser};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::path::PathBuf;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List the accounts
    List(Listing),
    /// Create an account
    #[command(after_help = "\
Examples:
  tomo user create ana                    asks for the password
  tomo user create ana --role readonly --password-file ana.txt

Without --role, the setting system.default_user_role says what the account may do.")]
    Create(Create),
    /// Change an account's name, address or role, or whether it may sign in
    #[command(after_help = "\
Examples:
  tomo user edit ana --role admin
  tomo user edit ana --deactivate         all sessions of ana end")]
    Edit(Edit),
    /// Set somebody's password, and end all their sessions
    SetPassword(SetPassword),
    /// Delete an account with its sessions and own settings
    Remove(Remove),
}

/// An account.
#[derive(Debug, Group)]
pub struct Named {
    /// User name (upper and lower case are the same) or id
    #[arg(value_name = "USER")]
    user: String,
}

fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(["admin", "user", "readonly"])
        .try_map(|text| Role::from_text(&text).ok_or("not a role"))
}

/// An account to create.
#[derive(Debug, Group)]
pub struct Create {
    /// User name
    #[arg(value_name = "USER")]
    user: String,
    /// E-mail address
    #[arg(long, default_value = "", hide_default_value = true)]
    email: String,
    /// What the account may do
    #[arg(long, value_parser = role())]
    role: Option<Role>,
    /// File with the password ('-' reads standard input); asked for when left out
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Write the new account as JSON
    #[arg(long)]
    json: bool,
}

/// An account to change.
#[derive(Debug, Group)]
#[group(required = true, multiple = true)]
pub struct Changes {
    /// New user name
    #[arg(long)]
    name: Option<String>,
    /// New e-mail address; '' removes it
    #[arg(long)]
    email: Option<String>,
    /// What the account may do
    #[arg(long, value_parser = role())]
    role: Option<Role>,
    /// Let nobody sign in with it, and end its sessions
    #[arg(long)]
    deactivate: bool,
    /// Let its user sign in again
    #[arg(long, conflicts_with = "deactivate")]
    activate: bool,
}

/// An account to change, and how.
#[derive(Debug, Group)]
pub struct Edit {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    changes: Changes,
}

/// A password to set.
#[derive(Debug, Group)]
pub struct SetPassword {
    #[command(flatten)]
    named: Named,
    /// File with the new password ('-' reads standard input); asked for when left out
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// An account to delete.
#[derive(Debug, Group)]
pub struct Remove {
    #[command(flatten)]
    named: Named,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// The own password.
#[derive(Debug, Group)]
pub struct Password {
    /// File with the present password ('-' reads standard input); asked for when left out
    #[arg(long, value_name = "FILE")]
    present_password_file: Option<PathBuf>,
    /// File with the new password; asked for when left out
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// `tomo user …`.
pub async fn user(cli: &Cli, command: UserCommand) -> Result<(), CliError> {
    match command {
        UserCommand::List(listing) => list(cli, listing).await,
        UserCommand::Create(create) => self::create(cli, create).await,
        UserCommand::Edit(edit) => self::edit(cli, edit).await,
        UserCommand::SetPassword(set) => set_password(cli, set).await,
        UserCommand::Remove(remove) => self::remove(cli, remove).await,
    }
}

async fn list(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let accounts: Vec<Account> = cli.call("user.list", json!({})).await?;
    if listing.json {
        return output::json(&accounts);
    }
    let heads = ["Name", "Role", "E-mail", "State", "Last sign-in", ">Sessions", "Id"];
    let mut table = output::new_table(&heads, None);
    let dates = cli.dates().await?;
    for account in &accounts {
        let user = &account.user;
        let state = match (user.is_active, account.locked_until) {
            (false, _) => "deactivated".into(),
            (true, Some(until)) => format!("locked until {}", dates.when(until)),
            (true, None) => "active".into(),
        };
        table.add_row([
            output::clean_line(&user.username),
            user.role.as_str().into(),
            output::clean_line(if user.email.is_empty() { format::ABSENT } else { &user.email }),
            state,
            account.last_login.map_or_else(|| "never".into(), |at| dates.when(at)),
            account.live_sessions.to_string(),
            user.id.to_string(),
        ]);
    }
    output::table(&table)
}

async fn create(cli: &Cli, create: Create) -> Result<(), CliError> {
    let account: Account = with_new_password(create.password_file, async |password| {
        let arguments = json!({
            "username": create.user,
            "email": create.email,
            "role": create.role,
            "password": password.expose_secret(),
        });
        cli.call("user.create", arguments).await
    })
    .await?;
    if create.json {
        return output::json(&account);
    }
    let (name, role) = (output::clean_line(&account.user.username), account.user.role.as_str());
    output::text(&format!("{name} may sign in, with the role '{role}'."))
}

async fn edit(cli: &Cli, edit: Edit) -> Result<(), CliError> {
    let Changes { name, email, role, deactivate, activate } = edit.changes;
    let id = find(cli, &edit.named).await?.user.id;
    let is_active = (deactivate || activate).then_some(activate);
    let arguments = json!({
        "id": id, "username": name, "email": email, "role": role, "is_active": is_active,
    });
    let account: Account = cli.call("user.edit", arguments).await?;
    let name = output::clean_line(&account.user.username);
    let state = if account.user.is_active { "may sign in" } else { "may not sign in" };
    output::text(&format!("{name} {state}; the role is '{}'.", account.user.role.as_str()))
}

async fn set_password(cli: &Cli, set: SetPassword) -> Result<(), CliError> {
    let user = find(cli, &set.named).await?.user;
    let account: Account = with_new_password(set.password_file, async |password| {
        let arguments = json!({ "id": user.id, "password": password.expose_secret() });
        cli.call("user.set_password", arguments).await
    })
    .await?;
    let name = output::clean_line(&account.user.username);
    output::text(&format!("{name} has a new password, and no session any more."))
}

async fn remove(cli: &Cli, remove: Remove) -> Result<(), CliError> {
    let user = find(cli, &remove.named).await?.user;
    let name = output::clean_line(&user.username);
    if !remove.yes {
        if !prompt::possible() {
            return Err(CliError::usage(
                format!("Deleting {name} also deletes their sessions and own settings."),
                "Say --yes where nobody can be asked.",
            ));
        }
        let question = format!("Delete {name}? Their sessions and own settings are deleted too.");
        if !prompt::confirm(&question).await? {
            return output::text(&format!("{name} is kept."));
        }
    }
    let () = cli.call("user.remove", json!({ "id": user.id })).await?;
    output::text(&format!("{name} is deleted."))
}

/// `tomo password`.
pub async fn password(cli: &Cli, password: Password) -> Result<(), CliError> {
    // Whoever is not signed in is told before anything is asked.
    let _: Account = cli.call("account.get", json!({})).await?;
    let present = match password.present_password_file {
        Some(file) => prompt::secret_file(&file)?,
        None if prompt::possible() => prompt::secret("Present password").await?,
        None => return Err(missing("the present password", "--present-password-file")),
    };
    let _: Account = with_new_password(password.password_file, async |new| {
        let arguments = json!({ "current": present.expose_secret(), "new": new.expose_secret() });
        cli.call("account.change_password", arguments).await
    })
    .await?;
    output::text("The password is changed. Your other sessions have ended.")
}

/// Does something with a new password: the one in a file, or one that is asked for until it can be
/// taken.
async fn with_new_password<T>(
    file: Option<PathBuf>,
    mut take: impl AsyncFnMut(SecretString) -> Result<T, CliError>,
) -> Result<T, CliError> {
    match file {
        Some(file) => take(prompt::secret_file(&file)?).await,
        None if prompt::possible() => {
            ask_again(async || take(prompt::new_secret("New password").await?).await).await
        }
        None => Err(missing("the new password", "--password-file")),
    }
}

/// The account with this id or name.
async fn find(cli: &Cli, named: &Named) -> Result<Account, CliError> {
    let accounts: Vec<Account> = cli.call("user.list", json!({})).await?;
    let wanted = folded(&named.user);
    let names: Vec<_> = accounts.iter().map(|account| account.user.username.clone()).collect();
    accounts
        .into_iter()
        .find(|account| {
            account.user.id.to_string() == wanted || folded(&account.user.username) == wanted
        })
        .ok_or_else(|| {
            ApiError::new(
                Code::NotFound,
                format!("There is no user '{}'.", named.user),
                format!("The users are: {}.", names.join(", ")),
            )
            .into()
        })
}
