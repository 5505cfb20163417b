//! Following the database: another process (window or command line) may have added a server or
//! changed a setting. And the slow work on it: ageing the history.

use super::{Tomo, error::AppError};
use crate::{
    collect::hub::Change,
    domain::{connection::ConnectionStatus, fleet::Topic},
    store::Noticed,
};
use chrono::Utc;
use std::time::Duration;

/// How soon a change by another process is seen.
const FOLLOW_EVERY: Duration = Duration::from_secs(3);
/// How soon a setting that another process has changed is obeyed, and what it has changed otherwise is
/// shown.
const NOTICE_EVERY: Duration = Duration::from_millis(500);
/// When history is aged first: soon, for a Tomo that is never open for long.
const FIRST_AGEING: Duration = Duration::from_secs(30);
/// How often history is aged from then on.
const AGE_EVERY: Duration = Duration::from_secs(600);

impl Tomo {
    /// Reads servers and settings, and puts them into force.
    pub(super) async fn follow_now(&self) -> Result<(), AppError> {
        // A list that was read before a change must not be put into force after it.
        let _turn = self.inner.following.lock().await;
        let servers = self.inner.store.servers().await?;
        if self.inner.collecting.load(std::sync::atomic::Ordering::SeqCst) {
            self.inner.supervisor.apply(&servers, |id| self.is_reached(id));
            self.watch_engines(&servers);
        } else {
            self.inner.hub.set_servers(&servers);
        }
        self.obey_in_turn().await
    }

    async fn follow(&self) -> Result<(), AppError> {
        self.follow_sessions().await?;
        self.follow_now().await?;
        self.follow_plans().await?;
        self.retry_trusted().await
    }

    /// Tries the servers again that wait for somebody to decide about their host key, where another
    /// process has trusted what they present.
    async fn retry_trusted(&self) -> Result<(), AppError> {
        for row in self.inner.hub.rows(Utc::now()) {
            let (ConnectionStatus::HostKeyUnknown { presented }
            | ConnectionStatus::HostKeyChanged { presented, .. }) = row.connection
            else {
                continue;
            };
            let known = self.inner.store.known_host(&row.server.host, row.server.port).await?;
            if known.is_some_and(|known| known.key == presented) {
                self.inner.supervisor.retry(row.server.id);
            }
        }
        Ok(())
    }

    /// Follows the database until Tomo is shut down.
    pub(super) fn keep_following(&self) {
        let tomo = self.clone();
        self.every(FOLLOW_EVERY, FOLLOW_EVERY, move || {
            let tomo = tomo.clone();
            async move {
                tomo.resume_when_due();
                // Figures grow stale without anything happening.
                tomo.inner.hub.announce_judgements(Utc::now());
                if let Err(error) = tomo.follow().await {
                    tracing::warn!(%error, "the database could not be followed");
                }
                tomo.follow_activity().await;
                tomo.follow_apps().await;
            }
        });
    }

    /// Notices what other processes change until Tomo is shut down.
    pub(super) async fn keep_noticing(&self) -> Result<(), AppError> {
        let mut watch = self.inner.store.watch().await?;
        let tomo = self.clone();
        self.inner.tasks.spawn(async move {
            let cancel = tomo.inner.cancel.clone();
            let pause = || tokio::time::sleep(NOTICE_EVERY);
            while cancel.run_until_cancelled(pause()).await.is_some() {
                let changed = watch.changed().await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "changes could not be followed");
                    Vec::new()
                });
                for noticed in changed {
                    if let Err(error) = tomo.notice(noticed).await {
                        tracing::warn!(%error, ?noticed, "a change could not be followed");
                    }
                }
            }
            watch.close().await;
        });
        Ok(())
    }

    async fn notice(&self, noticed: Noticed) -> Result<(), AppError> {
        let topic = match noticed {
            Noticed::Settings => return self.obey_settings().await,
            Noticed::Topic(topic) => topic,
        };
        // What has run out is written first, so that whoever reads what was announced finds it: the own
        // session may be the one that was ended.
        if matches!(topic, Topic::Sessions | Topic::Users) {
            self.follow_sessions().await?;
        }
        if topic == Topic::Apps {
            self.forget_catalog().await;
        }
        self.inner.hub.announce(Change::Topic(topic));
        if topic == Topic::Users {
            // Whoever is signed in may have another name or role.
            self.inner.hub.announce(Change::Session);
        }
        Ok(())
    }

    /// Merges old rows of history. Retention drops them.
    pub(super) fn keep_ageing(&self) {
        let tomo = self.clone();
        self.every(FIRST_AGEING, AGE_EVERY, move || {
            let tomo = tomo.clone();
            async move {
                if let Err(error) = tomo.age().await {
                    tracing::warn!(%error, "the history could not be aged");
                }
            }
        });
    }

    async fn age(&self) -> Result<(), AppError> {
        self.inner.store.compact_metrics(Utc::now()).await?;
        self.inner.store.compact_container_metrics(Utc::now()).await?;
        Ok(())
    }

    /// Does something again and again, until Tomo is shut down.
    pub(super) fn every<F>(
        &self,
        first: Duration,
        period: Duration,
        mut work: impl FnMut() -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let cancel = self.inner.cancel.clone();
        self.inner.tasks.spawn(async move {
            let mut wait = first;
            while cancel.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
                work().await;
                wait = period;
            }
        });
    }
}
