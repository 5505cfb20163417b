//! What containers use, of a real engine, seen through a real SSH connection: the script's figures in
//! the samples of the server, and the same of the engine's own stats.
#![cfg(target_os = "linux")]

mod engine;

use super::{
    Code, House, PATIENCE,
    lab::{Lab, skip},
    local,
};
use crate::lab::docker::Docker;
use futures::StreamExt;
use serde_json::json;
use std::{
    pin::pin,
    time::{Duration, Instant},
};
use tomo::{
    docker::{ContainerStats, Engine},
    domain::{
        fleet::Push,
        sample::{ContainerUsage, Sample},
    },
};

const MIB: u64 = 1 << 20;

/// An engine; nothing where there can be none.
fn engine() -> Option<Docker> {
    if let Some(why) = Docker::missing() {
        skip(why);
        return None;
    }
    Some(Docker::start())
}

/// Containers that do one thing each.
struct Doing {
    busy: String,
    busy_process: String,
    holding: String,
    sending: String,
    receiving: String,
    hosted: String,
}

fn containers(docker: &Docker) -> Doing {
    let sh = |name: &str, options: &[&str], script: &str| {
        docker.start_container(name, options, &["sh", "-c", script])
    };
    docker.docker(&["network", "create", "usage"]);
    let own: &[&str] = &["--network", "usage"];
    // Without an input that stays open, nc ends its half at once, and the other nc goes with it.
    let receiving = sh("receiving", own, "tail -f /dev/null | nc -l -p 9000 >/dev/null");
    let peer = "{{.NetworkSettings.Networks.usage.IPAddress}}";
    let peer = docker.docker(&["inspect", "--format", peer, &receiving]);
    let some = "while head -c 50000 /dev/zero; do sleep 0.1; done";
    let send = format!("while :; do {some} | nc {peer} 9000; sleep 0.1; done");
    let busy = sh("busy", &["--cpus", "1.5", "--memory", "64m"], "while :; do :; done");
    Doing {
        busy_process: docker.docker(&["inspect", "--format", "{{.State.Pid}}", &busy]),
        busy,
        // 40 MiB that are used, and a file of 60 MiB that is only remembered.
        holding: sh(
            "holding",
            &[],
            "dd if=/dev/zero of=/file bs=1M count=60; sync; \
             x=$(head -c 41943040 /dev/zero | tr '\\0' x); while :; do sleep 1; done",
        ),
        sending: sh("sending", own, &send),
        receiving,
        hosted: sh("hosted", &["--network", "host"], "while :; do sleep 1; done"),
    }
}

fn of<'a>(sample: &'a Sample, id: &str) -> Option<&'a ContainerUsage> {
    sample.containers.iter().find(|container| container.id == id)
}

/// Waits until a sample of a server is as wanted. Nothing that was counted may exceed the truth.
async fn until(
    house: &House,
    id: &str,
    what: &str,
    mut wanted: impl FnMut(&Sample) -> bool,
) -> Box<Sample> {
    let mut last = None;
    let waiting = async {
        let mut pushes = pin!(house.tomo.pushes());
        house.ask("window.watch", json!({ "id": id })).await;
        loop {
            if let Push::Live { sample: Some(sample), .. } =
                pushes.next().await.expect("Tomo lives")
            {
                let is_it = wanted(&sample);
                last = Some(sample);
                if is_it {
                    return;
                }
            }
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        panic!("no {what}; the last containers: {:?}", last.map(|sample| sample.containers));
    }
    last.expect("a sample")
}

/// What a process has used of the processor, as the system counts it for the process itself.
#[derive(Clone, Copy, Debug)]
struct Ticks {
    at: Instant,
    seconds: f64,
}

impl Ticks {
    fn of(process: &str) -> Self {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
        let words: Vec<&str> = stat[stat.rfind(')').expect("a name")..].split(' ').collect();
        let ticks = |at: usize| words[at].parse::<f64>().expect("a number");
        Self { at: Instant::now(), seconds: (ticks(12) + ticks(13)) / 100.0 }
    }

    /// Percent of one core since then.
    fn percent_since(self, before: Self) -> f64 {
        (self.seconds - before.seconds) / (self.at - before.at).as_secs_f64() * 100.0
    }
}

/// Whether a figure is the truth, seen a moment apart. How much of a core a busy loop gets is decided by
/// what else the machine does.
fn is_close(figure: f64, truth: f64) -> bool {
    truth > 2.0 && (0.7..1.4).contains(&(figure / truth))
}

/// What has been seen of the containers, one after the other: on a machine that does much else no
/// single sample shows it all.
#[derive(Debug, Default)]
struct Seen {
    before: Option<Ticks>,
    busy: bool,
    idle: bool,
    held: bool,
    sent: bool,
    received: bool,
}

impl Seen {
    fn all(&mut self, sample: &Sample, doing: &Doing) -> bool {
        let usage = |id: &str| of(sample, id).cloned().unwrap_or_default();
        let (busy, hosted) = (usage(&doing.busy).cpu_percent, usage(&doing.hosted).cpu_percent);
        assert!(busy.is_none_or(|percent| percent < 125.0), "one loop is one core: {busy:?}");
        assert!(hosted.is_none_or(|percent| percent < 50.0), "it sleeps: {hosted:?}");
        let held = usage(&doing.holding).memory_bytes.unwrap_or_default();
        let now = Ticks::of(&doing.busy_process);
        let truth = self.before.replace(now).map(|before| now.percent_since(before));
        self.busy |= busy.zip(truth).is_some_and(|(percent, truth)| is_close(percent, truth));
        self.idle |= hosted.is_some();
        self.held |= (38 * MIB..60 * MIB).contains(&held);
        self.sent |= usage(&doing.sending).network_tx.is_some_and(|rate| rate > 50_000.0);
        self.received |= usage(&doing.receiving).network_rx.is_some_and(|rate| rate > 50_000.0);
        self.busy && self.idle && self.held && self.sent && self.received
    }
}

fn check_limits(sample: &Sample, doing: &Doing) {
    let busy = of(sample, &doing.busy).expect("busy");
    assert_eq!((busy.cpu_limit_cores, busy.memory_limit_bytes), (Some(1.5), Some(64 * MIB)));
    let hosted = of(sample, &doing.hosted).expect("hosted");
    assert_eq!((hosted.cpu_limit_cores, hosted.memory_limit_bytes), (None, None));
    assert_eq!((hosted.network_rx, hosted.network_tx), (None, None), "the host's is not its own");
}

/// Holds because these figures are what the containers' page is for: a busy loop is a core, memory is
/// what is used and not what is remembered of files, and a network is the container's own. An account
/// without rights sees the same over SSH as this computer does of itself.
#[tokio::test(flavor = "multi_thread")]
async fn samples_say_what_containers_use() {
    let Some(docker) = engine() else { return };
    let Some(lab) = Lab::start() else { return };
    let doing = containers(&docker);
    let house = House::collecting().await;
    let server = lab.watched_by(&house).await;
    for id in [server.clone(), local()] {
        let mut seen = Seen::default();
        let sample = until(&house, &id, "true figures", |sample| seen.all(sample, &doing)).await;
        check_limits(&sample, &doing);
    }
    let which = json!({ "container": { "server_id": server, "container_id": doing.busy } });
    let points = house.ask("container.live", which).await;
    let points = points.as_array().expect("points");
    assert!(points.iter().any(|point| point["cpu_percent"].as_f64() > Some(2.0)), "{points:?}");

    let engine = tomo::docker::find::at(&docker.socket()).await.expect("an engine");
    check_stats(&engine, &doing).await;

    // Gone with its container, and the others stay.
    docker.docker(&["kill", &doing.busy]);
    let gone =
        |sample: &Sample| of(sample, &doing.busy).is_none() && of(sample, &doing.hosted).is_some();
    until(&house, &server, "end of a container", gone).await;
    // Started again under its id, it is found again, and begins without a rate.
    docker.docker(&["start", &doing.busy]);
    let again = |sample: &Sample| of(sample, &doing.busy).is_some();
    let sample = until(&house, &server, "container that was started again", again).await;
    assert_eq!(of(&sample, &doing.busy).expect("there").cpu_percent, None);
}

/// The engine's own counters, compared in the same way, tell the same.
async fn check_stats(engine: &Engine, doing: &Doing) {
    let read = async |id: &str| -> ContainerStats { engine.stats(id).await.expect("a reading") };
    let (before, began) = (read(&doing.busy).await, Ticks::of(&doing.busy_process));
    let sent_before = read(&doing.sending).await;
    // What is measured is the passing of time.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let busy = read(&doing.busy).await.since(Some(&before), None);
    let truth = Ticks::of(&doing.busy_process).percent_since(began);
    let sent = read(&doing.sending).await.since(Some(&sent_before), None);
    let percent = busy.cpu_percent.expect("a rate");
    assert!(is_close(percent, truth), "{percent}, truly {truth}");
    assert_eq!(busy.memory_limit_bytes, Some(64 * MIB));
    assert!(sent.network_tx.is_some_and(|rate| rate > 50_000.0), "{sent:?}");
    let held = read(&doing.holding).await.since(None, None).memory_bytes.unwrap_or_default();
    assert!((38 * MIB..60 * MIB).contains(&held), "{held}");
    assert_eq!(read(&doing.hosted).await.network, None);
    assert!(engine.stats(&"0".repeat(64)).await.is_err(), "no such container");
}

/// Holds because a range of a server that is not there is a mistake, and a series without rows is not.
#[tokio::test]
async fn a_history_belongs_to_a_server() {
    let house = House::quiet().await;
    let of = |id: &str| json!({ "server_id": id, "series": "shop/web", "range": "24h" });
    let none = house.ask("container.history", of(&local())).await;
    assert_eq!(none["at"], json!([]));
    let nobody = tomo::domain::id::ServerId::new().to_string();
    house.refused("container.history", of(&nobody), Code::NotFound).await;
    let which = json!({ "container": { "server_id": local(), "container_id": "0".repeat(64) } });
    house.refused("container.live", which, Code::NotFound).await;
}
