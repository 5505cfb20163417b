//! A follow costs the server and this computer something, so it ends when nobody has it any more.

use super::{Setting, until};
use crate::api::{ADMIN, PASSWORD};
use serde_json::json;
use std::fs;
use tomo::api::error::Code;

impl Setting {
    /// Commands on the server that carry a stream of the engine: one for each log.
    fn carriers(&self) -> usize {
        let socket = self.docker.socket().display().to_string();
        let processes = fs::read_dir("/proc").expect("processes").map_while(Result::ok);
        let commands =
            processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
        let commands = commands.map(|words| String::from_utf8_lossy(&words).replace('\0', " "));
        commands
            .filter(|command| command.starts_with("docker ") && command.contains(&socket))
            .filter(|command| command.contains("dial-stdio"))
            .count()
    }

    async fn until_carriers(&self, what: &str, wanted: impl Fn(usize) -> bool) {
        until(&self.house, what, async || wanted(self.carriers()).then_some(())).await;
    }
}

/// Holds because a log that nobody closed would be carried over the connection for ever, also from a
/// container of which the person who signs in next may know nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_follow_ends_when_it_is_closed_and_with_the_session() {
    let config = ["AllowStreamLocalForwarding no"];
    let Some(setting) = Setting::with(&config, |docker| docker.socket()).await else { return };
    let house = &setting.house;
    let web = setting.run("web", "while echo x; do usleep 100000; done").await;
    let page = |id: &str| json!({ "log_id": id, "limit": 1 });
    // Three follows keep three commands; the questions' own one comes and goes.
    let open = async || {
        let mut ids = Vec::new();
        for _ in 0..3 {
            let follow = setting.follow(&[&web]).await;
            follow.until_source("opening", |source| source["error"].is_null()).await;
            until(house, "lines", async || (follow.status().await["end"] != 0).then_some(())).await;
            ids.push(follow.id);
        }
        assert!(setting.carriers() >= 4, "three logs and the events");
        ids
    };

    for id in open().await {
        house.ask("log.close", json!({ "log_id": id })).await;
        house.refused("log.page", page(&id), Code::NotFound).await;
        house.ask("log.close", json!({ "log_id": id })).await;
    }
    setting.until_carriers("end of the commands", |count| count <= 2).await;

    let ids = open().await;
    house.ask("session.sign_out", json!({})).await;
    house.refused("log.page", page(&ids[0]), Code::NotSignedIn).await;
    setting.until_carriers("end of the commands", |count| count <= 2).await;
    let again = json!({ "username": ADMIN, "password": PASSWORD, "stay_signed_in": false });
    house.ask("session.sign_in", again).await;
    house.refused("log.page", page(&ids[0]), Code::NotFound).await;

    // The page that looked at them is gone: the window says so.
    open().await;
    house.tomo.close_logs();
    setting.until_carriers("end of the commands", |count| count <= 2).await;

    open().await;
    tokio::time::timeout(super::PATIENCE, house.tomo.shutdown()).await.expect("it ends");
    let ended = async {
        while setting.carriers() > 0 {
            // Nobody tells of the end of a process any more.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(super::PATIENCE, ended).await.expect("nothing is left");
}
