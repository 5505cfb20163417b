//! The audit trail of settings: reading it, proving it, writing it to a file.
//!
//! The chain in the database proves itself up to its end. Where that end is, is also remembered
//! beside the master key: so an older copy of the database, which is a sound but shorter chain, does
//! not pass for the newest one.

use super::{
    Tomo,
    activity::Entry,
    error::AppError,
    export::{self, Row},
};
use crate::{
    domain::{
        activity::ActivityKind,
        audit::{AuditEntry, AuditFilter, AuditPage, AuditReport},
        file::{Exported, FileFormat},
        session::Session,
        time,
    },
    store::{AuditHead, AuditVerdict},
};
use chrono::Utc;
use secrecy::ExposeSecret;
use serde_json::json;
use std::time::Instant;

/// The most entries of a page.
const PAGE: u32 = 200;
/// The most characters to look for.
const TEXT: usize = 200;
/// How many rows an export reads at a time.
const ROWS_AT_A_TIME: u32 = 1_000;
/// The name under which the vault remembers where the chain ends.
const HEAD: &str = "settings-audit-head";

impl Tomo {
    /// A page of the trail, newest first: the entries before `before`.
    ///
    /// # Errors
    /// When the filter or the limit cannot be taken, or the database cannot be read.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: Option<u32>,
    ) -> Result<AuditPage, AppError> {
        check(filter)?;
        let limit = match limit {
            Some(limit @ 1..=PAGE) => limit,
            Some(limit) => {
                let text = format!("A page has 1 to {PAGE} entries, not {limit}.");
                return Err(AppError::Invalid(text));
            }
            None => self.items_per_page().await,
        };
        let (entries, more) = self.inner.store.settings_audit(filter, before, limit).await?;
        let anchor = self.inner.store.settings_audit_anchor().await?;
        Ok(AuditPage {
            entries,
            more,
            anchored_at: anchor.map(|(_, at)| at),
            anchored_id: anchor.map(|(id, _)| id),
        })
    }

    /// How many rows of a long list are shown at a time to whoever is signed in.
    pub(super) async fn items_per_page(&self) -> u32 {
        let rows = self.own_value("ui.items_per_page").await;
        rows.as_u64().and_then(|rows| rows.try_into().ok()).unwrap_or(25)
    }

    /// Proves the trail, or names the first entry that does not hold. What is broken is recorded.
    ///
    /// # Errors
    /// While the vault is locked, or when the database cannot be read.
    pub async fn verify_audit(&self, session: &Session) -> Result<AuditReport, AppError> {
        let started = Instant::now();
        // Before the chain is read: what is appended meanwhile follows this end.
        let head = self.audit_head().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the remembered end of the audit trail could not be read");
            None
        });
        let broken = match self.inner.store.verify_settings_audit().await? {
            AuditVerdict::Broken { first_id } => Some(first_id),
            AuditVerdict::Intact { .. } => None,
        };
        let short = match &head {
            Some(head) => self.inner.store.audit_breaks_before(head).await?,
            None => None,
        };
        let first_broken = broken.into_iter().chain(short).min();
        let extent = self.inner.store.audit_extent(first_broken).await?;
        let report = AuditReport {
            rows: extent.rows,
            proven: extent.before,
            first_broken,
            proven_until: extent.until,
            since: extent.since,
            unrecorded: self.inner.store.unrecorded_settings().await?,
            end_compared: head.is_some(),
            checked_at: Utc::now(),
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        if let Some(id) = first_broken {
            let message = format!("The audit trail does not hold from entry {id} on");
            let details = json!({
                "first_broken": id, "rows": report.rows, "proven": report.proven,
                "proven_until": report.proven_until,
            });
            let entry = Entry::by(session.user.id, ActivityKind::AuditBroken, message);
            self.record(entry.with(details)).await;
        } else if !report.unrecorded.is_empty() {
            let message = "Settings were changed around the audit trail";
            let entry = Entry::by(session.user.id, ActivityKind::AuditBroken, message);
            self.record(entry.with(json!({ "keys": report.unrecorded }))).await;
        }
        Ok(report)
    }

    /// Writes the trail, or the part of it that a filter lets through, to a file, oldest first.
    ///
    /// # Errors
    /// When this process may not use the file, or it cannot be written; then there is no file, or
    /// still the one from before.
    pub async fn export_audit(
        &self,
        session: &Session,
        path: &str,
        format: FileFormat,
        filter: &AuditFilter,
    ) -> Result<Exported, AppError> {
        check(filter)?;
        let mut table = export::begin(self.file_to_write(path)?, format, AuditEntry::HEAD).await?;
        let mut after = 0;
        loop {
            let store = &self.inner.store;
            let rows = store.settings_audit_after(filter, after, ROWS_AT_A_TIME).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            table = table.write(rows).await?;
        }
        let exported = table.finish().await?;
        let message = format!("Audit trail exported, {} entries", exported.rows);
        let details = json!({ "path": exported.path, "rows": exported.rows });
        let entry = Entry::by(session.user.id, ActivityKind::AuditExport, message);
        self.record(entry.with(details)).await;
        Ok(exported)
    }

    /// Takes the chain's present end for the true one, whatever was remembered: after a backup was
    /// restored, whose chain ends earlier.
    ///
    /// # Errors
    /// When the vault is locked, or the keychain or the file beside it cannot be written.
    pub async fn rebase_audit_head(&self) -> Result<(), AppError> {
        match self.inner.store.audit_head().await? {
            Some(head) => self.remember_audit_head(&head).await,
            None => Ok(self.inner.vault.forget(HEAD).await?),
        }
    }

    /// Remembers where the chain ends, after something was appended. Being late is no harm: a chain
    /// that goes on from the remembered end is sound.
    pub(super) async fn keep_audit_head(&self) {
        if let Err(error) = self.advance_audit_head().await {
            tracing::warn!(%error, "the end of the audit trail could not be remembered");
        }
    }

    async fn advance_audit_head(&self) -> Result<(), AppError> {
        let Some(head) = self.inner.store.audit_head().await? else { return Ok(()) };
        if let Some(kept) = self.audit_head().await? {
            let breaks = self.inner.store.audit_breaks_before(&kept).await?;
            // A chain that was cut goes on from where it was cut: the end that it once had stays the
            // remembered one, or the next change would cover up the cut.
            if kept.last_id >= head.last_id || breaks.is_some() {
                return Ok(());
            }
        }
        self.remember_audit_head(&head).await
    }

    async fn audit_head(&self) -> Result<Option<AuditHead>, AppError> {
        let Some(text) = self.inner.vault.recall(HEAD).await? else { return Ok(None) };
        let head = text.expose_secret().split_once(':').and_then(|(id, checksum)| {
            Some(AuditHead { last_id: id.parse().ok()?, checksum: checksum.to_owned() })
        });
        Ok(head)
    }

    async fn remember_audit_head(&self, head: &AuditHead) -> Result<(), AppError> {
        let text = format!("{}:{}", head.last_id, head.checksum);
        Ok(self.inner.vault.remember(HEAD, text.into()).await?)
    }
}

fn check(filter: &AuditFilter) -> Result<(), AppError> {
    let Some(text) = &filter.text else { return Ok(()) };
    if text.chars().count() > TEXT || text.chars().any(char::is_control) {
        return Err(AppError::Invalid(format!(
            "What is looked for has up to {TEXT} characters, all of them visible."
        )));
    }
    Ok(())
}

impl Row for AuditEntry {
    const HEAD: &[&str] = &[
        "id",
        "created_at",
        "user_id",
        "user",
        "override_of",
        "setting",
        "change",
        "old_value",
        "new_value",
        "reason",
        "door",
        "checksum",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            time::to_text(self.created_at),
            self.user_id.map(|id| id.to_string()).unwrap_or_default(),
            self.username.clone().unwrap_or_default(),
            self.override_of.clone().unwrap_or_default(),
            self.setting_key.clone(),
            self.change_type.as_str().to_lowercase(),
            self.old_value.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.new_value.to_string(),
            self.change_reason.clone().unwrap_or_default(),
            self.door.clone().unwrap_or_default(),
            self.checksum.clone(),
        ]
    }
}
