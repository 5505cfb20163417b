//! `tomo app`: the catalog of apps, and where it comes from.

use super::{
    Cli,
    args::Listing,
    error::{CliError, Exit},
    format, output, prompt,
};
use crate::domain::{
    app::{AppCategory, AppManifest, AppSetting, AppSettingKind},
    app_source::{
        AppCard, AppProblem, AppSource, AppSourceKind, CatalogApp, CatalogCheck, CatalogPage,
        LeftOut, SyncReport,
    },
    figure,
};
use clap::{Args as Group, Subcommand, ValueEnum};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Apps that one call gives.
const PAGE: u32 = 200;

/// What to do with apps.
#[derive(Debug, Subcommand)]
pub enum AppCommand {
    /// Find apps in the catalog
    #[command(after_help = "\
Examples:
  tomo app search
  tomo app search feed reader
  tomo app search --category media --json")]
    Search(Search),
    /// Show all that is known of an app
    #[command(after_help = "\
Examples:
  tomo app show miniflux
  tomo app show bigbear/jellyfin --compose")]
    Show(Show),
    /// Check a folder of apps without adding it
    #[command(after_help = "\
Examples:
  tomo app check my-apps                  each rule that does not hold, with its line")]
    Check(Check),
    /// List, add, read and remove sources of apps
    #[command(subcommand)]
    Source(SourceCommand),
}

/// What to find.
#[derive(Debug, Group)]
pub struct Search {
    /// Words that all have to be found
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// Only of this category
    #[arg(long, value_name = "CATEGORY")]
    category: Option<Category>,
    /// Only of this source
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// A category.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Category {
    Automation,
    Media,
    Monitoring,
    Networking,
    Security,
    Storage,
    Utility,
}

impl From<Category> for AppCategory {
    fn from(category: Category) -> Self {
        match category {
            Category::Automation => Self::Automation,
            Category::Media => Self::Media,
            Category::Monitoring => Self::Monitoring,
            Category::Networking => Self::Networking,
            Category::Security => Self::Security,
            Category::Storage => Self::Storage,
            Category::Utility => Self::Utility,
        }
    }
}

/// Which to show.
#[derive(Debug, Group)]
pub struct Show {
    /// App, as 'tomo app search' shows it; without a source where only one has it
    #[arg(value_name = "APP")]
    app: String,
    /// Only the compose file
    #[arg(long, conflicts_with = "json")]
    compose: bool,
    #[command(flatten)]
    listing: Listing,
}

/// What to check.
#[derive(Debug, Group)]
pub struct Check {
    /// Folder, archive or file
    #[arg(value_name = "PATH")]
    path: PathBuf,
    #[command(flatten)]
    listing: Listing,
}

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// List them
    List(Listing),
    /// Add one
    #[command(after_help = "\
Examples:
  tomo app source add https://github.com/someone/apps
  tomo app source add https://example.org/templates.json --name Templates
  tomo app source add my-apps --id mine   a folder of this computer")]
    Add(Add),
    /// Read one anew, or all of them
    Sync(Sync),
    /// Show the apps of one in the catalog
    Enable(Named),
    /// Leave the apps of one out of the catalog
    Disable(Named),
    /// Forget one; what is installed stays
    Remove(Remove),
}

/// A source to add.
#[derive(Debug, Group)]
pub struct Add {
    /// Address of a git repository, an archive or a file of templates; or a path
    #[arg(value_name = "LOCATION")]
    location: String,
    /// What its apps' ids begin with
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Name for people
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// Which to read.
#[derive(Debug, Group)]
pub struct Sync {
    /// Source; all that are shown where none is named
    #[arg(value_name = "SOURCE")]
    source: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// A source.
#[derive(Debug, Group)]
pub struct Named {
    /// Source
    #[arg(value_name = "SOURCE")]
    source: String,
    #[command(flatten)]
    listing: Listing,
}

/// A source to forget.
#[derive(Debug, Group)]
pub struct Remove {
    /// Source
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// `tomo app`.
pub async fn run(cli: &Cli, command: AppCommand) -> Result<(), CliError> {
    match command {
        AppCommand::Search(search) => self::search(cli, search).await,
        AppCommand::Show(show) => self::show(cli, show).await,
        AppCommand::Check(check) => self::check(cli, check).await,
        AppCommand::Source(SourceCommand::List(listing)) => sources(cli, listing).await,
        AppCommand::Source(SourceCommand::Add(add)) => self::add(cli, add).await,
        AppCommand::Source(SourceCommand::Sync(sync)) => self::sync(cli, sync).await,
        AppCommand::Source(SourceCommand::Enable(named)) => enable(cli, named, true).await,
        AppCommand::Source(SourceCommand::Disable(named)) => enable(cli, named, false).await,
        AppCommand::Source(SourceCommand::Remove(remove)) => self::remove(cli, remove).await,
    }
}

async fn found(cli: &Cli, search: &Search) -> Result<Vec<AppCard>, CliError> {
    let mut apps: Vec<AppCard> = Vec::new();
    loop {
        let page: CatalogPage = cli
            .call(
                "app.catalog",
                json!({
                    "text": search.words.join(" "),
                    "category": search.category.map(AppCategory::from),
                    "source": search.source,
                    "offset": apps.len(),
                    "limit": PAGE,
                }),
            )
            .await?;
        let is_last = page.apps.is_empty() || apps.len() + page.apps.len() >= page.total as usize;
        apps.extend(page.apps);
        if is_last {
            return Ok(apps);
        }
    }
}

async fn search(cli: &Cli, search: Search) -> Result<(), CliError> {
    let apps = found(cli, &search).await?;
    if search.listing.json {
        return output::json(&apps);
    }
    if apps.is_empty() {
        return output::text("No app has all these words.");
    }
    let mut table =
        output::new_table(&["App", "Version", "Category", "What it is"], output::width());
    for app in &apps {
        table.add_row([
            output::clean_line(&app.id.to_string()),
            output::clean_line(&app.version),
            app.category.as_str().to_owned(),
            output::clean_line(&app.description),
        ]);
    }
    output::table(&table)?;
    output::text(&figure::count(apps.len() as u64, "app"))
}

/// The app that is meant: by its whole id, or by the part that only one source has.
async fn named(cli: &Cli, name: &str) -> Result<String, CliError> {
    if name.contains('/') {
        return Ok(name.to_owned());
    }
    let words = Search {
        words: vec![name.to_owned()],
        category: None,
        source: None,
        listing: Listing { json: false },
    };
    let apps = found(cli, &words).await?;
    let same: Vec<String> = apps
        .iter()
        .filter(|app| app.id.app.as_str() == name)
        .map(|app| app.id.to_string())
        .collect();
    match &same[..] {
        [only] => Ok(only.clone()),
        [] => Err(CliError::usage(
            format!("There is no app '{}'.", output::clean_line(name)),
            "'tomo app search' lists them.",
        )),
        several => Err(CliError::usage(
            format!("Several sources have '{}'.", output::clean_line(name)),
            format!("Say which: {}.", several.join(", ")),
        )),
    }
}

async fn show(cli: &Cli, show: Show) -> Result<(), CliError> {
    let id = named(cli, &show.app).await?;
    let app: CatalogApp = cli.call("app.show", json!({ "id": id })).await?;
    if show.listing.json {
        return output::json(&app);
    }
    let manifest = &app.manifest;
    if show.compose {
        return output::text(manifest.compose.trim_end());
    }
    output::text(&format!("{} {}\n{}\n", manifest.name, manifest.version, manifest.description))?;
    let rows = facts(&app);
    output::rows(&rows.iter().map(|(head, value)| [*head, value.as_str()]).collect::<Vec<_>>())?;
    if !app.flags.is_empty() {
        output::text("\nWhat it may do:")?;
        for flag in &app.flags {
            output::text(&format!("  {}", flag.sentence()))?;
        }
    }
    if !manifest.settings.is_empty() {
        output::text("\nWhat you are asked:")?;
        let mut table = output::new_table(&["Setting", "What", "Default"], output::width());
        for setting in &manifest.settings {
            table.add_row([
                setting.name.clone(),
                output::clean_line(&setting.label),
                default(setting),
            ]);
        }
        output::table(&table)?;
    }
    if let Some(notes) = &manifest.notes {
        output::text(&format!("\nAfter the installation:\n{notes}"))?;
    }
    if !app.notes.is_empty() {
        output::text("\nWhat was changed when it was taken from its source:")?;
        problems("", &app.notes)?;
    }
    Ok(())
}

fn facts(app: &CatalogApp) -> Vec<(&'static str, String)> {
    let manifest = &app.manifest;
    let needs = &manifest.requirements;
    #[expect(clippy::cast_precision_loss, reason = "sizes in three digits")]
    let size = |bytes: Option<u64>| bytes.map(|bytes| figure::size(bytes as f64));
    let source = match &app.source_licence {
        Some(licence) => format!("{} ({licence})", app.source),
        None => app.source.clone(),
    };
    let images: Vec<&str> =
        manifest.services.iter().map(|service| service.image.as_str()).collect();
    let architectures = Some(needs.architectures.join(", ")).filter(|all| !all.is_empty());
    let rows = [
        ("Id", Some(app.id.to_string())),
        ("Source", Some(source)),
        ("Licence", manifest.licence.clone()),
        ("Category", Some(manifest.category.as_str().to_owned())),
        ("Guide", manifest.documentation.clone()),
        ("Memory", size(needs.memory_bytes)),
        ("Disk", size(needs.storage_bytes)),
        ("Built for", architectures),
        ("Images", Some(images.join("\n"))),
        ("Page", page(manifest)),
    ];
    rows.into_iter().filter_map(|(head, value)| value.map(|value| (head, value))).collect()
}

fn page(manifest: &AppManifest) -> Option<String> {
    let web = manifest.web.as_ref()?;
    let scheme = if web.is_https { "https" } else { "http" };
    Some(format!("{scheme}://SERVER:{}{}", web.port, web.path))
}

fn default(setting: &AppSetting) -> String {
    match (&setting.kind, &setting.default) {
        (AppSettingKind::Secret { length, .. }, _) => format!("made for you, {length} characters"),
        (_, Some(value)) => output::clean_line(value),
        (AppSettingKind::TimeZone, None) => "of the server".to_owned(),
        (_, None) if setting.is_required => "has to be said".to_owned(),
        (_, None) => format::ABSENT.to_owned(),
    }
}

fn problems(place: &str, all: &[AppProblem]) -> Result<(), CliError> {
    for problem in all {
        let place = match problem.line {
            Some(line) if place.is_empty() => format!("  line {line}: "),
            Some(line) => format!("{place}:{line}: "),
            None if place.is_empty() => "  ".to_owned(),
            None => format!("{place}: "),
        };
        output::text(&format!("{place}{}", problem.message))?;
    }
    Ok(())
}

fn left_out(all: &[LeftOut]) -> Result<(), CliError> {
    all.iter().try_for_each(|left| problems(&left.place, &left.problems))
}

async fn check(cli: &Cli, check: Check) -> Result<(), CliError> {
    let found: CatalogCheck = cli.call("app.check", json!({ "path": whole(&check.path)? })).await?;
    if check.listing.json {
        output::json(&found)?;
    } else {
        left_out(&found.left_out)?;
        let taken = figure::count(found.apps.len() as u64, "app");
        output::text(&format!("{taken} without a problem, {} with.", found.left_out.len()))?;
    }
    if found.left_out.is_empty() {
        return Ok(());
    }
    let left = figure::count(found.left_out.len() as u64, "app");
    Err(CliError::stopped(
        Exit::Failed,
        format!("{left} would be left out."),
        "docs/app-manifest.md has the rules.",
    ))
}

/// A path as this process stands, for a source is read again from elsewhere.
fn whole(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|error| CliError::io("finding the folder", error))
}

async fn all_sources(cli: &Cli) -> Result<Vec<AppSource>, CliError> {
    cli.call("app_source.list", json!({})).await
}

async fn sources(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let sources = all_sources(cli).await?;
    if listing.json {
        return output::json(&sources);
    }
    let dates = cli.dates().await?;
    let heads = ["Source", "Name", "What", ">Apps", ">Left out", "Read", "Location"];
    let mut table = output::new_table(&heads, output::width());
    for source in &sources {
        let read = match (&source.error, source.synced_at) {
            (Some(_), _) => "failed".to_owned(),
            (None, Some(at)) => dates.when(at),
            (None, None) => format::ABSENT.to_owned(),
        };
        let hidden = if source.is_enabled { "" } else { " (hidden)" };
        table.add_row([
            source.id.to_string(),
            format!("{}{hidden}", output::clean_line(&source.name)),
            kind(source.kind).to_owned(),
            source.apps.to_string(),
            source.left_out.len().to_string(),
            read,
            output::clean_line(source.location.as_deref().unwrap_or(format::ABSENT)),
        ]);
    }
    output::table(&table)?;
    for source in &sources {
        if let Some(error) = &source.error {
            output::text(&format!("{}: {error}", source.id))?;
        }
    }
    Ok(())
}

fn kind(kind: AppSourceKind) -> &'static str {
    match kind {
        AppSourceKind::BuiltIn => "built in",
        AppSourceKind::Path => "folder or file",
        AppSourceKind::Address => "file",
        AppSourceKind::Repository => "git",
    }
}

async fn add(cli: &Cli, add: Add) -> Result<(), CliError> {
    let is_address = add.location.contains("://");
    let location = if is_address {
        add.location
    } else {
        whole(Path::new(&add.location))?.display().to_string()
    };
    let source: AppSource = cli
        .call("app_source.add", json!({ "id": add.id, "name": add.name, "location": location }))
        .await?;
    if add.listing.json {
        return output::json(&source);
    }
    left_out(&source.left_out)?;
    let apps = figure::count(u64::from(source.apps), "app");
    output::text(&format!(
        "Source {} added, with {apps}; {} left out.",
        source.id,
        source.left_out.len()
    ))
}

async fn sync(cli: &Cli, sync: Sync) -> Result<(), CliError> {
    let wanted = |source: &&AppSource| match &sync.source {
        Some(id) => source.id.as_str() == id,
        None => source.is_enabled && source.kind != AppSourceKind::BuiltIn,
    };
    let sources = all_sources(cli).await?;
    let wanted: Vec<&AppSource> = sources.iter().filter(wanted).collect();
    if let (Some(id), true) = (&sync.source, wanted.is_empty()) {
        return Err(no_source(id));
    }
    let mut failed = 0;
    let mut reports = Vec::new();
    for source in wanted {
        match cli.call::<SyncReport>("app_source.sync", json!({ "id": source.id })).await {
            Ok(report) => reports.push((source.id.clone(), report)),
            Err(error) if sync.source.is_some() => return Err(error),
            Err(error) => {
                output::note(&format!("{}: {error}", source.id));
                failed += 1;
            }
        }
    }
    if sync.listing.json {
        let all: serde_json::Map<_, _> =
            reports.iter().map(|(id, report)| (id.to_string(), json!(report))).collect();
        output::json(&all)?;
    } else {
        for (id, report) in &reports {
            output::text(&format!(
                "{id}: {} new, {} changed, {} gone, {} left out",
                report.added.len(),
                report.changed.len(),
                report.removed.len(),
                report.left_out
            ))?;
        }
    }
    if failed == 0 {
        return Ok(());
    }
    let failed = figure::count(failed, "source");
    Err(CliError::stopped(
        Exit::Failed,
        format!("{failed} could not be read."),
        "What was read before stays.",
    ))
}

fn no_source(id: &str) -> CliError {
    CliError::usage(
        format!("There is no source '{}'.", output::clean_line(id)),
        "'tomo app source list' lists them.",
    )
}

async fn enable(cli: &Cli, named: Named, is_enabled: bool) -> Result<(), CliError> {
    let source: AppSource = cli
        .call("app_source.enable", json!({ "id": named.source, "is_enabled": is_enabled }))
        .await?;
    if named.listing.json {
        return output::json(&source);
    }
    let done = if is_enabled { "are in the catalog" } else { "are left out of the catalog" };
    output::text(&format!("The apps of {} {done}.", source.id))
}

async fn remove(cli: &Cli, remove: Remove) -> Result<(), CliError> {
    let sources = all_sources(cli).await?;
    let source = sources.iter().find(|source| source.id.as_str() == remove.source);
    let source = source.ok_or_else(|| no_source(&remove.source))?;
    if !remove.yes {
        let apps = figure::count(u64::from(source.apps), "app");
        if !prompt::possible() {
            return Err(CliError::usage(
                format!("This forgets '{}' and its {apps}.", source.name),
                "Say --yes where nobody can be asked.",
            ));
        }
        if !prompt::confirm(&format!("Forget '{}' and its {apps}?", source.name)).await? {
            return output::text("Nothing was removed.");
        }
    }
    let () = cli.call("app_source.remove", json!({ "id": source.id })).await?;
    output::text(&format!("Source {} removed.", source.id))
}
