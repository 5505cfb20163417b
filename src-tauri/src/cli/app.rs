//! `tomo app`: the catalog of apps.

use super::{
    Cli, app_data, app_install, app_installed, app_own, app_source,
    app_source::SourceCommand,
    app_update,
    args::Listing,
    error::{CliError, Exit},
    format, output,
};
use crate::domain::{
    app::{AppCategory, AppManifest, AppSetting, AppSettingKind},
    app_source::{AppCard, AppProblem, CatalogApp, CatalogCheck, CatalogPage, LeftOut},
    figure,
    installed_app::AppAction,
};
use clap::{
    Args as Group, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
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
    /// Show what installing an app would do to a server, and what stands in the way
    #[command(after_help = "\
Examples:
  tomo app plan miniflux
  tomo app plan miniflux --server nas --set WEB_PORT=8081 --json")]
    Plan(app_install::Plan),
    /// Install an app
    #[command(after_help = "\
Examples:
  tomo app install miniflux                     asks first
  tomo app install miniflux --server nas --set WEB_PORT=8081
  tomo app install miniflux --secret-file ADMIN_PASSWORD=password.txt --yes
  tomo app install --compose shop.yaml --env-file shop.env --name shop --server nas")]
    Install(app_install::Install),
    /// List apps on servers
    List(Listing),
    /// Start an app, and wait until it is well
    Start(app_installed::One),
    /// Stop an app
    Stop(app_installed::One),
    /// Stop and start an app
    Restart(app_installed::One),
    /// Bring an app to the version of the catalog; what does not become well is put back
    #[command(after_help = "\
Examples:
  tomo app update miniflux --dry-run            what would change
  tomo app update nas/miniflux --yes
  tomo app update miniflux --set ADDRESS=https://news.example.org")]
    Update(app_update::Update),
    /// Put an app back to the version before its last update, with the data of then
    Rollback(app_update::Rollback),
    /// Back an app up to an encrypted file of this computer, and read it back
    #[command(after_help = "\
Examples:
  tomo app backup miniflux
  tomo app backup nas/miniflux --to /mnt/usb/miniflux.tomoapp --pause
  TOMO_BACKUP_PASSPHRASE_FILE=backup.txt tomo app backup miniflux --leave-out /srv/films")]
    Backup(app_data::Backup),
    /// Bring the backup of an app back, on its server or on another one
    #[command(after_help = "\
Examples:
  tomo app restore miniflux-2026-11-23-1530.tomoapp --server nas --dry-run
  tomo app restore miniflux-2026-11-23-1530.tomoapp --server pi --set WEB_PORT=8081")]
    Restore(app_data::Restore),
    /// Move an app with its data to another server
    #[command(after_help = "\
Examples:
  tomo app move miniflux pi
  tomo app move nas/miniflux pi --remove-source --yes")]
    Move(app_data::Move),
    /// Remove an app from its server; its data stays where nothing else is said
    #[command(after_help = "\
Examples:
  tomo app uninstall miniflux
  tomo app uninstall nas/miniflux --with-data")]
    Uninstall(app_installed::Uninstall),
    /// Take over a compose project that Tomo did not make; nothing of it is changed
    #[command(after_help = "\
Examples:
  tomo app adopt shop --server nas --dry-run    what it would come to
  tomo app adopt shop --server nas --yes")]
    Adopt(app_own::Adopt),
    /// Forget an app that was taken over; it goes on as it is
    Release(app_own::Release),
    /// Edit the files of an app that comes from no catalog; without a file, show them
    #[command(after_help = "\
Examples:
  tomo app edit shop                            its files, without secrets
  tomo app edit shop --compose shop.yaml --dry-run
  tomo app edit nas/shop --compose shop.yaml --env-file shop.env --yes")]
    Edit(app_own::Edit),
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
    #[arg(long, value_name = "CATEGORY", value_parser = category())]
    category: Option<AppCategory>,
    /// Only of this source
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

fn category() -> impl TypedValueParser<Value = AppCategory> {
    PossibleValuesParser::new(AppCategory::ALL.map(AppCategory::as_str)).try_map(|text| {
        let mut all = AppCategory::ALL.into_iter();
        all.find(|it| it.as_str() == text).ok_or("not a category")
    })
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

/// `tomo app`.
pub async fn run(cli: &Cli, command: AppCommand) -> Result<(), CliError> {
    match command {
        AppCommand::Search(search) => self::search(cli, search).await,
        AppCommand::Show(show) => self::show(cli, show).await,
        AppCommand::Plan(plan) => app_install::plan(cli, plan).await,
        AppCommand::Install(install) => app_install::install(cli, install).await,
        AppCommand::List(listing) => app_installed::list(cli, listing).await,
        AppCommand::Start(one) => app_installed::act(cli, one, AppAction::Start).await,
        AppCommand::Stop(one) => app_installed::act(cli, one, AppAction::Stop).await,
        AppCommand::Restart(one) => app_installed::act(cli, one, AppAction::Restart).await,
        AppCommand::Update(update) => app_update::update(cli, update).await,
        AppCommand::Backup(backup) => app_data::backup(cli, backup).await,
        AppCommand::Restore(restore) => app_data::restore(cli, restore).await,
        AppCommand::Move(wish) => app_data::move_app(cli, wish).await,
        AppCommand::Rollback(rollback) => app_update::rollback(cli, rollback).await,
        AppCommand::Uninstall(uninstall) => app_installed::uninstall(cli, uninstall).await,
        AppCommand::Adopt(adopt) => app_own::adopt(cli, adopt).await,
        AppCommand::Release(release) => app_own::release(cli, release).await,
        AppCommand::Edit(edit) => app_own::edit(cli, edit).await,
        AppCommand::Check(check) => self::check(cli, check).await,
        AppCommand::Source(command) => app_source::run(cli, command).await,
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
                    "category": search.category,
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
pub(super) async fn named(cli: &Cli, name: &str) -> Result<String, CliError> {
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

/// What is wrong with apps that are not in the catalog.
pub(super) fn left_out(all: &[LeftOut]) -> Result<(), CliError> {
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
pub(super) fn whole(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|error| CliError::io("finding the folder", error))
}
