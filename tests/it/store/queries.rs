//! The seed's 'Common Queries', word for word, on rows whose answer is known.

use super::{Home, NAME, schema};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, sqlite::SqliteRow};

async fn run(db: &mut SqliteConnection, title: &str, arguments: &[&str]) -> Vec<SqliteRow> {
    let sql = schema::seed()
        .common_queries
        .into_iter()
        .find(|query| query.title == title)
        .unwrap_or_else(|| panic!("the seed has no query '{title}'"))
        .sql;
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for argument in arguments {
        query = query.bind(*argument);
    }
    query.fetch_all(db).await.expect(title)
}

/// With a 'T' in the timestamp the session that ended a second ago would be in the answer.
#[tokio::test]
async fn active_sessions_end_to_the_second() {
    let home = Home::new().await;
    let user = home.user(NAME).await.id.to_string();
    let other = home.user("other").await.id.to_string();
    let db = &mut home.stranger().await;
    for (id, user, expires, status, active) in [
        ("past", &user, "-1 second", "active", "-5 minutes"),
        ("now", &user, "+0 seconds", "active", "-5 minutes"),
        ("older", &user, "+1 hour", "active", "-3 minutes"),
        ("newer", &user, "+1 hour", "active", "-2 minutes"),
        ("ended", &user, "+1 hour", "terminated", "-1 minutes"),
        ("theirs", &other, "+1 hour", "active", "-1 minutes"),
    ] {
        sqlx::query(
            "insert into sessions (id, user_id, expires_at, status, last_activity)
             values (?, ?, datetime('now', ?), ?, datetime('now', ?))",
        )
        .bind(id)
        .bind(user)
        .bind(expires)
        .bind(status)
        .bind(active)
        .execute(&mut *db)
        .await
        .expect("a session");
    }
    let found: Vec<String> = run(db, "Get all active sessions for a user", &[&user])
        .await
        .iter()
        .map(|row| row.get("id"))
        .collect();
    assert_eq!(found, ["newer", "older"]);
}

/// One row whether there is a credential or not, with the columns that the rest of Tomo writes.
#[tokio::test]
async fn a_server_comes_with_its_credential() {
    let home = Home::new().await;
    let with = home.server(NAME).await;
    let without = tomo::domain::id::ServerId::new();
    home.store
        .insert_server(without, &super::input("agent", "agent.lan"), None, super::now())
        .await
        .expect("a server");
    let db = &mut home.stranger().await;
    for (server, credential) in [(with, Some("tomo:v1:x:y")), (without, None)] {
        let rows = run(db, "Get server with credentials", &[&server.to_string()]).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get::<Option<&str>, _>("encrypted_data"), credential);
    }
}

/// The seed's query, the view and the store agree, for the user with an override and for the other.
#[tokio::test]
async fn an_override_is_one_users_own() {
    let home = Home::new().await;
    let (mine, theirs) = (home.user(NAME).await.id, home.user("other").await.id);
    home.store.sync_settings(super::now()).await.expect("settings");
    super::set_own(&home.store, mine, "ui.theme", &json!("dark"), 1).await.expect("set");
    let db = &mut home.stranger().await;
    for (user, expected) in [(mine, "\"dark\""), (theirs, "\"auto\"")] {
        let rows =
            run(db, "Get effective setting for user", &[&user.to_string(), "ui.theme"]).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get::<&str, _>("value"), expected);
    }
}

/// Newest first, and no more than fifty: the order rests on the text form of timestamps.
#[tokio::test]
async fn recent_activity_is_the_newest_fifty() {
    let home = Home::new().await;
    let db = &mut home.stranger().await;
    for minute in 0..60 {
        sqlx::query(
            "insert into activity_logs (id, activity_type, message, timestamp)
             values (?1, 'test', ?2, datetime('2026-11-22 10:00:00', ?1 || ' minutes'))",
        )
        .bind(minute)
        .bind(NAME)
        .execute(&mut *db)
        .await
        .expect("an entry");
    }
    let rows = run(db, "Get recent activity", &[]).await;
    assert_eq!(rows.len(), 50);
    assert_eq!(rows[0].get::<&str, _>("timestamp"), "2026-11-22 10:59:00");
    assert_eq!(rows[49].get::<&str, _>("timestamp"), "2026-11-22 10:10:00");
}

/// A lock that has run out, or was never set, is none.
#[tokio::test]
async fn a_lock_ends_to_the_second() {
    let home = Home::new().await;
    let db = &mut home.stranger().await;
    for (name, kind, locked, expires) in [
        ("locked", "username", Some("now"), Some("+1 minute")),
        ("over", "username", Some("-1 hour"), Some("-1 second")),
        ("counted", "username", None, None),
        ("address", "ip", Some("now"), Some("+1 minute")),
    ] {
        sqlx::query(
            "insert into account_locks (id, identifier, identifier_type, locked_at, lock_expires_at)
             values (?1, ?1, ?2, datetime(?3), datetime('now', ?4))",
        )
        .bind(name)
        .bind(kind)
        .bind(locked)
        .bind(expires)
        .execute(&mut *db)
        .await
        .expect("a lock");
    }
    for (name, expected) in [("locked", 1), ("over", 0), ("counted", 0), ("address", 0)] {
        assert_eq!(run(db, "Check if account is locked", &[name]).await.len(), expected, "{name}");
    }
}
