//! What 'Test' says: each step from the address to a working command, with the one that failed.

use super::{
    failure::{Failure, Step},
    host_key::HostKeyVerdict,
    system_info::SystemInfo,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How one step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It worked.
    Passed,
    /// It failed; the report's `failure` says why.
    Failed,
    /// It was not reached.
    NotReached,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TestStep {
    /// Which.
    pub step: Step,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found: the address, `31 ms`, the host key's fingerprint, the system's name.
    pub detail: Option<String>,
}

/// The whole test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TestReport {
    /// All five steps in order.
    pub steps: Vec<TestStep>,
    /// Why it ended early.
    pub failure: Option<Failure>,
    /// The host key, as soon as one was presented.
    pub host_key: Option<HostKeyVerdict>,
    /// What was found, when every step passed.
    pub system_info: Option<SystemInfo>,
}

impl TestReport {
    /// Whether every step passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.steps.iter().all(|step| step.outcome == Outcome::Passed)
    }
}
