//! Power loss in the middle of writes, played by SIGKILL.

use super::{Home, NAME, input, now, open_key};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tomo::{
    domain::id::ServerId,
    store::{AuditVerdict, Store},
};

/// Whatever was acknowledged is there, whatever was not is absent as a whole, and the file is sound.
#[tokio::test]
async fn a_killed_writer_leaves_a_sound_database() {
    let home = Home::new().await;
    home.store.sync_settings(now()).await.expect("settings");
    home.user(NAME).await;
    home.store.close().await;
    let mut acknowledged = 0;
    // Killed after more and more writes, so that the log is in another state each time.
    for (round, writes) in [1, 7, 40].into_iter().enumerate() {
        let mut child = super::child("store::crash::child_writes", home.folder.path())
            .env("TOMO_TEST_ROUND", round.to_string())
            .spawn()
            .expect("a child");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut written = 0;
        while written < writes {
            let line = lines.next_line().await.expect("a line").expect("the child writes on");
            written += usize::from(line.contains("WRITTEN"));
        }
        child.kill().await.expect("killed");
        while let Ok(Some(line)) = lines.next_line().await {
            written += usize::from(line.contains("WRITTEN"));
        }
        acknowledged += written;
        let store = Store::open(home.folder.path(), open_key()).await.expect("it opens");
        let servers = store.servers().await.expect("a list").len();
        // One more may have been committed but not yet told.
        assert!((acknowledged..=acknowledged + 1).contains(&servers), "{servers} {acknowledged}");
        acknowledged = servers;
        assert_eq!(store.credentials().await.expect("a list").len(), servers);
        let verdict = store.verify_settings_audit().await.expect("a verdict");
        assert!(matches!(verdict, AuditVerdict::Intact { .. }), "{verdict:?}");
        store.close().await;
        let db = &mut home.stranger().await;
        let check: String = sqlx::query_scalar("pragma integrity_check")
            .fetch_one(&mut *db)
            .await
            .expect("a check");
        assert_eq!(check, "ok");
        let orphans = sqlx::query("pragma foreign_key_check").fetch_all(db).await.expect("a check");
        assert!(orphans.is_empty());
    }
}

#[tokio::test]
#[ignore = "the process that `a_killed_writer_leaves_a_sound_database` kills"]
async fn child_writes() {
    let round = std::env::var("TOMO_TEST_ROUND").expect("started by the test");
    let store = Store::open(&super::parents_folder(), open_key()).await.expect("a store");
    let (user, _) = store.user_by_username(NAME).await.expect("read").expect("a user");
    for number in 0.. {
        let input = input(NAME, &format!("{round}-{number}"));
        let theme = json!(if number % 2 == 0 { "dark" } else { "light" });
        let version = store.settings(user.id).await.expect("read")[0].version;
        super::set_own(&store, user.id, "ui.theme", &theme, version).await.expect("set");
        let encrypted = "x".repeat(3000);
        store
            .insert_server(ServerId::new(), &input, Some(&encrypted), now())
            .await
            .expect("written");
        super::trouble::println_now("WRITTEN");
    }
}
