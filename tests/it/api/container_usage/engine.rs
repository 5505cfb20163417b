//! What containers use where an engine is needed to know it: whose history a container's figures are,
//! and the figures themselves where the control groups do not show them.

use super::{MIB, engine};
use crate::{
    api::{House, PATIENCE, lab::Lab, lab::skip},
    lab::{
        docker::Docker,
        sshd::{self, Options, Sshd},
    },
};
use futures::StreamExt;
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

/// A minute has to pass, and one more may have begun.
const MINUTES: Duration = Duration::from_secs(180);
const BUSY: &[&str] = &["sh", "-c", "while :; do :; done"];

/// The row of the container of this name; `null` when it is not listed.
async fn row(house: &House, server: &str, name: &str) -> Value {
    let list = house.ask("container.list", json!({ "server_id": server })).await;
    let mut rows = list["containers"].as_array().expect("rows").iter();
    rows.find(|row| row["container"]["name"] == name).cloned().unwrap_or_default()
}

/// Waits until the row of a container is as wanted; looks at it with every push.
async fn until(house: &House, server: &str, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let waiting = async {
        let mut pushes = Box::pin(house.tomo.pushes());
        loop {
            last = row(house, server, name).await;
            if wanted(&last) {
                return;
            }
            pushes.next().await.expect("Tomo lives");
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        panic!("{name} is not as wanted: {last:#}");
    }
    last
}

fn cpu(row: &Value) -> f64 {
    row["figures"]["cpu_percent"].as_f64().unwrap_or_default()
}

/// A container of a compose service, as `docker compose` labels it.
fn of_service(docker: &Docker, name: &str) -> String {
    let options = [
        "--label=com.docker.compose.project=shop",
        "--label=com.docker.compose.service=web",
        "--label=com.docker.compose.container-number=1",
        "--memory=64m",
        "--cpus=1.5",
    ];
    docker.start_container(name, &options, BUSY)
}

/// Holds because a service is what somebody runs and looks after: its chart goes on when an update
/// makes its container anew, under another id and another name, and when Tomo itself is started anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_service_goes_on_with_its_next_container() {
    let Some(docker) = engine() else { return };
    docker.open_to_all();
    let Some(lab) = Lab::with_engine(&docker.socket()) else { return };
    let first = of_service(&docker, "shop-web-1");
    let house = House::collecting().await;
    let server = lab.watched_by(&house).await;
    let web = until(&house, &server, "shop-web-1", |row| cpu(row) > 2.0).await;
    assert_eq!(web["container"]["series"], "shop/web");
    let figures = &web["figures"];
    assert_eq!(figures["source"], "cgroup");
    assert_eq!(
        (figures["cpu_limit_cores"].as_f64(), figures["memory_limit_bytes"].as_u64()),
        (Some(1.5), Some(64 * MIB))
    );
    let cores = std::thread::available_parallelism().expect("processors").get();
    let of_host = figures["cpu_host_percent"].as_f64().expect("a share");
    assert!((of_host * cores as f64 - cpu(&web)).abs() < 1e-6, "{figures}");

    let which = json!({ "server_id": server, "series": "shop/web", "range": "1h" });
    let waiting = async {
        let mut pushes = Box::pin(house.tomo.pushes());
        while house.ask("container.history", which.clone()).await["at"] == json!([]) {
            pushes.next().await.expect("Tomo lives");
        }
    };
    tokio::time::timeout(MINUTES, waiting).await.expect("a minute's row");
    docker.docker(&["rm", "-f", &first]);
    let second = of_service(&docker, "shop-web-1-again");
    until(&house, &server, "shop-web-1-again", |row| cpu(row) > 2.0).await;
    // Ending writes the minute that was begun.
    let house = house.reopened().await;
    house.sign_in(crate::api::ADMIN).await;

    let history = house.ask("container.history", which).await;
    let numbers = |name: &str| -> Vec<f64> {
        let column = history[name].as_array().expect(name);
        column.iter().map(|number| number.as_f64().expect("a figure")).collect()
    };
    let at = numbers("at");
    assert!(at.len() >= 2 && at.windows(2).all(|pair| pair[1] - pair[0] == 60.0), "{history}");
    assert!(numbers("cpu_peak_percent").iter().all(|peak| (2.0..160.0).contains(peak)));
    assert!(numbers("memory_limit_bytes").iter().all(|limit| *limit == 64.0 * MIB as f64));
    let used = numbers("memory_bytes");
    assert!(used.iter().all(|used| (4_096.0..8.0 * MIB as f64).contains(used)), "{used:?}");
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select series, container_id, container_name from container_metrics
         where series like '%web%' order by timestamp",
    )
    .fetch_all(&mut house.stranger().await)
    .await
    .expect("rows");
    assert!(rows.iter().all(|(series, ..)| series == "shop/web"), "{rows:?}");
    assert_eq!(rows.first().map(|row| row.1.as_str()), Some(first.as_str()));
    let last = rows.last().map(|row| (row.1.as_str(), row.2.as_str()));
    assert_eq!(last, Some((second.as_str(), "shop-web-1-again")));
}

/// A server with an engine on which nothing finds control groups.
fn without_find(docker: &Docker) -> Option<(Lab, tempfile::TempDir)> {
    if sshd::find("sshd").is_none() {
        skip("sshd");
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mode = || fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), mode()).expect("a mode");
    let program = folder.path().join("find");
    fs::write(&program, "#!/bin/sh\nexit 127\n").expect("written");
    fs::set_permissions(&program, mode()).expect("executable");
    let (socket, folder_name) = (docker.socket(), folder.path().display().to_string());
    let config = format!(
        "SetEnv DOCKER_HOST=unix://{} PATH={folder_name}:/usr/local/bin:/usr/bin:/bin",
        socket.display()
    );
    let sshd = Sshd::start(Options { config: vec![config], ..Options::default() });
    Some((Lab::of(sshd, "/bin/sh"), folder))
}

/// Holds because a server may show no control groups (there is no `find`, or the engine runs in a
/// machine of its own): then the engine is asked, its figures say so, and they make history as well.
#[tokio::test(flavor = "multi_thread")]
async fn the_engine_tells_what_control_groups_do_not() {
    let Some(docker) = engine() else { return };
    docker.open_to_all();
    docker.start_container("busy", &["--memory=64m"], BUSY);
    docker.docker(&["create", "--name", "never", crate::lab::docker::IMAGE, "true"]);
    let Some((lab, _folder)) = without_find(&docker) else { return };
    let house = House::collecting().await;
    let server = lab.watched_by(&house).await;
    let busy = until(&house, &server, "busy", |row| cpu(row) > 2.0).await;
    let figures = &busy["figures"];
    assert_eq!(figures["source"], "stats", "{figures}");
    assert!(cpu(&busy) < 125.0, "one loop is one core: {figures}");
    assert_eq!(figures["memory_limit_bytes"].as_u64(), Some(64 * MIB));
    assert!(figures["memory_bytes"].as_u64().is_some_and(|used| used < 8 * MIB), "{figures}");
    assert!(figures["cpu_host_percent"].is_number());
    assert_eq!(row(&house, &server, "never").await["figures"], Value::Null, "it never ran");
    docker.docker(&["kill", "busy"]);
    until(&house, &server, "busy", |row| row["container"]["state"] == "exited").await;
    let house = house.reopened().await;
    house.sign_in(crate::api::ADMIN).await;
    let which = json!({ "server_id": server, "series": "/busy", "range": "1h" });
    let history = house.ask("container.history", which).await;
    assert!(history["cpu_peak_percent"][0].as_f64() > Some(2.0), "{history}");
}
