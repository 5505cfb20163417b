//! 200 servers at 2 s on one core: the real collectors on one processor, against simulated servers
//! on another. The simulated ones speak SSH and the collector's protocol; only their figures are
//! made.

pub mod client;
pub mod host;

use crate::{
    child::{self, Waiting},
    lab::sshd,
    report::{Done, Report, Target, Unit},
};
use std::process::Stdio;

/// The processor of the simulated servers, and that of Tomo's collectors.
const THEIRS: u32 = 1;
const OURS: u32 = 0;

pub fn measure(report: &mut Report) -> Done {
    let (host, host_key) = start_host(Some(THEIRS))?;
    let output = child::command(Some(OURS), &["client", &host.line, &host_key])?
        .stderr(Stdio::inherit())
        .output()?;
    drop(host);
    let outcome: client::Outcome = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("watching {} servers failed", client::SERVERS))?;
    let servers = client::SERVERS;
    let count = |count: usize| count as f64;
    let named = |what: &str| format!("fleet: {servers} servers at 2 s on one core, {what}");
    let (missed, late) = (count(outcome.missed), count(outcome.late));
    report.figure(&named("samples"), Unit::Count, count(outcome.samples), Target::Nothing);
    report.figure(&named("missed"), Unit::Count, missed, Target::AtMost(0.0));
    report.figure(&named("over 0.5 s late"), Unit::Count, late, Target::Nothing);
    report.figure(&named("the latest"), Unit::Milliseconds, outcome.latest_ms, Target::Nothing);
    report.figure(&named("of the core"), Unit::Percent, outcome.cpu_percent, Target::Nothing);
    Ok(())
}

/// Starts simulated servers; gives their process, whose line is the port, and their host key.
pub fn start_host(processor: Option<u32>) -> Done<(Waiting, String)> {
    let key = sshd::client_key("ed25519", "openssh", "");
    let mut host_key = key.public.trim().to_owned();
    if let Some((head, _)) = host_key.clone().rsplit_once(' ') {
        // Without the comment.
        host_key = head.to_owned();
    }
    let host = Waiting::start(child::command(processor, &["host", &key.private])?)?;
    Ok((host, host_key))
}
