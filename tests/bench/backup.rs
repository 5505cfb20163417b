//! A backup of a database of 150 MB, encrypted and read back, against copying the same file and
//! compressing the copy with the `zstd` program at its own level, 3.

use crate::{
    house::{self, ms_since},
    metrics::{self, MINUTE},
    report::{Done, Report, Target, Unit},
};
use chrono::Utc;
use serde_json::json;
use std::{path::Path, process::Command, time::Instant};
use tomo::{
    api,
    domain::session::Door,
    store::{AuditKeySlot, FILE_NAME, Store},
};

const SERVERS: u64 = 10;
/// The database is at least this large.
const BYTES: u64 = 150_000_000;
const ROUNDS: usize = 5;
const PASSPHRASE: &str = "seven grey herons at noon";

pub fn measure(report: &mut Report) -> Done {
    tokio::runtime::Runtime::new()?.block_on(run(report))
}

async fn run(report: &mut Report) -> Done {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    fill(&data).await?;
    let tomo = house::open(&data, Door::CommandLine).await?;
    let database = data.join(FILE_NAME);
    let (mut pairs, mut sizes, mut restores) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let backup = folder.path().join(format!("{round}.tomobackup"));
        let wish = json!({ "path": backup, "with_history": true, "passphrase": PASSPHRASE });
        let started = Instant::now();
        api::call(&tomo, "backup.create", wish).await?;
        let ours = ms_since(started);
        let (copy, packed) = (folder.path().join("copy.db"), folder.path().join("copy.zst"));
        let started = Instant::now();
        done(Command::new("cp").arg(&database).arg(&copy))?;
        done(Command::new("zstd").args(["-q", "-f", "-3"]).arg(&copy).arg("-o").arg(&packed))?;
        let theirs = ms_since(started);
        let started = Instant::now();
        let open = json!({ "path": backup, "passphrase": PASSPHRASE });
        api::call(&tomo, "backup.inspect", open).await?;
        // The first round fills the caches.
        if round > 0 {
            pairs.push((ours, theirs));
            restores.push((ms_since(started), theirs));
            sizes.push((bytes(&backup)?, bytes(&packed)?));
        }
        std::fs::remove_file(backup)?;
    }
    tomo.shutdown().await;
    let ms = Unit::Milliseconds;
    report.compare(
        "backup: 150 MB, encrypted and read back; cp and zstd",
        ms,
        &pairs,
        Target::Ratio(1.5),
    );
    report.compare("backup: verified whole; cp and zstd", ms, &restores, Target::Nothing);
    report.compare("backup: size of the file; zstd", Unit::Bytes, &sizes, Target::Nothing);
    Ok(())
}

/// A database of minutes.
async fn fill(data: &Path) -> Done {
    let store = Store::open(data, AuditKeySlot::default()).await?;
    let servers = house::servers(&store, SERVERS).await?;
    let mut at = Utc::now().timestamp() / MINUTE * MINUTE;
    while bytes(&data.join(FILE_NAME))? < BYTES as f64 {
        let mut rows = Vec::new();
        for _ in 0..600 {
            at -= MINUTE;
            let numbered = servers.iter().zip(0..);
            rows.extend(numbered.map(|(id, number)| (*id, metrics::row(number, at, MINUTE))));
        }
        store.write_metrics(&rows).await?;
    }
    store.close().await;
    Ok(())
}

fn bytes(file: &Path) -> Done<f64> {
    Ok(std::fs::metadata(file)?.len() as f64)
}

fn done(command: &mut Command) -> Done {
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(format!("{command:?}: {status}").into()),
    }
}
