//! The first start on a new computer, in the window: an account, or a backup from the old one.

use super::{
    ADMIN, Code, House, PASSPHRASE, account,
    backups::{OPENS, opens, with_backup},
};
use futures::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tomo::{
    app::{ChooseFile, FileWish, Options, Tomo},
    domain::session::Door,
    vault::Keychain,
};

/// A person who chooses this file in every dialog.
struct Person {
    file: PathBuf,
    asked: AtomicUsize,
}

/// The dialog that the person sees.
struct Dialog(Arc<Person>);

impl ChooseFile for Dialog {
    fn choose(&self, wish: FileWish) -> BoxFuture<'_, Option<PathBuf>> {
        assert_eq!(wish.title, "Choose a backup");
        self.0.asked.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Some(self.0.file.clone())).boxed()
    }
}

/// A window on a new computer, and the person before it.
async fn new_computer(file: PathBuf) -> (House, Arc<Person>) {
    let folder = tempfile::Builder::new().prefix("tomo-api-").tempdir().expect("a folder");
    let person = Arc::new(Person { file, asked: AtomicUsize::new(0) });
    let options = Options {
        data_dir: folder.path().to_owned(),
        door: Door::Window,
        keychain: Keychain::disabled(),
        passphrase: Some(PASSPHRASE.to_owned().into()),
        choose_file: Some(Box::new(Dialog(person.clone()))),
        login_entry: None,
    };
    let tomo = Tomo::open(options).await.expect("Tomo opens");
    (House { tomo, folder: Arc::new(folder), answers: Mutex::default() }, person)
}

/// Holds because the person whose computer is gone has a file and no account: everything from the
/// dialog to the sign-in has to work without one, and nothing of it afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_begins_with_a_backup_and_only_where_nobody_has_an_account() {
    let (_old, path) = with_backup().await;
    let (window, person) = new_computer(path.clone()).await;
    // What no dialog gave is not read, whoever asks.
    window.refused("setup.inspect", opens(&path), Code::Invalid).await;
    window.refused("setup.restore", opens(&path), Code::Invalid).await;
    window.refused("file.choose", json!({ "purpose": "open_backup" }), Code::NotSetUp).await;

    let chosen = window.ask("setup.choose_backup", json!({})).await;
    assert_eq!(chosen, json!(path));
    let wrong = json!({ "path": path, "passphrase": "seven grey herons at one" });
    let error = window.refused("setup.inspect", wrong.clone(), Code::Invalid).await;
    assert_eq!(error.message, "The passphrase does not open this backup.");
    window.refused("setup.restore", wrong, Code::Invalid).await;
    assert_eq!(window.ask("status.get", json!({})).await["is_setup"], false, "nothing is changed");

    let contents = window.ask("setup.inspect", opens(&path)).await;
    assert_eq!((&contents["servers"], &contents["users"]), (&json!(1), &json!(1)));
    let status = window.ask("setup.restore", opens(&path)).await;
    assert_eq!((&status["is_setup"], &status["session"]), (&json!(true), &Value::Null));

    for (name, arguments) in [
        ("setup.choose_backup", json!({})),
        ("setup.inspect", opens(&path)),
        ("setup.restore", opens(&path)),
    ] {
        window.refused(name, arguments.clone(), Code::Duplicate).await;
        window.sign_in(ADMIN).await;
        window.refused(name, arguments, Code::Duplicate).await;
        window.ask("session.sign_out", json!({})).await;
    }
    assert_eq!(person.asked.load(Ordering::Relaxed), 1, "no dialog after the set-up");
    window.sign_in(ADMIN).await;
    let fleet = window.ask("fleet.get", json!({})).await;
    let mut rows = fleet["servers"].as_array().expect("servers").iter();
    assert!(rows.any(|row| row["server"]["name"] == "nas"), "{fleet:#}");
    let said = window.answers.lock().expect("answers").clone();
    assert!(!said.contains(OPENS), "the passphrase goes nowhere");
}

/// Holds because a second process may make the first account while this one looks into a backup.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_made_meanwhile_stays() {
    let (_old, path) = with_backup().await;
    let (window, _) = new_computer(path.clone()).await;
    window.ask("setup.choose_backup", json!({})).await;
    window.ask("setup.inspect", opens(&path)).await;
    let terminal = window.at_command_line().await;
    terminal.ask("setup.create", account("anna", false)).await;
    window.refused("setup.restore", opens(&path), Code::Duplicate).await;
    window.sign_in("anna").await;
}
