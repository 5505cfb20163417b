//! The activity log: who did what to which server.

use super::Tomo;
use crate::{
    domain::id::{ServerId, UserId},
    store::NewActivity,
};
use chrono::Utc;
use serde_json::Value;

/// The server that a command is about.
#[derive(Clone, Debug)]
pub struct Subject {
    id: ServerId,
    name: Option<String>,
}

impl Subject {
    /// From the `id` among a command's arguments.
    pub async fn of_arguments(tomo: &Tomo, arguments: &Value) -> Option<Self> {
        let id = arguments.get("id")?.as_str()?.parse().ok()?;
        Some(Self { id, name: tomo.inner.hub.server(id).map(|server| server.name) })
    }

    /// From the `server` in a command's result.
    #[must_use]
    pub fn of_result(result: &Value) -> Option<Self> {
        let server = result.get("server")?;
        Some(Self {
            id: server.get("id")?.as_str()?.parse().ok()?,
            name: server.get("name")?.as_str().map(Into::into),
        })
    }
}

/// Writes an entry. A log that cannot be written stops nobody from working; it is reported in the
/// program's own log.
pub async fn record(tomo: &Tomo, kind: &str, done: &str, user: UserId, subject: Option<Subject>) {
    let message = match subject.as_ref().and_then(|subject| subject.name.as_ref()) {
        Some(name) => format!("{done}: {name}"),
        None => done.to_owned(),
    };
    let server = subject.map(|subject| subject.id);
    let entry = NewActivity {
        activity_type: kind,
        user_id: Some(user),
        server_id: server,
        message: &message,
        details: None,
    };
    if let Err(error) = tomo.inner.store.insert_activity(&entry, Utc::now()).await {
        tracing::error!(%error, kind, "an activity could not be recorded");
    }
}
