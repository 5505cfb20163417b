//! Sessions: where they were begun, how they are used, and each way for them to end.

use super::{ADMIN, Code, House, PASSPHRASE, PASSWORD, PATIENCE, account};
use futures::{StreamExt, future::join_all};
use serde_json::{Value, json};
use tomo::{
    domain::{
        fleet::{Push, Topic},
        session::{Client, Door},
        user::Role,
    },
    vault::{Keychain, Vault},
};

async fn list(house: &House) -> Vec<Value> {
    let all = house.ask("session.list", json!({ "all": true })).await;
    all.as_array().expect("a list").clone()
}

fn id(session: &Value) -> String {
    session["id"].as_str().expect("an id").to_owned()
}

/// The status and the seconds since the last use of the only live session.
async fn live(house: &House) -> (String, i64) {
    sqlx::query_as(
        "select status, unixepoch() - unixepoch(last_activity) from sessions
         where status in ('active', 'idle')",
    )
    .fetch_one(&mut house.stranger().await)
    .await
    .expect("one live session")
}

/// Waits for this push, which a task of Tomo's own has to bring about.
async fn pushed(house: &House, wanted: Push, cause: impl Future) {
    let mut pushes = Box::pin(house.tomo.pushes());
    let waiting = async {
        // The stream listens from here on.
        cause.await;
        while pushes.next().await.expect("Tomo lives") != wanted {}
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the push");
}

/// Holds because whoever looks for a stranger among the sessions has to see where each was begun.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_says_where_it_was_begun() {
    let house = House::quiet().await;
    let terminal = house.at(Door::CommandLine).await;
    terminal.sign_in(ADMIN).await;
    let sessions = list(&house).await;
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    for (door, is_own) in [("window", true), ("command_line", false)] {
        let session = sessions.iter().find(|one| one["client"]["door"] == door).expect(door);
        assert_eq!(session["is_own"], is_own);
        assert_eq!(session["username"], ADMIN);
        assert_eq!(session["status"], "active");
        assert_eq!(session["client"]["os"], std::env::consts::OS);
        assert_eq!(session["client"]["version"], env!("CARGO_PKG_VERSION"));
        let host = session["client"]["host"].as_str().expect("a host");
        assert_eq!(Some(host), sysinfo::System::host_name().as_deref());
    }
    let addresses: i64 = sqlx::query_scalar("select count(ip_address) from sessions")
        .fetch_one(&mut house.stranger().await)
        .await
        .expect("a count");
    assert_eq!(addresses, 0, "there is no network");

    house.person(Role::User).await;
    terminal.sign_in("user").await;
    terminal.refused("session.list", json!({ "all": true }), Code::Forbidden).await;
    let own = terminal.ask("session.list", json!({})).await;
    assert_eq!(own.as_array().map(Vec::len), Some(1), "only the own: {own}");
}

/// Holds because the name of a computer is anybody's to choose, also as the text of another client.
#[test]
fn a_client_reads_back_whatever_the_host_is_called() {
    for host in ["nas", "a, b, window, linux, c", "Tomo 9, MCP, linux, x", "日本 🏠", "'; drop--"]
    {
        for door in [Door::Window, Door::CommandLine, Door::Mcp] {
            let client = Client::here(door, Some(host.into()));
            assert_eq!(client.host, host);
            assert_eq!(Client::from_text(&client.to_text()), Some(client));
        }
    }
    let hostile =
        Client::here(Door::Window, Some(format!("a\u{1b}[2J\n{}", "x".repeat(1_000_000))));
    assert!(hostile.host.chars().count() <= 255 && !hostile.host.contains(char::is_control));
    assert_eq!(Client::here(Door::Window, Some("  ".into())).host, "unknown");
    for text in ["", "Tomo", "Tomo 1, door, linux, nas", "Tomo 1, window, linux", "Mozilla/5.0"] {
        assert_eq!(Client::from_text(text), None, "{text}");
    }
}

/// Holds because ending a session that somebody else uses is the point of seeing it, and only admins
/// may do that to others.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_ended_by_its_user_or_an_admin() {
    let house = House::quiet().await;
    let [first, second] = [house.beside().await, house.beside().await];
    house.person(Role::Readonly).await;
    first.sign_in("readonly").await;
    second.sign_in("readonly").await;
    let of = |sessions: &[Value], name: &str| {
        let found =
            sessions.iter().filter(|one| one["username"] == name && one["status"] == "active");
        found.map(id).collect::<Vec<_>>()
    };
    let sessions = list(&house).await;
    let admins = of(&sessions, ADMIN);
    first.refused("session.end", json!({ "id": admins[0] }), Code::Forbidden).await;
    for nothing in ["", "'; delete from sessions; --", "x\u{202e}\u{0}", &"x".repeat(1_000_000)] {
        house.refused("session.end", json!({ "id": nothing }), Code::NotFound).await;
    }

    let own = first.ask("session.list", json!({})).await;
    let other = own.as_array().expect("a list").iter().find(|one| one["is_own"] == false);
    let other = id(other.expect("the second"));
    first.ask("session.end", json!({ "id": other })).await;
    second.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    first.ask("fleet.get", json!({})).await;
    first.ask("session.end", json!({ "id": other })).await;
    let ended = list(&house).await.into_iter().find(|one| one["id"] == other).expect("listed");
    assert_eq!(ended["status"], "terminated");
    assert_eq!(ended["terminated_by"], "readonly");
    assert!(ended["terminated_at"].is_string());
    assert_eq!(house.logged("session.end").await.len(), 1, "ended once, recorded once");

    let left = of(&list(&house).await, "readonly");
    house.ask("session.end", json!({ "id": left[0] })).await;
    first.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    let (message, details) = house.logged("session.end").await.pop().expect("an entry");
    assert!(message.contains("readonly") && message.contains("window on"), "{message}");
    assert_eq!(details["username"], "readonly");

    house.ask("session.end", json!({ "id": admins[0] })).await;
    house.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    assert_eq!(house.logged("session.sign_out").await.len(), 1, "ending the own is signing out");
}

/// Holds because 'all others' after a lost laptop must leave none of them, and not lock out oneself.
#[tokio::test(flavor = "multi_thread")]
async fn ending_all_others_leaves_the_own_and_those_of_others() {
    let house = House::quiet().await;
    let [first, second, third] = [house.beside().await, house.beside().await, house.beside().await];
    house.person(Role::User).await;
    first.sign_in(ADMIN).await;
    second.sign_in(ADMIN).await;
    third.sign_in("user").await;
    assert_eq!(house.ask("session.end_others", json!({})).await, 2);
    for ended in [&first, &second] {
        ended.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    }
    for left in [&house, &third] {
        left.ask("fleet.get", json!({})).await;
    }
    assert_eq!(house.ask("session.end_others", json!({})).await, 0);
}

/// Holds because a window whose session was ended in a terminal must not go on showing figures until
/// somebody clicks.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_notices_by_itself_that_its_session_was_ended() {
    let house = House::quiet().await;
    let other = house.beside().await;
    other.sign_in(ADMIN).await;
    other.tomo.start_collecting().await.expect("it collects");
    let ended = async {
        house.ask("session.end_others", json!({})).await;
    };
    pushed(&other, Push::SessionChanged, ended).await;
    assert_eq!(other.ask("status.get", json!({})).await["session"], Value::Null);
}

/// Holds because a window that nobody sits at goes on reading, and must turn idle all the same; what a
/// person does makes it active at once.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_person_keeps_a_window_in_use() {
    let house = House::collecting().await;
    let long_ago = "update sessions set last_activity = datetime('now', '-16 minutes')";
    let idle = Push::Changed { topic: Topic::Sessions };
    pushed(&house, idle, house.meanwhile(long_ago)).await;
    assert_eq!(live(&house).await.0, "idle");
    house.ask("fleet.get", json!({})).await;
    house.ask("setting.list", json!({})).await;
    assert_eq!(list(&house).await[0]["status"], "idle");
    assert!(live(&house).await.1 >= 960, "reading is no use");

    house.ask("session.touch", json!({})).await;
    let (status, ago) = live(&house).await;
    assert_eq!(status, "active");
    assert!(ago < 60, "at once: {ago} s");

    house.meanwhile(long_ago).await;
    house.ask("collection.pause", json!({})).await;
    assert_eq!(live(&house).await.0, "active", "a change is a person's doing");
    assert!(live(&house).await.1 < 60);
}

/// Holds because in a terminal there is a person behind every command, or a script of theirs.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_in_a_terminal_is_a_use() {
    let house = House::quiet().await;
    house.ask("session.sign_out", json!({})).await;
    let terminal = house.at(Door::CommandLine).await;
    terminal.sign_in(ADMIN).await;
    house.meanwhile("update sessions set last_activity = datetime('now', '-16 minutes')").await;
    terminal.ask("fleet.get", json!({})).await;
    assert!(live(&house).await.1 < 60);
}

/// Holds because a page says several times a minute that somebody moves, and each write wakes the
/// disk.
#[tokio::test(flavor = "multi_thread")]
async fn use_is_written_once_a_minute() {
    let house = House::quiet().await;
    house.meanwhile("update sessions set last_activity = datetime('now', '-30 seconds')").await;
    house.ask("session.touch", json!({})).await;
    assert!(live(&house).await.1 >= 30, "written half a minute ago");
    house.meanwhile("update sessions set last_activity = datetime('now', '-61 seconds')").await;
    house.ask("session.touch", json!({})).await;
    assert!(live(&house).await.1 < 60, "a minute ago");

    // Where a minute is the whole of it, somebody who moves must not turn idle.
    house.set("security.session_idle_timeout_seconds", json!(60)).await;
    house.meanwhile("update sessions set last_activity = datetime('now', '-30 seconds')").await;
    house.ask("session.touch", json!({})).await;
    assert!(live(&house).await.1 < 30);
}

/// Holds because the end of a session is one event, however many processes look at the same clock.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_is_written_and_recorded_once() {
    let house = House::collecting().await;
    let other = house.beside().await;
    other.tomo.start_collecting().await.expect("it collects");
    let expired = house.meanwhile("update sessions set expires_at = datetime('now', '-1 second')");
    pushed(&house, Push::SessionChanged, expired).await;
    let calls = (0..20).map(|_| house.call("fleet.get", json!({})));
    assert!(join_all(calls).await.iter().all(Result::is_err));
    let statuses: Vec<String> = sqlx::query_scalar("select status from sessions")
        .fetch_all(&mut house.stranger().await)
        .await
        .expect("rows");
    assert_eq!(statuses, ["expired"]);
    let entries = house.logged("session.expired").await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0].1["username"], ADMIN);
}

/// Holds because a process that never follows the database, as each command of a terminal, finds the
/// end of its own session too.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_finds_its_own_session_expired() {
    let house = House::quiet().await;
    house.meanwhile("update sessions set expires_at = datetime('now', '-1 second')").await;
    house.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    assert_eq!(house.logged("session.expired").await.len(), 1);
}

/// Holds because counting first and inserting then lets through whoever signs in at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn there_are_never_more_sessions_than_allowed() {
    let house = House::quiet().await;
    house.set("security.max_sessions_per_user", json!(2)).await;
    // Until a password has proved right its attempt counts, and here there are several at once.
    house.set("security.max_login_attempts", json!(20)).await;
    house.person(Role::User).await;
    let mut processes = Vec::new();
    for _ in 0..6 {
        processes.push(house.beside().await);
    }
    join_all(processes.iter().map(|process| process.sign_in("user"))).await;
    let live = list(&house).await;
    let live = live.iter().filter(|one| one["username"] == "user" && one["status"] == "active");
    assert_eq!(live.count(), 2);
    assert_eq!(house.logged("session.end").await.len(), 4, "each end is recorded");

    house.meanwhile("update sessions set created_at = datetime('now', '-1 hour')").await;
    let newest = house.beside().await;
    newest.sign_in("user").await;
    newest.ask("fleet.get", json!({})).await;
    let sessions = list(&house).await;
    let of_user = sessions.iter().filter(|one| one["username"] == "user");
    let mut live: Vec<_> = of_user.filter(|one| one["status"] == "active").collect();
    live.sort_by_key(|one| one["created_at"].to_string());
    assert_eq!(live.len(), 2, "the oldest went, and the admin's stayed");
    house.ask("fleet.get", json!({})).await;

    // Two at once in one process: the one that nobody holds is not left behind.
    house.set("security.max_sessions_per_user", json!(50)).await;
    let one = &processes[0];
    join_all((0..8).map(|_| one.sign_in("user"))).await;
    let live: i64 = sqlx::query_scalar(
        "select count(*) from sessions where status = 'active'
             and created_at > datetime('now', '-30 minutes')",
    )
    .fetch_one(&mut house.stranger().await)
    .await
    .expect("a count");
    assert_eq!(live, 2, "that of the newest process, and one of eight");
}

/// Holds because assistants begin and end sessions as their programs start and crash: a person must
/// not be put out by that, nor an assistant by people, and neither pile up.
#[tokio::test(flavor = "multi_thread")]
async fn assistants_and_people_do_not_put_each_other_out() {
    let house = House::quiet().await;
    house.set("security.max_sessions_per_user", json!(2)).await;
    let terminal = house.at(Door::CommandLine).await;
    let stay = json!({ "username": ADMIN, "password": PASSWORD, "stay_signed_in": true });
    terminal.ask("session.sign_in", stay).await;
    let mut assistants = Vec::new();
    for _ in 0..3 {
        let assistant = house.at(Door::Mcp).await;
        assistant.tomo.begin_assistant_session().await.expect("a session");
        assistants.push(assistant);
    }
    house.ask("fleet.get", json!({})).await;
    terminal.ask("fleet.get", json!({})).await;
    assert!(assistants[0].tomo.session().await.is_err(), "the oldest of the assistants ends");
    for assistant in &assistants[1..] {
        assistant.tomo.session().await.expect("two are allowed");
    }

    let third = house.beside().await;
    third.sign_in(ADMIN).await;
    house.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    for assistant in &assistants[1..] {
        assistant.tomo.session().await.expect("a person's sign-in ends no assistant");
    }
}

/// Holds because backups and stolen disks are read by others: nothing in there opens a session.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_database_can_be_used_to_sign_in() {
    let house = House::empty().await;
    house.ask("setup.create", account(ADMIN, true)).await;
    let database = &mut house.stranger().await;
    let mut texts: Vec<String> = Vec::new();
    for table in ["sessions", "users", "system_info", "account_locks", "activity_logs"] {
        let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info(?)")
            .bind(table)
            .fetch_all(&mut *database)
            .await
            .expect("columns");
        for column in columns {
            let sql =
                format!("select cast({column} as text) from {table} where {column} is not null");
            let found: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .fetch_all(&mut *database)
                .await
                .expect("values");
            texts.extend(found);
        }
    }
    texts.sort();
    texts.dedup();
    assert!(texts.len() > 10, "{texts:?}");
    // The kept secret itself opens it: the way that the others are tried by is the right one.
    let mut house = house.reopened().await;
    assert_eq!(house.ask("status.get", json!({})).await["session"]["user"]["username"], ADMIN);
    for text in texts {
        let vault = Vault::open(house.folder.path(), Keychain::disabled()).await;
        vault.unlock(PASSPHRASE.to_owned().into()).await.expect("opens");
        vault.remember("session-window", text.clone().into()).await.expect("kept");
        house = house.reopened().await;
        let status = house.ask("status.get", json!({})).await;
        assert_eq!(status["session"], Value::Null, "{text}");
    }
}
