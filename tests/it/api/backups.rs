//! Backups and the way back: whole databases, real files, another computer with another master key.

use super::{ADMIN, Code, House, PASSPHRASE, PASSWORD, account, id_of, unreachable};
use rusqlite::{Connection, types::Value as Cell};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use tomo::{
    domain::session::Door,
    store::{AuditKeySlot, AuditVerdict},
    vault::{Keychain, Vault},
};

/// Opens the backups here.
pub(super) const OPENS: &str = "seven grey herons at noon";

/// Every row of every table, but for sign-ins.
pub(super) type Tables = BTreeMap<String, Vec<Vec<Cell>>>;

/// What is in a database.
pub(super) fn tables(file: &Path) -> Tables {
    let db = Connection::open(file).expect("a database");
    let mut names = db
        .prepare(
            "select name from sqlite_schema
             where type = 'table' and name not in ('sessions', 'sqlite_stat1') order by name",
        )
        .expect("names");
    let names: Vec<String> =
        names.query_map([], |row| row.get(0)).expect("names").flatten().collect();
    let rows = |name: &String| {
        let mut select = db.prepare(&format!("select * from \"{name}\"")).expect("a table");
        let columns = select.column_count();
        let read = |row: &rusqlite::Row<'_>| (0..columns).map(|at| row.get(at)).collect();
        let rows = select.query_map([], read).expect("rows");
        rows.collect::<Result<Vec<Vec<Cell>>, _>>().expect("rows")
    };
    names.iter().map(|name| (name.clone(), rows(name))).collect()
}

/// Runs SQL as the `sqlite3` program would.
pub(super) fn sql(file: &Path, text: &str) {
    let db = Connection::open(file).expect("a database");
    db.busy_timeout(std::time::Duration::from_secs(5)).expect("patience");
    db.execute_batch(text).expect("it runs");
}

pub(super) fn wish(path: &Path) -> Value {
    json!({ "path": path, "with_history": true, "passphrase": OPENS })
}

pub(super) fn opens(path: &Path) -> Value {
    json!({ "path": path, "passphrase": OPENS })
}

/// A house with a server and a backup of it.
pub(super) async fn with_backup() -> (House, PathBuf) {
    let house = House::terminal().await;
    house.ask("server.add", unreachable("nas", "nas.invalid")).await;
    let path = house.folder.path().join("a.tomobackup");
    house.ask("backup.create", wish(&path)).await;
    (house, path)
}

/// What is left of half-done work in a folder.
pub(super) fn leftovers(folder: &Path) -> Vec<String> {
    let names = folder.read_dir().expect("a folder").flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".tomo")).collect()
}

/// What the audit trail of a house proves.
async fn verdict(house: &House) -> AuditVerdict {
    let vault = Vault::open(house.folder.path(), Keychain::disabled()).await;
    vault.unlock(PASSPHRASE.into()).await.expect("the vault opens");
    let slot = AuditKeySlot::empty();
    slot.fill(vault.derived_key("settings_audit").expect("a key"));
    let store = house.store(slot).await;
    let verdict = store.verify_settings_audit().await.expect("a verdict");
    store.close().await;
    verdict
}

/// Holds because a backup is for the day on which this computer and its master key are gone.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_reached_from_another_computer_with_the_restored_credential() {
    let Some(lab) = super::lab::Lab::start() else { return };
    let house = House::terminal().await;
    house.tomo.start_collecting().await.expect("it collects");
    let id = lab.watched_by(&house).await;
    let path = house.folder.path().join("a.tomobackup");
    let made = house.ask("backup.create", wish(&path)).await;
    assert_eq!(made["contents"]["credentials"], 1);
    assert_eq!(made["contents"]["servers"], 1, "this computer is not counted");
    assert!(made["read_back_at"].is_string() && made["error"].is_null(), "{made:#}");

    let other = House::empty_terminal().await;
    let key_there = verdict_key(&house).await != verdict_key(&other).await;
    assert!(key_there, "another computer has another master key");
    let status = other.ask("setup.restore", opens(&path)).await;
    assert_eq!((&status["is_setup"], &status["session"]), (&json!(true), &Value::Null));
    other.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    other.sign_in(ADMIN).await;
    other.tomo.start_collecting().await.expect("it collects");
    other.until_cpu(&id).await;
    assert!(matches!(verdict(&other).await, AuditVerdict::Intact { .. }));
    other.refused("setup.restore", opens(&path), Code::Duplicate).await;
}

async fn verdict_key(house: &House) -> Vec<u8> {
    let vault = Vault::open(house.folder.path(), Keychain::disabled()).await;
    vault.unlock(PASSPHRASE.into()).await.expect("the vault opens");
    vault.derived_key("settings_audit").expect("a key").to_vec()
}

/// Holds because restoring is done in haste: what was there comes back, what came since is not lost.
#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_back_and_what_was_there_is_kept_aside() {
    let (house, path) = with_backup().await;
    let before = tables(&house.file());
    house.ask("server.add", unreachable("later", "later.invalid")).await;
    let setting = json!({ "key": "system.backup_keep", "value": 3, "version": 1 });
    house.ask("setting.set", setting).await;
    let present = tables(&house.file());

    let status = house.ask("backup.restore", opens(&path)).await;
    assert_eq!(status["session"], Value::Null, "everybody is signed out");
    let after = tables(&house.file());
    for (name, rows) in &before {
        match name.as_str() {
            // Sealed anew; the activity has the entry of the restore; the list of backups stays.
            "server_credentials" => assert_eq!(rows.len(), after[name].len()),
            "activity_logs" | "backups" => {}
            // Marks that change whenever anything does.
            "changes" => {}
            // The search index over the activity; it is rebuilt by its triggers.
            name if name.starts_with("activity_search") => {}
            // Counts on while the registry is compared.
            "sqlite_sequence" => assert_eq!(rows[0], after[name][0]),
            _ => assert_eq!(rows, &after[name], "{name}"),
        }
    }
    assert_eq!(after["backups"], present["backups"]);
    let aside: Vec<_> = std::fs::read_dir(house.folder.path())
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().contains("before-restore-"))
        .collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(tables(&aside[0]), present, "what was there, whole");
    assert!(matches!(verdict(&house).await, AuditVerdict::Intact { .. }));
    assert_eq!(leftovers(house.folder.path()), [""; 0]);

    house.sign_in(ADMIN).await;
    let entry = Connection::open(house.file())
        .expect("a database")
        .query_row(
            "select user_id, details from activity_logs where activity_type = 'backup.restore'",
            [],
            |row| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, String>(1)?)),
        )
        .expect("it is written down");
    assert!(entry.0.is_some(), "by whom");
    let details: Value = serde_json::from_str(&entry.1).expect("JSON");
    assert_eq!(
        aside[0].file_name().expect("a name"),
        details["kept_aside"].as_str().expect("a name")
    );
    let said = house.answers.lock().expect("answers").clone();
    assert!(!said.contains(OPENS) && !entry.1.contains(OPENS), "the passphrase goes nowhere");
}

/// Holds because a session in a backup would sign its finder in, and because history is large.
#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_stay_behind_and_history_where_that_is_wished() {
    let house = House::terminal().await;
    let local = super::local();
    sql(
        &house.file(),
        &format!(
            "insert into server_metrics (id, server_id, cpu_percent, memory_percent, memory_used_mb,
                 memory_total_mb, disk_percent, disk_used_gb, disk_total_gb, timestamp)
             values ('x', '{local}', 1, 1, 1, 1, 1, 1, 1, '2026-11-01 00:00:00')"
        ),
    );
    for (with_history, rows) in [(true, 1), (false, 0)] {
        let path = house.folder.path().join(format!("{with_history}.tomobackup"));
        let given = json!({ "path": path, "with_history": with_history, "passphrase": OPENS });
        let contents = house.ask("backup.create", given).await["contents"].clone();
        assert_eq!(contents["metric_rows"], if with_history { json!(1) } else { Value::Null });
        assert_eq!(house.ask("backup.inspect", opens(&path)).await, contents);
        let other = House::empty_terminal().await;
        other.ask("setup.restore", opens(&path)).await;
        let db = Connection::open(other.file()).expect("a database");
        let count = |table: &str| -> i64 {
            let sql = format!("select count(*) from {table}");
            db.query_row(&sql, [], |row| row.get(0)).expect("a count")
        };
        assert_eq!((count("server_metrics"), count("sessions")), (rows, 0));
    }
}

/// Holds because what an assistant wanted here must not wait for an approval there; the list of
/// backups is of this computer, too.
#[tokio::test(flavor = "multi_thread")]
async fn what_assistants_asked_for_stays_behind() {
    let house = House::terminal().await;
    let plan = "insert into plans (id, command, arguments, summary, needs_role, user_id, client,
            asked_at, expires_at)
        select '01900000-0000-7000-8000-00000000000a', 'retention.run', '{}', 'Cleans up',
            'admin', id, 'an assistant', datetime('now'), datetime('now', '+10 minutes')
        from users";
    sql(&house.file(), plan);
    assert_eq!(house.ask("plan.list", json!({})).await.as_array().expect("plans").len(), 1);
    let path = house.folder.path().join("a.tomobackup");
    house.ask("backup.create", wish(&path)).await;
    let inside = super::bad_backups::decrypt(&path);
    let (_, packed) = super::bad_backups::split(&inside);
    let copy = house.folder.path().join("copy.db");
    std::fs::write(&copy, zstd::decode_all(packed).expect("zstd")).expect("written");
    let inside = tables(&copy);
    assert_eq!((inside["plans"].len(), inside["backups"].len()), (0, 0));
    assert_eq!(tables(&house.file())["plans"].len(), 1, "here it still waits");
    // A backup of a Tomo that left them in.
    sql(&copy, plan);
    let older = super::bad_backups::with_database(&path, &copy);
    let other = House::empty_terminal().await;
    other.ask("setup.restore", opens(&older)).await;
    other.sign_in(ADMIN).await;
    assert_eq!(other.ask("plan.list", json!({})).await, json!([]));
}

/// Holds because re-chaining a trail must not make good what somebody has tampered with.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_audit_trail_is_broken_at_the_same_place_afterwards() {
    let house = House::terminal().await;
    for (number, statement) in [
        "update settings_audit set new_value = '1' where id = 7",
        "delete from settings_audit where id = (select max(id) from settings_audit)",
    ]
    .into_iter()
    .enumerate()
    {
        sql(
            &house.file(),
            &format!(
                "drop trigger if exists settings_audit_guard_update;
                 drop trigger if exists settings_audit_guard_delete; {statement}"
            ),
        );
        let broken = verdict(&house).await;
        assert!(matches!(broken, AuditVerdict::Broken { .. }), "{broken:?}");
        // The guards belong to the schema, without which nothing is restored.
        let fresh = House::empty_terminal().await;
        let guards: Vec<String> = {
            let db = Connection::open(fresh.file()).expect("a database");
            let mut select = db
                .prepare(
                    "select sql from sqlite_schema where name in
                         ('settings_audit_guard_update', 'settings_audit_guard_delete')",
                )
                .expect("guards");
            let guards = select.query_map([], |row| row.get(0)).expect("guards");
            guards.flatten().collect()
        };
        sql(&house.file(), &guards.join(";"));
        let path = house.folder.path().join(format!("{number}.tomobackup"));
        house.ask("backup.create", wish(&path)).await;
        fresh.ask("setup.restore", opens(&path)).await;
        assert_eq!(verdict(&fresh).await, broken);
        house.ask("backup.restore", opens(&path)).await;
        assert_eq!(verdict(&house).await, broken);
        house.sign_in(ADMIN).await;
    }
}

/// Holds because window and command line are both open: the other one goes on with what is there
/// now, signed out, and never with half of it.
#[tokio::test(flavor = "multi_thread")]
async fn another_process_follows_a_restore() {
    let (house, path) = with_backup().await;
    let other = house.beside().await;
    other.sign_in(ADMIN).await;
    other.tomo.start_collecting().await.expect("it collects");
    let id = id_of(&house.ask("server.add", unreachable("later", "later.invalid")).await);
    other.until(&id, "row of the new server", |row| row.is_object()).await;
    // While it writes and reads.
    let busy = async {
        for _ in 0..50 {
            let rows = tables(&house.file())["servers"].len();
            assert!((2..=3).contains(&rows), "{rows} servers: half a restore");
        }
    };
    let (_, ()) = tokio::join!(house.ask("backup.restore", opens(&path)), async {
        tokio::task::yield_now().await;
        busy.await;
    });
    other.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    other.sign_in(ADMIN).await;
    other.until(&id, "end of the server's row", Value::is_null).await;
    other.ask("server.add", unreachable("new", "new.invalid")).await;
    let check: String = Connection::open(house.file())
        .expect("a database")
        .query_row("pragma integrity_check", [], |row| row.get(0))
        .expect("a check");
    assert_eq!(check, "ok");
}

/// Holds because a backup that stops collection, or catches half a minute, is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_one_moment_while_others_write() {
    let house = House::terminal().await;
    house.tomo.start_collecting().await.expect("it collects");
    let path = house.folder.path().join("a.tomobackup");
    let writing = async {
        for number in 0..20 {
            let host = format!("n{number}.invalid");
            house.ask("server.add", unreachable(&host, &host)).await;
        }
    };
    let (made, ()) = tokio::join!(house.ask("backup.create", wish(&path)), writing);
    let contents = &made["contents"];
    assert_eq!(contents["servers"], contents["credentials"], "no server without its credential");
    house.local_samples(1).await;
    house.ask("backup.restore", opens(&path)).await;
    assert_eq!(leftovers(house.folder.path()), [""; 0]);
}

/// Holds because a web view that was taken over could otherwise write over any file.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_names_only_backups_of_the_list() {
    let (house, path) = with_backup().await;
    let copy = path.with_file_name("copy.tomobackup");
    std::fs::copy(&path, &copy).expect("copied");
    let window = house.beside().await;
    window.sign_in(ADMIN).await;
    window.ask("backup.inspect", opens(&path)).await;
    window.refused("backup.inspect", opens(&copy), Code::Invalid).await;
    window.refused("backup.create", wish(&copy), Code::Invalid).await;
    let twice = house.refused("backup.create", wish(&path), Code::Duplicate).await;
    assert!(twice.message.contains("there already"), "{twice:?}");
    let own = json!({ "with_history": true, "passphrase": OPENS, "note": "before the move" });
    let made = window.ask("backup.create", own).await;
    assert_eq!((&made["note"], &made["made_by"]), (&json!("before the move"), &json!(ADMIN)));
    let long = json!({ "with_history": true, "passphrase": OPENS, "note": "x".repeat(201) });
    window.refused("backup.create", long, Code::Invalid).await;
    let none = json!({ "with_history": true });
    window.refused("backup.create", none, Code::Invalid).await;
}

/// Holds because an old password would otherwise open what a new one was set for: what is restored
/// is signed in to with the accounts that are in it.
#[tokio::test(flavor = "multi_thread")]
async fn the_accounts_are_those_of_the_backup_and_kept_sessions_are_gone() {
    let (house, path) = with_backup().await;
    house.ask("session.sign_in", account(ADMIN, true)).await;
    house.ask("backup.restore", opens(&path)).await;
    let folder = Arc::clone(&house.folder);
    house.tomo.shutdown().await;
    let house = House::open_with(folder, Door::CommandLine, None).await;
    assert_eq!(house.ask("status.get", json!({})).await["session"], Value::Null);
    let given = json!({ "username": ADMIN, "password": PASSWORD, "stay_signed_in": false });
    house.ask("session.sign_in", given).await;
}
