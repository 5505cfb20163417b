//! What a person asks Tomo about itself, and says to its assistants, in a terminal.

use super::Tomo;
use serde_json::{Value, json};
use std::fs;
use tomo::{
    app::{Options, Tomo as App, plans::Wish},
    domain::{session::Door, user::Role},
    vault::Keychain,
};

/// Each is the first thing that somebody types who wants to report a mistake.
#[test]
fn versions_licences_and_diagnostics_are_at_hand() {
    let tomo = Tomo::new();
    let licences = tomo.done(&["licences"]);
    assert!(licences.lines().any(|line| line.starts_with("russh ")), "{licences}");
    let text = tomo.done(&["licences", "tauri"]);
    assert!(text.contains("Permission is hereby granted"), "{text}");
    tomo.refused(2, &["licences", "no such library"]);

    let tomo = Tomo::signed_in();
    assert!(tomo.done(&["about"]).contains("data folder"));
    assert_eq!(tomo.json(&["about", "--json"])["licence"], "MIT");
    let file = tomo.path("report.json");
    tomo.done(&["diagnostics", &file]);
    let report: Value =
        serde_json::from_str(&fs::read_to_string(file).expect("a file")).expect("JSON");
    assert_eq!(report["door"], "command_line");
    tomo.refused(1, &["diagnostics", &tomo.path("no/such/folder.json")]);
}

/// Asks for something as an assistant of whoever is signed in; gives the plan's id.
fn plan(tomo: &Tomo) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let options = Options {
            data_dir: tomo.folder.path().join("data"),
            door: Door::Mcp,
            keychain: Keychain::disabled(),
            passphrase: Some("a passphrase for the tests".to_owned().into()),
            choose_file: None,
            login_entry: None,
        };
        let app = App::open(options).await.expect("Tomo opens");
        let session = app.begin_assistant_session().await.expect("somebody is signed in");
        let wish = Wish {
            command: "retention.run",
            does: "Drops what is old.",
            arguments: &json!({}),
            needs_role: Role::Admin,
            client: "a \u{1b}[2Jtest",
        };
        let plan = app.ask_plan(&session, &wish).await.expect("a plan");
        app.end_assistant_session().await;
        app.shutdown().await;
        plan.id.to_string()
    })
}

/// Only 'yes' is a yes, and the person sees what it is about; the assistant's name does nothing to the
/// terminal.
#[test]
fn a_person_approves_at_a_terminal() {
    let tomo = Tomo::signed_in();
    let plan = plan(&tomo);
    for (typed, code, state) in [("no", 2, "waiting"), ("yes", 0, "approved")] {
        let mut terminal = tomo.at_terminal(&["approve", &plan]);
        let shown = terminal.wait_for("Approve it?");
        assert!(
            shown.contains("Drops what is old") && !shown.contains("\u{1b}[2Jtest"),
            "{shown:?}"
        );
        terminal.press(&format!("{typed}\r"));
        let (rest, ended) = terminal.end();
        assert_eq!(ended, Some(code), "{typed}: {rest:?}");
        assert_eq!(tomo.json(&["approve", "--all", "--json"])[0]["state"], state);
    }
    assert_eq!(tomo.json(&["approve", "--json"]), json!([]), "it waits no more");
    assert!(tomo.done(&["approve"]).contains("Nothing waits"));
    assert!(tomo.done(&["approve", "--all"]).contains("approved"));
    let error = tomo.refused(1, &["approve", "--refuse", &plan]);
    assert!(error.contains("was approved"), "{error}");
}
