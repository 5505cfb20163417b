//! Settings: what is in force for whom, and how a change is refused.

use super::{Home, NAME, now, put_back, set_own, set_system};
use serde_json::json;
use sqlx::Row;
use tomo::{
    domain::setting::{REGISTRY, Scope, Setting, find},
    store::StoreError,
};

/// A peer's view was empty for users without overrides, and obeyed overrides that nobody may have.
#[tokio::test]
async fn the_view_has_a_row_for_every_user_and_setting() {
    let home = Home::new().await;
    let (mine, theirs) = (home.user(NAME).await.id, home.user("other").await.id);
    home.store.sync_settings(now()).await.expect("settings");
    let db = &mut home.stranger().await;
    // A plain program cannot write overrides past the audit trail; without its triggers it can.
    for trigger in ["insert", "update", "delete"] {
        let sql = format!("drop trigger user_settings_audit_{trigger}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *db).await.expect("dropped");
    }
    for (key, value, is_override) in [
        ("ui.theme", "\"dark\"", 1),
        ("ui.close_to_tray", "false", 0),
        ("retention.server_metrics_days", "1", 1),
    ] {
        sqlx::query(
            "insert into user_settings (user_id, setting_key, setting_value, category, is_override)
             values (?, ?, ?, 'ui', ?)",
        )
        .bind(mine.to_string())
        .bind(key)
        .bind(value)
        .bind(is_override)
        .execute(&mut *db)
        .await
        .expect("an override");
    }
    for (user, theme, overrides) in [(mine, "\"dark\"", 1), (theirs, "\"auto\"", 0)] {
        let rows = sqlx::query("select * from v_user_effective_settings where user_id = ?")
            .bind(user.to_string())
            .fetch_all(&mut *db)
            .await
            .expect("the view");
        assert_eq!(rows.len(), REGISTRY.len());
        let value = |key: &str| {
            let row = rows.iter().find(|row| row.get::<&str, _>("setting_key") == key);
            row.expect(key).get::<String, _>("effective_value")
        };
        assert_eq!(value("ui.theme"), theme);
        assert_eq!(value("ui.close_to_tray"), "true", "a row that is no override is not obeyed");
        assert_eq!(value("retention.server_metrics_days"), "30", "not overridable");
        let own = rows.iter().filter(|row| row.get::<bool, _>("is_user_override")).count();
        assert_eq!(own, overrides);
        let system = rows.iter().filter(|row| row.get::<bool, _>("is_admin_only")).count();
        let for_everybody = |setting: &&Setting| setting.scope == Scope::System;
        assert_eq!(system, REGISTRY.iter().filter(for_everybody).count());
        assert_eq!(
            home.store.setting(Some(user), "retention.server_metrics_days").await.ok(),
            Some(json!(30))
        );
        let listed = home.store.settings(user).await.expect("a list");
        assert_eq!(listed[0].value.to_string(), theme);
        assert_eq!(listed.len(), REGISTRY.len());
    }
}

/// Two windows open on one setting: the second to save must not undo the first without a word.
#[tokio::test]
async fn a_stale_change_is_refused_with_what_is_there_now() {
    let home = Home::new().await;
    let user = home.user(NAME).await.id;
    let store = &home.store;
    store.sync_settings(now()).await.expect("settings");
    let key = "monitoring.live_interval_seconds";
    assert_eq!(set_system(store, user, key, &json!(3), 1).await.ok(), Some(2));
    match set_system(store, user, key, &json!(4), 1).await {
        Err(StoreError::Stale { value, version, .. }) => {
            assert_eq!((value, version), (json!(3), 2))
        }
        other => panic!("{other:?}"),
    }
    // The first own value must not pass for the value of everybody that it hides: with a version of
    // 1 as well, another window would write over it unseen.
    let dark = set_own(store, user, "ui.theme", &json!("dark"), 1).await.expect("set");
    let stale = set_own(store, user, "ui.theme", &json!("light"), 1).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
    let light = set_own(store, user, "ui.theme", &json!("light"), dark).await.expect("set");
    assert_eq!(light, dark + 1);
    // Nor may a value that was put back and set again pass for the one before.
    put_back(store, user, "ui.theme", Some(user)).await;
    set_own(store, user, "ui.theme", &json!("dark"), 1).await.expect("set");
    for seen in [dark, light] {
        let stale = set_own(store, user, "ui.theme", &json!("auto"), seen).await;
        assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
    }
    put_back(store, user, "ui.theme", Some(user)).await;
    put_back(store, user, key, None).await;
    assert_eq!(store.setting(Some(user), "ui.theme").await.ok(), Some(json!("auto")));
    assert_eq!(store.setting(None, key).await.ok(), Some(json!(2)));
}

/// The registry is the gate: −5 as a minimum length went through in a peer.
#[tokio::test]
async fn what_the_registry_does_not_allow_is_refused() {
    let home = Home::new().await;
    let user = home.user(NAME).await.id;
    let store = &home.store;
    store.sync_settings(now()).await.expect("settings");
    for (key, value) in [
        ("monitoring.live_interval_seconds", json!(-5)),
        ("ui.theme", json!(3)),
        ("ui.unknown", json!(true)),
    ] {
        let outcome = set_system(store, user, key, &value, 1).await;
        assert!(matches!(&outcome, Err(StoreError::InvalidSetting(text)) if text.contains(key)));
    }
    let days = "retention.server_metrics_days";
    let outcome = set_own(store, user, days, &json!(3), 1).await;
    assert!(matches!(outcome, Err(StoreError::InvalidSetting(_))));
}

/// An upgrade brings new defaults and rules, and never takes back what somebody chose.
#[tokio::test]
async fn the_registry_is_written_without_overwriting_a_choice() {
    let home = Home::new().await;
    let user = home.user(NAME).await.id;
    let store = &home.store;
    store.sync_settings(now()).await.expect("settings");
    let chosen = "monitoring.cpu_warning_percent";
    set_system(store, user, chosen, &json!(70), 1).await.expect("set");
    // As an older Tomo had left it: other defaults, one of them untouched, and a missing row.
    let mut older = super::Home::stranger(&home).await;
    for sql in [
        "drop trigger system_settings_audit_update",
        "drop trigger system_settings_audit_delete",
        "update system_settings set setting_value = '2000' where setting_key = 'retention.sessions_days'",
        "update system_settings set default_value = '60' where setting_key = 'monitoring.cpu_warning_percent'",
        "update system_settings set setting_value = '50', default_value = '50' where setting_key = 'monitoring.memory_warning_percent'",
        "delete from system_settings where setting_key = 'ui.theme'",
    ] {
        sqlx::query(sql).execute(&mut older).await.expect(sql);
    }
    store.sync_settings(now()).await.expect("settings");
    assert_eq!(store.setting(None, chosen).await.ok(), Some(json!(70)));
    assert_eq!(
        store.setting(None, "monitoring.memory_warning_percent").await.ok(),
        Some(json!(80))
    );
    let healed = store.setting(None, "retention.sessions_days").await.ok();
    assert_eq!(healed, Some(json!(7)), "what its rule does not allow is not kept");
    let rows: i64 = sqlx::query_scalar("select count(*) from system_settings")
        .fetch_one(&mut older)
        .await
        .expect("a count");
    assert_eq!(rows, REGISTRY.len() as i64);
    let rules: String = sqlx::query_scalar(
        "select validation_rules from system_settings where setting_key = 'ui.theme'",
    )
    .fetch_one(&mut older)
    .await
    .expect("rules");
    assert_eq!(rules, find("ui.theme").expect("registered").json_schema().to_string());
}

/// The tray reads settings before anybody has opened the vault.
#[tokio::test]
async fn with_the_vault_locked_settings_can_be_read_but_not_written() {
    let home = Home::new().await;
    let user = home.user(NAME).await.id;
    home.key.clear();
    let outcome = home.store.sync_settings(now()).await;
    assert!(matches!(outcome, Err(StoreError::AuditKeyMissing)), "{outcome:?}");
    assert_eq!(home.store.setting(Some(user), "ui.theme").await.ok(), Some(json!("auto")));
    assert_eq!(home.store.settings(user).await.expect("a list").len(), REGISTRY.len());
    super::open_key();
    home.key.fill(zeroize::Zeroizing::new([42; 32]));
    home.store.sync_settings(now()).await.expect("settings");
    // Nothing to write, so no key is needed: a start with a locked vault is not an error.
    home.key.clear();
    home.store.sync_settings(now()).await.expect("nothing to do");
}
