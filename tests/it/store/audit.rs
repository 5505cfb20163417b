//! The audit trail: one row for each change, and every way of tampering named.

use super::{Home, NAME, now, put_back, set_own, set_system};
use serde_json::json;
use sqlx::{Row, SqliteConnection};
use tomo::{
    domain::{id::UserId, setting::REGISTRY},
    store::{Actor, AuditHead, AuditVerdict, SettingWrite, StoreError},
};

const KEY: &str = "monitoring.live_interval_seconds";

async fn execute(db: &mut SqliteConnection, sql: &'static str) {
    sqlx::query(sql).execute(db).await.expect(sql);
}

/// A store with one row for each setting and five changes after them.
async fn changed() -> (Home, UserId) {
    let home = Home::new().await;
    let user = home.user(NAME).await.id;
    home.store.sync_settings(now()).await.expect("settings");
    for version in 1..=3 {
        let value = json!(version + 2);
        set_system(&home.store, user, KEY, &value, version).await.expect("set");
    }
    for (key, value) in [("ui.theme", json!("dark")), ("ui.close_to_tray", json!(false))] {
        set_own(&home.store, user, key, &value, 1).await.expect("set");
    }
    (home, user)
}

async fn verdict(home: &Home) -> AuditVerdict {
    home.store.verify_settings_audit().await.expect("a verdict")
}

fn rows() -> i64 {
    REGISTRY.len() as i64 + 5
}

/// Who, what, from what, to what: once for each change, also for what a cascade removes.
#[tokio::test]
async fn each_change_is_one_row() {
    let (home, user) = changed().await;
    let intruder = home.user("other").await.id;
    put_back(&home.store, user, "ui.theme", Some(user)).await;
    set_own(&home.store, user, "ui.theme", &json!("light"), 1).await.expect("set");
    let boss = home.user("boss").await.id;
    let chief = Actor { user: Some(boss), reason: Some("left us"), door: Some("window") };
    // Two overrides go in one statement: the trigger runs twice before SQLite counts the ids up.
    home.store.delete_user(user, &chief).await.expect("deleted");
    home.store.delete_user(intruder, &chief).await.expect("deleted");
    let db = &mut home.stranger().await;
    let mut found: Vec<String> = sqlx::query_scalar(
        "select json_array(table_name, record_id, user_id, setting_key, old_value, new_value,
             change_type)
         from settings_audit where id > ? order by id",
    )
    .bind(REGISTRY.len() as i64)
    .fetch_all(&mut *db)
    .await
    .expect("the trail");
    let record: i64 = sqlx::query_scalar("select id from system_settings where setting_key = ?")
        .bind(KEY)
        .fetch_one(db)
        .await
        .expect("the setting");
    let system = |old: &str, new: &str| {
        json!(["system_settings", record, user.to_string(), KEY, old, new, "UPDATE"]).to_string()
    };
    let changed = |by: UserId, record: i64, key: &str, old: Option<&str>, new: &str, kind: &str| {
        json!(["user_settings", record, by.to_string(), key, old, new, kind]).to_string()
    };
    let own = |record: i64, key: &str, old: Option<&str>, new: &str, kind: &str| {
        changed(user, record, key, old, new, kind)
    };
    let (theme, tray) = ("ui.theme", "ui.close_to_tray");
    // The order in which a cascade removes rows is SQLite's business.
    let mut cascaded = found.split_off(7);
    cascaded.sort();
    assert_eq!(
        found,
        [
            system("2", "3"),
            system("3", "4"),
            system("4", "5"),
            own(1, theme, None, "\"dark\"", "CREATE"),
            own(2, tray, None, "false", "CREATE"),
            own(1, theme, Some("\"dark\""), "null", "DELETE"),
            own(3, theme, None, "\"light\"", "CREATE"),
        ]
    );
    assert_eq!(
        cascaded,
        [
            changed(boss, 2, tray, Some("false"), "null", "DELETE"),
            changed(boss, 3, theme, Some("\"light\""), "null", "DELETE"),
        ],
        "by whoever removed the account"
    );
    let (entries, _) = home.store.settings_audit(&Default::default(), None, 2).await.expect("read");
    for entry in entries {
        assert_eq!(entry.change_reason.as_deref(), Some("left us"));
        assert_eq!(entry.door.as_deref(), Some("window"));
        assert_eq!(entry.username.as_deref(), Some("boss"));
        assert_eq!(entry.override_of.as_deref(), Some("a deleted account"));
    }
    assert_eq!(verdict(&home).await, AuditVerdict::Intact { rows: rows() + 4 });
}

/// The guards alone stop every honest program, and every careless one.
#[tokio::test]
async fn a_stranger_can_neither_change_nor_forge_nor_delete() {
    let (home, _) = changed().await;
    let db = &mut home.stranger().await;
    for sql in [
        "update settings_audit set new_value = '1' where id = 2",
        "delete from settings_audit where id = 1",
        "delete from settings_audit",
        "insert into settings_audit (table_name, record_id, setting_key, new_value, change_type, checksum)
         values ('system_settings', 1, 'ui.theme', '1', 'UPDATE', printf('%064d', 0))",
        "insert or replace into settings_audit select * from settings_audit where id = 3",
        "insert into settings_audit_anchor values (1, 3, (select checksum from settings_audit where id = 3), datetime('now'), 'x')",
        "update system_settings set setting_value = '9' where setting_key = 'monitoring.live_interval_seconds'",
    ] {
        assert!(sqlx::query(sql).execute(&mut *db).await.is_err(), "{sql}");
    }
    assert_eq!(verdict(&home).await, AuditVerdict::Intact { rows: rows() });
}

/// Somebody with the file and a text of SQLite's manual takes the guards away first.
#[tokio::test]
async fn tampering_past_the_guards_is_named_by_its_first_row() {
    let last = rows();
    let cases: [(&str, &'static str, i64); 7] = [
        ("a value", "update settings_audit set new_value = '9' where id = 4", 4),
        ("a null", "update settings_audit set user_id = '' where id = 5", 5),
        ("a time", "update settings_audit set created_at = datetime(created_at, '+1 second') where id = 6", 6),
        ("a row gone", "delete from settings_audit where id = 7", 7),
        ("the first row gone", "delete from settings_audit where id = 1", 1),
        ("the last row gone", "delete from settings_audit where id = (select max(id) from settings_audit)", last),
        (
            "a forged row",
            "insert into settings_audit select id + 1, table_name, record_id, user_id, setting_key,
                 old_value, new_value, change_type, change_reason, client_ip, user_agent, created_at,
                 checksum from settings_audit order by id desc limit 1",
            last + 1,
        ),
    ];
    for (what, sql, first_id) in cases {
        let (home, user) = changed().await;
        let db = &mut home.stranger().await;
        for guard in ["insert", "update", "delete"] {
            let sql = format!("drop trigger settings_audit_guard_{guard}");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *db).await.expect("dropped");
        }
        execute(db, sql).await;
        assert_eq!(verdict(&home).await, AuditVerdict::Broken { first_id }, "{what}");
        // Writing on does not heal it.
        set_system(&home.store, user, KEY, &json!(7), 4).await.expect("set");
        assert_eq!(verdict(&home).await, AuditVerdict::Broken { first_id }, "{what}, later");
    }
}

/// The chain is worth nothing if another key, e.g. of a new vault, also finds it whole.
#[tokio::test]
async fn another_key_proves_nothing() {
    let (home, _) = changed().await;
    home.key.fill(zeroize::Zeroizing::new([43; 32]));
    assert_eq!(verdict(&home).await, AuditVerdict::Broken { first_id: 1 });
    home.key.clear();
    let locked = home.store.verify_settings_audit().await;
    assert!(matches!(locked, Err(StoreError::AuditKeyMissing)), "{locked:?}");
}

/// Retention shortens the chain; what is left must still be provable, and only Tomo can shorten it.
#[tokio::test]
async fn what_retention_keeps_can_still_be_proven() {
    let (home, user) = changed().await;
    let future = chrono::Utc::now() + chrono::Duration::days(1);
    assert_eq!(home.store.expire_settings_audit(now(), 100, now()).await.ok(), Some(0));
    for _ in 0..2 {
        assert_eq!(home.store.expire_settings_audit(future, 4, now()).await.ok(), Some(4));
    }
    assert_eq!(verdict(&home).await, AuditVerdict::Intact { rows: rows() - 8 });
    set_system(&home.store, user, KEY, &json!(8), 4).await.expect("set");
    assert_eq!(verdict(&home).await, AuditVerdict::Intact { rows: rows() - 7 });

    let db = &mut home.stranger().await;
    let delete = sqlx::query("delete from settings_audit where id = 9").execute(&mut *db).await;
    assert!(delete.is_err(), "beyond the anchor");
    // Moving the anchor over rows to hide them needs the seal.
    execute(db, "drop trigger settings_audit_anchor_guard_update").await;
    execute(
        db,
        "update settings_audit_anchor
         set (last_id, checksum) = (select id, checksum from settings_audit where id = 10)",
    )
    .await;
    execute(db, "delete from settings_audit where id <= 10").await;
    assert_eq!(verdict(&home).await, AuditVerdict::Broken { first_id: 0 });
}

/// The whole trail may grow old, and the next row still follows the last.
#[tokio::test]
async fn the_whole_trail_can_expire() {
    let (home, user) = changed().await;
    let future = chrono::Utc::now() + chrono::Duration::days(1);
    home.store.expire_settings_audit(future, 1000, now()).await.expect("expired");
    assert_eq!(verdict(&home).await, AuditVerdict::Intact { rows: 0 });
    set_system(&home.store, user, KEY, &json!(8), 4).await.expect("set");
    assert_eq!(verdict(&home).await, AuditVerdict::Intact { rows: 1 });
    let db = &mut home.stranger().await;
    let row = sqlx::query("select id from settings_audit").fetch_one(db).await.expect("a row");
    assert_eq!(row.get::<i64, _>("id"), rows() + 1);
}

/// A change that names nobody would be a hole in the trail, and a name that was left behind, or put
/// there by somebody else, would be a lie in it.
#[tokio::test]
async fn only_the_transaction_that_changes_says_who() {
    let (home, user) = changed().await;
    // Another program leaves a name behind: SQLite's own check of it is off there by default.
    let db = &mut home.stranger().await;
    execute(db, "pragma foreign_keys = off").await;
    execute(
        db,
        "insert into settings_change_context (id, user_id, reason, door)
         values (1, 'somebody else', 'a lie', 'nowhere')",
    )
    .await;
    set_system(&home.store, user, KEY, &json!(7), 4).await.expect("set");
    let reader = &mut home.stranger().await;
    let newest: (Option<String>, Option<String>, Option<String>) = sqlx::query_as(
        "select user_id, change_reason, user_agent from settings_audit order by id desc limit 1",
    )
    .fetch_one(&mut *reader)
    .await
    .expect("a row");
    assert_eq!(newest, (Some(user.to_string()), None, None));
    let left: i64 = sqlx::query_scalar("select count(*) from settings_change_context")
        .fetch_one(reader)
        .await
        .expect("a count");
    assert_eq!(left, 0, "nothing is left behind, not even by somebody else");
    // With its check on, a name cannot be committed at all.
    execute(db, "pragma foreign_keys = on").await;
    let insert = "insert into settings_change_context (id, user_id) values (1, 'x')";
    assert!(sqlx::query(insert).execute(db).await.is_err(), "it would outlive its transaction");
}

/// Several changes are one: a refused one takes the others with it, out of the trail as well.
#[tokio::test]
async fn a_refused_change_leaves_nothing_of_the_others() {
    let (home, user) = changed().await;
    let (five, wrong) = (json!(60), json!("60"));
    let before = home.store.audit_head().await.expect("a head");
    for (key, value, version) in [
        ("retention.server_metrics_days", &wrong, 1),
        ("retention.server_metrics_days", &five, 2),
        ("retention.unknown", &five, 1),
    ] {
        let writes = [
            SettingWrite {
                key: "ui.theme",
                owner: None,
                value: Some(&json!("dark")),
                version: Some(1),
            },
            SettingWrite { key, owner: None, value: Some(value), version: Some(version) },
        ];
        assert!(home.store.write_settings(&Actor::user(user), &writes, now()).await.is_err());
    }
    assert_eq!(home.store.setting(None, "ui.theme").await.ok(), Some(json!("auto")));
    assert_eq!(home.store.audit_head().await.expect("a head"), before);
}

/// What an end that is remembered elsewhere finds out about a chain that is sound in itself.
#[tokio::test]
async fn a_remembered_end_names_what_is_missing() {
    let (home, user) = changed().await;
    let head = home.store.audit_head().await.expect("read").expect("a head");
    assert_eq!(head.last_id, rows());
    let breaks = async |last_id, checksum: &str| {
        let head = AuditHead { last_id, checksum: checksum.into() };
        home.store.audit_breaks_before(&head).await.expect("an answer")
    };
    assert_eq!(breaks(head.last_id, &head.checksum).await, None);
    assert_eq!(breaks(head.last_id, "another").await, Some(head.last_id), "went on differently");
    assert_eq!(breaks(head.last_id + 5, &head.checksum).await, Some(head.last_id + 1), "cut");
    set_system(&home.store, user, KEY, &json!(7), 4).await.expect("set");
    assert_eq!(breaks(head.last_id, &head.checksum).await, None, "a chain that goes on from it");
    // What retention drops is proven by the anchor, also when nothing is left.
    let future = chrono::Utc::now() + chrono::Duration::days(1);
    for batch in [3, 1000] {
        home.store.expire_settings_audit(future, batch, now()).await.expect("expired");
        assert_eq!(breaks(head.last_id, &head.checksum).await, None);
    }
    let newest = home.store.audit_head().await.expect("read").expect("a head");
    assert_eq!(breaks(newest.last_id, &newest.checksum).await, None);
    assert_eq!(breaks(newest.last_id, "another").await, Some(newest.last_id));
}

/// A trail of years has to be proven while somebody waits, and its pages have to come at once. The
/// bounds are wide: they find what grows with the square, not a busy machine.
#[tokio::test]
async fn a_hundred_thousand_rows_are_proven_and_paged() {
    let (home, user) = changed().await;
    home.store.close().await;
    // Through Tomo's own triggers and function, in one statement.
    let store = tomo::store::Store::open(home.folder.path(), home.key.clone()).await.expect("open");
    let (even, odd) = (json!(3), json!(4));
    let batch: Vec<_> = (0..1_000)
        .map(|number| SettingWrite {
            key: KEY,
            owner: None,
            value: Some(if number % 2 == 0 { &even } else { &odd }),
            version: None,
        })
        .collect();
    for _ in 0..100 {
        store.write_settings(&Actor::user(user), &batch, now()).await.expect("written");
    }
    let started = std::time::Instant::now();
    let verdict = store.verify_settings_audit().await.expect("a verdict");
    let verified = started.elapsed();
    assert_eq!(verdict, AuditVerdict::Intact { rows: rows() + 100_000 });
    let started = std::time::Instant::now();
    let (page, more) = store.settings_audit(&Default::default(), None, 25).await.expect("a page");
    let first = started.elapsed();
    assert_eq!((page.len(), more), (25, (rows() + 100_000 - 25) as u64));
    let filter = tomo::domain::audit::AuditFilter {
        text: Some("close_to_tray".into()),
        ..Default::default()
    };
    let started = std::time::Instant::now();
    let (page, _) = store.settings_audit(&filter, None, 25).await.expect("a page");
    let searched = started.elapsed();
    assert_eq!(page.len(), 2);
    let took = format!("verified {verified:?}, first page {first:?}, searched {searched:?}");
    assert!(verified.as_secs() < 30 && first.as_secs() < 3 && searched.as_secs() < 3, "{took}");
}
