//! Plans: what an assistant may not do alone waits here for a person, and runs once.
//!
//! An assistant asks, looks and runs; it can never approve. That is decided by the front door of the
//! process, which no argument can change.

use super::{Tomo, activity::Entry, containers::SAID, error::AppError};
use crate::{
    collect::hub::Change,
    domain::{
        activity::ActivityKind,
        fleet::Topic,
        id::{ServerId, UserId},
        plan::{Plan, PlanState},
        refusal,
        session::{Door, Session},
        text::is_hidden,
        user::Role,
    },
    store::{NewPlan, StoreError, StoredPlan},
};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::sync::PoisonError;
use uuid::Uuid;

/// How long a plan can be approved and run, from when it was asked for.
pub const VALID_FOR: TimeDelta = TimeDelta::minutes(10);
/// How many plans of one user may wait: nobody reads a longer list before saying yes.
const MOST_WAITING: u32 = 20;
/// How many plans are listed.
const LISTED: u32 = 200;
/// Size of the arguments as JSON, in bytes: a person has to be able to read them.
const ARGUMENT_BYTES: usize = 8 * 1024;

/// What an assistant wants to do.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The command of the table.
    pub command: &'a str,
    /// What it does, as the beginning of a sentence: `Deletes an account`.
    pub does: &'a str,
    /// Its arguments.
    pub arguments: &'a Value,
    /// The least role that may call it.
    pub needs_role: Role,
    /// What the assistant calls itself.
    pub client: &'a str,
}

impl Tomo {
    /// Puts a wish before a person. It can be approved and run for ten minutes.
    ///
    /// # Errors
    /// When the role may not do it anyway, it names nothing that is there, or too many plans wait.
    pub async fn ask_plan(&self, session: &Session, wish: &Wish<'_>) -> Result<Plan, AppError> {
        if !session.user.role.reaches(wish.needs_role) {
            let words = refusal::may_not(session.user.role, wish.command);
            return Err(AppError::Forbidden(format!("{words}.")));
        }
        if wish.arguments.to_string().len() > ARGUMENT_BYTES {
            return Err(AppError::Invalid(
                "The arguments are too long for a person to check. Do it in smaller steps.".into(),
            ));
        }
        let (subjects, server) = self.plan_subjects(wish).await?;
        let now = Utc::now();
        let new = NewPlan {
            command: wish.command,
            arguments: wish.arguments,
            summary: &summary(wish, &subjects),
            needs_role: wish.needs_role,
            user_id: session.user.id,
            client: wish.client,
            expires_at: now + VALID_FOR,
        };
        let Some(id) = self.inner.store.insert_plan(&new, MOST_WAITING, now).await? else {
            return Err(AppError::Invalid(format!(
                "{MOST_WAITING} plans wait for an answer already. A person has to decide about them first."
            )));
        };
        let plan = self.stored_plan(id).await?.plan;
        let mut entry = entry(session.user.id, ActivityKind::PlanAsk, "Asked for by", &plan);
        if let Some(server) = server {
            entry = entry.to(server);
        }
        self.record(entry).await;
        self.inner.hub.announce(Change::Topic(Topic::Plans));
        Ok(plan)
    }

    /// The newest plans: everything for admins, for others what they may decide about.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn plans(&self, session: &Session) -> Result<Vec<Plan>, AppError> {
        let plans = self.inner.store.plans(LISTED, Utc::now()).await?;
        Ok(plans
            .into_iter()
            .filter(|stored| may_decide(session, stored))
            .map(|stored| stored.plan)
            .collect())
    }

    /// How many plans wait that whoever is signed in may decide about.
    pub(super) async fn waiting_plans(&self) -> Result<u32, AppError> {
        let Ok(session) = self.session().await else { return Ok(0) };
        let role = session.user.role;
        if role == Role::Readonly {
            return Ok(0);
        }
        let waiting = self.inner.store.waiting_plans(Utc::now()).await?;
        Ok(waiting.iter().filter(|(least, _)| role.reaches(*least)).map(|(_, count)| count).sum())
    }

    /// Lets an assistant do what it asked for, or tells it no.
    ///
    /// # Errors
    /// When an assistant asks this, the role may not call the command itself, or the plan does not
    /// wait any more.
    pub async fn decide_plan(
        &self,
        session: &Session,
        id: Uuid,
        approved: bool,
    ) -> Result<Plan, AppError> {
        if self.inner.door == Door::Mcp {
            return Err(AppError::Forbidden(
                "An assistant decides about no plan; a person does, in Tomo's window.".into(),
            ));
        }
        let stored = self.stored_plan(id).await?;
        if !may_decide(session, &stored) {
            let words = refusal::may_not(session.user.role, &stored.plan.command);
            return Err(AppError::Forbidden(format!("{words}, and so not decide about it.")));
        }
        if !self.inner.store.decide_plan(id, approved, session.user.id, Utc::now()).await? {
            let state = self.stored_plan(id).await?.plan.state;
            return Err(AppError::Invalid(format!(
                "This plan waits no more: it {}.",
                in_words(state)
            )));
        }
        let plan = self.stored_plan(id).await?.plan;
        let (kind, words) = if approved {
            (ActivityKind::PlanApprove, "Approved for")
        } else {
            (ActivityKind::PlanRefuse, "Refused to")
        };
        self.record(entry(session.user.id, kind, words, &plan)).await;
        self.inner.hub.announce(Change::Topic(Topic::Plans));
        Ok(plan)
    }

    /// A plan that an assistant of this user asked for.
    ///
    /// # Errors
    /// When there is none.
    pub async fn own_plan(&self, session: &Session, id: Uuid) -> Result<Plan, AppError> {
        let plan = self.stored_plan(id).await?.plan;
        if plan.user_id == session.user.id { Ok(plan) } else { Err(AppError::NotFound("plan")) }
    }

    /// Takes an approved plan to run it. Only one caller ever gets it.
    ///
    /// # Errors
    /// When it is not approved, has run already, or its ten minutes are over.
    pub async fn take_plan(&self, session: &Session, id: Uuid) -> Result<Plan, AppError> {
        let taken = self.inner.store.claim_plan(id, session.user.id, Utc::now()).await?;
        let plan = self.own_plan(session, id).await?;
        if taken {
            return Ok(plan);
        }
        Err(AppError::Invalid(match plan.state {
            PlanState::Waiting => format!(
                "Nobody has approved this plan yet. Ask the person to do so in Tomo's window or with `tomo approve {id}`."
            ),
            PlanState::Approved => "This plan is running already; it runs once.".into(),
            state => format!("This plan cannot run: it {}.", in_words(state)),
        }))
    }

    /// Says how a plan that was taken has ended.
    pub async fn finish_plan(&self, id: Uuid, succeeded: bool) {
        if let Err(error) = self.inner.store.finish_plan(id, succeeded).await {
            tracing::error!(%error, plan = %id, "the end of a plan could not be stored");
        }
        self.inner.hub.announce(Change::Topic(Topic::Plans));
    }

    /// Announces that plans have changed when another process changed them, or when they ran out of
    /// time.
    pub(super) async fn follow_plans(&self) -> Result<(), AppError> {
        let mark = self.inner.store.plan_mark(Utc::now()).await?;
        let before = {
            let mut seen = self.inner.plans_seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.replace(mark)
        };
        if before.is_some_and(|before| before != mark) {
            self.inner.hub.announce(Change::Topic(Topic::Plans));
        }
        Ok(())
    }

    async fn stored_plan(&self, id: Uuid) -> Result<StoredPlan, AppError> {
        self.inner.store.plan(id, Utc::now()).await?.ok_or(AppError::NotFound("plan"))
    }

    /// What the arguments name, and the server that it is on. A person cannot approve something
    /// without a name.
    async fn plan_subjects(
        &self,
        wish: &Wish<'_>,
    ) -> Result<(Vec<String>, Option<ServerId>), AppError> {
        if let Some(named) = self.named_on_engines(wish.command, wish.arguments).await? {
            return Ok((named.names, named.server));
        }
        let Some(id) = wish.arguments.get("id") else { return Ok((Vec::new(), None)) };
        let id = id.as_str().unwrap_or_default();
        let missing = AppError::NotFound("server or account");
        let Ok(server) = id.parse::<ServerId>() else { return Err(missing) };
        match self.inner.store.server(server).await {
            Ok(found) => return Ok((vec![found.name], Some(server))),
            Err(StoreError::Missing { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        match self.inner.store.user(UserId(server.0)).await? {
            Some(user) => Ok((vec![user.username], None)),
            None => Err(missing),
        }
    }
}

fn may_decide(session: &Session, stored: &StoredPlan) -> bool {
    session.user.role.reaches(stored.needs_role)
}

fn in_words(state: PlanState) -> &'static str {
    match state {
        PlanState::Waiting => "waits for an answer",
        PlanState::Approved => "was approved",
        PlanState::Refused => "was refused",
        PlanState::Expired => "was not approved and run within ten minutes of being asked for",
        PlanState::Done => "has run; a plan runs once",
        PlanState::Failed => "has run and failed; a plan runs once",
    }
}

fn entry(user: UserId, kind: ActivityKind, words: &str, plan: &Plan) -> Entry {
    let message = format!("{words} the assistant {}: {}", plan.client, plan.summary);
    Entry::by(user, kind, message)
        .with(json!({ "plan_id": plan.id, "command": plan.command, "client": plan.client }))
}

/// What a person decides about: what is done, to what, and with which other arguments.
fn summary(wish: &Wish<'_>, subjects: &[String]) -> String {
    let mut text = wish.does.trim().trim_end_matches('.').to_owned();
    if !subjects.is_empty() {
        let names: Vec<_> = subjects.iter().map(|name| format!("“{}”", shown(name, 100))).collect();
        text.push_str(&format!(" — {}", names.join(", ")));
    }
    let is_said = |key: &str| key == "id" || (!subjects.is_empty() && SAID.contains(&key));
    let others: Vec<_> = wish
        .arguments
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !is_said(key))
        .map(|(key, value)| format!("{key}: {}", shown(&value.to_string(), 200)))
        .collect();
    if !others.is_empty() {
        text.push_str(&format!(" ({})", others.join(", ")));
    }
    text
}

/// A text from elsewhere within a sentence: on one line, with nothing that hides or turns what
/// follows, and no longer than `most` characters.
fn shown(text: &str, most: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(most)
        .map(|c| if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The summary is all that many people read before they say yes: a name must not be able to end
    /// it early, turn it around or hide its end.
    #[test]
    fn a_summary_shows_hostile_names_and_arguments_as_text() {
        let arguments = json!({ "id": "x", "role": "admin", "note": "a\u{202e}b\n".repeat(200) });
        let wish = Wish {
            command: "user.edit",
            does: " Changes an account.",
            arguments: &arguments,
            needs_role: Role::Admin,
            client: "a test",
        };
        let text = summary(&wish, &["anna\u{202e}\n\u{e0041}".to_owned()]);
        assert!(text.starts_with("Changes an account — “anna\u{fffd}\u{fffd}\u{fffd}”"), "{text}");
        assert!(text.contains("role: \"admin\""), "{text}");
        assert!(text.chars().count() < 400 && !text.contains('\u{202e}'), "{text}");
    }
}
