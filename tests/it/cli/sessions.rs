//! `tomo session` and `tomo lock`.

use super::Tomo;
use serde_json::Value;
use std::fs;

/// A script has to find and end a session without reading a table, and a person with the beginning
/// of its id.
#[test]
fn sessions_are_listed_and_ended() {
    let tomo = Tomo::signed_in();
    let list = tomo.json(&["session", "list", "--json"]);
    let own = &list.as_array().expect("a list")[0];
    assert_eq!(own["is_own"], true);
    assert_eq!(own["client"]["door"], "command_line");
    let table = tomo.done(&["session", "list", "--all"]);
    assert!(table.contains("command line on ") && table.contains("active, this one"), "{table}");
    assert_eq!(tomo.done(&["session", "end-others"]), "There are no other sessions.\n");

    tomo.refused(1, &["session", "end", "'; drop table sessions; --"]);
    tomo.refused(2, &["session", "end", ""]);
    let beginning = &own["id"].as_str().expect("an id")[..12];
    let said = tomo.done(&["session", "end", beginning]);
    assert!(said.starts_with("The session of Ünïcödé 日本, command line on "), "{said}");
    let error = tomo.refused(3, &["session", "list"]);
    assert!(error.contains("tomo login"), "{error}");
}

/// Each sign-in on the command line is a process of its own: the count must be kept between them, and
/// an admin has to get in to lift the lock.
#[test]
fn failed_sign_ins_lock_and_an_admin_unlocks() {
    let tomo = Tomo::signed_in();
    fs::write(tomo.folder.path().join("wrong.txt"), "a wrong password\n").expect("a file");
    let wrong = tomo.path("wrong.txt");
    assert_eq!(tomo.done(&["lock", "list"]), "There were no failed sign-ins.\n");
    for attempt in 1..=5 {
        let error = tomo.refused(1, &["login", "--username", "anna", "--password-file", &wrong]);
        let expected = match attempt {
            5 => "error: Too many failed sign-ins. Try again ",
            _ => "error: The user name or the password is not right.\nhint: ",
        };
        assert!(error.starts_with(expected), "{error}");
    }
    let locks = tomo.json(&["lock", "list", "--json"]);
    let locks = locks.as_array().expect("a list");
    let lock = locks.iter().find(|lock| lock["subject"] == "username").expect("the name's");
    assert_eq!(lock["is_locked"], true);
    let name = lock["identifier"].as_str().expect("a name");
    let table = tomo.done(&["lock", "list"]);
    assert!(table.contains(name) && table.contains("command line@"), "{table}");

    tomo.refused(1, &["lock", "unlock", "bertha"]);
    let said = tomo.done(&["lock", "unlock", name, "--note", "the cat\u{1b}[2J"]);
    assert_eq!(said, format!("{name} may sign in again.\n"));
    let table = tomo.done(&["lock", "list"]);
    assert!(table.contains("the cat\u{fffd}[2J") && table.contains("by Ünïcödé 日本"), "{table}");
    let locks = tomo.json(&["lock", "list", "--json"]);
    assert!(
        locks
            .as_array()
            .expect("a list")
            .iter()
            .all(|lock| lock["is_locked"] == Value::Bool(false))
    );
}

/// Whoever sets dates to ISO and another time zone means every list: a table that keeps its own form
/// says another hour than the one beside it.
#[test]
fn lists_write_moments_as_the_settings_say() {
    let tomo = Tomo::signed_in();
    fs::write(tomo.folder.path().join("wrong.txt"), "a wrong password\n").expect("a file");
    let wrong = tomo.path("wrong.txt");
    tomo.refused(1, &["login", "--username", "nobody", "--password-file", &wrong]);
    tomo.done(&["settings", "set", "ui.date_format", "iso"]);
    // No zone is further from any other that a computer may be in.
    tomo.done(&["settings", "set", "ui.timezone", "Pacific/Kiritimati"]);
    let now = chrono::Utc::now().with_timezone(&chrono_tz::Pacific::Kiritimati);
    let days =
        [now, now - chrono::TimeDelta::minutes(10)].map(|at| at.format("%Y-%m-%d ").to_string());
    for command in [
        &["session", "list"][..],
        &["user", "list"],
        &["lock", "list"],
        &["activity"],
        &["retention", "preview"],
        &["audit", "list"],
    ] {
        let table = tomo.done(command);
        assert!(days.iter().any(|day| table.contains(day)), "{command:?}: {table}");
    }
    tomo.done(&["activity", "--since", "1h"]);
    tomo.done(&["audit", "list", "--since", "1h"]);
}
