//! Beginning with a backup in the window, where a dialog names the file and nobody is signed in.

use super::{
    ADMIN, Code, House, PASSPHRASE,
    backups::{opens, with_backup},
};
use futures::{FutureExt, future::BoxFuture};
use serde_json::json;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tomo::{
    app::{ChooseFile, FileWish, Options, Tomo},
    domain::session::Door,
    vault::Keychain,
};

/// A dialog of the system in which a person always takes the same file.
struct Takes(PathBuf);

impl ChooseFile for Takes {
    fn choose(&self, _: FileWish) -> BoxFuture<'_, Option<PathBuf>> {
        let path = self.0.clone();
        async move { Some(path) }.boxed()
    }
}

/// Holds because a new computer begins in the window, where only a dialog names files and nobody is
/// signed in yet: choosing, looking inside and restoring have to work right there, and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_begins_with_a_backup_that_was_chosen_in_its_dialog() {
    let (_house, path) = with_backup().await;
    let folder = tempfile::Builder::new().prefix("tomo-api-").tempdir().expect("a folder");
    let options = Options {
        data_dir: folder.path().to_owned(),
        door: Door::Window,
        keychain: Keychain::disabled(),
        passphrase: Some(PASSPHRASE.to_owned().into()),
        choose_file: Some(Box::new(Takes(path.clone()))),
        login_entry: None,
    };
    let tomo = Tomo::open(options).await.expect("Tomo opens");
    let other = House { tomo, folder: Arc::new(folder), answers: Mutex::default() };
    other.refused("setup.inspect", opens(&path), Code::Invalid).await;
    other.refused("setup.restore", opens(&path), Code::Invalid).await;
    let chosen = other.ask("setup.choose_backup", json!({})).await;
    assert_eq!(chosen, json!(path));
    let contents = other.ask("setup.inspect", opens(&path)).await;
    assert_eq!((&contents["servers"], &contents["users"]), (&json!(1), &json!(1)));
    assert_eq!(other.ask("status.get", json!({})).await["is_setup"], false, "only looked at");
    other.ask("setup.restore", opens(&path)).await;
    // From here on it takes a session, and a role that may.
    other.refused("setup.choose_backup", json!({}), Code::Duplicate).await;
    other.refused("setup.inspect", opens(&path), Code::Duplicate).await;
    other.sign_in(ADMIN).await;
}
