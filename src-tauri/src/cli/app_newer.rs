//! `tomo app update --check`: whether the registries have newer images for an app.

use super::{
    Cli,
    container_names::{Depth, look},
    error::CliError,
    output,
};
use crate::domain::{
    app_newer::AppImage,
    installed_app::{InstalledApp, InstalledAppDetails},
};
use serde_json::json;
use std::collections::HashSet;

/// Digits of a digest that are shown.
const DIGITS: usize = 12;

/// Asks the registries, and says what they answered.
///
/// # Errors
/// When the app's engine does not answer.
pub async fn check(cli: &Cli, app: &InstalledApp, json: bool) -> Result<(), CliError> {
    cli.ensure_may("app.look_for_newer").await?;
    look(cli, Some(HashSet::from([app.server_id])), Depth::Names).await?;
    let app: InstalledAppDetails = cli.call("app.look_for_newer", json!({ "id": app.id })).await?;
    if json {
        return output::json(&app);
    }
    let mut table = output::new_table(&["Image", "Runs", "Registry has", ""], output::width());
    for image in &app.images {
        table.add_row([
            output::clean_line(&image.image),
            short(image.digest.as_deref()),
            short(image.newest.as_deref()),
            verdict(image),
        ]);
    }
    output::table(&table)
}

fn short(digest: Option<&str>) -> String {
    let digits = digest.and_then(|digest| digest.split_once(':')).map(|(_, digits)| digits);
    digits.map_or_else(|| super::format::ABSENT.to_owned(), |it| it.chars().take(DIGITS).collect())
}

fn verdict(image: &AppImage) -> String {
    match (&image.error, image.is_newer) {
        (Some(error), _) => output::clean_line(error),
        (None, Some(true)) => "newer".to_owned(),
        (None, Some(false)) => "the same".to_owned(),
        (None, None) => "not known".to_owned(),
    }
}
