//! A database that is damaged, read-only, full or held by another program: a clear error, nothing lost.

use super::{Home, NAME, input, now, open_key, stranger};
use std::{io::Write, path::Path, time::Instant};
use tomo::{
    domain::id::ServerId,
    store::{FILE_NAME, Store, StoreError},
};

/// Every message has a way on, and neither shouts.
fn assert_is_for_people(error: &StoreError) {
    for text in [error.to_string(), error.hint().to_owned()] {
        assert!(text.ends_with('.') && !text.contains('!') && !text.contains("SQLITE"), "{text}");
    }
}

/// A file that was overwritten by something else is not opened, and not overwritten in turn.
#[tokio::test]
async fn garbage_is_called_damaged_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(FILE_NAME);
    let garbage = NAME.repeat(1000).into_bytes();
    std::fs::write(&file, &garbage).expect("written");
    let error = Store::open(folder.path(), open_key()).await.expect_err("garbage");
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
    assert_is_for_people(&error);
    assert_eq!(std::fs::read(&file).expect("read"), garbage);
}

/// Bad sectors in the middle: an error where they are met, no panic and no made-up rows.
#[tokio::test]
async fn flipped_pages_are_called_damaged() {
    let home = Home::new().await;
    for number in 0..200 {
        home.server(&format!("{NAME} {number}")).await;
    }
    home.store.close().await;
    let mut bytes = std::fs::read(home.file()).expect("read");
    // The schema is in the first pages; behind them everything is turned over.
    for byte in bytes.iter_mut().skip(64 * 1024) {
        *byte = !*byte;
    }
    std::fs::write(home.file(), &bytes).expect("written");
    let store = Store::open(home.folder.path(), open_key()).await;
    let error = match store {
        Ok(store) => store.servers().await.expect_err("damaged"),
        Err(error) => error,
    };
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
}

/// Another program keeps the database for itself: reading goes on, a write waits, then says so.
#[tokio::test]
async fn a_lock_is_waited_for_and_then_named() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let home = Home::new().await;
    let mut child = super::child("store::trouble::child_holds_the_lock", home.folder.path())
        .spawn()
        .expect("a child");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    while !lines
        .next_line()
        .await
        .expect("a line")
        .expect("the child has the lock")
        .contains("HELD")
    {}
    assert_eq!(home.store.servers().await.expect("reading goes on").len(), 0);
    let second = Store::open(home.folder.path(), open_key()).await.expect("opening goes on");
    second.close().await;
    let began = Instant::now();
    let error = home.store.ensure_local_server(NAME, now()).await.expect_err("held");
    assert!(matches!(error, StoreError::Locked), "{error:?}");
    assert!(began.elapsed().as_secs() >= 4, "it waited");
    assert_is_for_people(&error);
    child.kill().await.expect("killed");
    home.store.ensure_local_server(NAME, now()).await.expect("free again");
}

#[tokio::test]
#[ignore = "the other process of `a_lock_is_waited_for_and_then_named`"]
async fn child_holds_the_lock() {
    let mut db = stranger(&super::parents_folder().join(FILE_NAME)).await;
    sqlx::query("begin exclusive").execute(&mut db).await.expect("the lock");
    println_now("HELD");
    std::future::pending::<()>().await;
}

/// A pipe would keep a line until its buffer is full.
pub fn println_now(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("a pipe");
}

/// A tmpfs of its own, which can be as small or as read-only as a test wants. Only root may mount.
#[cfg(target_os = "linux")]
pub struct Mount(pub tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Mount {
    pub fn new(test: &str, size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        if mount(&["-t", "tmpfs", "-o", size, "tomo-test"], folder.path()) {
            return Some(Self(folder));
        }
        let _ = writeln!(std::io::stderr(), "{test}: skipped, a tmpfs cannot be mounted here");
        None
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mount {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
fn mount(arguments: &[&str], folder: &Path) -> bool {
    let mut command = std::process::Command::new("mount");
    let command = command.args(arguments).arg(folder).stderr(std::process::Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The disk runs full in the middle: the change is undone as a whole, and there is a way on.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_undoes_the_change() {
    let Some(disk) = Mount::new("a_full_disk_undoes_the_change", "size=2m") else { return };
    let store = Store::open(disk.0.path(), open_key()).await.expect("a store");
    std::fs::write(disk.0.path().join("ballast"), vec![0; 1 << 20]).expect("ballast");
    let mut written = 0;
    let error = loop {
        let id = ServerId::new();
        let input = input(NAME, &format!("host{written}"));
        match store.insert_server(id, &input, Some(&"x".repeat(20_000)), now()).await {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 1000, "the disk never ran full");
    };
    assert!(matches!(error, StoreError::Full), "{error:?}");
    assert_is_for_people(&error);
    assert_eq!(store.servers().await.expect("read").len(), written);
    assert_eq!(store.credentials().await.expect("read").len(), written, "no half of a change");
    std::fs::remove_file(disk.0.path().join("ballast")).expect("room again");
    let input = input(NAME, "after");
    store.insert_server(ServerId::new(), &input, Some("x"), now()).await.expect("room again");
}

/// A disk with errors is often remounted read-only by the kernel: opening says that, plainly.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_read_only_disk_is_called_that() {
    let Some(disk) = Mount::new("a_read_only_disk_is_called_that", "size=8m") else { return };
    let store = Store::open(disk.0.path(), open_key()).await.expect("a store");
    store.close().await;
    let before = std::fs::read(disk.0.path().join(FILE_NAME)).expect("read");
    assert!(mount(&["-o", "remount,ro"], disk.0.path()));
    let error = Store::open(disk.0.path(), open_key()).await.expect_err("read-only");
    assert!(matches!(error, StoreError::ReadOnly), "{error:?}");
    assert_is_for_people(&error);
    assert_eq!(std::fs::read(disk.0.path().join(FILE_NAME)).expect("read"), before);
    let missing = Store::open(&disk.0.path().join("new"), open_key()).await.expect_err("read-only");
    assert!(matches!(missing, StoreError::ReadOnly), "{missing:?}");
}

/// The folder belongs to somebody else: it says so, and does not look like a broken database.
#[cfg(unix)]
#[tokio::test]
async fn a_folder_of_another_account_is_named() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join(NAME);
    std::fs::create_dir(&folder).expect("created");
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o500)).expect("set");
    std::fs::set_permissions(parent.path(), PermissionsExt::from_mode(0o755)).expect("set");
    let mut child = super::child("store::trouble::child_may_not_open", &folder);
    if folder.metadata().expect("there").uid() == 0 {
        // Modes do not hold root back, so somebody else has to try: `nobody`, from a copy of this
        // binary that it can reach.
        let binary = parent.path().join("it");
        std::fs::copy(std::env::current_exe().expect("the test binary"), &binary).expect("copied");
        let arguments: Vec<_> = child.as_std().get_args().map(ToOwned::to_owned).collect();
        child = tokio::process::Command::new(binary);
        child.args(arguments).env("TOMO_TEST_FOLDER", &folder).uid(65_534).gid(65_534);
    }
    let output = child.output().await.expect("a child");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(folder.read_dir().expect("a folder").count(), 0);
}

#[cfg(unix)]
#[tokio::test]
#[ignore = "the other account of `a_folder_of_another_account_is_named`"]
async fn child_may_not_open() {
    let folder = super::parents_folder();
    let error = Store::open(&folder, open_key()).await.expect_err("not allowed");
    assert!(matches!(&error, StoreError::Permission(path) if *path == folder), "{error:?}");
    assert_is_for_people(&error);
}

/// A folder where a file should be, and a file where the folder should be.
#[tokio::test]
async fn a_path_that_is_something_else_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(NAME);
    std::fs::write(&file, "").expect("written");
    let error = Store::open(&file, open_key()).await.expect_err("not a folder");
    assert!(
        matches!(error, StoreError::Io { .. }) && error.to_string().contains(NAME),
        "{error:?}"
    );
    std::fs::create_dir(folder.path().join(FILE_NAME)).expect("created");
    let error = Store::open(folder.path(), open_key()).await.expect_err("not a file");
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert_is_for_people(&error);
}
