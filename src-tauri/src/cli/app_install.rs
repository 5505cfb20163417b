//! `tomo app plan` and `tomo app install`.

use super::{
    Cli,
    app::named,
    app_own::{self, Files},
    app_work::{self, finished},
    args::Listing,
    container_names::{Depth, look},
    error::{CliError, Exit},
    output, prompt, servers,
};
use crate::domain::{
    app_plan::{AppPlan, CheckOutcome},
    figure,
    id::ServerId,
    installed_app::InstalledAppDetails,
};
use clap::Args as Group;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
};

/// What to install.
#[derive(Debug, Group)]
pub struct Wish {
    /// App, as 'tomo app search' shows it; without a source where only one has it
    #[arg(value_name = "APP", required_unless_present = "compose", conflicts_with = "compose")]
    app: Option<String>,
    #[command(flatten)]
    files: Files,
    /// Where; the server that suits best where none is named
    #[arg(long, value_name = "SERVER")]
    server: Option<String>,
    /// Name of its compose project; that of the app where none is named
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Value of a setting; may be said several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    values: Vec<(String, String)>,
}

/// A plan to show.
#[derive(Debug, Group)]
pub struct Plan {
    #[command(flatten)]
    wish: Wish,
    #[command(flatten)]
    listing: Listing,
}

/// An app to install.
#[derive(Debug, Group)]
pub struct Install {
    #[command(flatten)]
    wish: Wish,
    /// File with a secret, without its last line break; secrets that are not named are made
    #[arg(long = "secret-file", value_name = "NAME=FILE", value_parser = pair)]
    secrets: Vec<(String, String)>,
    /// Take what solves each problem (the next free port), and do not ask first
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    listing: Listing,
}

pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is written NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A wish with its names resolved.
struct Resolved {
    app: String,
    server: Option<ServerId>,
    name: Option<String>,
    values: BTreeMap<String, String>,
    own: Option<Value>,
}

impl Resolved {
    fn arguments(&self) -> Map<String, Value> {
        let all = json!({
            "app": self.app,
            "server_id": self.server,
            "project": self.name,
            "values": self.values,
            "own": self.own,
        });
        all.as_object().cloned().unwrap_or_default()
    }
}

async fn resolve(cli: &Cli, wish: Wish) -> Result<Resolved, CliError> {
    let own = wish.files.own()?;
    let app = match (&own, &wish.app) {
        (Some(own), _) => app_own::named(cli, own, wish.name.as_deref()).await?,
        (None, app) => named(cli, app.as_deref().unwrap_or_default()).await?,
    };
    let server = match &wish.server {
        Some(wanted) => Some(servers::find(cli, wanted).await?.server.id),
        None => None,
    };
    // Plans are made on what servers and engines say now.
    look(cli, server.map(|id| HashSet::from([id])), Depth::Names).await?;
    let values = wish.values.into_iter().collect();
    Ok(Resolved { app, server, name: wish.name, values, own })
}

async fn planned(cli: &Cli, wish: &Resolved) -> Result<AppPlan, CliError> {
    cli.call("app.plan", Value::Object(wish.arguments())).await
}

/// `tomo app plan`.
pub async fn plan(cli: &Cli, plan: Plan) -> Result<(), CliError> {
    cli.ensure_may("app.plan").await?;
    let wish = resolve(cli, plan.wish).await?;
    let made = planned(cli, &wish).await?;
    if plan.listing.json {
        output::json(&made)?;
    } else {
        show(&made)?;
    }
    if made.is_ready { Ok(()) } else { Err(in_the_way(&made)) }
}

pub(super) fn in_the_way(plan: &AppPlan) -> CliError {
    let problems = plan.checks.iter().filter(|check| check.outcome == CheckOutcome::Problem);
    let count = problems.count() + plan.problems.len();
    CliError::stopped(
        Exit::Failed,
        format!("{} in the way.", figure::count(count as u64, "problem")),
        "Nothing was changed.",
    )
}

pub(super) fn show(plan: &AppPlan) -> Result<(), CliError> {
    let server = plan.servers.iter().find(|fit| fit.server_id == plan.server_id);
    let server = server.map_or_else(|| plan.server_id.to_string(), |fit| fit.name.clone());
    output::text(&format!("{} {} on {server}\n", plan.app, plan.version))?;
    for problem in &plan.problems {
        let setting = problem.setting.as_deref().unwrap_or("compose");
        output::text(&format!("problem  {setting}: {}", output::clean_line(&problem.message)))?;
    }
    for check in &plan.checks {
        let word = match check.outcome {
            CheckOutcome::Good => "good",
            CheckOutcome::Warning => "warning",
            CheckOutcome::Problem => "problem",
            CheckOutcome::Unknown => "unknown",
        };
        let fix = check.fix.as_ref().map(|fix| format!(" ({})", fix.label)).unwrap_or_default();
        let line = format!("{word:<8} {}: {}{fix}", check.title, check.detail);
        output::text(&output::clean_line(&line))?;
    }
    let Some(makes) = &plan.makes else { return Ok(()) };
    output::text("")?;
    let there = |is: Option<bool>, yes: &str, no: &str| match is {
        Some(true) => yes.to_owned(),
        Some(false) => no.to_owned(),
        None => "not known".to_owned(),
    };
    for image in &plan.images {
        let state = there(image.is_there, "already there", "to pull");
        output::text(&output::clean_line(&format!("image    {} ({state})", image.image)))?;
    }
    for service in &makes.services {
        output::text(&output::clean_line(&format!("container {}", service.container)))?;
    }
    for port in &makes.ports {
        let host = port.host_port.map_or_else(|| "any".to_owned(), |port| port.to_string());
        output::text(&format!("port     {host} -> {} of {}", port.container_port, port.service))?;
    }
    for volume in &plan.volumes {
        let state = there(volume.is_there, "kept, with what is in it", "new");
        output::text(&output::clean_line(&format!("volume   {} ({state})", volume.name)))?;
    }
    for network in &makes.networks {
        output::text(&output::clean_line(&format!("network  {}", network.name)))?;
    }
    output::text(&format!("files    {}/compose.yaml, .env", plan.folder))
}

/// `tomo app install`.
pub async fn install(cli: &Cli, install: Install) -> Result<(), CliError> {
    cli.ensure_may("app.install").await?;
    let mut secrets: BTreeMap<String, SecretString> = BTreeMap::new();
    for (name, file) in install.secrets {
        secrets.insert(name, prompt::secret_file(&PathBuf::from(file))?);
    }
    let mut wish = resolve(cli, install.wish).await?;
    let mut made = planned(cli, &wish).await?;
    if install.yes {
        let fixes: Vec<_> = made.checks.iter().filter_map(|check| check.fix.clone()).collect();
        for fix in &fixes {
            match &fix.setting {
                Some(setting) => drop(wish.values.insert(setting.clone(), fix.value.clone())),
                None => wish.name = Some(fix.value.clone()),
            }
        }
        if !fixes.is_empty() {
            made = planned(cli, &wish).await?;
        }
    }
    if !install.listing.json {
        show(&made)?;
    }
    if !made.is_ready {
        return Err(in_the_way(&made));
    }
    if !install.yes {
        if !prompt::possible() {
            return Err(CliError::usage(
                "This installs an app.",
                "Say --yes where nobody can be asked.",
            ));
        }
        if !prompt::confirm("\nInstall it like this?").await? {
            return output::text("Nothing was changed.");
        }
    }
    wish.server = Some(made.server_id);
    let mut arguments = wish.arguments();
    let secrets: BTreeMap<&str, &str> =
        secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect();
    arguments.insert("secrets".to_owned(), json!(secrets));
    let begun: InstalledAppDetails = cli.call("app.install", Value::Object(arguments)).await?;
    let app = app_work::wait(cli, &begun.app, !install.listing.json).await?;
    let Some(app) = finished(app)? else {
        return Err(CliError::stopped(Exit::Failed, "The installation was cancelled.", ""));
    };
    if install.listing.json {
        return output::json(&app);
    }
    output::text(&format!("\n{} {} is installed.", app.app.name, app.app.version))?;
    if let Some(page) = &app.app.page {
        output::text(&page.url)?;
    }
    if let Some(notes) = &app.notes {
        output::text(&format!("\n{notes}"))?;
    }
    Ok(())
}
