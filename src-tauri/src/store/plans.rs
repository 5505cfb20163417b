//! `plans`: what assistants want to do. Each step of a plan is one statement with its conditions in
//! it, so that of two processes that take the same step only one succeeds.

use super::{Store, StoreError, row};
use crate::domain::{
    id::UserId,
    plan::{Plan, PlanState},
    time,
    user::Role,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::{FromRow, Row, sqlite::SqliteRow};
use uuid::Uuid;

/// How long plans are kept after they were asked for; the activity log has them for longer.
const KEPT: TimeDelta = TimeDelta::days(30);

/// A plan to ask for.
#[derive(Clone, Debug)]
pub struct NewPlan<'a> {
    /// The command of the table.
    pub command: &'a str,
    /// Its arguments.
    pub arguments: &'a Value,
    /// What it would do.
    pub summary: &'a str,
    /// The least role that may call the command.
    pub needs_role: Role,
    /// As whom the assistant acts.
    pub user_id: UserId,
    /// What the assistant calls itself.
    pub client: &'a str,
    /// When it can no longer be approved or run.
    pub expires_at: DateTime<Utc>,
}

/// A plan, with what it takes to decide about it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPlan {
    /// The plan.
    pub plan: Plan,
    /// The least role that may call the command.
    pub needs_role: Role,
}

/// Another one means that some plan changed, or ran out of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanMark {
    changes: i64,
    waiting: i64,
}

impl FromRow<'_, SqliteRow> for StoredPlan {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let plan = Plan {
            id: row::parsed(row, "id", |text| text.parse().ok())?,
            command: row.try_get("command")?,
            summary: row.try_get("summary")?,
            arguments: row::parsed(row, "arguments", |json| serde_json::from_str(json).ok())?,
            user_id: row::parsed(row, "user_id", |text| text.parse().ok())?,
            username: row.try_get("username")?,
            client: row.try_get("client")?,
            asked_at: row::moment(row, "asked_at")?,
            expires_at: row::moment(row, "expires_at")?,
            state: row::parsed(row, "state_now", PlanState::from_text)?,
            decided_by: row.try_get("decider")?,
            decided_at: row::moment_or_null(row, "decided_at")?,
        };
        Ok(Self { plan, needs_role: row::parsed(row, "needs_role", Role::from_text)? })
    }
}

/// `?1` is the present moment. A run that began and never ended is a failure, not a second chance.
const SELECT: &str = "\
    select plans.*, asker.username, decider.username as decider,
        case
            when plans.state not in ('waiting', 'approved') or plans.expires_at > ?1 then plans.state
            when plans.started_at is null then 'expired'
            else 'failed'
        end as state_now
    from plans
    join users as asker on asker.id = plans.user_id
    left join users as decider on decider.id = plans.decided_by";

impl Store {
    /// Writes a plan that waits, unless its user has `most` waiting already. Old ones go.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_plan(
        &self,
        new: &NewPlan<'_>,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<Option<Uuid>, StoreError> {
        let id = Uuid::now_v7();
        let mut transaction = self.write().await?;
        sqlx::query("delete from plans where asked_at < ?1")
            .bind(time::to_text(now - KEPT))
            .execute(&mut *transaction)
            .await?;
        let inserted = sqlx::query(
            "insert into plans
                 (id, command, arguments, summary, needs_role, user_id, client, asked_at, expires_at)
             select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
             where (select count(*) from plans
                    where user_id = ?6 and state = 'waiting' and expires_at > ?8) < ?10",
        )
        .bind(id.to_string())
        .bind(new.command)
        .bind(new.arguments.to_string())
        .bind(new.summary)
        .bind(new.needs_role.as_str())
        .bind(new.user_id.to_string())
        .bind(new.client)
        .bind(time::to_text(now))
        .bind(time::to_text(new.expires_at))
        .bind(most)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((inserted.rows_affected() == 1).then_some(id))
    }

    /// A plan.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn plan(
        &self,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<StoredPlan>, StoreError> {
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} where plans.id = ?2")))
            .bind(time::to_text(now))
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?)
    }

    /// The newest plans, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn plans(
        &self,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<StoredPlan>, StoreError> {
        let query = format!("{SELECT} order by plans.asked_at desc, plans.id desc limit ?2");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
            .bind(time::to_text(now))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?)
    }

    /// How many plans wait, by the least role that may decide about them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting_plans(&self, now: DateTime<Utc>) -> Result<Vec<(Role, u32)>, StoreError> {
        let rows: Vec<(String, u32)> = sqlx::query_as(
            "select needs_role, count(*) from plans
             where state = 'waiting' and expires_at > ?1 group by needs_role",
        )
        .bind(time::to_text(now))
        .fetch_all(&self.readers)
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(role, count)| Some((Role::from_text(&role)?, count)))
            .collect())
    }

    /// Approves or refuses a plan that waits; false when it waits no more.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn decide_plan(
        &self,
        id: Uuid,
        approved: bool,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let decided = sqlx::query(
            "update plans set state = ?2, decided_by = ?3, decided_at = ?4, revision = revision + 1
             where id = ?1 and state = 'waiting' and expires_at > ?4",
        )
        .bind(id.to_string())
        .bind(if approved { "approved" } else { "refused" })
        .bind(by.to_string())
        .bind(time::to_text(now))
        .execute(&self.writer)
        .await?;
        Ok(decided.rows_affected() == 1)
    }

    /// Takes an approved plan to run it: true for one caller only, ever.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn claim_plan(
        &self,
        id: Uuid,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let claimed = sqlx::query(
            "update plans set started_at = ?3, revision = revision + 1
             where id = ?1 and user_id = ?2 and state = 'approved' and started_at is null
                 and expires_at > ?3",
        )
        .bind(id.to_string())
        .bind(user.to_string())
        .bind(time::to_text(now))
        .execute(&self.writer)
        .await?;
        Ok(claimed.rows_affected() == 1)
    }

    /// Says how a plan that was taken has ended.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn finish_plan(&self, id: Uuid, succeeded: bool) -> Result<(), StoreError> {
        sqlx::query(
            "update plans set state = ?2, revision = revision + 1
             where id = ?1 and state = 'approved' and started_at is not null",
        )
        .bind(id.to_string())
        .bind(if succeeded { "done" } else { "failed" })
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// What tells whether any plan has changed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn plan_mark(&self, now: DateTime<Utc>) -> Result<PlanMark, StoreError> {
        let (changes, waiting) = sqlx::query_as(
            "select coalesce(sum(revision), 0), count(*) filter (where state = 'waiting' and expires_at > ?1)
             from plans",
        )
        .bind(time::to_text(now))
        .fetch_one(&self.readers)
        .await?;
        Ok(PlanMark { changes, waiting })
    }
}
