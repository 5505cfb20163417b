//! `tomo app adopt`, `release` and `edit`, and the files of apps that come from no catalog.

use super::{
    Cli,
    app_installed::{One, find},
    app_update,
    args::Listing,
    container_names::{Depth, look},
    error::{CliError, Exit},
    output, servers,
};
use crate::domain::{
    installed_app::InstalledAppDetails,
    own_app::{AdoptPlan, AppFiles, OWN, OwnApp},
};
use clap::Args as Group;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// The largest file that is read, bytes.
const MOST: u64 = 1 << 20;

/// Files of an app of one's own.
#[derive(Debug, Group)]
pub struct Files {
    /// Compose file, or a file with a 'docker run' line
    #[arg(long, value_name = "FILE")]
    compose: Option<PathBuf>,
    /// Its file of variables
    #[arg(long, value_name = "FILE", requires = "compose")]
    env_file: Option<PathBuf>,
}

/// A compose project to take over.
#[derive(Debug, Group)]
pub struct Adopt {
    /// Name of the compose project
    #[arg(value_name = "PROJECT")]
    project: String,
    /// Where it is
    #[arg(long, value_name = "SERVER")]
    server: String,
    /// Only show what it would come to
    #[arg(long)]
    dry_run: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    listing: Listing,
}

/// An app to let go.
#[derive(Debug, Group)]
pub struct Release {
    #[command(flatten)]
    one: One,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// An app whose files are edited.
#[derive(Debug, Group)]
pub struct Edit {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    files: Files,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

impl Files {
    /// What a command takes as `own`; nothing where no file is named.
    pub(super) fn own(&self) -> Result<Option<Value>, CliError> {
        let Some(compose) = &self.compose else { return Ok(None) };
        let compose = text(compose)?;
        let env = self.env_file.as_deref().map(text).transpose()?;
        Ok(Some(json!({
            "compose": compose.expose_secret(),
            "env": env.as_ref().map(ExposeSecret::expose_secret),
        })))
    }
}

fn text(path: &Path) -> Result<SecretString, CliError> {
    let failed = |error| CliError::io(format!("reading {}", path.display()), error);
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MOST + 1).read_to_string(&mut text).map_err(failed)?;
    Ok(text.into())
}

/// The id of an app whose compose file somebody names: as they call it, else as the file says.
pub(super) async fn named(cli: &Cli, own: &Value, name: Option<&str>) -> Result<String, CliError> {
    let wish = json!({ "text": own["compose"], "env": own["env"], "name": name });
    let read: OwnApp = cli.call("app.read_compose", wish).await?;
    for note in &read.notes {
        output::note(&output::clean_line(&format!("note     {note}")));
    }
    for problem in &read.problems {
        output::note(&output::clean_line(&format!("problem  {problem}")));
    }
    if !read.problems.is_empty() {
        return Err(CliError::usage("The file cannot be taken.", "Each problem is above."));
    }
    match name.map(str::to_owned).or(read.name) {
        Some(name) => Ok(format!("{OWN}/{name}")),
        None => Err(CliError::usage("The app has no name.", "Say one: --name NAME.")),
    }
}

/// `tomo app adopt`.
pub async fn adopt(cli: &Cli, adopt: Adopt) -> Result<(), CliError> {
    cli.ensure_may("app.adopt").await?;
    let server = servers::find(cli, &adopt.server).await?.server.id;
    look(cli, Some(HashSet::from([server])), Depth::Details).await?;
    let wish = json!({ "server_id": server, "project": adopt.project });
    let plan: AdoptPlan = cli.call("app.adopt_plan", wish.clone()).await?;
    if adopt.dry_run && adopt.listing.json {
        return output::json(&plan);
    }
    if !adopt.listing.json {
        show(&plan)?;
    }
    if !plan.is_ready {
        let hint = "Nothing was changed.";
        return Err(CliError::stopped(Exit::Failed, plan.problems.join(" "), hint));
    }
    if adopt.dry_run {
        return Ok(());
    }
    if !adopt.yes {
        let question = format!("Take over {}? Nothing is changed on the server.", plan.project);
        app_update::ask(&question, "This takes over a compose project.").await?;
    }
    let app: InstalledAppDetails = cli.call("app.adopt", wish).await?;
    if adopt.listing.json {
        return output::json(&app);
    }
    output::text(&format!("{} is taken over.", app.app.project))
}

fn show(plan: &AdoptPlan) -> Result<(), CliError> {
    let line =
        |what: &str, text: &str| output::text(&output::clean_line(&format!("{what:<9} {text}")));
    plan.files.iter().try_for_each(|it| line("file", it))?;
    plan.services
        .iter()
        .try_for_each(|it| line("service", &format!("{} ({})", it.name, it.image)))?;
    plan.containers.iter().try_for_each(|it| line("container", it))?;
    plan.volumes.iter().try_for_each(|it| line("volume", it))?;
    plan.binds.iter().try_for_each(|it| line("path", it))?;
    plan.networks.iter().try_for_each(|it| line("network", it))?;
    plan.secrets.iter().try_for_each(|it| line("secret", it))?;
    plan.flags.iter().try_for_each(|it| line("flag", &it.sentence()))?;
    plan.notes.iter().try_for_each(|it| line("note", it))?;
    plan.problems.iter().try_for_each(|it| line("problem", it))
}

/// `tomo app release`.
pub async fn release(cli: &Cli, release: Release) -> Result<(), CliError> {
    cli.ensure_may("app.release").await?;
    let app = find(cli, &release.one.app).await?;
    if !release.yes {
        let question = format!("Release {}? It goes on as it is.", app.project);
        app_update::ask(&question, "This releases an app.").await?;
    }
    let () = cli.call("app.release", json!({ "id": app.id })).await?;
    if release.one.listing.json {
        return output::json(&app);
    }
    output::text(&format!("{} is released; it goes on as it is.", app.project))
}

/// `tomo app edit`. Without a file it shows those that there are.
pub async fn edit(cli: &Cli, edit: Edit) -> Result<(), CliError> {
    let app = find(cli, &edit.one.app).await?;
    look(cli, Some(HashSet::from([app.server_id])), Depth::Names).await?;
    let files: AppFiles = cli.call("app.files", json!({ "id": app.id })).await?;
    let Some(mut own) = edit.files.own()? else {
        if edit.one.listing.json {
            return output::json(&files);
        }
        output::text(files.compose.trim_end())?;
        return output::text(&format!("\n# .env\n{}", files.env.trim_end()));
    };
    if let Some(why) = &files.why_not {
        return Err(CliError::stopped(Exit::Failed, why.clone(), "Nothing was changed."));
    }
    if own["env"].is_null() {
        own["env"] = json!(files.env);
    }
    app_update::apply(
        cli,
        &app,
        json!({ "id": app.id, "own": own }),
        app_update::How { json: edit.one.listing.json, dry_run: edit.dry_run, yes: edit.yes },
    )
    .await
}
