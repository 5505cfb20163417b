//! Accounts on the command line, for admins and for everybody.

use super::{PASSWORD, Tomo};
use serde_json::Value;
use std::{fs, process::Command};

impl Tomo {
    /// A file with a password in it.
    fn password(&self, name: &str, password: &str) -> String {
        fs::write(self.folder.path().join(name), format!("{password}\n")).expect("a file");
        self.path(name)
    }

    fn user(&self, name: &str) -> Value {
        let list = self.json(&["user", "list", "--json"]);
        let list = list.as_array().expect("a list");
        list.iter().find(|account| account["user"]["username"] == name).cloned().unwrap_or_default()
    }
}

/// Who has no window at hand must be able to see to accounts all the same.
#[test]
fn accounts_are_created_changed_and_deleted() {
    let tomo = Tomo::signed_in();
    let file = tomo.password("ana.txt", "an open door in autumn");
    let weak = tomo.password("weak.txt", "aaaaaaaaaaaa");
    let error = tomo.refused(1, &["user", "create", "ana", "--password-file", &weak]);
    assert!(error.contains("repeats itself") && !error.contains("aaaa"), "{error}");
    tomo.done(&["user", "create", "ana", "--role", "readonly", "--password-file", &file]);
    let error = tomo.refused(1, &["user", "create", "ANA", "--password-file", &file]);
    assert!(error.contains("already a user named ANA"), "{error}");
    tomo.refused(2, &["user", "create", "bob", "--role", "root", "--password-file", &file]);
    let error = tomo.refused(2, &["user", "create", "bob"]);
    assert!(error.contains("--password-file"), "nobody can be asked: {error}");
    assert_eq!(tomo.user("ana")["user"]["role"], "readonly");
    let table = tomo.done(&["user", "list"]);
    assert!(table.lines().count() == 3 && table.contains("readonly"), "{table}");
    assert!(!table.contains("$2b$"), "{table}");

    tomo.refused(2, &["user", "edit", "ana"]);
    tomo.done(&["user", "edit", "ANA", "--role", "user", "--email", "ana@example.org"]);
    tomo.done(&["user", "edit", "ana", "--name", "Anna", "--deactivate"]);
    let anna = tomo.user("Anna");
    assert_eq!(
        (&anna["user"]["role"], &anna["user"]["is_active"]),
        (&"user".into(), &false.into())
    );
    tomo.done(&["user", "edit", anna["user"]["id"].as_str().expect("an id"), "--activate"]);
    let new = tomo.password("new.txt", "another door in winter");
    tomo.done(&["user", "set-password", "anna", "--password-file", &new]);

    let own = tomo.json(&["status", "--json"])["session"]["user"]["username"].clone();
    let own = own.as_str().expect("a name");
    for arguments in [
        &["user", "remove", own, "--yes"][..],
        &["user", "edit", own, "--deactivate"],
        &["user", "edit", own, "--role", "user"],
    ] {
        let error = tomo.refused(1, arguments);
        assert!(error.contains("the last one") && error.contains("hint: "), "{error}");
    }
    let error = tomo.refused(1, &["user", "remove", "bob", "--yes"]);
    assert!(error.contains("There is no user 'bob'.") && error.contains("Anna"), "{error}");

    // As Anna: the own password, and nobody else's.
    tomo.done(&["login", "--username", "anna", "--password-file", &new]);
    let error = tomo.refused(1, &["user", "list"]);
    assert!(error.contains("The role 'user' may not look at or change accounts."), "{error}");
    let wrong = ["password", "--present-password-file", &file, "--password-file", &file];
    let error = tomo.refused(1, &wrong);
    assert!(error.contains("The password is not right."), "{error}");
    tomo.done(&["password", "--present-password-file", &new, "--password-file", &file]);
    tomo.done(&["server", "list"]);
    tomo.refused(1, &["login", "--username", "anna", "--password-file", &new]);

    tomo.done(&["login", "--username", own, "--password-file", &tomo.password("own", PASSWORD)]);
    tomo.refused(2, &["user", "remove", "anna"]);
    tomo.done(&["user", "remove", "anna", "--yes"]);
    assert_eq!(tomo.user("Anna"), Value::Null);
}

/// Who may do what is a property of the program: it must be told without an account, a vault or a
/// database.
#[test]
fn the_access_matrix_needs_nothing() {
    let tomo = Tomo::new();
    fs::write(tomo.folder.path().join("data"), "no folder").expect("a file in the way");
    let mut command = Command::new(tomo.program());
    let command = tomo.dress(&mut command).env("TOMO_PASSPHRASE_FILE", "missing");
    let output = command.args(["access", "--json"]).output().expect("tomo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(rows.len(), tomo::api::table::COMMANDS.len());
    let of = |name: &str| rows.iter().find(|row| row["command"] == name).expect(name);
    for (name, expected) in [
        ("status.get", [true, true, true, true]),
        ("fleet.get", [false, true, true, true]),
        ("server.connect", [false, false, true, true]),
        ("user.list", [false, false, false, true]),
    ] {
        let row = of(name);
        let found = ["nobody", "readonly", "user", "admin"].map(|who| row[who] == true);
        assert_eq!(found, expected, "{name}");
    }
    let table = tomo.done(&["access"]);
    assert!(table.lines().count() > rows.len() && table.contains("user.create"), "{table}");
}

/// A secret on the command line is in the shell's history: what is asked for is not shown.
#[test]
fn a_person_is_asked_for_both_passwords() {
    let tomo = Tomo::signed_in();
    let mut terminal = tomo.at_terminal(&["password"]);
    terminal.wait_for_secret("Present password");
    terminal.press(&format!("{PASSWORD}\r"));
    terminal.wait_for_secret("New password");
    terminal.press("too short\r");
    terminal.wait_for_secret("The same again");
    terminal.press("too short\r");
    // It cannot be taken, so it is asked for again.
    terminal.wait_for_secret("New password");
    terminal.press("an open door in autumn\r");
    terminal.wait_for_secret("The same again");
    terminal.press("an open door in autumn\r");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("The password is changed.") && !shown.contains("autumn"), "{shown}");
}

/// Everybody sees to their own account, also where there is no window.
#[test]
fn the_own_account_is_shown_and_changed() {
    let tomo = Tomo::signed_in();
    tomo.refused(2, &["account", "edit"]);
    tomo.done(&["account", "edit", "--email", "ana@example.org"]);
    let error = tomo.refused(1, &["account", "edit", "--email", "no address"]);
    assert!(error.contains("name@host"), "{error}");
    let table = tomo.done(&["account", "show"]);
    assert!(table.contains("ana@example.org") && table.contains("admin"), "{table}");

    fs::write(tomo.folder.path().join("prefs.json"), r#"{"rows": 7}"#).expect("a file");
    tomo.done(&["account", "edit", "--preferences", &tomo.path("prefs.json")]);
    fs::write(tomo.folder.path().join("list.json"), "[1]").expect("a file");
    tomo.refused(1, &["account", "edit", "--preferences", &tomo.path("list.json")]);
    fs::write(tomo.folder.path().join("none.json"), "rows").expect("a file");
    tomo.refused(2, &["account", "edit", "--preferences", &tomo.path("none.json")]);

    let icon = concat!(env!("CARGO_MANIFEST_DIR"), "/icons/icon-32.png");
    tomo.done(&["account", "picture", icon]);
    let account = tomo.json(&["account", "show", "--json"]);
    assert_eq!(account["preferences"]["rows"], 7);
    assert!(account["avatar"].as_str().expect("a picture").starts_with("data:image/"));
    tomo.refused(1, &["account", "picture", &tomo.path("prefs.json")]);
    fs::write(tomo.folder.path().join("huge.png"), vec![0; 2 << 20]).expect("a file");
    let error = tomo.refused(2, &["account", "picture", &tomo.path("huge.png")]);
    assert!(error.contains("larger than 1 MB"), "{error}");
    tomo.refused(1, &["account", "picture", "--url", "http://example.org/a.png"]);
    tomo.done(&["account", "picture", "--remove"]);
    assert_eq!(tomo.json(&["account", "show", "--json"])["avatar"], Value::Null);
}
