//! Trusting and replacing host keys: only a key that this process has just been shown, named by its
//! fingerprint.

use super::{Tomo, error::AppError};
use crate::domain::{
    host_key::{HostKey, KnownHost},
    id::{ServerId, UserId},
};
use chrono::Utc;
use std::sync::PoisonError;

impl Tomo {
    /// Remembers the key that a host has presented.
    ///
    /// # Errors
    /// When the fingerprint is not the presented one, or another key is known already.
    pub async fn trust_host_key(
        &self,
        host: &str,
        port: u16,
        fingerprint: &str,
        by: UserId,
    ) -> Result<KnownHost, AppError> {
        if self.inner.store.known_host(host, port).await?.is_some() {
            return Err(AppError::HostKey {
                message: format!("A key of {host} is known already."),
                hint: "Replace it under Server, Details, Host key.".into(),
            });
        }
        let key = self.presented_key(host, port, fingerprint)?;
        let known = self.inner.store.trust_host_key(host, port, &key, by, Utc::now()).await?;
        self.after_host_key(host, port);
        Ok(known)
    }

    /// Replaces the known key of a server by the one it has presented since.
    ///
    /// # Errors
    /// When the fingerprint is not the presented one, or the server has not presented another key.
    pub async fn replace_host_key(
        &self,
        id: ServerId,
        fingerprint: &str,
        by: UserId,
    ) -> Result<KnownHost, AppError> {
        let server = self.inner.store.server(id).await?;
        let key = self.presented_key(&server.host, server.port, fingerprint)?;
        let known = self
            .inner
            .store
            .replace_host_key(&server.host, server.port, &key, by, Utc::now())
            .await?;
        self.after_host_key(&server.host, server.port);
        Ok(known)
    }

    fn presented_key(&self, host: &str, port: u16, fingerprint: &str) -> Result<HostKey, AppError> {
        let fingerprint = normalized(fingerprint);
        let presented = self.inner.presented.lock().unwrap_or_else(PoisonError::into_inner);
        let key = presented.get(&(host.to_owned(), port)).ok_or_else(|| AppError::HostKey {
            message: format!("{host} has presented no key that waits for an answer."),
            hint: "Test the connection, then compare what it presents.".into(),
        })?;
        if normalized(&key.fingerprint) != fingerprint {
            return Err(AppError::HostKey {
                message: format!("This is not the fingerprint that {host} presents."),
                hint: "Do not connect before both are the same.".into(),
            });
        }
        Ok(key.clone())
    }

    fn after_host_key(&self, host: &str, port: u16) {
        self.inner
            .presented
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&(host.to_owned(), port));
        for row in self.inner.hub.rows(Utc::now()) {
            if row.server.host == host && row.server.port == port {
                self.inner.supervisor.retry(row.server.id);
            }
        }
    }
}

/// A fingerprint as people paste it: with or without `SHA256:`, with spaces between groups.
fn normalized(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    text.strip_prefix("SHA256:").unwrap_or(&text).trim_end_matches('=').to_owned()
}
