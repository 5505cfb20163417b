//! `tomo approve`: a person decides about what AI assistants want to do.

use super::{Cli, account, error::CliError, output, prompt};
use crate::domain::plan::{Plan, PlanState};
use clap::Args as Group;
use serde_json::json;

/// Examples for the help.
pub const EXAMPLES: &str = "\
Examples:
  tomo approve                            what waits for an answer
  tomo approve --all                      also what was decided, has run or is too old
  tomo approve 0199c2                     look at a plan, and say yes or no
  tomo approve --refuse 0199c2            say no at once

The beginning of an id will do when only one plan that waits begins so. Approving asks at a terminal,
so that no assistant can do it in your place.";

/// What to decide.
#[derive(Debug, Group)]
pub struct Approve {
    /// The plan's id or its beginning; 'list', or nothing, lists the plans
    #[arg(value_name = "ID", default_value = "list", hide_default_value = true)]
    plan: String,
    /// Say no
    #[arg(long)]
    refuse: bool,
    /// List also plans that wait no more
    #[arg(long, conflicts_with = "refuse")]
    all: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// `tomo approve`.
pub async fn approve(cli: &Cli, approve: Approve) -> Result<(), CliError> {
    account::unlock(cli).await?;
    let plans: Vec<Plan> = cli.call("plan.list", json!({})).await?;
    if approve.plan == "list" {
        if approve.refuse {
            return Err(CliError::usage("Which plan is refused?", "Name it by its id."));
        }
        let wanted = |plan: &Plan| approve.all || plan.state == PlanState::Waiting;
        let plans: Vec<Plan> = plans.into_iter().filter(wanted).collect();
        return list(cli, &plans, approve.json).await;
    }
    let plan = pick(&plans, &approve.plan)?;
    let arguments = json!({ "id": plan.id });
    let decided: Plan = if approve.refuse {
        cli.call("plan.refuse", arguments).await?
    } else {
        ask(plan).await?;
        cli.call("plan.approve", arguments).await?
    };
    if approve.json {
        return output::json(&decided);
    }
    output::text(if approve.refuse {
        "Refused. It will not run."
    } else {
        "Approved. The assistant can run it once."
    })
}

async fn list(cli: &Cli, plans: &[Plan], json: bool) -> Result<(), CliError> {
    if json {
        return output::json(&plans);
    }
    if plans.is_empty() {
        return output::text(
            "Nothing waits for an answer. `tomo approve --all` lists older plans.",
        );
    }
    let mut table = output::new_table(&["Plan", "State", "Asked", "Assistant", "As", "What"], None);
    let dates = cli.dates().await?;
    for plan in plans {
        table.add_row([
            plan.id.to_string(),
            plan.state.as_str().to_owned(),
            dates.when(plan.asked_at),
            output::clean_line(&plan.client),
            output::clean_line(&plan.username),
            output::clean_line(&plan.summary),
        ]);
    }
    output::table(&table)
}

/// A plan by its id; one that waits also by the beginning of it.
fn pick<'a>(plans: &'a [Plan], wanted: &str) -> Result<&'a Plan, CliError> {
    let wanted = wanted.trim().to_lowercase();
    if let Some(plan) = plans.iter().find(|plan| plan.id.to_string() == wanted) {
        return Ok(plan);
    }
    let mut found = plans.iter().filter(|plan| {
        plan.state == PlanState::Waiting && plan.id.to_string().starts_with(&wanted)
    });
    match (found.next(), found.next()) {
        (Some(plan), None) => Ok(plan),
        (Some(_), Some(_)) => Err(CliError::usage(
            format!("Several plans begin with '{wanted}'."),
            "Give the whole id; `tomo approve` lists them.",
        )),
        _ => Err(CliError::usage(
            format!("No plan that waits begins with '{wanted}'."),
            "`tomo approve` lists the plans.",
        )),
    }
}

async fn ask(plan: &Plan) -> Result<(), CliError> {
    if !prompt::possible() {
        return Err(CliError::usage(
            "Approving needs a person at a terminal.",
            "Run it in a terminal, or approve in Tomo's window.",
        ));
    }
    output::note(&format!("{}, as {}, wants:", plan.client, plan.username));
    output::note(&format!("  {}", plan.summary));
    output::note(&format!("  {} {}", plan.command, plan.arguments));
    if prompt::confirm("Approve it?").await? {
        return Ok(());
    }
    Err(CliError::usage(
        "It was not approved.",
        format!("`tomo approve --refuse {}` tells the assistant no.", plan.id),
    ))
}
