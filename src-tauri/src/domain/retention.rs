//! What retention drops: before it does, and what the last run did.

use super::figure;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A table that retention keeps short.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RetainedTable {
    /// History of servers.
    ServerMetrics,
    /// History of containers.
    ContainerMetrics,
    /// The activity log.
    ActivityLogs,
    /// Sessions that have ended, and failed sign-ins.
    Sessions,
    /// The audit trail.
    SettingsAudit,
}

impl RetainedTable {
    /// All of them, in the order of the schema's document.
    pub const ALL: [Self; 5] = [
        Self::ServerMetrics,
        Self::ContainerMetrics,
        Self::ActivityLogs,
        Self::Sessions,
        Self::SettingsAudit,
    ];

    /// The table's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServerMetrics => "server_metrics",
            Self::ContainerMetrics => "container_metrics",
            Self::ActivityLogs => "activity_logs",
            Self::Sessions => "sessions",
            Self::SettingsAudit => "settings_audit",
        }
    }

    /// The setting that says for how many days rows are kept.
    #[must_use]
    pub fn setting_key(self) -> &'static str {
        match self {
            Self::ServerMetrics => "retention.server_metrics_days",
            Self::ContainerMetrics => "retention.container_metrics_days",
            Self::ActivityLogs => "retention.activity_logs_days",
            Self::Sessions => "retention.sessions_days",
            Self::SettingsAudit => "retention.settings_audit_days",
        }
    }
}

/// What would go from one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct RetentionShare {
    /// Which.
    pub table: RetainedTable,
    /// Days that rows are kept.
    pub days: u32,
    /// Rows that it has now.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows that are older.
    #[ts(type = "number")]
    pub expired: u64,
    /// Bytes that those take, with their share of the indexes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The oldest row there is.
    pub oldest: Option<DateTime<Utc>>,
}

/// What a run would do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct RetentionPreview {
    /// One for each table.
    pub tables: Vec<RetentionShare>,
    /// Size of the database file, in bytes.
    #[ts(type = "number")]
    pub file_bytes: u64,
    /// Bytes by which the file would become smaller.
    #[ts(type = "number")]
    pub returned_bytes: u64,
}

/// What a run has dropped from one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct RetentionDropped {
    /// Which.
    pub table: RetainedTable,
    /// How many rows went.
    #[ts(type = "number")]
    pub rows: u64,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct RetentionRun {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; absent when it was cut off.
    pub finished_at: Option<DateTime<Utc>>,
    /// Who asked for it, by name; absent when it was due.
    pub asked_by: Option<String>,
    /// What went.
    pub tables: Vec<RetentionDropped>,
    /// Bytes by which the file became smaller.
    #[ts(type = "number")]
    pub returned_bytes: u64,
    /// What kept it from its end.
    pub error: Option<String>,
}

/// Where retention stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct RetentionStatus {
    /// The last run.
    pub last: Option<RetentionRun>,
    /// When the next is due; absent when it is switched off.
    pub next_at: Option<DateTime<Utc>>,
    /// Whether one is under way.
    pub is_running: bool,
}

impl RetentionRun {
    /// What it did, as a sentence.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a size in three digits")]
    pub fn summary(&self) -> String {
        let rows = figure::count(self.tables.iter().map(|table| table.rows).sum(), "row");
        let bytes = figure::size(self.returned_bytes as f64);
        match &self.error {
            None => format!("Retention removed {rows} and gave back {bytes}"),
            Some(error) => format!(
                "Retention could not be completed: it removed {rows} and gave back {bytes}. {error}"
            ),
        }
    }

    /// Whether anything went.
    #[must_use]
    pub fn has_dropped(&self) -> bool {
        self.tables.iter().any(|table| table.rows > 0)
    }
}

/// The moment of a day's clean-up. Where the clock leaps over that hour, it is the hour after.
fn moment_on<Z: TimeZone>(day: NaiveDate, hour: u32, zone: &Z) -> Option<DateTime<Utc>> {
    let hours = [hour, hour + 1, hour + 2];
    hours.into_iter().find_map(|hour| {
        let time = NaiveTime::MIN + TimeDelta::hours(i64::from(hour % 24));
        let day = day.checked_add_days(Days::new(u64::from(hour / 24)))?;
        Some(zone.from_local_datetime(&day.and_time(time)).earliest()?.with_timezone(&Utc))
    })
}

/// When the clean-up was due last, and when it is due next, at `hour` (0–23) by the clock of `now`.
#[must_use]
pub fn due<Z: TimeZone>(now: &DateTime<Z>, hour: u32) -> (DateTime<Utc>, DateTime<Utc>) {
    let (today, zone) = (now.date_naive(), now.timezone());
    let now = now.with_timezone(&Utc);
    let day = TimeDelta::days(1);
    let on = |day: Option<NaiveDate>| moment_on(day?, hour, &zone);
    match on(Some(today)) {
        Some(moment) if moment <= now => (moment, on(today.succ_opt()).unwrap_or(moment + day)),
        Some(moment) => (on(today.pred_opt()).unwrap_or(moment - day), moment),
        None => (now - day, now + day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    fn due_at(local: &str, hour: u32) -> (String, String) {
        let naive = super::super::time::from_text(local).expect("a time").naive_utc();
        let now = Berlin.from_local_datetime(&naive).earliest().expect("a moment");
        let text = super::super::time::to_text;
        let (last, next) = due(&now, hour);
        (text(last), text(next))
    }

    /// A clean-up that is due at 3 at night must not come at 3 in Greenwich, nor twice or never when
    /// the clock is changed.
    #[test]
    fn the_hour_is_that_of_the_clock_on_the_wall() {
        let expect = |last: &str, next: &str| (last.to_owned(), next.to_owned());
        let winter = expect("2026-11-22 02:00:00", "2026-11-23 02:00:00");
        assert_eq!(due_at("2026-11-22 03:00:00", 3), winter);
        assert_eq!(due_at("2026-11-23 02:59:59", 3), winter);
        // Clocks leap from 2 to 3 on 29 March 2026, and go from 3 back to 2 on 25 October.
        let spring = expect("2026-03-28 01:00:00", "2026-03-29 01:00:00");
        assert_eq!(due_at("2026-03-29 01:30:00", 2), spring);
        let autumn = expect("2026-10-25 00:00:00", "2026-10-26 01:00:00");
        assert_eq!(due_at("2026-10-25 02:30:00", 2), autumn);
        let midnight = expect("2026-11-21 23:00:00", "2026-11-22 23:00:00");
        assert_eq!(due_at("2026-11-22 00:00:00", 0), midnight);
    }

    #[test]
    fn a_run_sums_itself_up() {
        let mut run = RetentionRun {
            started_at: DateTime::UNIX_EPOCH,
            finished_at: None,
            asked_by: None,
            tables: vec![RetentionDropped { table: RetainedTable::ActivityLogs, rows: 41_902 }],
            returned_bytes: 15_518_925,
            error: None,
        };
        assert_eq!(run.summary(), "Retention removed 41,902 rows and gave back 14.8 MB");
        run.error = Some("The disk is full.".into());
        assert!(run.summary().ends_with("gave back 14.8 MB. The disk is full."));
    }
}
