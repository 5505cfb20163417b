//! Backups and the list of servers at the command line, with the real program.

use super::Tomo;
use rusqlite::Connection;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const OPENS: &str = "seven grey herons at noon";

impl Tomo {
    fn with_passphrase() -> Self {
        let tomo = Self::signed_in();
        fs::write(tomo.folder.path().join("backup.txt"), format!("{OPENS}\n")).expect("a file");
        tomo
    }

    fn add_agent(&self, name: &str) {
        let address = format!("anna@{name}.invalid");
        self.done(&["server", "add", &address, "--name", name, "--agent", "--no-test"]);
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("data").join("tomo.db")
    }
}

fn servers(database: &Path) -> usize {
    let db = Connection::open(database).expect("a database");
    let check: String =
        db.query_row("pragma integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(check, "ok");
    let sql = "select count(*) from servers where auth_type <> 'local'";
    let count: u32 = db.query_row(sql, [], |row| row.get(0)).expect("a count");
    count as usize
}

/// Holds because the day on which a backup is needed may be one without a window, or without Tomo.
#[test]
fn a_backup_goes_to_another_computer() {
    let tomo = Tomo::with_passphrase();
    tomo.add_agent("nas");
    let (file, secret) = (tomo.path("home.tomobackup"), tomo.path("backup.txt"));
    let make = ["backup", "create", &file, "--passphrase-file", &secret, "--note", "the move"];
    assert!(tomo.done(&make).contains("was read back"));
    assert!(tomo.refused(1, &make).contains("is there already"), "nothing is written over");
    let list = tomo.json(&["backup", "list", "--json"]);
    assert_eq!(list["entries"][0]["note"], "the move");
    assert!(tomo.done(&["backup", "list"]).contains("read back"));
    let inspect = ["backup", "inspect", &file, "--passphrase-file", &secret, "--json"];
    assert_eq!(tomo.json(&inspect)["servers"], 1);
    let nobody = tomo.refused(2, &["backup", "create"]);
    assert!(nobody.contains("--passphrase-file"), "{nobody}");
    let wrong = ["backup", "inspect", &file, "--passphrase-file", &tomo.path("password.txt")];
    assert!(tomo.refused(1, &wrong).contains("does not open this backup"));
    let restore = ["backup", "restore", &file, "--passphrase-file", &secret];
    assert!(tomo.refused(2, &restore).contains("--yes"), "nobody is there to agree");

    let other = Tomo::new();
    assert!(other.done(&restore).contains("tomo login"));
    other.done(&[
        "login",
        "--username",
        "Ünïcödé 日本",
        "--password-file",
        &other.path("password.txt"),
    ]);
    let found = other.json(&["server", "list", "--json"]);
    assert!(found.as_array().expect("servers").iter().any(|server| server["name"] == "nas"));
    other.done(&["backup", "set-passphrase", "--passphrase-file", &secret]);
    assert!(other.done(&["backup", "create"]).contains("was read back"), "with what is remembered");
    other.done(&["backup", "set-passphrase", "--forget"]);
    assert!(other.refused(2, &["backup", "create"]).contains("passphrase"));
}

/// Holds because a person who holds several files of the old computer has to see which one this is,
/// before it becomes everything there is.
#[test]
fn a_new_computer_shows_what_is_inside_before_it_begins_with_it() {
    let tomo = Tomo::with_passphrase();
    tomo.add_agent("nas");
    let (file, secret) = (tomo.path("home.tomobackup"), tomo.path("backup.txt"));
    tomo.done(&["backup", "create", &file, "--passphrase-file", &secret]);
    let other = Tomo::new();
    for (answer, says, code) in
        [("no", "Nothing is changed.", 0), ("yes", "The backup is restored.", 0)]
    {
        let restore = ["backup", "restore", &file, "--passphrase-file", &secret];
        let mut terminal = other.at_terminal(&restore);
        let shown = terminal.wait_for("Begin with this?");
        assert!(shown.contains("Credentials") && shown.contains("Audit trail"), "{shown:?}");
        terminal.press(&format!("{answer}\r"));
        let (rest, ended) = terminal.end();
        assert!(rest.contains(says) && ended == Some(code), "{answer}: {rest:?}");
    }
    assert_eq!(servers(&other.database()), 1);
}

/// Holds because a list that changes servers without being shown first is a trap.
#[test]
fn a_list_of_servers_is_shown_before_it_is_imported() {
    let tomo = Tomo::signed_in();
    tomo.add_agent("nas");
    let list = tomo.path("servers.json");
    assert!(tomo.done(&["server", "export", &list]).contains("1 server is in"));
    let other = Tomo::signed_in();
    assert!(other.done(&["server", "import", &list, "--dry-run"]).contains("add"));
    assert_eq!(servers(&other.database()), 0);
    assert!(other.refused(2, &["server", "import", &list]).contains("--yes"));
    assert!(other.done(&["server", "import", &list, "--yes"]).contains("Added 1"));
    assert!(other.done(&["server", "import", &list, "--dry-run"]).contains("same"));
}

/// Holds because a computer may lose its power at any moment of a restore: the database is then the
/// old one or the new one, whole, and the next attempt works.
#[test]
fn a_restore_that_is_killed_leaves_the_old_or_the_new() {
    let tomo = Tomo::with_passphrase();
    tomo.add_agent("nas");
    let local = "00000000-0000-8000-8000-000000000001";
    // Large enough for its replacement to take a while.
    Connection::open(tomo.database())
        .expect("a database")
        .execute_batch(&format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 60000)
             insert into server_metrics (id, server_id, cpu_percent, memory_percent, memory_used_mb,
                 memory_total_mb, disk_percent, disk_used_gb, disk_total_gb, timestamp)
             select hex(randomblob(100)), '{local}', 1, 1, 1, 1, 1, 1, 1,
                 datetime('2026-11-01', '+' || i || ' seconds') from n;"
        ))
        .expect("rows");
    let (file, secret) = (tomo.path("home.tomobackup"), tomo.path("backup.txt"));
    tomo.done(&["backup", "create", &file, "--passphrase-file", &secret]);
    tomo.add_agent("later");
    let data = tomo.folder.path().join("data");
    let asides = || {
        let names = data.read_dir().expect("a folder").flatten();
        names.filter(|e| e.file_name().to_string_lossy().contains("before-restore")).count()
    };
    let (mut killed, mut delay) = (0, Duration::ZERO);
    loop {
        let before = asides();
        let mut command = Command::new(tomo.program());
        let mut child = tomo
            .dress(&mut command)
            .args(["backup", "restore", &file, "--passphrase-file", &secret, "--yes"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("tomo");
        // Everything is prepared by then, and the replacement is next.
        let patience = Instant::now() + Duration::from_secs(120);
        while asides() == before && child.try_wait().expect("a child").is_none() {
            assert!(Instant::now() < patience, "it never begins");
            thread::yield_now();
        }
        thread::sleep(delay);
        delay = delay * 2 + Duration::from_millis(10);
        let ended = child.try_wait().expect("a child").is_some();
        let _ = child.kill();
        child.wait().expect("ended");
        let found = servers(&tomo.database());
        assert!(found == 1 || found == 2, "{found} servers: half a restore");
        if ended {
            assert_eq!(found, 1);
            break;
        }
        killed += 1;
        if found == 1 {
            break;
        }
    }
    assert!(killed > 0, "it was never killed");
    // What was left lying about goes with the next turn, and everybody is signed out.
    assert!(tomo.refused(3, &["backup", "list"]).contains("login"));
    tomo.done(&[
        "login",
        "--username",
        "Ünïcödé 日本",
        "--password-file",
        &tomo.path("password.txt"),
    ]);
    tomo.done(&["backup", "restore", &file, "--passphrase-file", &secret, "--yes"]);
    let names = data.read_dir().expect("a folder").flatten();
    let left = names.filter(|e| e.file_name().to_string_lossy().starts_with(".tomo"));
    assert_eq!(left.count(), 0);
}
