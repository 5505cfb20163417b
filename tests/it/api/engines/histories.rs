//! Histories of a server with two engines.

use super::{Lab, Watched, engine, runtime_folder};
use serde_json::Value;
use std::{collections::BTreeSet, fs, os::unix::fs::symlink};

const BUSY: &[&str] = &["sh", "-c", "while :; do :; done"];

fn with_figures(list: &Value) -> usize {
    let rows = list["containers"].as_array().expect("rows").iter();
    rows.filter(|row| row["figures"]["cpu_percent"].is_number()).count()
}

/// Holds because Docker and Podman may each have a container of one name: each has its own chart, and
/// Docker's is where it was before there was a second engine.
#[tokio::test(flavor = "multi_thread")]
async fn containers_of_one_name_in_two_engines_keep_two_histories() {
    let Some(podman) = super::podman::podman() else { return };
    let Some(docker) = engine() else { return };
    let Some(lab) = Lab::with_engine(&docker.socket()) else { return };
    let Some(folder) = runtime_folder(&lab) else { return };
    fs::create_dir(folder.join("podman")).expect("a folder");
    symlink(podman.socket(), folder.join("podman/podman.sock")).expect("a link");
    let of_docker = docker.start_container("web", &[], BUSY);
    let of_podman = podman.start_container("web", &[], BUSY);
    let watched = Watched::of(lab).await;
    watched.until("figures of both", |list| with_figures(list) == 2).await;
    // Ending writes the minute that was begun.
    let house = watched.house.reopened().await;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select distinct series, container_id from container_metrics where container_name = 'web'",
    )
    .fetch_all(&mut house.stranger().await)
    .await
    .expect("rows");
    let wanted = [("/web".to_owned(), of_docker), ("podman:/web".to_owned(), of_podman)];
    assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(wanted));
}
