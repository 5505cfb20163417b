//! `settings_audit`: proving the trail of settings, and dropping its oldest part.
//!
//! The rows themselves are written by the triggers of the settings tables. What the chain alone cannot
//! prove is that the whole file was not put back to an earlier copy of itself: for that its end has to
//! be known from elsewhere, as an [`AuditHead`].

use super::{Store, StoreError, row};
use crate::domain::time;
use chrono::{DateTime, Utc};

/// What verifying the audit trail found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditVerdict {
    /// Every row is as it was written, and none is missing.
    Intact {
        /// How many rows there are.
        rows: i64,
    },
    /// The chain is broken: everything before `first_id` is proven, nothing from there on.
    Broken {
        /// The first row that is changed, forged or missing; 0 when it is the anchor, which says
        /// where the chain begins.
        first_id: i64,
    },
}

/// Where the chain ends, or ended at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// The last row.
    pub last_id: i64,
    /// Its checksum.
    pub checksum: String,
}

/// How much of the trail there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditExtent {
    /// Rows that there are.
    pub rows: u64,
    /// Rows before the one that was asked for.
    pub before: u64,
    /// When the last of those was written.
    pub until: Option<DateTime<Utc>>,
    /// When the oldest row was written.
    pub since: Option<DateTime<Utc>>,
}

impl Store {
    /// Where the chain ends now; nothing when it has not begun.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_head(&self) -> Result<Option<AuditHead>, StoreError> {
        let head: Option<(i64, String)> =
            sqlx::query_as("select last_id, checksum from settings_audit_head where last_id > 0")
                .fetch_optional(&self.readers)
                .await?;
        Ok(head.map(|(last_id, checksum)| AuditHead { last_id, checksum }))
    }

    /// The first row that is missing, or is another one, in a chain that once ended as `head` says;
    /// nothing when the chain reaches that far. What lies before the anchor is proven by its seal.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_breaks_before(&self, head: &AuditHead) -> Result<Option<i64>, StoreError> {
        Ok(sqlx::query_scalar(
            "with newest as (
                 select max(
                     coalesce((select max(id) from settings_audit), 0),
                     coalesce((select last_id from settings_audit_anchor), 0)
                 ) as id
             )
             select case
                 when ?1 < coalesce((select last_id from settings_audit_anchor), 0) then null
                 when ?1 > newest.id then newest.id + 1
                 when coalesce(
                     (select checksum from settings_audit where id = ?1),
                     (select checksum from settings_audit_anchor where last_id = ?1)
                 ) is not ?2 then ?1
             end
             from newest",
        )
        .bind(head.last_id)
        .bind(&head.checksum)
        .fetch_one(&self.readers)
        .await?)
    }

    /// Keys of settings whose value is another one than the newest row about them says, or that are
    /// gone without a row that says so. A value that is older than the kept part of the chain cannot be
    /// compared.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unrecorded_settings(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "with
             present as (
                 select 'system_settings' as table_name, id, setting_key, setting_value
                 from system_settings
                 union all
                 select 'user_settings', id, setting_key, setting_value from user_settings
             ),
             newest as (
                 select table_name, record_id, setting_key, max(id), new_value, change_type
                 from settings_audit group by table_name, record_id
             )
             select coalesce(present.setting_key, newest.setting_key) as setting_key
             from present full join newest
                 on newest.table_name = present.table_name and newest.record_id = present.id
             where (present.id is null and newest.change_type <> 'DELETE')
                 or (newest.record_id is null and not exists (select 1 from settings_audit_anchor))
                 or (present.id is not null and newest.record_id is not null and (
                     newest.change_type = 'DELETE'
                     or (present.setting_key, present.setting_value)
                         is not (newest.setting_key, newest.new_value)
                 ))
             group by 1 order by 1",
        )
        .fetch_all(&self.readers)
        .await?)
    }

    /// Counts the rows, and those before the row `first_broken`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_extent(&self, first_broken: Option<i64>) -> Result<AuditExtent, StoreError> {
        let found = sqlx::query(
            "select
                 (select count(*) from settings_audit) as rows,
                 (select count(*) from settings_audit where id < ?1) as before,
                 (select created_at from settings_audit where id < ?1 order by id desc limit 1)
                     as until,
                 (select created_at from settings_audit order by id limit 1) as since",
        )
        .bind(first_broken.unwrap_or(i64::MAX))
        .fetch_one(&self.readers)
        .await?;
        Ok(AuditExtent {
            rows: row::whole(&found, "rows")?,
            before: row::whole(&found, "before")?,
            until: row::moment_or_null(&found, "until")?,
            since: row::moment_or_null(&found, "since")?,
        })
    }

    /// Proves the audit trail from the anchor to the newest row.
    ///
    /// # Errors
    /// [`StoreError::AuditKeyMissing`] while the vault is locked.
    pub async fn verify_settings_audit(&self) -> Result<AuditVerdict, StoreError> {
        // One statement, and so one moment: a row that is written meanwhile is not half seen.
        // A missing row shows as an id that is not the expected one, and a missing tail as a
        // sequence that has counted further than the rows go.
        let (rows, broken): (i64, Option<i64>) = sqlx::query_as(
            "with
             anchor as (
                 select coalesce(max(last_id), 0) as last_id, coalesce(max(checksum), '') as checksum
                 from settings_audit_anchor
             ),
             chain as (
                 select audit.*,
                     anchor.last_id + row_number() over (order by audit.id) as expected,
                     lag(audit.checksum, 1, anchor.checksum) over (order by audit.id) as previous
                 from settings_audit as audit, anchor
             ),
             broken as (
                 select 0 as id from settings_audit_anchor
                 where seal is not tomo_audit_checksum('anchor', last_id, checksum, anchored_at)
                 union all
                 select min(id, expected) from chain
                 where id <> expected or checksum is not tomo_audit_checksum(
                     'row', previous, id, table_name, record_id, user_id, setting_key, old_value,
                     new_value, change_type, change_reason, client_ip, user_agent, created_at
                 )
                 union all
                 select 1 + max(
                     anchor.last_id, coalesce((select max(id) from settings_audit), 0)
                 )
                 from anchor
                 where coalesce((select seq from sqlite_sequence where name = 'settings_audit'), 0)
                     > max(anchor.last_id, coalesce((select max(id) from settings_audit), 0))
             )
             select (select count(*) from settings_audit), (select min(id) from broken)",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(match broken {
            Some(first_id) => AuditVerdict::Broken { first_id },
            None => AuditVerdict::Intact { rows },
        })
    }

    /// Drops the rows written before `before`, `batch` at most, and anchors the rest, so that it can
    /// still be proven. Gives how many rows went.
    ///
    /// # Errors
    /// [`StoreError::AuditKeyMissing`] while the vault is locked.
    pub async fn expire_settings_audit(
        &self,
        before: DateTime<Utc>,
        batch: u32,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        // Only a prefix can go. Where the clock was once set back, the first young row ends it.
        let last: Option<i64> = sqlx::query_scalar(
            "select max(id) from (
                 select id from settings_audit
                 where id < coalesce(
                     (select min(id) from settings_audit where created_at >= ?1),
                     9223372036854775807
                 )
                 order by id limit ?2
             )",
        )
        .bind(time::to_text(before))
        .bind(batch)
        .fetch_one(&mut *transaction)
        .await?;
        let Some(last) = last else { return Ok(0) };
        // A plain UPDATE first: an upsert would meet the guard against a second anchor.
        let anchored = sqlx::query(
            "update settings_audit_anchor
             set last_id = audit.id, checksum = audit.checksum, anchored_at = ?2,
                 seal = tomo_audit_checksum('anchor', audit.id, audit.checksum, ?2)
             from settings_audit as audit where audit.id = ?1",
        )
        .bind(last)
        .bind(time::to_text(now))
        .execute(&mut *transaction)
        .await?;
        if anchored.rows_affected() == 0 {
            sqlx::query(
                "insert into settings_audit_anchor (id, last_id, checksum, anchored_at, seal)
                 select 1, id, checksum, ?2, tomo_audit_checksum('anchor', id, checksum, ?2)
                 from settings_audit where id = ?1",
            )
            .bind(last)
            .bind(time::to_text(now))
            .execute(&mut *transaction)
            .await?;
        }
        let dropped = sqlx::query("delete from settings_audit where id <= ?1")
            .bind(last)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(dropped.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Actor, AuditKeySlot, settings_change};
    use sqlx::AssertSqlSafe;
    use zeroize::Zeroizing;

    /// On Tomo's own connections the function is there, so only the guards stand between a mistake,
    /// or an injected statement, and the trail.
    #[tokio::test]
    async fn the_guards_hold_where_the_function_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = AuditKeySlot::empty();
        key.fill(Zeroizing::new([42; 32]));
        let store = Store::open(folder.path(), key).await.expect("a store");
        store.sync_settings(Utc::now()).await.expect("settings");
        let copied = "table_name, record_id, user_id, setting_key, old_value, new_value, \
            change_type, change_reason, client_ip, user_agent, created_at";
        for (sql, refusal) in [
            ("update settings_audit set checksum = checksum", "never changed"),
            ("delete from settings_audit where id = 1", "up to the anchor"),
            (
                &format!(
                    "insert into settings_audit ({copied}, checksum)
                     select {copied}, checksum from settings_audit"
                ),
                "without a gap",
            ),
            (
                &format!(
                    "insert into settings_audit (id, {copied}, checksum)
                     select last_id + 1, {copied}, head.checksum
                     from settings_audit, settings_audit_head as head limit 1"
                ),
                "checksum is not right",
            ),
            ("insert or replace into settings_audit select * from settings_audit", "without a gap"),
            (
                "insert into settings_audit_anchor
                 select 1, id, checksum, created_at, checksum from settings_audit where id = 2",
                "seal is not right",
            ),
            (
                "insert into settings_audit_anchor values (1, 99, 'x', datetime('now'), 'x')",
                "no such row",
            ),
        ] {
            let outcome = sqlx::query(AssertSqlSafe(sql)).execute(&store.writer).await;
            let error = outcome.expect_err(sql).to_string();
            assert!(error.contains(refusal), "{sql}: {error}");
        }
        // A row that is replaced is deleted first, and the trail has both.
        let replace = "insert or replace into system_settings
                 (setting_key, setting_value, default_value, category, data_type)
             values ('ui.theme', '\"dark\"', '\"auto\"', 'ui', 'string')";
        let nameless = sqlx::query(replace).execute(&store.writer).await.expect_err("nameless");
        assert!(nameless.to_string().contains("nobody is named"), "{nameless}");
        let mut transaction = store.write_as(&Actor::default()).await.expect("a transaction");
        sqlx::query(replace).execute(&mut *transaction).await.expect("replaced");
        settings_change::finish(transaction).await.expect("committed");
        let last: Vec<String> =
            sqlx::query_scalar("select change_type from settings_audit order by id desc limit 2")
                .fetch_all(&store.readers)
                .await
                .expect("the trail");
        assert_eq!(last, ["CREATE", "DELETE"]);
        let verdict = store.verify_settings_audit().await.expect("a verdict");
        assert!(matches!(verdict, AuditVerdict::Intact { .. }), "{verdict:?}");
        // The connections that read cannot write, whatever they are asked.
        let write = sqlx::query("delete from users").execute(&store.readers).await;
        assert!(write.is_err());
    }
}
