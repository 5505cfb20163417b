//! What data meets on the server that it comes to: data of somebody else, folders that are there, too little room.

use super::ways::{To, Way};
use crate::{
    app::apps::{
        checks::{check, in_order},
        place::size,
        planning::Looked,
        trouble::Trouble,
    },
    docker::{DataPlace, Engine, PathKind},
    domain::{
        app_backup::AppDataKind,
        app_plan::{CheckKind, CheckOutcome, PlanCheck},
    },
};
use std::time::Duration;

/// How long a plan waits for the engine to count what is in volumes.
const COUNTING: Duration = Duration::from_secs(10);

/// Adds what data would meet to a plan. Volumes that are there already have somebody's data: nothing is brought
/// over it. In folders that are there only files of the same names are replaced.
pub(super) fn judge(looked: &mut Looked, ways: &[Way]) {
    let Some(holdings) = &looked.holdings else { return };
    let mut met: Vec<PlanCheck> = Vec::new();
    for way in ways {
        let judged = match &way.to {
            To::OwnVolume(name) if holdings.volumes.contains(name) => check(
                CheckKind::Names,
                CheckOutcome::Problem,
                format!("The volume {name} is there already"),
                "what is in it would be lost; choose another name, or remove it first",
            ),
            To::Shared(DataPlace::Volume(name)) if holdings.volumes.contains(name) => check(
                CheckKind::Names,
                CheckOutcome::Warning,
                format!("The volume {name} is there already"),
                "files of the same names in it are replaced, and not kept",
            ),
            // Which of the two comes is known when it is read.
            To::Shared(DataPlace::Folder(path) | DataPlace::File(path)) => {
                let detail = match looked.facts.paths.get(path) {
                    Some(PathKind::Folder) => {
                        "it is there already: files of the same names in it are replaced, and not kept"
                    }
                    Some(PathKind::Other) => "it is there already, is replaced, and not kept",
                    _ => continue,
                };
                check(CheckKind::Paths, CheckOutcome::Warning, path, detail)
            }
            _ => continue,
        };
        met.push(judged);
    }
    add(looked, met);
}

/// Adds whether there is room for what comes into volumes.
pub(super) async fn judge_room(looked: &mut Looked, from: &Engine, ways: &[Way]) {
    let is_volume = |way: &&Way| way.is_into_volume() && way.part.kind == AppDataKind::Volume;
    let volumes: Vec<&str> =
        ways.iter().filter(is_volume).map(|way| way.part.name.as_str()).collect();
    if volumes.is_empty() {
        return;
    }
    let counting = tokio::time::timeout(COUNTING, from.bytes_of_volumes(&volumes));
    let (bytes, free) = futures::join!(counting, looked.engine.free_bytes());
    let judged = |outcome, detail| check(CheckKind::Disk, outcome, "Room for its data", detail);
    let judged = match (bytes.ok().flatten(), free) {
        (Some(bytes), Some(free)) => {
            let detail = format!("{} come, {} free", size(bytes), size(free));
            let is_enough = bytes <= free;
            judged(if is_enough { CheckOutcome::Good } else { CheckOutcome::Problem }, detail)
        }
        (None, _) => judged(
            CheckOutcome::Unknown,
            "the engine that it is in does not say how much there is".to_owned(),
        ),
        (_, None) => judged(CheckOutcome::Unknown, "the server does not say".to_owned()),
    };
    add(looked, vec![judged]);
}

/// Takes these checks in, in place of those that say less of the same.
fn add(looked: &mut Looked, met: Vec<PlanCheck>) {
    let plan = &mut looked.plan;
    plan.is_ready &= met.iter().all(|check| check.outcome != CheckOutcome::Problem);
    plan.checks.retain(|known| {
        met.iter().all(|check| (check.kind, &check.title) != (known.kind, &known.title))
    });
    plan.checks.extend(met);
    in_order(&mut plan.checks);
}

/// Data that does not fit would fill the disk that everything else there is on as well.
pub(super) async fn refuse_without_room(engine: &Engine, bytes: u64) -> Result<(), Trouble> {
    // What nobody knows stands in nobody's way.
    match engine.free_bytes().await {
        Some(free) if bytes > free => {
            let place = engine.info().root_dir.as_deref().unwrap_or_default();
            Err(Trouble::Failed(format!(
                "the volumes of the backup have {}, and {} are free in {place} on the server; nothing was \
                 changed there. Make room, and restore it again",
                size(bytes),
                size(free)
            )))
        }
        _ => Ok(()),
    }
}
