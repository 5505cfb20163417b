//! `settings_audit`: reading the trail, page by page.

use super::{Store, StoreError, row};
use crate::domain::{
    audit::{AuditEntry, AuditFilter, ChangeType},
    time,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, Row, Sqlite, query::Query, sqlite::SqliteArguments, sqlite::SqliteRow};

/// The rows that a filter lets through, with the names that belong to them. An own value is of whoever
/// has it now, or has set it first: nobody sets it for somebody else, and ids are never used again.
macro_rules! rows {
    ($columns:literal, $tail:literal) => {
        concat!(
            "select ",
            $columns,
            " from settings_audit as audit
             left join users on users.id = audit.user_id
             where (?1 is null or audit.setting_key like ?1 escape '\\'
                    or users.username like ?1 escape '\\')
                 and (?2 is null or audit.change_type = ?2)
                 and (?3 is null or audit.created_at >= ?3)
                 and (?4 is null or audit.created_at < ?4) ",
            $tail
        )
    };
}

macro_rules! entries {
    ($tail:literal) => {
        rows!(
            "audit.id, audit.created_at, audit.user_id, users.username, audit.setting_key,
             audit.change_type, audit.old_value, audit.new_value, audit.change_reason,
             audit.user_agent, audit.checksum,
             iif(audit.table_name = 'system_settings', null, coalesce(
                 (select username from users where id = coalesce(
                     (select user_id from user_settings where id = audit.record_id),
                     (select user_id from settings_audit as first
                      where first.table_name = audit.table_name
                          and first.record_id = audit.record_id
                          and first.change_type = 'CREATE')
                 )),
                 'a deleted account'
             )) as override_of",
            $tail
        )
    };
}

impl FromRow<'_, SqliteRow> for AuditEntry {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let json = |text: &str| serde_json::from_str::<Value>(text).ok();
        Ok(Self {
            id: row.try_get("id")?,
            created_at: row::moment(row, "created_at")?,
            user_id: row::parsed_or_null(row, "user_id", |text| text.parse().ok())?,
            username: row.try_get("username")?,
            override_of: row.try_get("override_of")?,
            setting_key: row.try_get("setting_key")?,
            change_type: row::parsed(row, "change_type", ChangeType::from_text)?,
            old_value: row::parsed_or_null(row, "old_value", json)?,
            new_value: row::parsed(row, "new_value", json)?,
            change_reason: row.try_get("change_reason")?,
            door: row.try_get("user_agent")?,
            checksum: row.try_get("checksum")?,
        })
    }
}

impl Store {
    /// Up to `limit` entries before `before`, newest first, and how many more there are after them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings_audit(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<(Vec<AuditEntry>, u64), StoreError> {
        let page = entries!("and (?5 is null or audit.id < ?5) order by audit.id desc limit ?6");
        let rows = filtered(page, filter).bind(before).bind(limit).fetch_all(&self.readers).await?;
        let entries = rows.iter().map(AuditEntry::from_row).collect::<Result<Vec<_>, _>>()?;
        let last = match entries.last() {
            Some(last) if entries.len() == limit as usize => last.id,
            _ => return Ok((entries, 0)),
        };
        // Ids follow each other without a gap: all that are left need not be counted.
        let all = "select ?5 - min(id) as more from settings_audit";
        let some = rows!("count(*) as more", "and audit.id < ?5");
        let count = if *filter == AuditFilter::default() { all } else { some };
        let count = filtered(count, filter).bind(last).fetch_one(&self.readers).await?;
        Ok((entries, row::whole(&count, "more")?))
    }

    /// Up to `limit` entries after `after`, oldest first: for reading the whole trail.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings_audit_after(
        &self,
        filter: &AuditFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = filtered(entries!("and audit.id > ?5 order by audit.id limit ?6"), filter)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.iter().map(AuditEntry::from_row).collect::<Result<_, _>>()?)
    }

    /// The last entry that retention has dropped, and when; nothing if it never has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings_audit_anchor(&self) -> Result<Option<(i64, DateTime<Utc>)>, StoreError> {
        let found = sqlx::query("select last_id, anchored_at from settings_audit_anchor")
            .fetch_optional(&self.readers)
            .await?;
        found
            .map(|found| Ok((found.try_get("last_id")?, row::moment(&found, "anchored_at")?)))
            .transpose()
    }
}

/// The statement with the filter's values, which are the first four.
fn filtered<'q>(sql: &'static str, filter: &AuditFilter) -> Query<'q, Sqlite, SqliteArguments> {
    let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    sqlx::query(sql)
        .bind(text.map(anywhere))
        .bind(filter.change_type.map(ChangeType::as_str))
        .bind(filter.since.map(time::to_text))
        .bind(filter.until.map(time::to_text))
}

/// The pattern of LIKE that finds a text anywhere, and nothing but it.
fn anywhere(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
