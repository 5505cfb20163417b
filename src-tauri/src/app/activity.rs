//! Writing the activity log: who did what to which server.

use super::Tomo;
use crate::{
    collect::hub::Change,
    domain::{
        activity::ActivityKind,
        fleet::Topic,
        id::{ServerId, UserId},
    },
    store::NewActivity,
};
use chrono::Utc;
use serde_json::Value;

/// The server that something is about.
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

/// An entry to write.
#[derive(Clone, Debug)]
pub struct Entry {
    kind: ActivityKind,
    message: String,
    user: Option<UserId>,
    server: Option<ServerId>,
    details: Option<Value>,
}

impl Entry {
    /// Something that a person did.
    pub fn by(user: UserId, kind: ActivityKind, message: impl Into<String>) -> Self {
        Self { user: Some(user), ..Self::by_tomo(kind, message) }
    }

    /// Something that Tomo did by itself, or that somebody did who is not signed in.
    pub fn by_tomo(kind: ActivityKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), user: None, server: None, details: None }
    }

    /// To this server, which the message then names.
    #[must_use]
    pub fn about(mut self, subject: Option<Subject>) -> Self {
        if let Some(subject) = subject {
            self.server = Some(subject.id);
            if let Some(name) = subject.name {
                self.message = format!("{}: {name}", self.message);
            }
        }
        self
    }

    /// To this server, which the message names already.
    #[must_use]
    pub fn to(mut self, server: ServerId) -> Self {
        self.server = Some(server);
        self
    }

    /// With more: a JSON object, free of secrets.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }
}

impl Tomo {
    /// Writes an entry. A log that cannot be written stops nobody from working; it is reported in
    /// the program's own log.
    pub async fn record(&self, entry: Entry) {
        let row = NewActivity {
            activity_type: entry.kind.as_str(),
            user_id: entry.user,
            server_id: entry.server,
            app_id: None,
            message: &entry.message,
            details: entry.details.as_ref(),
        };
        match self.inner.store.insert_activity(&row, Utc::now()).await {
            Ok(()) => self.inner.hub.announce(Change::Topic(Topic::Activity)),
            Err(error) => {
                tracing::error!(%error, kind = entry.kind.as_str(), "an activity could not be recorded");
            }
        }
    }
}
