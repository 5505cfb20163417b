//! Writing the activity log: who did what to which server, and through which front door.

use super::{Tomo, error::AppError};
use crate::{
    collect::hub::{Change, Hub},
    domain::{
        activity::ActivityKind,
        app_source::AppId,
        fleet::Topic,
        id::{ServerId, UserId},
        session::Door,
    },
    store::{NewActivity, Store, StoredInstall, WrittenActivity},
};
use chrono::Utc;
use serde_json::{Map, Value};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// Characters of a message, and of each text among the details. What is longer names nothing that
/// a person would read.
const LONGEST_TEXT: usize = 1_000;
/// Members of each list among the details.
const LONGEST_LIST: usize = 100;

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
        let name = match tomo.inner.hub.server(id) {
            Some(server) => Some(server.name),
            // Another process may have added it a moment ago.
            None => tomo.inner.store.server(id).await.ok().map(|server| server.name),
        };
        Some(Self { id, name })
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
    app: Option<AppId>,
    details: Option<Value>,
}

impl Entry {
    /// Something that a person did.
    pub fn by(user: UserId, kind: ActivityKind, message: impl Into<String>) -> Self {
        Self { user: Some(user), ..Self::by_tomo(kind, message) }
    }

    /// Something that Tomo did by itself, or that somebody did who is not signed in.
    pub fn by_tomo(kind: ActivityKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), user: None, server: None, app: None, details: None }
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

    /// To this app on its server, both of which the message names already.
    #[must_use]
    pub fn to_app(mut self, app: &StoredInstall) -> Self {
        self.app = Some(app.app.clone());
        self.to(app.server_id)
    }

    /// With more: a JSON object, free of secrets.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }
}

/// The first characters of a text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Details of a sensible size.
fn bounded(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(shortened(&text)),
        Value::Array(list) => list.into_iter().take(LONGEST_LIST).map(bounded).collect(),
        Value::Object(map) => {
            let members = map.into_iter().take(LONGEST_LIST);
            members.map(|(name, value)| (shortened(&name), bounded(value))).collect()
        }
        plain => plain,
    }
}

/// The activity log, as whoever has something to say sees it.
pub(super) struct Journal {
    pub(super) store: Store,
    pub(super) hub: Arc<Hub>,
    pub(super) door: Door,
    /// The entry that front doors were last told about.
    told: AtomicI64,
}

impl Journal {
    pub(super) fn new(store: Store, hub: Arc<Hub>, door: Door) -> Self {
        Self { store, hub, door, told: AtomicI64::new(0) }
    }

    /// Writes an entry. A log that cannot be written stops nobody from working; it is reported in
    /// the program's own log.
    pub(super) async fn write(&self, entry: Entry) {
        self.insert(entry, false).await;
    }

    /// Writes an entry about something that other processes may see as well, once: the `event` among
    /// its details says what it was.
    pub(super) async fn write_once(&self, entry: Entry) {
        self.insert(entry, true).await;
    }

    async fn insert(&self, entry: Entry, once: bool) {
        let details = match (entry.details.map(bounded), entry.user) {
            (Some(Value::Object(map)), Some(_)) => Some(self.with_door(map)),
            (None, Some(_)) => Some(self.with_door(Map::new())),
            (details, _) => details,
        };
        let app = entry.app.map(|app| app.to_string());
        let row = NewActivity {
            activity_type: entry.kind.as_str(),
            user_id: entry.user,
            server_id: entry.server,
            app_id: app.as_deref(),
            message: &shortened(&entry.message),
            details: details.as_ref(),
        };
        let written = if once {
            self.store.insert_activity_once(&row, Utc::now()).await
        } else {
            self.store.insert_activity(&row, Utc::now()).await.map(Some)
        };
        match written {
            Ok(written) => written.into_iter().for_each(|written| self.tell(written)),
            Err(error) => {
                tracing::error!(%error, kind = entry.kind.as_str(), "an activity could not be recorded");
            }
        }
    }

    fn with_door(&self, mut details: Map<String, Value>) -> Value {
        details.entry("via").or_insert_with(|| self.door.name().into());
        Value::Object(details)
    }

    /// Tells front doors of an entry that this process has written.
    pub(super) fn tell(&self, written: WrittenActivity) {
        self.told.fetch_max(written.rowid, Ordering::SeqCst);
        self.hub.announce(Change::Topic(Topic::Activity));
    }

    /// Tells front doors when another process has written an entry.
    async fn look(&self) -> Result<(), AppError> {
        let last = self.store.last_activity_rowid().await?;
        if self.told.swap(last, Ordering::SeqCst) != last {
            self.hub.announce(Change::Topic(Topic::Activity));
        }
        Ok(())
    }
}

impl Tomo {
    /// Writes an entry; see [`Journal::write`]. What a person did says through which front door.
    pub async fn record(&self, entry: Entry) {
        self.inner.journal.write(entry).await;
    }

    /// Notices what other processes have written.
    pub(super) async fn follow_activity(&self) {
        if let Err(error) = self.inner.journal.look().await {
            tracing::warn!(%error, "the activity log could not be followed");
        }
    }

    /// Notices what other processes write, for as long as Tomo lives, in one that does not collect.
    pub fn keep_following_activity(&self, every: Duration) {
        let tomo = self.clone();
        self.every(every, every, move || {
            let tomo = tomo.clone();
            async move { tomo.follow_activity().await }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A name of a megabyte is a megabyte in every entry that names it.
    #[test]
    fn details_have_a_sensible_size() {
        let huge = json!({ "a": "é".repeat(1 << 20), "b": vec!["x"; 1 << 12], "c": [{ "d": 1 }] });
        let bounded = bounded(huge);
        assert!(bounded.to_string().len() < 4_096);
        assert_eq!(bounded["c"][0]["d"], 1);
    }
}
