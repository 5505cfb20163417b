//! Plans as an assistant reads them.

use crate::{
    api::error::{ApiError, Code},
    domain::plan::{Plan, PlanState},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Where a plan stands, and what to do next.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Told<'a> {
    /// Id of the plan, for `plan_status` and `plan_run`.
    plan_id: Uuid,
    /// What it would do.
    summary: &'a str,
    /// Where it stands.
    state: PlanState,
    /// When it can no longer be approved or run.
    expires_at: DateTime<Utc>,
    /// What to do next.
    how: String,
}

/// A plan that has run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ran {
    /// Id of the plan.
    pub plan_id: Uuid,
    /// Where it stands now.
    pub state: PlanState,
    /// What the tool answered that the plan was asked for with.
    pub result: Value,
}

impl<'a> Told<'a> {
    /// A plan in these words.
    pub fn of(plan: &'a Plan) -> Self {
        let id = plan.id;
        let how = match plan.state {
            PlanState::Waiting => format!(
                "This has not run. Ask the person to approve it in Tomo's window or with `tomo approve {id}`; then call plan_run with this plan_id as its id."
            ),
            PlanState::Approved => "Call plan_run with this plan_id as its id.".into(),
            PlanState::Refused => "The person said no. Do not ask for the same again.".into(),
            PlanState::Expired => {
                "Its ten minutes are over. Ask anew if it is still wanted.".into()
            }
            PlanState::Done => "It has run; a plan runs once.".into(),
            PlanState::Failed => "It ran and failed; a plan runs once.".into(),
        };
        Self {
            plan_id: id,
            summary: &plan.summary,
            state: plan.state,
            expires_at: plan.expires_at,
            how,
        }
    }

    /// As JSON.
    ///
    /// # Errors
    /// Never, as long as every field can be written.
    pub fn to_value(&self) -> Result<Value, ApiError> {
        value_of(self)
    }
}

impl Ran {
    /// As JSON.
    ///
    /// # Errors
    /// Never, as long as every field can be written.
    pub fn to_value(&self) -> Result<Value, ApiError> {
        value_of(self)
    }
}

fn value_of(told: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(told).map_err(|error| {
        tracing::error!(%error, "a plan could not be written as JSON");
        ApiError::new(Code::Failed, "Tomo could not write its answer.", "")
    })
}
