//! Who may call what: an effect for each command, the effects of each role, and the matrix that
//! follows from the two.

use super::table::COMMANDS;
use crate::domain::user::Role;
use serde::Serialize;
use std::fmt::Write;

/// What calling a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Needs nobody signed in: set-up, sign-in, status.
    Public,
    /// Reads, or changes only what is the caller's own.
    Read,
    /// Acts on servers and apps.
    Operate,
    /// Changes users, system settings, credentials, host keys, retention; restores.
    Administer,
}

impl Effect {
    /// Every effect.
    pub const ALL: [Self; 4] = [Self::Public, Self::Read, Self::Operate, Self::Administer];

    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Read => "read",
            Self::Operate => "operate",
            Self::Administer => "administer",
        }
    }

    /// In a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Public => "Needs nobody signed in: set-up, sign-in, status.",
            Self::Read => "Reads, or changes only what is the caller's own.",
            Self::Operate => "Acts on servers and apps.",
            Self::Administer => {
                "Changes users, system settings, credentials, host keys, retention; restores."
            }
        }
    }

    /// Whether a role may do this.
    #[must_use]
    pub fn allowed_to(self, role: Role) -> bool {
        role.reaches(self.least_role())
    }

    /// The least role that may do this.
    #[must_use]
    pub fn least_role(self) -> Role {
        match self {
            Self::Public | Self::Read => Role::Readonly,
            Self::Operate => Role::User,
            Self::Administer => Role::Admin,
        }
    }
}

/// A row of the access matrix: a command, and who may call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The command's name.
    pub command: &'static str,
    /// What calling it does.
    pub effect: Effect,
    /// Whether it answers while nobody is signed in.
    pub nobody: bool,
    /// Whether the role `readonly` may call it.
    pub readonly: bool,
    /// Whether the role `user` may call it.
    pub user: bool,
    /// Whether the role `admin` may call it.
    pub admin: bool,
    /// What it is for.
    pub doc: &'static str,
}

/// Every command of the table, in its order, and who may call it.
#[must_use]
pub fn matrix() -> Vec<Access> {
    COMMANDS
        .iter()
        .map(|command| Access {
            command: command.name,
            effect: command.effect,
            nobody: command.effect == Effect::Public,
            readonly: command.effect.allowed_to(Role::Readonly),
            user: command.effect.allowed_to(Role::User),
            admin: command.effect.allowed_to(Role::Admin),
            doc: command.doc.trim(),
        })
        .collect()
}

/// The text of `docs/access.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "<!-- Generated from the command table by `cargo xtask bindings`. Do not edit. -->\n\n\
         # Access\n\n\
         Window, command line and assistants go through one table of commands. Each command has an \
         effect, and each role may have some effects. The role is the one of the account that the \
         process is signed in with: it is looked up at every call, before the arguments are, and no \
         argument names it. `tomo access` prints the same.\n\n\
         | effect | what it does |\n|---|---|\n",
    );
    // Writing to a String cannot fail.
    for effect in Effect::ALL {
        let _ = writeln!(text, "| {} | {} |", effect.name(), effect.meaning());
    }
    text.push_str(
        "\nSome commands that everybody signed in may call look further: a session of somebody \
         else, a setting that is the same for everybody, and an activity entry for admins alone \
         take the role `admin`.\n\n\
         | command | effect | nobody | readonly | user | admin | |\n\
         |---|---|:-:|:-:|:-:|:-:|---|\n",
    );
    let mark = |allowed| if allowed { "✓" } else { "–" };
    for row in matrix() {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            row.command,
            row.effect.name(),
            mark(row.nobody),
            mark(row.readonly),
            mark(row.user),
            mark(row.admin),
            row.doc.replace('|', "\\|"),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    /// The committed page is what the table says; `cargo xtask bindings` writes it anew.
    #[test]
    fn the_access_page_is_up_to_date_with_the_bindings() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/access.md");
        let expected = super::markdown();
        if std::env::var_os("TOMO_WRITE_BINDINGS").is_some() {
            std::fs::write(path, &expected).expect("the page can be written");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert!(committed == expected, "run `cargo xtask bindings`, and commit what it writes");
    }
}
