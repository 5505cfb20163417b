//! A process that does one thing and ends: it connects to what that needs, and leaves alone what is
//! for a Tomo that stays, as backups and the ageing of history.

use super::{Tomo, error::AppError};
use crate::domain::id::ServerId;
use std::{
    collections::HashSet,
    sync::{PoisonError, atomic::Ordering},
    time::Duration,
};

/// Longer than any errand: servers are sampled when they are connected, and not again.
const ONCE: Duration = Duration::from_secs(24 * 3_600);

/// What a process connects for.
#[derive(Clone, Debug)]
pub struct Errand {
    /// The servers that it needs; all when absent.
    pub servers: Option<HashSet<ServerId>>,
    /// Whether it needs to know again and again what they are doing.
    pub samples: bool,
}

impl Tomo {
    /// Connects to servers and follows their engines, as an errand needs it.
    ///
    /// # Errors
    /// When the list of servers cannot be read.
    pub async fn run_errand(&self, errand: Errand) -> Result<(), AppError> {
        *self.inner.errand.lock().unwrap_or_else(PoisonError::into_inner) = Some(errand);
        let was_collecting = self.inner.collecting.swap(true, Ordering::SeqCst);
        self.apply_pace();
        self.follow_now().await?;
        if !was_collecting {
            self.keep_following();
            self.keep_measuring_containers();
        }
        Ok(())
    }

    /// Whether this process connects to a server at all.
    pub(super) fn is_reached(&self, id: ServerId) -> bool {
        let errand = self.inner.errand.lock().unwrap_or_else(PoisonError::into_inner);
        let servers = errand.as_ref().and_then(|errand| errand.servers.as_ref());
        servers.is_none_or(|servers| servers.contains(&id))
    }

    /// Whether this process does one thing and ends.
    pub(super) fn is_on_errand(&self) -> bool {
        self.inner.errand.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// How often servers are sampled for an errand, if that differs from the settings.
    pub(super) fn errand_interval(&self) -> Option<Duration> {
        let errand = self.inner.errand.lock().unwrap_or_else(PoisonError::into_inner);
        errand.as_ref().filter(|errand| !errand.samples).map(|_| ONCE)
    }
}
