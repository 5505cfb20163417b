//! The system's file dialog.

use crate::app::{ChooseFile, FileKind, FileWish};
use futures::{FutureExt, future::BoxFuture};
use std::path::PathBuf;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

pub(super) struct Dialog {
    pub(super) app: AppHandle,
}

impl ChooseFile for Dialog {
    fn choose(&self, wish: FileWish) -> BoxFuture<'_, Option<PathBuf>> {
        let (answer, chosen) = oneshot::channel();
        let mut dialog = self.app.dialog().file().set_title(wish.title);
        if let Some(home) = directories::BaseDirs::new().filter(|_| wish.among_keys) {
            dialog = dialog.set_directory(home.home_dir().join(".ssh"));
        }
        if let Some(name) = wish.name {
            dialog = dialog.set_file_name(name);
        }
        if let Some((name, endings)) = wish.filter {
            dialog = dialog.add_filter(name, endings);
        }
        let done = move |path: Option<FilePath>| {
            // The command that asked may have been given up.
            let _ = answer.send(path.and_then(|path| path.into_path().ok()));
        };
        match wish.kind {
            FileKind::Open => dialog.pick_file(done),
            FileKind::Save => dialog.save_file(done),
            FileKind::Folder => dialog.pick_folder(done),
        }
        async move { chosen.await.ok().flatten() }.boxed()
    }
}
