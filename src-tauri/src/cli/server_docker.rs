//! `tomo server set-up-docker`.

use super::{
    Cli,
    args::{Listing, Named},
    container_exec::connect,
    error::{CliError, Exit},
    output, prompt, servers,
};
use crate::domain::{
    docker_setup::{DockerSetup, DockerSetupRun, SetupPrivilege, SetupRunStep},
    id::ServerId,
    installed_app::StepState,
};
use clap::Args as Group;
use futures::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::{collections::HashMap, path::PathBuf, pin::pin};

pub(super) const EXAMPLES: &str = "\
Examples:
  tomo server set-up-docker nas --dry-run   only the commands
  tomo server set-up-docker nas             shows them, asks, and runs them
  tomo server set-up-docker nas --yes --join-group --sudo-password-file sudo.txt

Every command is shown before it is run. Where sudo asks for a password, it is asked for here, given to
sudo, and kept nowhere. The group docker may do on the server what root may.";

/// A server to set Docker up on.
#[derive(Debug, Group)]
pub struct SetUpDocker {
    #[command(flatten)]
    named: Named,
    /// Add the account to the group docker, which Tomo needs unless it signs in as root
    #[arg(long)]
    join_group: bool,
    /// File with the account's password for sudo ('-' reads standard input); asked for when left out
    #[arg(long, value_name = "FILE")]
    sudo_password_file: Option<PathBuf>,
    /// Only show the commands
    #[arg(long)]
    dry_run: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    listing: Listing,
}

/// Says, when it is dropped before the end, what becomes of it.
struct Left(bool);

impl Drop for Left {
    fn drop(&mut self) {
        if self.0 {
            output::note(
                "It was left half-way: the command that is at work goes on on the server. Run this again to \
                 see what is left to be done.",
            );
        }
    }
}

/// `tomo server set-up-docker`.
pub async fn set_up(cli: &Cli, wish: SetUpDocker) -> Result<(), CliError> {
    cli.ensure_may(if wish.dry_run { "docker.setup_plan" } else { "docker.setup" }).await?;
    let server = servers::find(cli, &wish.named.server).await?.server;
    if !server.is_local() {
        connect(cli, server.id).await?;
    }
    let plan: DockerSetup =
        cli.call("docker.setup_plan", json!({ "server_id": server.id })).await?;
    if wish.dry_run && wish.listing.json {
        return output::json(&plan);
    }
    if !wish.listing.json {
        show(&server.name, &plan)?;
    }
    if let Some(why) = &plan.why_not {
        return Err(CliError::stopped(
            Exit::Failed,
            output::clean_line(why),
            "Nothing was changed.",
        ));
    }
    if wish.dry_run || plan.steps.is_empty() {
        return if wish.listing.json { output::json(&plan) } else { Ok(()) };
    }
    let joins_group = plan.joins_group && joins(&wish, &plan).await?;
    if !wish.yes && !agreed(&plan, joins_group).await? {
        return output::text("Nothing was changed.");
    }
    let password = password(&wish, &plan).await?;
    let arguments = json!({
        "server_id": server.id,
        "digest": plan.digest,
        "joins_group": joins_group,
        "password": password.as_ref().map(ExposeSecret::expose_secret),
    });
    let _: DockerSetupRun = cli.call("docker.setup", arguments).await?;
    let run = wait(cli, server.id, !wish.listing.json).await?;
    finished(&run, &wish)
}

fn show(server: &str, plan: &DockerSetup) -> Result<(), CliError> {
    let head = format!("Docker on {server}, {}", plan.system);
    output::text(&output::clean_line(&head))?;
    for note in &plan.notes {
        output::text(&output::clean_line(&format!("note     {note}")))?;
    }
    for step in &plan.steps {
        output::text(&output::clean_line(&format!("\n  {}", step.label)))?;
        output::text(&output::clean_line(&format!("  $ {}", step.command)))?;
    }
    Ok(())
}

/// Whether the account joins the group: what was said, else what a person says.
async fn joins(wish: &SetUpDocker, plan: &DockerSetup) -> Result<bool, CliError> {
    if wish.join_group || wish.yes || !prompt::possible() {
        return Ok(wish.join_group);
    }
    let user = output::clean_line(&plan.user);
    prompt::confirm(&format!(
        "\nAdd {user} to the group docker, which may do there what root may? Without it, Tomo as {user} sees \
         nothing of Docker."
    ))
    .await
}

async fn agreed(plan: &DockerSetup, joins_group: bool) -> Result<bool, CliError> {
    if !prompt::possible() {
        return Err(CliError::usage(
            "This installs Docker on the server.",
            "Say --yes where nobody can be asked.",
        ));
    }
    let but = if plan.joins_group && !joins_group { ", without the last" } else { "" };
    prompt::confirm(&format!("\nRun these commands{but}?")).await
}

async fn password(
    wish: &SetUpDocker,
    plan: &DockerSetup,
) -> Result<Option<SecretString>, CliError> {
    if plan.privilege != SetupPrivilege::SudoPassword {
        return Ok(None);
    }
    if let Some(file) = &wish.sudo_password_file {
        return prompt::secret_file(file).map(Some);
    }
    if !prompt::possible() {
        return Err(CliError::usage(
            "sudo asks for the password of the account on this server.",
            "Name a file that holds it with --sudo-password-file.",
        ));
    }
    let user = output::clean_line(&plan.user);
    prompt::secret(&format!("Password of {user} for sudo")).await.map(Some)
}

/// Waits until it is over. `tells` of each step.
async fn wait(cli: &Cli, server: ServerId, tells: bool) -> Result<DockerSetupRun, CliError> {
    let mut left = Left(true);
    let mut told: HashMap<String, StepState> = HashMap::new();
    let mut pushes = pin!(cli.tomo.pushes());
    loop {
        let run: Option<DockerSetupRun> =
            cli.call("docker.setup_status", json!({ "server_id": server })).await?;
        let Some(run) = run else { return Err(CliError::Interrupted) };
        for step in run.steps.iter().filter(|step| tells && step.state != StepState::Waiting) {
            if told.insert(step.name.clone(), step.state) != Some(step.state) {
                tell(step);
            }
        }
        if run.is_over {
            left.0 = false;
            return Ok(run);
        }
        if pushes.next().await.is_none() {
            return Err(CliError::Interrupted);
        }
    }
}

fn tell(step: &SetupRunStep) {
    let word = match step.state {
        StepState::Waiting => "waits",
        StepState::Running => "begins",
        StepState::Done => "done",
        StepState::Failed => "failed",
    };
    let seconds = step.seconds.map(|seconds| format!("{seconds:.1} s")).unwrap_or_default();
    output::note(&format!("{word:<6} {seconds:>8}  {}", output::clean_line(&step.label)));
}

fn finished(run: &DockerSetupRun, wish: &SetUpDocker) -> Result<(), CliError> {
    if wish.listing.json {
        output::json(run)?;
    }
    if let Some(why) = &run.error {
        for line in run.output.iter().rev().take(15).rev().filter(|_| !wish.listing.json) {
            output::note(&output::clean_line(line));
        }
        let hint = "Run this again to see what is left to be done.";
        return Err(CliError::stopped(Exit::Failed, output::clean_line(why), hint));
    }
    if !wish.listing.json {
        output::text("")?;
        for note in &run.notes {
            output::text(&output::clean_line(note))?;
        }
    }
    Ok(())
}
