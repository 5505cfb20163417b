//! `tomo app backup`, `tomo app restore` and `tomo app move`.

use super::{
    Cli,
    app_install::{in_the_way, pair, show},
    app_installed::{One, find},
    app_update::ask,
    app_work::{finished, wait},
    args::Listing,
    backup::{Passphrase, no_passphrase, path_text, size},
    container_names::{Depth, look},
    error::{CliError, Exit},
    output, prompt, servers,
};
use crate::domain::{
    app_backup::{
        AppBackupContents, AppBackupPreview, AppDataPart, DataWay, MovePlan, RestorePlan,
    },
    installed_app::InstalledAppDetails,
};
use clap::Args as Group;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
};

/// A backup of an app to make.
#[derive(Debug, Group)]
pub struct Backup {
    #[command(flatten)]
    one: One,
    /// File to write; one named after the app and the time, in this folder, when left out
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Pause the app meanwhile instead of stopping it: shorter, and what it has only in memory is missing
    #[arg(long)]
    pause: bool,
    /// A volume or path that is left out; may be said several times
    #[arg(long = "leave-out", value_name = "NAME")]
    leave_out: Vec<String>,
    /// Replace a file of this name
    #[arg(long)]
    replace: bool,
    /// Only show what would be in it
    #[arg(long)]
    dry_run: bool,
}

/// A backup of an app to bring back.
#[derive(Debug, Group)]
pub struct Restore {
    /// Its file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where the app is to be
    #[arg(long, value_name = "SERVER")]
    server: String,
    /// Name of its compose project, where it is made anew; the one that it had when left out
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Another value of a setting; may be said several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    values: Vec<(String, String)>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Only show what would be done
    #[arg(long)]
    dry_run: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    listing: Listing,
}

/// An app to move.
#[derive(Debug, Group)]
pub struct Move {
    #[command(flatten)]
    one: One,
    /// Where to
    #[arg(value_name = "SERVER")]
    server: String,
    /// Another value of a setting there; may be said several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    values: Vec<(String, String)>,
    /// Remove it where it is now, with its data, once it is well there; else it stays there, stopped
    #[arg(long)]
    remove_source: bool,
    /// Only show what would be done
    #[arg(long)]
    dry_run: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// `tomo app backup`.
pub async fn backup(cli: &Cli, backup: Backup) -> Result<(), CliError> {
    cli.ensure_may("app.backup").await?;
    let json = backup.one.listing.json;
    let app = find(cli, &backup.one.app).await?;
    look(cli, Some(HashSet::from([app.server_id])), Depth::Names).await?;
    let preview: AppBackupPreview = cli.call("app.backup_preview", json!({ "id": app.id })).await?;
    if backup.dry_run && json {
        return output::json(&preview);
    }
    if !json {
        for part in &preview.parts {
            let is_out = backup.leave_out.contains(&part.name);
            let word = if is_out { "left out" } else { "data" };
            output::text(&output::clean_line(&format!("{word:<8} {}", told(part))))?;
        }
        for left in &preview.left_out {
            let line = format!("left out {}: {}", left.name, left.why);
            output::text(&output::clean_line(&line))?;
        }
    }
    if backup.dry_run {
        return Ok(());
    }
    let passphrase = match &backup.passphrase.file() {
        Some(file) => prompt::secret_file(file)?,
        None if prompt::possible() => {
            output::note("Without its passphrase nobody can open the backup.");
            prompt::new_secret("Passphrase of the backup").await?
        }
        None => return Err(no_passphrase()),
    };
    let path = backup.to.unwrap_or_else(|| PathBuf::from(&preview.file_name));
    let path = std::path::absolute(&path).unwrap_or(path);
    let wish = json!({
        "id": app.id,
        "path": path_text(&path)?,
        "passphrase": passphrase.expose_secret(),
        "mode": if backup.pause { "pause" } else { "stop" },
        "replace": backup.replace,
        "leave_out": backup.leave_out,
    });
    let app = done(cli, "app.backup", wish, json).await?;
    let made = app.backups.first();
    if json {
        return output::json(&made);
    }
    let size = made.map(|made| size(Some(made.bytes))).unwrap_or_default();
    output::text(&format!("{} is made and was read back ({size}).", path.display()))
}

/// `tomo app restore`.
pub async fn restore(cli: &Cli, restore: Restore) -> Result<(), CliError> {
    cli.ensure_may("app.restore").await?;
    let json = restore.listing.json;
    let server = servers::find(cli, &restore.server).await?.server;
    let passphrase = match &restore.passphrase.file() {
        Some(file) => prompt::secret_file(file)?,
        None if prompt::possible() => prompt::secret("Passphrase of the backup").await?,
        None => return Err(no_passphrase()),
    };
    look(cli, Some(HashSet::from([server.id])), Depth::Names).await?;
    let values: BTreeMap<String, String> = restore.values.into_iter().collect();
    let wish = json!({
        "path": path_text(&restore.file)?,
        "passphrase": passphrase.expose_secret(),
        "server_id": server.id,
        "project": restore.name,
        "values": values,
    });
    let plan: RestorePlan = cli.call("app.restore_plan", wish.clone()).await?;
    if restore.dry_run && json {
        return output::json(&plan);
    }
    if !json {
        told_contents(cli, &plan.contents).await?;
        ways(&plan.ways)?;
        for path in &plan.not_copied {
            output::text(&output::clean_line(&format!("written over {path}")))?;
        }
        if let Some(plan) = &plan.plan {
            show(plan)?;
        }
    }
    if let Some(plan) = plan.plan.as_ref().filter(|plan| !plan.is_ready) {
        return Err(in_the_way(plan));
    }
    if restore.dry_run {
        return Ok(());
    }
    if !restore.yes {
        let question = match plan.over {
            Some(_) if plan.not_copied.is_empty() => format!(
                "Replace {} on {} by this? Its present data is kept for seven days.",
                plan.contents.name, server.name
            ),
            Some(_) => format!(
                "Replace {} on {} by this? What its volumes have now is kept for seven days; what is written over \
                 is not.",
                plan.contents.name, server.name
            ),
            None => format!("Install {} on {} with this?", plan.contents.name, server.name),
        };
        ask(&question, "This brings a backup back.").await?;
    }
    let app = done(cli, "app.restore", wish, json).await?;
    if json {
        return output::json(&app);
    }
    output::text(&format!("{} is back on {}.", app.app.project, server.name))
}

/// `tomo app move`.
pub async fn move_app(cli: &Cli, wish: Move) -> Result<(), CliError> {
    cli.ensure_may("app.move").await?;
    let json = wish.one.listing.json;
    let app = find(cli, &wish.one.app).await?;
    let server = servers::find(cli, &wish.server).await?.server;
    look(cli, Some(HashSet::from([app.server_id, server.id])), Depth::Names).await?;
    let values: BTreeMap<String, String> = wish.values.into_iter().collect();
    let mut arguments = json!({ "id": app.id, "server_id": server.id, "values": values });
    let plan: MovePlan = cli.call("app.move_plan", arguments.clone()).await?;
    if wish.dry_run && json {
        return output::json(&plan);
    }
    if !json {
        show(&plan.plan)?;
        ways(&plan.ways)?;
        for left in &plan.left_out {
            let line = format!("stays    {}: {}", left.name, left.why);
            output::text(&output::clean_line(&line))?;
        }
    }
    if !plan.plan.is_ready {
        return Err(in_the_way(&plan.plan));
    }
    if wish.dry_run {
        return Ok(());
    }
    if !wish.yes {
        let then = match wish.remove_source {
            true => "It is removed here, with its data, once it is well there.",
            false => "It stays here, stopped.",
        };
        let question = format!("Move {} to {}? {then}", app.project, server.name);
        ask(&question, "This moves an app.").await?;
    }
    arguments["removes_source"] = json!(wish.remove_source);
    let moved: InstalledAppDetails = cli.call("app.move", arguments).await?;
    let source = wait(cli, &app, !json).await?;
    // What failed stands with the app that was to be moved.
    let source = finished(source)?;
    let moved = wait(cli, &moved.app, false).await?;
    if source.is_some() && wish.remove_source {
        // It is being removed; whoever waits for the end wants it gone.
        finished(wait(cli, &app, !json).await?)?;
    }
    let Some(moved) = finished(moved)? else {
        return Err(CliError::stopped(Exit::Failed, "The app is gone.", ""));
    };
    if json {
        return output::json(&moved);
    }
    output::text(&format!("{} is on {}.", moved.app.project, server.name))
}

/// Begins something, waits for its end, and gives the app as it stands then.
async fn done(
    cli: &Cli,
    command: &str,
    wish: Value,
    json: bool,
) -> Result<InstalledAppDetails, CliError> {
    let begun: InstalledAppDetails = cli.call(command, wish).await?;
    let app = finished(wait(cli, &begun.app, !json).await?)?;
    app.ok_or_else(|| CliError::stopped(Exit::Failed, "The app is gone.", ""))
}

async fn told_contents(cli: &Cli, contents: &AppBackupContents) -> Result<(), CliError> {
    let at = cli.dates().await?.moment(contents.at);
    let bytes = size(Some(contents.bytes));
    let line = format!(
        "{} {} of {at}, from {} ({bytes})",
        contents.name, contents.version, contents.server
    );
    output::text(&output::clean_line(&line))
}

fn ways(ways: &[DataWay]) -> Result<(), CliError> {
    for way in ways {
        let line = format!("data     {} -> {}", told(&way.part), way.to);
        output::text(&output::clean_line(&line))?;
    }
    Ok(())
}

fn told(part: &AppDataPart) -> String {
    match part.bytes {
        Some(_) => format!("{} ({})", part.name, size(part.bytes)),
        None => part.name.clone(),
    }
}
