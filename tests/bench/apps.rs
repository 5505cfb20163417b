//! A catalog of 2,000 apps: read from a folder, indexed and searched through the command table.

use crate::{
    house::{self, ms_since},
    report::{Done, Report, Target, Unit, p95},
};
use serde_json::json;
use std::{fs, path::Path, time::Instant};
use tomo::{api, domain::session::Door};

const APPS: usize = 2_000;
/// Runs of each search.
const RUNS: usize = 40;
/// What was promised, milliseconds.
const READ_MS: f64 = 1_500.0;
const SEARCH_MS: f64 = 5.0;

/// What people type, from the first letter on.
const SEARCHES: [&str; 6] = ["", "m", "feed reader", "app 1234", "keyboard private", "xqzv"];

pub fn measure(report: &mut Report) -> Done {
    tokio::runtime::Runtime::new()?.block_on(run(report))
}

async fn run(report: &mut Report) -> Done {
    let folder = tempfile::tempdir()?;
    let catalog = folder.path().join("catalog");
    write(&catalog)?;
    let tomo = house::open(&folder.path().join("data"), Door::CommandLine).await?;
    // Tomo's own are not what is measured.
    api::call(&tomo, "app_source.enable", json!({ "id": "tomo", "is_enabled": false })).await?;

    let started = Instant::now();
    let wish = json!({ "id": "bench", "location": catalog });
    let source = api::call(&tomo, "app_source.add", wish).await?;
    let first = json!({ "text": "miniflux", "limit": 60 });
    api::call(&tomo, "app.catalog", first).await?;
    let read = ms_since(started);
    if source["apps"] != json!(APPS) {
        return Err(format!("{} apps were taken: {}", source["apps"], source["left_out"][0]).into());
    }
    let what = format!("{APPS} apps read from a folder, stored and indexed");
    report.figure(&what, Unit::Milliseconds, read, Target::AtMost(READ_MS));

    for text in SEARCHES {
        let mut times = Vec::new();
        for run in 0..=RUNS {
            let started = Instant::now();
            api::call(&tomo, "app.catalog", json!({ "text": text, "limit": 60 })).await?;
            // The first warms up.
            if run > 0 {
                times.push(ms_since(started));
            }
        }
        let what = format!("search for '{text}', p95");
        report.figure(&what, Unit::Milliseconds, p95(times), Target::AtMost(SEARCH_MS));
    }
    tomo.shutdown().await;
    Ok(())
}

/// Manifests as an author writes them: the guide's example, each time another app.
fn write(catalog: &Path) -> Done {
    let guide = include_str!("../../docs/app-manifest.md");
    let example = guide.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let example = example.ok_or("the guide has no example")?;
    for number in 0..APPS {
        let app = catalog.join(format!("app-{number}"));
        fs::create_dir_all(&app)?;
        let text = example.replacen("id: miniflux", &format!("id: miniflux-{number}"), 1).replacen(
            "name: Miniflux",
            &format!("name: App {number}"),
            1,
        );
        fs::write(app.join("app.yaml"), text)?;
    }
    Ok(())
}
