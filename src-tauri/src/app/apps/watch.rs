//! How the apps on servers are, watched: one that is not well any more is an entry in the activity log, and a
//! state of the tray.

use crate::{
    app::{Tomo, activity::Entry},
    collect::hub::Change,
    domain::{
        activity::ActivityKind,
        fleet::Topic,
        id::InstalledAppId,
        installed_app::{AppStatus, AppsWellness},
    },
    store::StoredInstall,
};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long an app has to be ill until it is told: an engine that starts a container again takes a moment.
const CERTAIN: Duration = Duration::from_secs(5);

/// What is known of the apps that are watched.
#[derive(Default)]
pub(super) struct Watch {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    apps: HashMap<InstalledAppId, Seen>,
    wellness: AppsWellness,
}

/// An app as it was seen.
struct Seen {
    /// Since when it is as it is, ill or well.
    since: Instant,
    is_ill: bool,
    /// Whether it stands in the log as ill, or was so before anybody looked.
    is_told: bool,
}

/// What has changed, for the log.
enum News {
    Ill(String),
    Well,
}

impl Watch {
    fn known<T>(&self, with: impl FnOnce(&mut Known) -> T) -> T {
        with(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known {
    /// Takes what was seen of an app now; says what is to be told.
    fn take(&mut self, id: InstalledAppId, ill: Option<String>, now: Instant) -> Option<News> {
        let Some(seen) = self.apps.get_mut(&id) else {
            // What was so before Tomo looked is no news.
            let is_ill = ill.is_some();
            self.apps.insert(id, Seen { since: now, is_ill, is_told: is_ill });
            return None;
        };
        if seen.is_ill != ill.is_some() {
            (seen.is_ill, seen.since) = (ill.is_some(), now);
        }
        if now.duration_since(seen.since) < CERTAIN || seen.is_told == seen.is_ill {
            return None;
        }
        seen.is_told = seen.is_ill;
        Some(ill.map_or(News::Well, News::Ill))
    }

    /// Nobody can say how an app is at the moment: what was begun to be seen of it begins anew.
    fn skip(&mut self, id: InstalledAppId, now: Instant) {
        if let Some(seen) = self.apps.get_mut(&id) {
            (seen.is_ill, seen.since) = (seen.is_told, now);
        }
    }
}

impl Tomo {
    /// How many apps there are, and how many of them are not well.
    #[must_use]
    pub fn apps_wellness(&self) -> AppsWellness {
        self.inner.apps.watch.known(|known| known.wellness)
    }

    /// Looks how the apps are, as far as their engines answer.
    pub(super) async fn watch_apps(&self, stored: &[StoredInstall]) {
        let mut wellness = AppsWellness::default();
        for app in stored.iter().filter(|app| app.installed_at.is_some()) {
            wellness.all += 1;
            let now = Instant::now();
            if self.is_worked_at(app.id) {
                self.inner.apps.watch.known(|known| known.skip(app.id, now));
                continue;
            }
            let ill = self.trouble_of(app);
            wellness.troubled += u32::from(ill.is_some());
            let answers = self.engine_at(app.server_id, &app.config.engine).is_some();
            if app.status != AppStatus::Running || !answers {
                self.inner.apps.watch.known(|known| known.skip(app.id, now));
                continue;
            }
            let news = self.inner.apps.watch.known(|known| known.take(app.id, ill, now));
            let place = self.place([app.server_id]);
            let (kind, message) = match news {
                None => continue,
                Some(News::Ill(words)) => {
                    (ActivityKind::AppIll, format!("{} is not well{place}: {words}", app.title()))
                }
                Some(News::Well) => {
                    (ActivityKind::AppWell, format!("{} is well again{place}", app.title()))
                }
            };
            let entry = Entry::by_tomo(kind, message).to_app(app);
            self.record(entry.with(json!({ "app": app.app }))).await;
        }
        let has_changed = self.inner.apps.watch.known(|known| {
            known.apps.retain(|id, _| stored.iter().any(|app| app.id == *id));
            std::mem::replace(&mut known.wellness, wellness) != wellness
        });
        if has_changed {
            self.inner.hub.announce(Change::Topic(Topic::Apps));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because a container that is started again within a moment is nobody's worry, and a trouble is
    /// told once, and so is its end.
    #[test]
    fn a_trouble_that_lasts_is_told_once() {
        let (mut known, id, start) = (Known::default(), InstalledAppId::new(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let ill = || Some("1 of 2 ended".to_owned());
        let mut look = |ill: Option<String>, seconds| match known.take(id, ill, at(seconds)) {
            None => "nothing",
            Some(News::Ill(_)) => "ill",
            Some(News::Well) => "well",
        };
        assert_eq!(look(None, 0), "nothing");
        assert_eq!(look(ill(), 3), "nothing");
        assert_eq!(look(None, 6), "nothing");
        assert_eq!(look(ill(), 9), "nothing");
        assert_eq!(look(ill(), 15), "ill");
        assert_eq!(look(ill(), 60), "nothing");
        assert_eq!(look(None, 63), "nothing");
        assert_eq!(look(None, 69), "well");
        assert_eq!(look(None, 72), "nothing");
        // Another, that was so before anybody looked.
        let other = InstalledAppId::new();
        assert!(known.take(other, ill(), at(0)).is_none());
        assert!(known.take(other, ill(), at(60)).is_none());
    }
}
