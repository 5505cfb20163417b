//! What the activity log says of connections: that one was lost, is there again, or is stopped by
//! another host key. Once for each change, not for each attempt.
//!
//! Several processes may watch one server. The log itself is what they agree on: a loss is written
//! when the last word about the server was no loss, a return when it was one.

use super::activity::Journal;
use crate::{
    domain::{
        activity::ActivityKind, connection::ConnectionStatus, failure::Failure, figure,
        host_key::HostKey, id::ServerId,
    },
    store::{LastConnectionEntry, NewConnectionEntry},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// Two processes notice one loss within this time. One that was made good again by another process
/// meanwhile is not written a second time.
const SAME_LOSS: TimeDelta = TimeDelta::seconds(60);

/// What this process has seen of one connection.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Whether it is open, or was until just now.
    is_up: bool,
    /// Whether the log was asked since this stands as it does.
    is_said: bool,
    /// The last entry that this process wrote of it.
    own: Option<Uuid>,
}

/// What may have to be said.
enum News<'a> {
    Made,
    Lost { failure: &'a Failure, was_up: bool },
    HostKey { presented: &'a HostKey, known: &'a HostKey },
}

/// See the module.
pub(super) struct ConnectionEvents {
    journal: Arc<Journal>,
    seen: Mutex<HashMap<ServerId, Seen>>,
}

impl ConnectionEvents {
    pub(super) fn new(journal: Arc<Journal>) -> Self {
        Self { journal, seen: Mutex::default() }
    }

    /// A connection stands elsewhere.
    pub(super) async fn moved(&self, id: ServerId, to: &ConnectionStatus) {
        let Some((news, own)) = self.news(id, to) else { return };
        let Some(server) = self.journal.hub.server(id) else { return };
        // Nothing connects to this computer.
        if server.is_local() {
            return;
        }
        let now = Utc::now();
        let decide =
            |last: Option<&LastConnectionEntry>| entry(&news, &server.name, last, own, now);
        match self.journal.store.insert_connection_activity(id, now, decide).await {
            Ok(None) => {}
            Ok(Some(written)) => {
                self.seen().entry(id).or_default().own = Some(written.id);
                self.journal.tell(written);
            }
            Err(error) => {
                tracing::error!(server = %id, %error, "a connection's change could not be recorded");
            }
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, HashMap<ServerId, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is new for this process.
    fn news<'a>(&self, id: ServerId, to: &'a ConnectionStatus) -> Option<(News<'a>, Option<Uuid>)> {
        let mut all = self.seen();
        let seen = all.entry(id).or_default();
        let was = *seen;
        let news = match to {
            ConnectionStatus::Connected { .. } => {
                *seen = Seen { is_up: true, is_said: true, ..was };
                (!(was.is_up && was.is_said)).then_some(News::Made)
            }
            ConnectionStatus::Retrying { failure, .. }
            | ConnectionStatus::Failed { failure, .. } => {
                *seen = Seen { is_up: false, is_said: true, ..was };
                let is_new = was.is_up || !was.is_said;
                is_new.then_some(News::Lost { failure, was_up: was.is_up })
            }
            ConnectionStatus::HostKeyChanged { presented, known, .. } => {
                *seen = Seen { is_up: false, is_said: true, ..was };
                Some(News::HostKey { presented, known: &known.key })
            }
            // Somebody wants it so, or it is being tried: what comes of that is told then.
            ConnectionStatus::Connecting
            | ConnectionStatus::Disconnected
            | ConnectionStatus::HostKeyUnknown { .. }
            | ConnectionStatus::Paused => {
                *seen = Seen { is_up: false, is_said: false, ..was };
                None
            }
        };
        news.map(|news| (news, was.own))
    }
}

/// The entry to write, given the last one about this server's connection.
fn entry(
    news: &News<'_>,
    name: &str,
    last: Option<&LastConnectionEntry>,
    own: Option<Uuid>,
    now: DateTime<Utc>,
) -> Option<NewConnectionEntry> {
    let is_away = |last: &LastConnectionEntry| last.kind != ActivityKind::ConnectionMade;
    match news {
        News::Made => {
            let last = last.filter(|last| is_away(last))?;
            let seconds = (now - last.timestamp).num_seconds().max(0);
            let message = format!("Connected again to {name} after {}", figure::length(seconds));
            let details = json!({ "server": name, "seconds": seconds, "since": last.timestamp });
            Some(NewConnectionEntry { kind: ActivityKind::ConnectionMade, message, details })
        }
        News::Lost { failure, was_up } => {
            let by_another = |last: &&LastConnectionEntry| Some(last.id) != own;
            let is_recent = |last: &LastConnectionEntry| now - last.timestamp < SAME_LOSS;
            if last.is_some_and(is_away) || last.filter(by_another).is_some_and(is_recent) {
                return None;
            }
            let message = if *was_up {
                format!("Connection to {name} lost: {}", failure.message)
            } else {
                format!("{name} cannot be reached: {}", failure.message)
            };
            let (step, reason) = (failure.step, &failure.message);
            let details = json!({ "server": name, "step": step, "failure": reason });
            Some(NewConnectionEntry { kind: ActivityKind::ConnectionLost, message, details })
        }
        News::HostKey { presented, known } => {
            let is_known = |last: &LastConnectionEntry| {
                last.kind == ActivityKind::HostKeyChanged
                    && last.details.as_ref().is_some_and(|details| {
                        details["presented"] == presented.fingerprint.as_str()
                    })
            };
            if last.is_some_and(is_known) {
                return None;
            }
            let message = format!("{name} shows another host key than the one Tomo knows");
            let details = json!({
                "server": name,
                "algorithm": presented.algorithm,
                "presented": presented.fingerprint,
                "known": known.fingerprint,
            });
            Some(NewConnectionEntry { kind: ActivityKind::HostKeyChanged, message, details })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::Step;

    fn last(kind: ActivityKind, ago: i64, now: DateTime<Utc>) -> LastConnectionEntry {
        let timestamp = now - TimeDelta::seconds(ago);
        LastConnectionEntry { id: Uuid::nil(), kind, details: None, timestamp }
    }

    /// Every restart of Tomo, and every second process, would else say again what is known.
    #[test]
    fn a_loss_is_said_once_and_a_return_only_after_it() {
        let now = Utc::now();
        let failure = Failure::new(Step::Connect, "no answer for 30 s", "");
        let lost = News::Lost { failure: &failure, was_up: true };
        let (away, back) = (ActivityKind::ConnectionLost, ActivityKind::ConnectionMade);
        let say = |news: &News<'_>, last: Option<LastConnectionEntry>, own| {
            entry(news, "nas", last.as_ref(), own, now).map(|entry| entry.message)
        };
        let first = say(&lost, None, None);
        assert_eq!(first.as_deref(), Some("Connection to nas lost: no answer for 30 s"));
        assert_eq!(say(&lost, Some(last(away, 86_400, now)), None), None);
        // Another process saw it go and come back a moment ago; this one had a loss of its own.
        assert_eq!(say(&lost, Some(last(back, 10, now)), None), None);
        assert!(say(&lost, Some(last(back, 10, now)), Some(Uuid::nil())).is_some());
        assert!(say(&lost, Some(last(back, 90, now)), None).is_some());
        assert_eq!(say(&News::Made, None, None), None);
        assert_eq!(say(&News::Made, Some(last(back, 5, now)), None), None);
        let again = say(&News::Made, Some(last(away, 7_920, now)), None);
        assert_eq!(again.as_deref(), Some("Connected again to nas after 2 h 12 min"));
    }
}
