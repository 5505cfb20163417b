//! `tomo server test`, and the test before a server is added.

use super::{
    Cli,
    args::Test,
    credential::Way,
    error::{CliError, Exit},
    host_key::{self, Trust},
    output, servers,
};
use crate::domain::{
    failure::Step,
    host_key::HostKeyVerdict,
    id::ServerId,
    server::{AuthType, ServerInput},
    test_report::{Outcome, TestReport},
};
use serde_json::json;

/// `tomo server test`.
pub async fn test(cli: &Cli, test: Test) -> Result<(), CliError> {
    let server = servers::find(cli, &test.named.server).await?.server;
    let name = server.name.clone();
    if server.auth_type == AuthType::Local {
        return Err(CliError::usage(format!("{name} is read without SSH: nothing to test."), ""));
    }
    let way = Way::stored(server.auth_type);
    let input = ServerInput {
        name: server.name,
        host: server.host,
        port: server.port,
        username: server.username,
        auth_type: server.auth_type,
    };
    let trust = Trust { accept: test.accept_host_key, replace: test.replace_host_key };
    let report = run(cli, Some(server.id), &input, &way, trust).await?;
    if test.json {
        output::json(&report)?;
    }
    require_passed(&report, &name, !test.json)
}

/// Tests a server, and again after its host key was trusted on the way.
pub async fn run(
    cli: &Cli,
    id: Option<ServerId>,
    server: &ServerInput,
    way: &Way,
    trust: Trust,
) -> Result<TestReport, CliError> {
    let arguments = json!({ "id": id, "server": server, "credential": &way.input });
    let report: TestReport = cli.call("server.test", arguments.clone()).await?;
    match (&report.host_key, id, trust.replace) {
        (Some(HostKeyVerdict::Unknown { presented }), ..) => {
            host_key::trust_unknown(cli, server, presented, trust.accept).await?;
        }
        (Some(HostKeyVerdict::Changed { presented, .. }), Some(id), Some(named)) => {
            host_key::replace(cli, id, presented, &named).await?;
        }
        (Some(HostKeyVerdict::Changed { presented, known }), ..) => {
            return Err(host_key::changed(server, presented, known, cli.dates().await?));
        }
        (Some(HostKeyVerdict::Matches) | None, ..) => return Ok(report),
    }
    cli.call("server.test", arguments).await
}

/// Shows each step, and stops when one failed.
pub fn require_passed(report: &TestReport, name: &str, show: bool) -> Result<(), CliError> {
    if show {
        let steps = report.steps.iter().map(|step| {
            let mark = match step.outcome {
                Outcome::Passed => "✓",
                Outcome::Failed => "✗",
                Outcome::NotReached => "·",
            };
            let detail = match (step.outcome, &step.detail) {
                (Outcome::Failed, _) => "failed",
                (Outcome::NotReached, _) => "not reached",
                (Outcome::Passed, detail) => detail.as_deref().unwrap_or("done"),
            };
            (format!("{mark} {}", step.step.title()), detail)
        });
        let steps: Vec<_> = steps.collect();
        let rows: Vec<_> = steps.iter().map(|(step, detail)| [step.as_str(), *detail]).collect();
        output::rows(&rows)?;
    }
    if report.passed() {
        return Ok(());
    }
    let (message, hint, step) = report.failure.as_ref().map_or_else(
        || ("the test did not end".to_owned(), String::new(), None),
        |failure| (failure.to_string(), failure.hint.clone(), Some(failure.step)),
    );
    let exit = if step == Some(Step::HostKey) { Exit::HostKey } else { Exit::Unreachable };
    Err(CliError::stopped(exit, format!("{name}: {message}."), hint))
}
