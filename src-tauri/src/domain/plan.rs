//! What an assistant wants to do, and a person has to approve first.

use super::id::UserId;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use uuid::Uuid;

/// Where a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// Nobody has decided yet.
    Waiting,
    /// It may run, once.
    Approved,
    /// It may not run.
    Refused,
    /// Its ten minutes are over.
    Expired,
    /// It has run.
    Done,
    /// It ran, and failed.
    Failed,
}

impl PlanState {
    /// The state as one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Reads that word.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Approved, Self::Refused, Self::Expired, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Plan {
    /// Identifier.
    #[ts(type = "string")]
    pub id: Uuid,
    /// The command of the table.
    pub command: String,
    /// What it would do, as a sentence that names what it is done to.
    pub summary: String,
    /// Its arguments.
    #[ts(type = "Record<string, unknown>")]
    pub arguments: Value,
    /// As whom the assistant acts.
    pub user_id: UserId,
    /// As whom, by name.
    pub username: String,
    /// What the assistant calls itself.
    pub client: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it can no longer be approved or run.
    pub expires_at: DateTime<Utc>,
    /// Where it stands.
    pub state: PlanState,
    /// Who approved or refused it, by name.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
}
