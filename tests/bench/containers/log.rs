//! A log that grows by 50,000 lines a second, followed through Tomo's commands over SSH, and read page
//! by page as it comes: every line is looked at. The follow keeps a million lines, so memory may grow
//! until then and no further.

use super::Lab;
use crate::{
    house, process,
    report::{Done, Report, Target, Unit},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tomo::{
    api,
    app::Tomo,
    domain::{
        host_key::HostKeyVerdict,
        id::ServerId,
        server::{AuthType, ServerInput},
        session::Door,
    },
};

/// Lines in all: what is kept, and as much again.
const LINES: u64 = 2_000_000;
/// By now a follow is full, and its memory has had the time to settle.
const FULL: u64 = 1_200_000;
/// A page, lines.
const PAGE: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(240);

/// Writes some more than 50,000 lines a second, a tenth at a time, until there are as many as asked for.
const WRITER: &str = r#"BEGIN {
  while (n < lines) {
    for (part = 0; part < 10; part++) {
      for (i = 0; i < 5300 && n < lines; i++)
        print ++n, "2026-11-23T02:00:00Z info request served path=/api/v1/things status=200"
      fflush()
      system("usleep 60000")
    }
    second = systime()
    while (systime() == second && part++ < 40) system("usleep 5000")
  }
  system("sleep 1000000")
}"#;

pub async fn measure(report: &mut Report, lab: &Lab) -> Done {
    let folder = tempfile::tempdir()?;
    let tomo = house::open(folder.path(), Door::Window).await?;
    tomo.start_collecting().await?;
    let server = add(&tomo, lab).await?;
    let lines = format!("lines={LINES}");
    let options = ["--network", "none", "--log-opt", "max-size=2g"];
    let id = lab.docker.start_container("writer", &options, &["awk", "-v", &lines, WRITER]);
    until_listed(&tomo, server, &id).await?;
    let outcome = tokio::time::timeout(PATIENCE, follow(&tomo, server, &id)).await;
    tomo.shutdown().await;
    lab.docker.docker(&["rm", "-f", "-v", &id]);
    let outcome = outcome.map_err(|_| "the log does not come to its end")??;
    let named = |what: &str| format!("containers: a log followed over SSH, {what}");
    report.figure(&named("lines"), Unit::PerSecond, outcome.rate, Target::Nothing);
    report.figure(&named("lost"), Unit::Count, outcome.lost, Target::AtMost(0.0));
    let (mib, most) = (Unit::Mebibytes, Target::AtMost(20.0));
    report.figure(&named("memory of 1,200,000 lines"), mib, outcome.full, Target::Nothing);
    report.figure(&named("memory of 800,000 more"), mib, outcome.more, most);
    Ok(())
}

struct Outcome {
    rate: f64,
    lost: f64,
    full: f64,
    more: f64,
}

async fn follow(tomo: &Tomo, server: ServerId, id: &str) -> Done<Outcome> {
    let empty = process::own_memory()?;
    let which = json!({ "server_id": server, "container_id": id });
    let open = json!({ "containers": [which], "tail": 100_000 });
    let log = ask(tomo, "log.open", open).await?["log_id"].clone();
    let (mut next, mut first, mut lost) = (0_u64, None, 0_u64);
    let (mut expected, mut began, mut full) = (0_u64, Instant::now(), None);
    while expected < LINES {
        let page = json!({ "log_id": log, "from": next, "limit": PAGE });
        let page = ask(tomo, "log.page", page).await?;
        let lines = page["lines"].as_array().ok_or("a page without lines")?;
        for line in lines {
            let text = line["text"].as_str().unwrap_or_default();
            let number: u64 = text.split(' ').next().unwrap_or_default().parse()?;
            if first.is_none() {
                // What was written before the follow began is not its matter.
                (first, expected, began) = (Some(number), number - 1, Instant::now());
            }
            lost += (number - 1).saturating_sub(expected);
            expected = number;
            next = line["number"].as_u64().ok_or("a line without a number")? + 1;
        }
        if lines.len() < PAGE {
            // A page of a window comes no sooner.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if full.is_none() && expected >= FULL {
            full = Some(process::own_memory()?);
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let end = process::own_memory()?;
    let full = full.unwrap_or(end);
    ask(tomo, "log.close", json!({ "log_id": log })).await?;
    let came = LINES - first.unwrap_or_default();
    Ok(Outcome {
        rate: came as f64 / seconds,
        lost: lost as f64,
        full: full - empty,
        more: end - full,
    })
}

async fn ask(tomo: &Tomo, command: &str, arguments: Value) -> Done<Value> {
    api::call(tomo, command, arguments).await.map_err(|error| error.message.into())
}

/// Adds the lab's server.
async fn add(tomo: &Tomo, lab: &Lab) -> Done<ServerId> {
    let input = ServerInput {
        name: "bench".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: lab.sshd.port(),
        username: lab.account.name.clone(),
        auth_type: AuthType::Key,
    };
    let tested = tomo.test_server(input.clone(), lab.credential()).await?;
    let Some(HostKeyVerdict::Unknown { presented }) = tested.host_key else {
        return Err("the server shows no host key".into());
    };
    let by = tomo.session().await?.user.id;
    tomo.trust_host_key(&input.host, input.port, &presented.fingerprint, by).await?;
    Ok(tomo.add_server(input, lab.credential(), true).await?.server.id)
}

/// Waits until a container is known.
async fn until_listed(tomo: &Tomo, server: ServerId, id: &str) -> Done {
    let which = json!({ "container": { "server_id": server, "container_id": id } });
    let started = Instant::now();
    while let Err(error) = ask(tomo, "container.inspect", which.clone()).await {
        if started.elapsed() > PATIENCE {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
