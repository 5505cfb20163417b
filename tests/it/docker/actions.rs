//! What is done to containers, and what engines refuse.

use crate::lab::docker::Docker;
use tomo::{
    docker::{Engine, EngineError, find},
    domain::container::{ContainerAction, ContainerLimits, RestartPolicy},
};

/// An engine of the lab and the way to it; nothing where there is none.
pub(super) async fn lab() -> Option<(Docker, Engine)> {
    if let Some(why) = Docker::missing() {
        super::skip(why);
        return None;
    }
    let docker = Docker::start();
    let engine = find::at(&docker.socket()).await.expect("it answers");
    Some((docker, engine))
}

/// A Go template filled in for a container.
fn said(docker: &Docker, id: &str, template: &str) -> String {
    docker.docker(&["inspect", "-f", template, id])
}

/// Each action does what it is called, as the engine's own program sees it; what is so already is done;
/// what cannot be is refused in the engine's words.
#[tokio::test(flavor = "multi_thread")]
async fn containers_are_started_stopped_paused_and_killed() {
    let Some((docker, engine)) = lab().await else { return };
    let id = docker.start_container("web", &["--init"], &["sleep", "1000"]);
    let state = || said(&docker, &id, "{{.State.Status}}");
    for (action, after) in [
        (ContainerAction::Stop, "exited"),
        (ContainerAction::Stop, "exited"),
        (ContainerAction::Start, "running"),
        (ContainerAction::Start, "running"),
        (ContainerAction::Pause, "paused"),
        (ContainerAction::Unpause, "running"),
        (ContainerAction::Restart, "running"),
        (ContainerAction::Kill, "exited"),
    ] {
        engine.act(&id, action).await.unwrap_or_else(|error| panic!("{action:?}: {error}"));
        assert_eq!(state(), after, "{action:?}");
    }
    let refused = engine.act(&id, ContainerAction::Kill).await.expect_err("it does not run");
    assert!(refused.to_string().contains("is not running"), "{refused}");
}

/// A container that is gone between the list and the action is told so, and an id that leads to
/// another command is not sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_told() {
    let Some((docker, engine)) = lab().await else { return };
    let id = docker.start_container("web", &[], &["sleep", "1000"]);
    docker.docker(&["rm", "-f", &id]);
    for action in [ContainerAction::Stop, ContainerAction::Start, ContainerAction::Kill] {
        let error = engine.act(&id, action).await.expect_err("it is gone");
        assert!(
            matches!(&error, EngineError::NotFound(words) if words.contains("No such")),
            "{error}"
        );
    }
    let other = docker.start_container("other", &[], &["sleep", "1000"]);
    for id in [format!("../containers/{other}"), format!("{other}/stop?x="), String::new()] {
        engine.act(&id, ContainerAction::Start).await.expect_err("no id");
        engine.remove_container(&id, true, true).await.expect_err("no id");
    }
    assert_eq!(said(&docker, &other, "{{.State.Status}}"), "running");
}

/// An engine that ends in the middle is an error in words, and the same way leads to it when it is
/// back.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_down_is_told() {
    let Some((mut docker, engine)) = lab().await else { return };
    let id = docker.start_container("web", &[], &["sleep", "1000"]);
    docker.stop();
    let error = engine.act(&id, ContainerAction::Start).await.expect_err("it is down");
    // A stream from before whose end was not noticed yet takes the request and gives no answer.
    let is_told = matches!(error, EngineError::Unreachable(_) | EngineError::Unknown(_));
    assert!(is_told, "{error:?}");
    docker.restart();
    engine.act(&id, ContainerAction::Start).await.expect("it is back");
    assert_eq!(said(&docker, &id, "{{.State.Status}}"), "running");
}

/// One that runs is removed only by force; its volume goes only when that was said.
#[tokio::test(flavor = "multi_thread")]
async fn containers_are_removed_with_or_without_their_volumes() {
    let Some((docker, engine)) = lab().await else { return };
    let volumes = || docker.docker(&["volume", "ls", "-q"]).lines().count();
    let id = docker.start_container("one", &["-v", "/data"], &["sleep", "1000"]);
    let refused = engine.remove_container(&id, false, false).await.expect_err("it runs");
    assert!(matches!(&refused, EngineError::Refused { .. }), "{refused:?}");
    engine.remove_container(&id, false, true).await.expect("by force");
    assert_eq!(volumes(), 1, "the volume stays");
    let id = docker.start_container("two", &["-v", "/data"], &["sleep", "1000"]);
    engine.remove_container(&id, true, true).await.expect("by force, with its volume");
    assert_eq!(volumes(), 1, "its own volume went");
    assert_eq!(docker.docker(&["ps", "-aq"]), "");
}

/// A name that is taken is refused in the engine's words.
#[tokio::test(flavor = "multi_thread")]
async fn containers_are_renamed() {
    let Some((docker, engine)) = lab().await else { return };
    let id = docker.start_container("before", &[], &["sleep", "1000"]);
    docker.start_container("taken", &[], &["sleep", "1000"]);
    engine.rename_container(&id, "after").await.expect("a free name");
    assert_eq!(said(&docker, &id, "{{.Name}}"), "/after");
    let refused = engine.rename_container(&id, "taken").await.expect_err("taken");
    assert!(refused.to_string().contains("already in use"), "{refused}");
}

/// Limits are set, changed and lifted, whatever kind the container was made with; what is not named
/// stays.
#[tokio::test(flavor = "multi_thread")]
async fn limits_are_set_and_lifted() {
    let Some((docker, engine)) = lab().await else { return };
    let plain = docker.start_container("plain", &[], &["sleep", "1000"]);
    let quota = docker.start_container(
        "quota",
        &["--cpu-quota", "50000", "-m", "64m", "--memory-swap", "64m"],
        &["sleep", "1000"],
    );
    let limit = async |id: &str, cpu_cores, memory_bytes, restart_policy| {
        let limits = ContainerLimits { cpu_cores, memory_bytes, restart_policy };
        engine.limit_container(id, &limits).await.expect("limits");
        engine.inspect(id).await.expect("it is there").limits()
    };
    const MEMORY: u64 = 32 << 20;
    let set = limit(&plain, Some(0.5), Some(MEMORY), Some(RestartPolicy::UnlessStopped)).await;
    assert_eq!(set.cpu_cores, Some(0.5));
    assert_eq!(set.memory_bytes, Some(MEMORY));
    assert_eq!(set.restart_policy, Some(RestartPolicy::UnlessStopped));
    let kept = limit(&plain, None, Some(2 * MEMORY), None).await;
    assert_eq!((kept.cpu_cores, kept.memory_bytes), (Some(0.5), Some(2 * MEMORY)), "grown");
    assert_eq!(kept.restart_policy, Some(RestartPolicy::UnlessStopped));
    let lifted = limit(&plain, Some(0.0), Some(0), Some(RestartPolicy::No)).await;
    assert_eq!((lifted.cpu_cores, lifted.memory_bytes), (None, None));
    // The engine takes neither 0 nor -1 for 'none': the kernel has a limit that nobody meets.
    let group = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max";
    let in_force = docker.docker(&["exec", &plain, "sh", "-c", group]);
    let host = engine.info().memory_bytes.expect("the host's memory");
    let in_force = match in_force.lines().last().expect("a limit") {
        "max" => u64::MAX,
        bytes => bytes.parse().expect("a number"),
    };
    assert!(in_force >= host - 4096, "{in_force} of {host}");
    assert_eq!(lifted.restart_policy, Some(RestartPolicy::No));
    let changed = limit(&quota, Some(0.75), Some(4 * MEMORY), None).await;
    assert_eq!((changed.cpu_cores, changed.memory_bytes), (Some(0.75), Some(4 * MEMORY)));
    assert_eq!(said(&docker, &quota, "{{.HostConfig.MemorySwap}}"), (4 * MEMORY).to_string());
    assert_eq!(limit(&quota, Some(0.0), None, None).await.cpu_cores, None);
    let refused = ContainerLimits { cpu_cores: Some(5_000.0), ..Default::default() };
    let refused = engine.limit_container(&plain, &refused).await.expect_err("no host has so many");
    assert!(refused.to_string().contains("CPUs"), "{refused}");
}

/// Labels and commands are text with anything in them: an inspection shows them and runs nothing.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_stays_text() {
    let Some((docker, engine)) = lab().await else { return };
    let marker = docker.socket().with_file_name("marker");
    let hostile = format!("$(touch {})`touch x`;'\"\n\u{1b}[2J\u{202e}", marker.display());
    let label = format!("hostile={hostile}");
    let id = docker.start_container("odd_.-1", &["--label", &label], &["sleep", "1000"]);
    engine.act(&id, ContainerAction::Restart).await.expect("it restarts");
    let labels = engine.inspect(&id).await.expect("it is there").labels();
    assert_eq!(labels[0].value, hostile);
    assert!(!marker.exists());
}
