//! `tomo app update` and `tomo app rollback`.

use super::{
    Cli,
    app_installed::{One, find},
    app_work::{finished, wait},
    container_names::{Depth, look},
    error::{CliError, Exit},
    output, prompt,
};
use crate::domain::{
    app_update::{LineChange, UpdatePlan},
    installed_app::{InstalledApp, InstalledAppDetails},
    own_app::AppOrigin,
};
use clap::Args as Group;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// An app to update.
#[derive(Debug, Group)]
pub struct Update {
    #[command(flatten)]
    one: One,
    /// Another value of a setting; may be said several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = super::app_install::pair)]
    values: Vec<(String, String)>,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// Only ask the registries whether they have newer images
    #[arg(long, conflicts_with_all = ["dry_run", "values"])]
    check: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// An app to put back.
#[derive(Debug, Group)]
pub struct Rollback {
    #[command(flatten)]
    one: One,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// How a change is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    pub(super) json: bool,
    pub(super) dry_run: bool,
    pub(super) yes: bool,
}

/// `tomo app update`.
pub async fn update(cli: &Cli, update: Update) -> Result<(), CliError> {
    cli.ensure_may("app.update").await?;
    let app = find(cli, &update.one.app).await?;
    if update.check {
        return super::app_newer::check(cli, &app, update.one.listing.json).await;
    }
    let values: BTreeMap<String, String> = update.values.into_iter().collect();
    let how = How { json: update.one.listing.json, dry_run: update.dry_run, yes: update.yes };
    // What somebody else wrote is looked at where it is.
    if app.origin == AppOrigin::Adopted {
        look(cli, Some(HashSet::from([app.server_id])), Depth::Names).await?;
    }
    apply(cli, &app, json!({ "id": app.id, "values": values }), how).await
}

/// Shows what a change comes to, asks, and makes it.
pub(super) async fn apply(
    cli: &Cli,
    app: &InstalledApp,
    wish: Value,
    how: How,
) -> Result<(), CliError> {
    cli.ensure_may("app.update").await?;
    let plan: UpdatePlan = cli.call("app.update_plan", wish.clone()).await?;
    if how.dry_run && how.json {
        return output::json(&plan);
    }
    if !how.json {
        show(&plan)?;
    }
    if !plan.problems.is_empty() {
        return Err(CliError::stopped(
            Exit::Failed,
            "A value cannot be taken.",
            "Nothing was changed.",
        ));
    }
    if how.dry_run {
        return Ok(());
    }
    if !how.yes {
        ask(&format!("Update {}?", app.project), "This updates an app.").await?;
    }
    look(cli, Some(HashSet::from([app.server_id])), Depth::Names).await?;
    go(cli, "app.update", wish, how.json).await
}

/// `tomo app rollback`.
pub async fn rollback(cli: &Cli, rollback: Rollback) -> Result<(), CliError> {
    cli.ensure_may("app.roll_back").await?;
    let app = find(cli, &rollback.one.app).await?;
    let question = match &app.way_back {
        _ if app.is_stuck => {
            format!(
                "Put {} back to the version before its update, with the data of then? What was written \
                 since is lost.",
                app.project
            )
        }
        Some(way_back) => {
            let at = cli.dates().await?.when(way_back.at);
            format!(
                "Put {} back to {} with the data of {at}? What was written since then is lost.",
                app.project, way_back.version
            )
        }
        None => return Err(no_way_back(&app)),
    };
    if !rollback.yes {
        ask(&question, "This puts an app back.").await?;
    }
    look(cli, Some(HashSet::from([app.server_id])), Depth::Names).await?;
    go(cli, "app.roll_back", json!({ "id": app.id }), rollback.one.listing.json).await
}

fn no_way_back(app: &InstalledApp) -> CliError {
    CliError::usage(
        format!("No way back is kept for {}.", app.project),
        "An update keeps one for seven days.",
    )
}

pub(super) async fn ask(question: &str, what: &str) -> Result<(), CliError> {
    if !prompt::possible() {
        return Err(CliError::usage(what, "Say --yes where nobody can be asked."));
    }
    if prompt::confirm(question).await? {
        return Ok(());
    }
    Err(CliError::stopped(Exit::Failed, "Nothing was changed.", ""))
}

async fn go(cli: &Cli, command: &str, wish: Value, json: bool) -> Result<(), CliError> {
    let begun: InstalledAppDetails = cli.call(command, wish).await?;
    let Some(app) = finished(wait(cli, &begun.app, !json).await?)? else {
        return Err(CliError::stopped(Exit::Failed, "The app is gone.", ""));
    };
    if json {
        return output::json(&app);
    }
    output::text(&format!("{} is at {}.", app.app.project, app.app.version))
}

fn show(plan: &UpdatePlan) -> Result<(), CliError> {
    output::text(&format!("{} -> {}\n", plan.from, plan.to))?;
    for problem in &plan.problems {
        let setting = problem.setting.as_deref().unwrap_or("compose");
        output::text(&output::clean_line(&format!("problem  {setting}: {}", problem.message)))?;
    }
    for line in &plan.compose {
        let mark = match line.change {
            LineChange::Same => ' ',
            LineChange::Removed => '-',
            LineChange::Added => '+',
        };
        output::text(&format!("{:>5} {mark} {}", line.line, output::clean_line(&line.text)))?;
    }
    for line in &plan.variables {
        if line.change != LineChange::Same {
            let mark = if line.change == LineChange::Added { '+' } else { '-' };
            output::text(&format!(" .env {mark} {}", output::clean_line(&line.text)))?;
        }
    }
    for newer in &plan.newer_images {
        output::text(&output::clean_line(&format!("newer    {}", newer.image)))?;
    }
    for setting in &plan.new_settings {
        output::text(&output::clean_line(&format!(
            "new      {}: {}",
            setting.name, setting.label
        )))?;
    }
    for volume in &plan.copied {
        output::text(&output::clean_line(&format!("copied   {volume}")))?;
    }
    for data in &plan.not_copied {
        output::text(&output::clean_line(&format!("not copied {data}")))?;
    }
    Ok(())
}
