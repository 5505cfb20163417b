//! `tomo app list`, `start`, `stop`, `restart` and `uninstall`.

use super::{
    Cli,
    app_work::{finished, wait},
    args::Listing,
    container_names::{Depth, OnServer, look, name_of, names},
    error::{CliError, Exit},
    format, output, prompt,
};
use crate::domain::{
    figure,
    installed_app::{
        AppAction, InstalledApp, InstalledAppDetails, InstalledApps, StepState, UninstallPreview,
    },
};
use clap::Args as Group;
use serde_json::json;
use std::collections::HashSet;

/// An app on a server.
#[derive(Debug, Group)]
pub struct One {
    /// App: server/name, or the name alone where no other has it
    #[arg(value_name = "APP")]
    pub(super) app: String,
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// An app to remove from its server.
#[derive(Debug, Group)]
pub struct Uninstall {
    #[command(flatten)]
    one: One,
    /// Remove the data in its volumes too
    #[arg(long)]
    with_data: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// `tomo app list`.
pub async fn list(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    cli.ensure_may("app.list").await?;
    let servers = on(cli).await?;
    if !servers.is_empty() {
        look(cli, Some(servers), Depth::Details).await?;
    }
    let all: InstalledApps = cli.call("app.list", json!({})).await?;
    let names = names(cli).await?;
    if listing.json {
        let rows: Vec<_> = all
            .apps
            .iter()
            .map(|app| OnServer { server: name_of(&names, app.server_id), what: app })
            .collect();
        return output::json(&rows);
    }
    if all.apps.is_empty() {
        return output::text("No app is installed. 'tomo app search' shows what there is.");
    }
    let heads = ["App", "Version", "Server", "State", ">CPU", ">Memory", ">Port"];
    let mut table = output::new_table(&heads, output::width());
    for app in &all.apps {
        table.add_row([
            output::clean_line(&app.project),
            version(app),
            output::clean_line(name_of(&names, app.server_id)),
            state(app),
            format::percent(app.cpu_percent),
            app.memory_bytes.map_or_else(|| format::ABSENT.to_owned(), size),
            app.page.as_ref().map_or_else(|| format::ABSENT.to_owned(), |it| it.port.to_string()),
        ]);
    }
    output::table(&table)
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn size(bytes: u64) -> String {
    figure::size(bytes as f64)
}

fn version(app: &InstalledApp) -> String {
    let version = output::clean_line(&app.version);
    match &app.newer {
        Some(newer) => format!("{version} ({} is there)", output::clean_line(newer)),
        None if app.has_newer_image => format!("{version} (newer image)"),
        None => version,
    }
}

fn state(app: &InstalledApp) -> String {
    if let Some(work) = &app.work {
        let done = work.steps.iter().filter(|step| step.state == StepState::Done).count();
        let at = (done + 1).min(work.steps.len());
        return format!("{}, step {at} of {}", app.status.as_str(), work.steps.len());
    }
    match (&app.error, &app.state) {
        (Some(error), _) => output::clean_line(error),
        (None, Some(state)) => state.clone(),
        (None, None) => "not known".to_owned(),
    }
}

/// The servers that have apps.
async fn on(cli: &Cli) -> Result<HashSet<crate::domain::id::ServerId>, CliError> {
    let all: InstalledApps = cli.call("app.list", json!({})).await?;
    Ok(all.apps.iter().map(|app| app.server_id).collect())
}

/// The app that `server/name` means.
pub(super) async fn find(cli: &Cli, wanted: &str) -> Result<InstalledApp, CliError> {
    let all: InstalledApps = cli.call("app.list", json!({})).await?;
    let names = names(cli).await?;
    let (server, name) = match wanted.split_once('/') {
        Some((server, name)) => (Some(server), name),
        None => (None, wanted),
    };
    let is_meant = |app: &&InstalledApp| {
        app.project == name
            && server
                .is_none_or(|server| name_of(&names, app.server_id).eq_ignore_ascii_case(server))
    };
    let mut found = all.apps.iter().filter(is_meant);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(CliError::usage(
            format!("There is no app '{}' on a server.", output::clean_line(wanted)),
            "'tomo app list' lists them.",
        )),
        (Some(_), Some(_)) => Err(CliError::usage(
            format!("Several servers have '{}'.", output::clean_line(wanted)),
            "Say which: server/name.",
        )),
    }
}

/// `tomo app start`, `stop` and `restart`.
pub async fn act(cli: &Cli, one: One, action: AppAction) -> Result<(), CliError> {
    cli.ensure_may("app.act").await?;
    let app = find(cli, &one.app).await?;
    look(cli, Some(HashSet::from([app.server_id])), Depth::Names).await?;
    let arguments = json!({ "id": app.id, "action": action });
    let begun: InstalledAppDetails = cli.call("app.act", arguments).await?;
    let app = finished(wait(cli, &begun.app, !one.listing.json).await?)?;
    match app {
        Some(app) if one.listing.json => output::json(&app),
        Some(app) => output::text(&format!("{} is {}.", app.app.project, app.app.status.as_str())),
        None => Err(CliError::stopped(Exit::Failed, "The app is gone.", "")),
    }
}

/// `tomo app uninstall`.
pub async fn uninstall(cli: &Cli, uninstall: Uninstall) -> Result<(), CliError> {
    cli.ensure_may("app.uninstall").await?;
    let app = find(cli, &uninstall.one.app).await?;
    look(cli, Some(HashSet::from([app.server_id])), Depth::Names).await?;
    let preview: UninstallPreview =
        cli.call("app.uninstall_preview", json!({ "id": app.id })).await?;
    if !uninstall.yes {
        show(&preview, uninstall.with_data)?;
        if !prompt::possible() {
            return Err(CliError::usage(
                format!("This removes {}.", app.project),
                "Say --yes where nobody can be asked.",
            ));
        }
        let question = if uninstall.with_data && !preview.volumes.is_empty() {
            format!("Uninstall {} and remove its data for good?", app.project)
        } else {
            format!("Uninstall {}?", app.project)
        };
        if !prompt::confirm(&question).await? {
            return output::text("Nothing was removed.");
        }
    }
    let arguments = json!({ "id": app.id, "with_data": uninstall.with_data });
    let () = cli.call("app.uninstall", arguments).await?;
    let left = finished(wait(cli, &app, !uninstall.one.listing.json).await?)?;
    if left.is_some() {
        return Err(CliError::stopped(Exit::Failed, "The app is still there.", ""));
    }
    if uninstall.one.listing.json {
        return output::json(&preview);
    }
    output::text(&format!("{} is uninstalled.", app.project))
}

fn show(preview: &UninstallPreview, with_data: bool) -> Result<(), CliError> {
    let line =
        |what: &str, name: &str| output::text(&output::clean_line(&format!("{what:<10} {name}")));
    preview.containers.iter().try_for_each(|name| line("container", name))?;
    preview.networks.iter().try_for_each(|network| line("network", &network.name))?;
    preview.images.iter().try_for_each(|name| line("image", name))?;
    preview.files.iter().try_for_each(|name| line("file", name))?;
    let fate = if with_data { "data" } else { "stays" };
    preview.volumes.iter().try_for_each(|name| line(fate, name))?;
    preview.binds.iter().try_for_each(|name| line("stays", name))
}
