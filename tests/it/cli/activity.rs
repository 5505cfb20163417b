//! `tomo activity` and `tomo retention`: in a terminal, in a pipe, and as a file.

use super::Tomo;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// Longer than anything here takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(90);

impl Tomo {
    /// A server that is never reached; three entries or so come of adding and removing it.
    fn add_and_remove(&self, name: &str) {
        let add = [
            "server",
            "add",
            &format!("anna@{name}.invalid"),
            "--name",
            name,
            "--agent",
            "--no-test",
        ];
        self.done(&add);
        self.done(&["server", "remove", name, "--yes"]);
    }
}

/// What was done is found again by every flag, and a mistyped one is no empty list.
#[test]
fn the_log_is_listed_filtered_and_searched() {
    let tomo = Tomo::signed_in();
    tomo.add_and_remove("nas");
    tomo.add_and_remove("attic");
    let list = |arguments: &[&str]| {
        let entries = tomo.json(&[&["activity", "--json"], arguments].concat());
        let entries = entries.as_array().expect("a list").iter();
        entries
            .map(|entry| entry["message"].as_str().expect("a message").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&["--search", "nas"]), ["Server removed: nas", "Server added: nas"]);
    assert_eq!(list(&["--search", "serv att", "--type", "server.add"]), ["Server added: attic"]);
    assert_eq!(list(&["--type", "servers", "--limit", "1"]), ["Server removed: attic"]);
    assert_eq!(
        list(&["--user", "Ünïcödé 日本", "--type", "access"]).last().map(String::as_str),
        Some("Tomo set up")
    );
    assert_eq!(list(&["--user", "tomo", "--type", "servers"]).len(), 0);
    assert_eq!(list(&["--since", "1h", "--type", "servers"]).len(), 4);
    assert_eq!(list(&["--until", "1h"]).len(), 0);
    assert_eq!(list(&["--server", "this computer"]).len(), 0);
    let table = tomo.done(&["activity"]);
    assert!(table.starts_with("Time") && table.contains("Server added: nas"), "{table}");
    let error = tomo.refused(2, &["activity", "--type", "servr"]);
    assert!(error.contains("server.add") && error.contains("connection.lost"), "{error}");
    tomo.refused(2, &["activity", "--since", "yesterday"]);
    tomo.refused(1, &["activity", "--server", "nosuch"]);
    tomo.refused(1, &["activity", "--search", &"x".repeat(1_000)]);

    let file = tomo.path("log.csv");
    assert!(
        tomo.done(&["activity", "export", &file, "--type", "servers"]).contains("4 rows are in")
    );
    let text = fs::read_to_string(&file).expect("a file");
    assert!(text.starts_with("timestamp,id,activity_type,"), "{text}");
    assert_eq!(text.lines().count(), 5);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "the log is for this account alone");
    }
    tomo.refused(1, &["activity", "export", &tomo.path("no/such/folder.csv")]);
    let left = fs::read_dir(tomo.folder.path()).expect("a folder");
    assert!(!left.flatten().any(|entry| entry.file_name().to_string_lossy().contains("partial")));
}

/// `tomo activity --follow --json`, read line by line.
struct Following {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Following {
    fn start(tomo: &Tomo, arguments: &[&str]) -> Self {
        let mut command = Command::new(tomo.program());
        let mut child = tomo
            .dress(&mut command)
            .args([&["activity", "--follow", "--json"], arguments].concat())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tomo runs");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        Self { child, lines }
    }

    fn next(&self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("a line");
        serde_json::from_str(&line).expect("an entry on one line")
    }
}

/// Somebody watches, others work: each entry comes once, whichever process wrote it, and Ctrl-C is
/// the way to leave.
#[test]
fn following_shows_each_new_entry_once() {
    let tomo = Tomo::signed_in();
    tomo.add_and_remove("before");
    // The last entry there is comes first: from then on it follows.
    let mut following = Following::start(&tomo, &["--type", "servers", "--limit", "1"]);
    assert_eq!(following.next()["message"], "Server removed: before");
    std::thread::scope(|scope| {
        for name in ["one", "two", "three"] {
            let tomo = &tomo;
            scope.spawn(move || tomo.add_and_remove(name));
        }
    });
    // As an entry that was written late, behind a lock or by a clock that was set back.
    let database = tomo.folder.path().join("data").join(tomo::store::FILE_NAME);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
        let mut db = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options)
            .await
            .expect("a connection");
        sqlx::query(
            "insert into activity_logs (id, activity_type, message, timestamp)
             values ('00000000-0000-7000-8000-000000000000', 'server.edit', 'late',
                 datetime('now', '-5 minutes'))",
        )
        .execute(&mut db)
        .await
        .expect("an entry");
    });
    let messages: Vec<_> = (0..7)
        .map(|_| following.next()["message"].as_str().expect("a message").to_owned())
        .collect();
    let different: BTreeSet<_> = messages.iter().map(String::as_str).collect();
    assert_eq!(different.len(), 7, "each once: {messages:?}");
    assert!(different.contains("late") && different.contains("Server removed: three"));
    let pid = following.child.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().expect("kill");
    assert!(following.child.wait().expect("it ends").success());
    assert_eq!(following.lines.recv().ok(), None, "nothing else");
}

/// Whoever types it must have seen what goes, or have said that nobody can be asked.
#[test]
fn retention_is_previewed_and_run() {
    let tomo = Tomo::signed_in();
    let preview = tomo.json(&["retention", "preview", "--json"]);
    assert_eq!(preview["tables"].as_array().map(Vec::len), Some(5));
    let table = tomo.done(&["retention", "preview"]);
    assert!(table.contains("settings_audit") && table.contains("365 d"), "{table}");
    let error = tomo.refused(2, &["retention", "run"]);
    assert!(error.contains("0 rows") && error.contains("--yes"), "{error}");
    assert!(tomo.done(&["retention", "status"]).contains("never"));
    let text = tomo.done(&["retention", "run", "--yes"]);
    assert!(text.starts_with("Retention removed 0 rows and gave back "), "{text}");
    assert_eq!(tomo.json(&["retention", "run", "--yes", "--json"])["error"], Value::Null);
    let status = tomo.json(&["retention", "status", "--json"]);
    assert_eq!(status["last"]["asked_by"], "Ünïcödé 日本");
    assert_eq!(
        tomo.json(&["activity", "--type", "retention.run", "--json"]).as_array().map(Vec::len),
        Some(2)
    );
}
