//! The file for a bug report: what helps to find a mistake, and nothing that says whose computer it
//! is.
//!
//! Everything in it is a number, or one of the words that Tomo itself knows. The one exception is the
//! end of the program's log, which is redacted.

use super::{Tomo, about, activity::Entry, error::AppError, export};
use crate::{
    domain::{
        activity::ActivityKind,
        connection::ConnectionStatus,
        file::Exported,
        fleet::HostCost,
        session::Session,
        setting::{Rule, SettingView},
        status::VaultStatus,
    },
    vault::Keychain,
};
use chrono::Utc;
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

mod redact;

/// Lines of the program's log that go in.
const LOG_LINES: usize = 200;

impl Tomo {
    /// Writes the file.
    ///
    /// # Errors
    /// When the file may not be named here or cannot be written.
    pub async fn save_diagnostics(
        &self,
        session: &Session,
        path: &str,
    ) -> Result<Exported, AppError> {
        let file = self.file_to_write(path)?;
        let report = self.diagnostics(session).await?;
        let rows = report["log"].as_array().map_or(0, Vec::len) as u64;
        let bytes = export::write_text(file, format!("{report:#}\n")).await?;
        let entry = Entry::by(session.user.id, ActivityKind::DiagnosticsSave, "Diagnostics saved");
        self.record(entry.with(json!({ "bytes": bytes }))).await;
        Ok(Exported { path: path.to_owned(), rows, bytes })
    }

    async fn diagnostics(&self, session: &Session) -> Result<Value, AppError> {
        let facts = self.inner.store.facts().await?;
        let versions = self.inner.store.component_versions().await?;
        let versions: BTreeMap<_, _> =
            versions.into_iter().map(|one| (one.component, one.version)).collect();
        let settings = self.settings(session).await?;
        let counts = self.inner.store.counts().await?;
        let rows = self.inner.hub.rows(Utc::now());
        let mut connections = BTreeMap::<_, u32>::new();
        let mut ways = BTreeMap::<_, u32>::new();
        for row in &rows {
            *connections.entry(kind(&row.connection)).or_default() += 1;
            *ways.entry(row.server.auth_type.as_str()).or_default() += 1;
        }
        let interval = self.inner.hub.policy().background_interval;
        let costs = rows.iter().filter_map(|row| self.inner.hub.cost(row.server.id, interval));
        Ok(json!({
            "made_at": Utc::now(),
            "versions": versions,
            "os": about::system(),
            "kernel": sysinfo::System::kernel_version(),
            "architecture": std::env::consts::ARCH,
            "door": self.inner.door,
            "keychain": keychain(&self.inner.vault.status()),
            "database": {
                "schema_version": facts.schema_version,
                "sqlite_version": facts.sqlite_version,
                "bytes": facts.bytes,
                "rows": counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect::<Map<_, _>>(),
            },
            "settings_changed": settings.iter().filter_map(changed).collect::<Map<_, _>>(),
            "servers": { "by_connection": connections, "by_sign_in": ways },
            "collecting": self.inner.collecting.load(std::sync::atomic::Ordering::SeqCst),
            "costs": costs.map(|cost| cost_of(&cost)).collect::<Vec<_>>(),
            "log": self.redacted_log().await?,
        }))
    }

    async fn redacted_log(&self) -> Result<Vec<String>, AppError> {
        let mut words = self.inner.store.private_words().await?;
        words.extend(sysinfo::System::host_name());
        words.push(super::whoami());
        words.push(self.inner.data_dir.display().to_string());
        if let Some(folders) = directories::BaseDirs::new() {
            words.push(folders.home_dir().display().to_string());
        }
        let folder = self.inner.data_dir.join("logs");
        let read = tokio::task::spawn_blocking(move || {
            let lines = last_lines(&folder, LOG_LINES).unwrap_or_default();
            let redactor = redact::Redactor::new(&words);
            lines.iter().map(|line| redactor.line(line)).collect()
        });
        read.await.map_err(|error| AppError::internal("reading the log", &error))
    }
}

/// A setting that is not as it is delivered. A time zone and a folder say where somebody lives and
/// what they are called: of these only that they were changed.
fn changed(setting: &SettingView) -> Option<(String, Value)> {
    if setting.value == setting.default_value {
        return None;
    }
    let value = match setting.rule {
        Rule::Boolean | Rule::Whole { .. } | Rule::OneOf { .. } => setting.value.clone(),
        Rule::TimeZone | Rule::Folder => json!("(changed)"),
    };
    Some((setting.key.clone(), value))
}

fn kind(connection: &ConnectionStatus) -> &'static str {
    match connection {
        ConnectionStatus::Disconnected => "disconnected",
        ConnectionStatus::Connecting => "connecting",
        ConnectionStatus::Connected { .. } => "connected",
        ConnectionStatus::Retrying { .. } => "retrying",
        ConnectionStatus::Failed { .. } => "failed",
        ConnectionStatus::HostKeyUnknown { .. } => "host_key_unknown",
        ConnectionStatus::HostKeyChanged { .. } => "host_key_changed",
        ConnectionStatus::Paused => "paused",
    }
}

fn keychain(vault: &VaultStatus) -> Value {
    // The reasons are texts of the system, and may name a person's folders.
    let state = match vault {
        VaultStatus::Open { place } => json!({ "state": "open", "place": place }),
        VaultStatus::NeedsPassphrase { .. } => json!({ "state": "needs_passphrase" }),
        VaultStatus::Locked => json!({ "state": "locked" }),
        VaultStatus::Unavailable { .. } => json!({ "state": "unavailable" }),
    };
    json!({ "system": Keychain::name(), "vault": state })
}

fn cost_of(cost: &HostCost) -> Value {
    json!({
        "remote_cpu_ms": cost.remote_cpu_ms,
        "round_trip_ms": cost.round_trip_ms,
        "received_bytes": cost.received_bytes,
        "samples": cost.samples,
        "sign_ins": cost.sign_ins,
    })
}

/// The last lines of the newest log files, oldest first.
fn last_lines(folder: &Path, count: usize) -> io::Result<Vec<String>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    // Their names hold the day.
    files.sort();
    let mut lines: Vec<String> = Vec::new();
    for file in files.iter().rev() {
        let bytes = fs::read(file)?;
        let text = String::from_utf8_lossy(&bytes);
        let missing = count - lines.len();
        let mut older: Vec<_> = text.lines().rev().take(missing).map(str::to_owned).collect();
        older.reverse();
        older.append(&mut lines);
        lines = older;
        if lines.len() == count {
            break;
        }
    }
    Ok(lines)
}
