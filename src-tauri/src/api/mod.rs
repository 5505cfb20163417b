//! The one door to the use cases. Window and command line send a command's name and its arguments
//! as JSON; the table says who may, runs it, and records what was done.
//!
//! Identity is never an argument: it is the session that the process holds.

pub mod access;
pub mod args;
pub mod bindings;
pub mod error;
mod handlers;
#[cfg(test)]
mod shape;
pub mod table;

use crate::{
    app::{
        Tomo,
        activity::{self, Entry},
    },
    domain::{refusal, session::Door, user::Role},
};
use access::Effect;
use error::{ApiError, Code};
use serde_json::Value;
use table::{COMMANDS, Command, Record};

/// Calls a command.
///
/// # Errors
/// When there is no such command, nobody is signed in, the session waits for its password, the role
/// does not allow it, the arguments cannot be taken, or the use case fails.
pub async fn call(tomo: &Tomo, name: &str, arguments: Value) -> Result<Value, ApiError> {
    dispatch(tomo, name, arguments).await.map_err(ApiError::in_short)
}

async fn dispatch(tomo: &Tomo, name: &str, arguments: Value) -> Result<Value, ApiError> {
    let command = COMMANDS.iter().find(|command| command.name == name).ok_or_else(|| {
        ApiError::new(Code::NotFound, format!("There is no command '{name}'."), "")
    })?;
    if command.person && tomo.door() == Door::Mcp {
        return Err(ApiError::new(
            Code::Forbidden,
            format!("{name} is for a person at Tomo's window or command line."),
            "Ask the person to do it there.",
        ));
    }
    let user = match command.effect {
        Effect::Public => None,
        effect => {
            let session = tomo.session().await?;
            if !effect.allowed_to(session.user.role) {
                return Err(forbidden(command, session.user.role));
            }
            tomo.called(&session, command.record != Record::Nothing).await;
            Some(session.user.id)
        }
    };
    let subject = activity::Subject::of_arguments(tomo, &arguments).await;
    let result = (command.run)(tomo.clone(), arguments).await;
    if let (Ok(result), Record::Table(kind, done), Some(user)) = (&result, command.record, user) {
        let subject = subject.or_else(|| activity::Subject::of_result(result));
        tomo.record(Entry::by(user, kind, done).about(subject)).await;
    }
    result
}

fn forbidden(command: &Command, role: Role) -> ApiError {
    let message = format!("{}.", refusal::may_not(role, command.name));
    ApiError::new(Code::Forbidden, message, refusal::HINT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A person is told what the role does not allow, and not the name of a row of a table.
    #[test]
    fn a_refusal_has_words_for_each_command() {
        let refused = COMMANDS.iter().filter(|command| !command.effect.allowed_to(Role::Readonly));
        for command in refused {
            assert!(refusal::doing(command.name).is_some(), "{}", command.name);
        }
        assert_eq!(
            refusal::may_not(Role::Readonly, "container.act"),
            "The role 'readonly' may not act on containers"
        );
    }
}
