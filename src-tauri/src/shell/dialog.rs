//! The system's file dialog.

use crate::app::ChooseFile;
use futures::{FutureExt, future::BoxFuture};
use std::path::PathBuf;
use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

pub(super) struct Dialog {
    pub(super) app: AppHandle,
}

impl ChooseFile for Dialog {
    fn choose_key(&self) -> BoxFuture<'_, Option<PathBuf>> {
        let (answer, chosen) = oneshot::channel();
        let mut dialog = self.app.dialog().file().set_title("Choose a private key");
        if let Some(home) = directories::BaseDirs::new() {
            dialog = dialog.set_directory(home.home_dir().join(".ssh"));
        }
        dialog.pick_file(move |path| {
            // The command that asked may have been given up.
            let _ = answer.send(path.and_then(|path| path.into_path().ok()));
        });
        async move { chosen.await.ok().flatten() }.boxed()
    }
}
