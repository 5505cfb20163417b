//! Installing an app and planning it: against `docker compose` by hand, and in round trips of a long link.
//!
//! What the link adds is the time over it less the time without it, each the quickest of several.

use crate::{
    containers::{Lab, link::Link},
    house::{self, ms_since},
    lab::{
        app::{Behaviour, manifest},
        docker::IMAGE,
        registry::Registry,
        sshd,
    },
    report::{Done, Report, Target, Unit},
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tomo::{api, app::Tomo, domain::session::Door};

/// Installations of each side, in turns.
const TIMES: usize = 5;
/// Plans over each link.
const PLANS: usize = 15;
const ONE_WAY: Duration = Duration::from_millis(25);
const RATIO: f64 = 1.1;
const ROUND_TRIPS: f64 = 6.0;
/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

pub fn measure(report: &mut Report) -> Done {
    if let Some(part) = Registry::missing() {
        return Err(format!("{part} is not installed").into());
    }
    tokio::runtime::Runtime::new()?.block_on(run(report))
}

async fn run(report: &mut Report) -> Done {
    let lab = Lab::ready()?;
    let registry = Registry::start();
    let image = registry.image("web:1");
    lab.docker.docker(&["tag", IMAGE, &image]);
    lab.docker.docker(&["push", "-q", &image]);
    lab.docker.docker(&["rmi", &image]);
    let folder = tempfile::tempdir()?;
    let catalog = folder.path().join("catalog/web");
    fs::create_dir_all(&catalog)?;
    let behaviour = Behaviour { tag: "1", ..Behaviour::default() };
    fs::write(catalog.join("app.yaml"), manifest("web", &image, behaviour))?;
    let link = Link::to(lab.sshd.port(), ONE_WAY).await?;

    let tomo = house::open(&folder.path().join("data"), Door::CommandLine).await?;
    tomo.start_collecting().await?;
    let source = json!({ "id": "bench", "location": folder.path().join("catalog") });
    api::call(&tomo, "app_source.add", source).await?;
    let near = add(&tomo, &lab, "near", lab.sshd.port()).await?;
    let far = add(&tomo, &lab, "far", link.port).await?;

    let mut quickest = [f64::INFINITY; 2];
    for _ in 0..PLANS {
        for (at, server) in [&near, &far].into_iter().enumerate() {
            let started = Instant::now();
            let plan = api::call(&tomo, "app.plan", wish(server)).await?;
            if plan["is_ready"] != true {
                return Err(format!("the plan is not ready: {plan:#}").into());
            }
            quickest[at] = quickest[at].min(ms_since(started));
        }
    }
    let added = (quickest[1] - quickest[0]) / (2_000.0 * ONE_WAY.as_secs_f64());
    report.figure(
        "plan of an app, without the link",
        Unit::Milliseconds,
        quickest[0],
        Target::Nothing,
    );
    report.figure(
        "plan of an app, what the link adds",
        Unit::RoundTrips,
        added,
        Target::AtMost(ROUND_TRIPS),
    );

    let by_hand = folder.path().join("by-hand");
    fs::create_dir_all(&by_hand)?;
    let (mut started, mut waited) = (Vec::new(), Vec::new());
    for time in 0..=TIMES {
        let ours = install(&tomo, &near, &lab, &by_hand).await?;
        let up = compose(&lab, &by_hand, &["up", "-d"])?;
        compose(&lab, &by_hand, &["down", "-v", "--rmi", "all"])?;
        let well = compose(&lab, &by_hand, &["up", "-d", "--wait"])?;
        compose(&lab, &by_hand, &["down", "-v", "--rmi", "all"])?;
        // The first warms up.
        if time > 0 {
            started.push((ours, up));
            waited.push((ours, well));
        }
    }
    report.compare(
        "an app installed until it is well; docker compose up -d",
        Unit::Milliseconds,
        &started,
        Target::Ratio(RATIO),
    );
    report.compare(
        "an app installed until it is well; docker compose up -d --wait",
        Unit::Milliseconds,
        &waited,
        Target::Nothing,
    );
    tomo.shutdown().await;
    Ok(())
}

fn wish(server: &str) -> Value {
    json!({ "app": "bench/web", "server_id": server })
}

/// Adds the server of the lab as it is reached at this port; its id, once its engine answers.
async fn add(tomo: &Tomo, lab: &Lab, name: &str, port: u16) -> Done<String> {
    let server = json!({ "name": name, "host": "127.0.0.1", "port": port,
                         "username": lab.account.name, "auth_type": "key" });
    let key = json!({ "kind": "key", "private_key": lab.key.private, "passphrase": null });
    let added =
        api::call(tomo, "server.add", json!({ "server": server, "credential": key })).await?;
    let id = added["server"]["id"].as_str().ok_or("a server without an id")?.to_owned();
    let is_unknown = |fleet: &Value| {
        let rows = fleet["servers"].as_array().into_iter().flatten();
        let mut own = rows.filter(|row| row["server"]["id"] == id);
        own.any(|row| row["connection"]["state"] == "host_key_unknown")
    };
    until(tomo, "fleet.get", json!({}), is_unknown).await?;
    let fingerprint = sshd::fingerprint(&lab.sshd.host_key("ed25519"));
    let trust = json!({ "host": "127.0.0.1", "port": port, "fingerprint": fingerprint });
    api::call(tomo, "host_key.trust", trust).await?;
    let is_ready = |list: &Value| list["engines"][0]["status"]["state"] == "ready";
    until(tomo, "container.list", json!({ "server_id": id }), is_ready).await?;
    Ok(id)
}

/// Asks the same, from push to push, until the answer is as wanted.
async fn until(
    tomo: &Tomo,
    command: &str,
    arguments: Value,
    wanted: impl Fn(&Value) -> bool,
) -> Done<Value> {
    let mut last = Value::Null;
    let waiting = async {
        let mut pushes = std::pin::pin!(tomo.pushes());
        loop {
            last = api::call(tomo, command, arguments.clone()).await?;
            if wanted(&last) || pushes.next().await.is_none() {
                return Ok::<_, api::error::ApiError>(());
            }
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    waited.map_err(|_| format!("{command} did not come to what was waited for: {last:#}"))??;
    Ok(last)
}

/// How long it takes from 'install' to 'running'; what it wrote is kept for the other side, and it goes again.
async fn install(tomo: &Tomo, server: &str, lab: &Lab, by_hand: &Path) -> Done<f64> {
    let started = Instant::now();
    let app = api::call(tomo, "app.install", wish(server)).await?;
    let id = app["app"]["id"].clone();
    let is_over = |app: &Value| app["app"]["work"].is_null();
    let app = until(tomo, "app.get", json!({ "id": id }), is_over).await?;
    let took = ms_since(started);
    if app["app"]["status"] != "running" {
        return Err(format!("the app does not run: {}", app["failure"]["message"]).into());
    }
    for file in ["compose.yaml", ".env"] {
        fs::copy(lab.account.home.join("tomo/web").join(file), by_hand.join(file))?;
    }
    let wish = json!({ "id": id, "with_data": true });
    api::call(tomo, "app.uninstall", wish).await?;
    until(tomo, "app.list", json!({}), |list| list["apps"] == json!([])).await?;
    Ok(took)
}

/// How long a command of compose takes.
fn compose(lab: &Lab, folder: &Path, words: &[&str]) -> Done<f64> {
    let started = Instant::now();
    let output = Command::new("docker")
        .args(["compose", "--project-name", "web", "--project-directory"])
        .arg(folder)
        .args(words)
        .env("DOCKER_HOST", format!("unix://{}", lab.docker.socket().display()))
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("docker compose {words:?}: {said}").into());
    }
    Ok(ms_since(started))
}
