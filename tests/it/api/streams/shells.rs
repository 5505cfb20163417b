//! What a terminal must not do to others: hold up the connection, take all places, open to whom it
//! must not.

use super::{PATIENCE, Setting};
use serde_json::json;
use tomo::{api::error::Code, domain::user::Role};

/// Holds because everything of a server goes through one connection: what a program floods a terminal
/// with, shown slowly or not at all, must not keep the figures from coming.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_holds_up_nothing_and_heeds_the_keys() {
    let Some(setting) = Setting::start().await else { return };
    let web = setting.run("web", "exec sleep 1000").await;
    for mut terminal in [setting.shell().await, setting.shell_in(&web).await] {
        terminal.write(b"yes\n").await;
        terminal.until("y\r\ny\r\n").await;
        // The window shows nothing for a while: the figures come all the same.
        let last = setting.house.row(&setting.id).await["figures"]["at"].clone();
        let mut seen = last.clone();
        for _ in 0..2 {
            let row = setting.house.until(&setting.id, "sample", |row| {
                row["figures"]["at"] != seen && row["figures"]["at"].is_string()
            });
            seen = row.await["figures"]["at"].clone();
        }
        // Then it catches up, with what was kept of it.
        let mut shown = 0;
        while shown < 3 << 20 {
            terminal.show().await.expect("more");
            shown += terminal.seen.len();
            assert!(
                terminal.seen.iter().all(|byte| b"y\r\n".contains(byte)),
                "every byte, in order"
            );
            terminal.seen.clear();
        }
        terminal.write(b"\x03").await;
        terminal.write(b"echo do\"\"ne\n").await;
        let catching_up = async {
            let mut tail = Vec::new();
            loop {
                terminal.show().await.expect("more");
                tail.append(&mut terminal.seen);
                if tail.windows(4).any(|part| part == b"done") {
                    return;
                }
                let keep = tail.len().saturating_sub(16);
                tail.drain(..keep);
            }
        };
        tokio::time::timeout(PATIENCE, catching_up).await.expect("Ctrl-C ends it");

        // Ctrl-S holds the output, Ctrl-Q lets it go on.
        terminal.write(b"\x13").await;
        terminal.write(b"echo he\"\"ld\n").await;
        let held = tokio::time::timeout(std::time::Duration::from_millis(700), async {
            terminal.until("held").await
        });
        assert!(held.await.is_err(), "Ctrl-S holds it");
        terminal.write(b"\x11").await;
        terminal.until("held").await;
    }
}

/// Holds because a role that changes nothing must not get a shell, and because what nobody can see
/// any more must not fill a server.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_gets_none_and_nobody_more_than_twenty() {
    // Each shell of a server is one of its sessions, which are ten in OpenSSH's own setting.
    let config = ["MaxSessions 100"];
    let Some(setting) = Setting::with(&config, |docker| docker.socket()).await else { return };
    let house = &setting.house;
    let target = json!({ "kind": "server", "server_id": setting.id });
    let wanted = json!({ "target": target, "size": { "columns": 80, "rows": 24 } });
    // All at once: a place is taken before anything is opened.
    let opening = (0..25).map(|_| house.call("terminal.open", wanted.clone()));
    let opened = futures::future::join_all(opening).await;
    let (open, refused): (Vec<_>, Vec<_>) = opened.into_iter().partition(Result::is_ok);
    assert_eq!((open.len(), refused.len()), (20, 5));
    for error in refused {
        let error = error.expect_err("refused");
        assert_eq!(error.code, Code::Invalid);
        assert_eq!(error.message, "20 terminals are open already. Close one of them.");
    }
    house.refused("terminal.open", wanted.clone(), Code::Invalid).await;
    let id = open[0].as_ref().expect("open")["terminal_id"].clone();
    let mut feed = house.tomo.show_terminal(id.as_str().expect("an id")).await.expect("a feed");
    house.ask("terminal.close", json!({ "terminal_id": id })).await;
    while let Some(output) = feed.next().await {
        if matches!(output, tomo::domain::terminal::TerminalOutput::Ended { .. }) {
            break;
        }
    }
    super::until(house, "free place", async || {
        house.call("terminal.open", wanted.clone()).await.ok()
    })
    .await;
    house.tomo.close_terminals();

    house.person(Role::Readonly).await;
    house.sign_in(Role::Readonly.as_str()).await;
    house.refused("terminal.open", wanted, Code::Forbidden).await;
    let id = open[1].as_ref().expect("open")["terminal_id"].clone();
    for (command, more) in [
        ("terminal.write", json!({ "bytes": "" })),
        ("terminal.resize", json!({ "size": { "columns": 80, "rows": 24 } })),
        ("terminal.close", json!({})),
    ] {
        let mut given = more;
        given["terminal_id"] = id.clone();
        house.refused(command, given, Code::Forbidden).await;
    }
}
