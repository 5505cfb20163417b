//! Logs go on where they broke off.

use super::{Follow, Setting, until, until_ready};
use crate::lab::{docker::Docker, gate::HastyFollows};
use serde_json::json;

/// What Docker's own program says of the whole log.
fn whole(setting: &Setting, name: &str) -> Vec<String> {
    setting.docker.docker(&["logs", name]).lines().map(str::to_owned).collect()
}

/// Holds because a line that is missing is the one that would have said what happened, and one that
/// stands there twice says that something happened twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_and_a_new_daemon_lose_no_line() {
    let Some(mut setting) = Setting::start().await else { return };
    let script = "echo begin; i=0; while [ $i -lt 800 ]; do echo $i; i=$((i+1)); usleep 10000; \
        done; echo end; exec sleep 1000";
    let web = setting.run("web", script).await;
    {
        let follow = setting.follow(&[&web]).await;
        for part in ["100", "300", "500"] {
            until(&setting.house, part, async || {
                let wanted = json!({ "log_id": follow.id, "filter": { "text": part } });
                (setting.house.ask("log.search", wanted).await["total"] != 0).then_some(())
            })
            .await;
            setting.lab.sshd.cut();
        }
        follow.until_last("end").await;
        assert_eq!(follow.texts().await, whole(&setting, "web"));
        follow.until_source("following", |source| source["is_following"] == true).await;
    }
    // The daemon goes, and what ran in it; both come back, and the log goes on.
    let id = {
        let follow = Follow::open(&setting.house, &[&web], 100_000).await;
        follow.until_last("end").await;
        follow.id
    };
    setting.docker.restart();
    setting.docker.open_to_all();
    until_ready(&setting.house, &setting.id).await;
    let follow = Follow { house: &setting.house, id };
    setting.docker.docker(&["start", "web"]);
    until(&setting.house, "second run", async || {
        let wanted = json!({ "log_id": follow.id, "filter": { "text": "end" } });
        (setting.house.ask("log.search", wanted).await["total"] == 2).then_some(())
    })
    .await;
    assert_eq!(follow.texts().await, whole(&setting, "web"));
}

/// Holds because a container that runs for a moment, again and again, is just the one whose log a
/// person follows.
#[tokio::test(flavor = "multi_thread")]
async fn short_runs_are_all_in_the_log() {
    let Some(setting) = Setting::start().await else { return };
    let web = setting.run("brief", "echo ran $(cat /proc/uptime)").await;
    let follow = setting.follow(&[&web]).await;
    follow.until_source("end", |source| source["is_following"] == false).await;
    for runs in 2..=4 {
        setting.docker.docker(&["start", "brief"]);
        setting.docker.docker(&["wait", "brief"]);
        until(&setting.house, "run", async || (follow.status().await["end"] == runs).then_some(()))
            .await;
    }
    assert_eq!(follow.texts().await, whole(&setting, "brief"));
}

/// Holds because whoever opens a log to see what comes from now on must see what comes while the
/// connection is away.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_first_may_come_while_the_connection_is_cut() {
    let Some(mut setting) = Setting::start().await else { return };
    let web = setting.run("web", "echo old; exec sleep 1000").await;
    // The engine's clock counts whole seconds where it says when it answered.
    setting.docker.docker(&["exec", "web", "sleep", "2"]);
    let follow = Follow::open(&setting.house, &[&web], 0).await;
    follow.until_source("opening", |source| source["error"].is_null()).await;
    let id = follow.id;
    setting.lab.sshd.stop();
    until(&setting.house, "break", async || {
        let follow = Follow { house: &setting.house, id: id.clone() };
        (!follow.status().await["sources"][0]["error"].is_null()).then_some(())
    })
    .await;
    setting.docker.docker(&["exec", "web", "sh", "-c", "echo new > /proc/1/fd/1"]);
    setting.lab.sshd.restart();
    setting.house.ask("server.connect", json!({ "id": setting.id })).await;
    let follow = Follow { house: &setting.house, id };
    let lines = follow.until_last("new").await;
    assert_eq!(super::texts(&lines), ["new"]);
}

/// Holds because Docker ends a follow with its container, also before it has taken down all that the
/// container wrote: what is left is read then, once.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_follow_that_ended_early_left_is_read_afterwards() {
    let mut hasty = None;
    let socket = |docker: &Docker| hasty.insert(HastyFollows::start(docker.socket(), 2)).socket();
    let Some(setting) = Setting::with(&[], socket).await else { return };
    let web = setting.run("brief", "for i in 1 2 3 4 5; do echo $i; sleep 0.1; done").await;
    let follow = setting.follow(&[&web]).await;
    follow.until_source("end", |source| source["is_following"] == false).await;
    assert_eq!(follow.texts().await, ["1", "2", "3", "4", "5"]);
    setting.docker.docker(&["start", "-a", "brief"]);
    until(&setting.house, "second run", async || {
        (follow.status().await["end"] == 10).then_some(())
    })
    .await;
    assert_eq!(follow.texts().await, whole(&setting, "brief"));
}
