//! A hundred containers, every 10 s: what it costs the server, as Tomo does it, as `docker stats
//! --no-stream` does it, and as somebody does it who asks the engine for each container's stats.
//!
//! All three take turns in the same 10 s. Processor time is that of what answers: for Tomo of
//! everything below the SSH server, the engine included; for the others of the engine and of the docker
//! program, which would run on the server as well. What the SSH server would add there is left out.

use super::{Lab, RUNNING};
use crate::{
    process,
    report::{Done, Report, Target, Unit},
    ssh::said,
};
use futures::StreamExt as _;
use std::{
    process::{Command, Stdio},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};
use tomo::{
    collect::{script::Request, source::Source},
    docker::{Engine, find},
};

const ROUNDS: u32 = 12;
const EVERY: Duration = Duration::from_secs(10);
/// The engine goes on counting for a second after the last one looked.
const SETTLING: Duration = Duration::from_millis(1_500);
/// Questions to the engine at a time.
const AT_ONCE: usize = 4;

/// Milliseconds of processor time of the server, in all rounds.
#[derive(Default)]
struct Spent {
    tomo: f64,
    /// The part of it that is the engine's.
    engine: f64,
    program: f64,
    api: f64,
}

pub async fn measure(report: &mut Report, lab: &Lab) -> Done {
    let server = process::Process::child("sshd")?;
    let connection = lab.connect(lab.sshd.port()).await?;
    let mut source = Source::remote(connection).await.map_err(said)?;
    let engine = find::at(&lab.docker.socket()).await?;
    let ids = lab.docker.docker(&["ps", "-q", "--no-trunc"]);
    let ids: Vec<&str> = ids.lines().collect();
    let mut spent = Spent::default();
    take(&mut source).await?;
    take(&mut source).await?;
    let began = Instant::now();
    for round in 0..ROUNDS {
        sleep_until(began + EVERY * round).await;
        let before = (process::ms_below(server), engine_ms(lab));
        take(&mut source).await?;
        settle().await;
        let engine_only = engine_ms(lab) - before.1;
        spent.engine += engine_only;
        spent.tomo += process::ms_below(server) - before.0 + engine_only;

        let before = engine_ms(lab) + process::reaped_ms()?;
        stats_program(lab)?;
        settle().await;
        spent.program += engine_ms(lab) + process::reaped_ms()? - before;

        let before = engine_ms(lab);
        stats_api(&engine, &ids).await?;
        settle().await;
        spent.api += engine_ms(lab) - before;
    }
    source.close().await;
    let each = |total: f64| total / f64::from(ROUNDS);
    let (ms, ours) = (Unit::Milliseconds, each(spent.tomo));
    let named = |what: &str| format!("containers: {RUNNING} sampled, the server's CPU; {what}");
    let program = [(ours, each(spent.program))];
    report.compare(&named("docker stats --no-stream"), ms, &program, Target::Ratio(0.1));
    report.compare(&named("stats API"), ms, &[(ours, each(spent.api))], Target::Nothing);
    let engine = [(each(spent.engine), each(spent.program))];
    report.compare(&named("of it the engine's"), ms, &engine, Target::Nothing);
    Ok(())
}

/// A sample with a look for new containers, as comes every 10 s.
async fn take(source: &mut Source) -> Done {
    let request = Request { containers: true, ..Request::default() };
    let taken = source.take(request).await.map_err(said)?;
    let found = taken.sample.containers.len();
    if found < RUNNING {
        return Err(format!("a sample holds {found} containers").into());
    }
    Ok(())
}

/// What the engine has used until now: dockerd, containerd, and the shim of each container.
fn engine_ms(lab: &Lab) -> f64 {
    let socket = lab.docker.socket();
    let folder = socket.parent().and_then(|folder| folder.to_str()).unwrap_or_default();
    process::ms_of_named(folder)
}

async fn settle() {
    tokio::time::sleep(SETTLING).await;
}

fn stats_program(lab: &Lab) -> Done {
    let output = Command::new("/usr/bin/docker")
        .arg("--host")
        .arg(format!("unix://{}", lab.docker.socket().display()))
        .args(["stats", "--no-stream", "--no-trunc"])
        .stderr(Stdio::null())
        .output()?;
    let lines = output.stdout.iter().filter(|byte| **byte == b'\n').count();
    if lines <= RUNNING {
        return Err("docker stats does not list all containers".into());
    }
    Ok(())
}

async fn stats_api(engine: &Engine, ids: &[&str]) -> Done {
    let asked = futures::stream::iter(ids).map(|id| engine.stats(id));
    let answers: Vec<_> = asked.buffer_unordered(AT_ONCE).collect().await;
    for answer in answers {
        answer?;
    }
    Ok(())
}
