//! The migrated database against the seed, column by column, and the rules that the seed leaves to
//! CHECKs and the view.

use super::{Home, NAME};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
pub struct Seed {
    tables: BTreeMap<String, Table>,
    views: BTreeMap<String, Vec<String>>,
    pub common_queries: Vec<Query>,
}

#[derive(Deserialize)]
struct Table {
    columns: Vec<Column>,
    indexes: BTreeMap<String, Vec<String>>,
    unique: Vec<Vec<String>>,
    foreign_keys: Vec<ForeignKey>,
    triggers: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Column {
    name: String,
    r#type: String,
    notnull: bool,
    default: Option<String>,
    primary_key: bool,
    #[serde(default)]
    autoincrement: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
struct ForeignKey {
    column: String,
    table: String,
    to: String,
    on_delete: String,
}

#[derive(Deserialize)]
pub struct Query {
    pub title: String,
    pub sql: String,
}

pub fn seed() -> Seed {
    serde_json::from_str(include_str!("../../fixtures/schema/seed.json")).expect("valid JSON")
}

async fn rows(db: &mut SqliteConnection, sql: String) -> Vec<SqliteRow> {
    sqlx::query(AssertSqlSafe(sql)).fetch_all(db).await.expect("a pragma")
}

async fn index_columns(db: &mut SqliteConnection, index: &str) -> Vec<String> {
    let rows = rows(db, format!("select name from pragma_index_info('{index}') order by seqno"));
    rows.await.iter().map(|row| row.get("name")).collect()
}

/// The contract of the whole issue: nothing of the seed is missing, renamed, retyped or reordered.
#[tokio::test]
async fn the_database_has_every_column_index_and_constraint_of_the_seed() {
    let home = Home::new().await;
    let db = &mut home.stranger().await;
    let seed = seed();
    assert_eq!(seed.tables.len(), 14);
    for (table, expected) in &seed.tables {
        let sql: String = sqlx::query_scalar("select sql from sqlite_master where name = ?")
            .bind(table)
            .fetch_one(&mut *db)
            .await
            .unwrap_or_else(|_| panic!("{table} is missing"));
        let columns = rows(db, format!("select * from pragma_table_info('{table}') order by cid"));
        for (row, column) in columns.await.iter().zip(&expected.columns) {
            let name: String = row.get("name");
            let found = Column {
                autoincrement: sql.contains(&format!("{name} integer primary key autoincrement")),
                r#type: row.get::<String, _>("type").to_uppercase(),
                notnull: row.get("notnull"),
                default: row
                    .get::<Option<String>, _>("dflt_value")
                    .map(|text| if text == "null" { text.to_uppercase() } else { text }),
                primary_key: row.get::<i64, _>("pk") > 0,
                name,
            };
            assert_eq!(&found, column, "{table}");
        }
        let count: i64 = sqlx::query_scalar("select count(*) from pragma_table_info(?)")
            .bind(table)
            .fetch_one(&mut *db)
            .await
            .expect("a count");
        assert!(count >= expected.columns.len() as i64, "{table} lacks columns");

        for (index, columns) in &expected.indexes {
            let owner: Option<String> = sqlx::query_scalar(
                "select tbl_name from sqlite_master where type = 'index' and name = ?",
            )
            .bind(index)
            .fetch_optional(&mut *db)
            .await
            .expect("the catalogue");
            assert_eq!(owner.as_ref(), Some(table), "{index}");
            assert_eq!(&index_columns(db, index).await, columns, "{index}");
        }

        let list = rows(db, format!("select * from pragma_index_list('{table}')")).await;
        let mut unique = BTreeSet::new();
        for row in list.iter().filter(|row| row.get::<String, _>("origin") == "u") {
            unique.insert(index_columns(db, row.get("name")).await);
        }
        assert_eq!(unique, expected.unique.iter().cloned().collect(), "{table}: unique");

        let keys: Vec<ForeignKey> =
            rows(db, format!("select * from pragma_foreign_key_list('{table}')"))
                .await
                .iter()
                .map(|row| ForeignKey {
                    column: row.get("from"),
                    table: row.get("table"),
                    to: row.get("to"),
                    on_delete: row.get("on_delete"),
                })
                .collect();
        assert_eq!(keys, expected.foreign_keys, "{table}: foreign keys");

        for trigger in &expected.triggers {
            let owner: Option<String> = sqlx::query_scalar(
                "select tbl_name from sqlite_master where type = 'trigger' and name = ?",
            )
            .bind(trigger)
            .fetch_optional(&mut *db)
            .await
            .expect("the catalogue");
            assert_eq!(owner.as_ref(), Some(table), "{trigger}");
        }
    }
    for (view, columns) in &seed.views {
        let found: Vec<String> =
            rows(db, format!("select name from pragma_table_info('{view}') order by cid"))
                .await
                .iter()
                .map(|row| row.get("name"))
                .collect();
        assert_eq!(&found, columns, "{view}");
    }
    let encoding: String =
        sqlx::query_scalar("pragma encoding").fetch_one(&mut *db).await.expect("a pragma");
    let journal: String =
        sqlx::query_scalar("pragma journal_mode").fetch_one(&mut *db).await.expect("a pragma");
    assert_eq!((encoding.as_str(), journal.as_str()), ("UTF-8", "wal"));
}

/// Each of these is a row that a peer's database took, and that no program of ours should meet.
#[tokio::test]
async fn checks_refuse_what_is_not_in_the_seed() {
    let home = Home::new().await;
    let user = home.user(NAME).await.id;
    let db = &mut home.stranger().await;
    let refused = [
        "insert into users (id, username, password_hash, role) values ('a', 'a', 'h', 'root')",
        "insert into users (id, username, password_hash, is_active) values ('a', 'a', 'h', 2)",
        "insert into users (id, username, password_hash, preferences_json) values ('a', 'a', 'h', '{')",
        "insert into users (id, username, password_hash, created_at) values ('a', 'a', 'h', '2026-11-22T10:00:00Z')",
        "insert into sessions (id, user_id, expires_at) values ('s', (select id from users), '2026-11-22T10:00:00')",
        "insert into sessions (id, user_id, expires_at, status) values ('s', (select id from users), '2099-01-01 00:00:00', 'live')",
        "insert into sessions (id, user_id, expires_at) values ('s', 'nobody', '2099-01-01 00:00:00')",
        "insert into account_locks (id, identifier, identifier_type) values ('l', 'x', 'email')",
        "insert into servers (id, name, host, port, username, auth_type, created_at) values ('v', 'n', 'h', 0, 'u', 'password', datetime('now'))",
        "insert into servers (id, name, host, port, username, auth_type, created_at) values ('v', 'n', 'h', 65536, 'u', 'key', datetime('now'))",
        "insert into servers (id, name, host, port, username, auth_type, created_at) values ('v', 'n', 'h', 22, 'u', 'telnet', datetime('now'))",
        "insert into known_hosts (host, port, algorithm, fingerprint, public_key) values ('h', 0, 'a', 'f', 'k')",
        "insert into activity_logs (id, activity_type, message, details, timestamp) values ('a', 't', 'm', 'no json', datetime('now'))",
        "insert into system_info (id, installation_id) values (2, 'x')",
    ];
    for sql in refused {
        let error = sqlx::query(sql).execute(&mut *db).await.expect_err(sql);
        let text = error.to_string();
        assert!(text.contains("constraint failed"), "{sql}: {text}");
    }
    assert!(home.store.user(user).await.expect("a user").is_some());
}

/// The rule is for every character: a pattern that checks only the first lets `ui.theme; drop` in.
#[tokio::test]
async fn every_character_of_a_setting_key_is_checked() {
    let home = Home::new().await;
    let user = home.user(NAME).await.id;
    let db = &mut home.stranger().await;
    // Without the function of the audit trail not even a good row goes in.
    sqlx::query("drop trigger user_settings_audit_insert")
        .execute(&mut *db)
        .await
        .expect("dropped");
    let insert = "insert into user_settings (user_id, setting_key, setting_value, category)
         values (?, ?, '1', 'ui')";
    for code in (0..=0x17f).chain([0x3b1, 0x65e5, 0xff41, 0x1f3e0]) {
        let character = char::from_u32(code).expect("a character");
        let allowed = character.is_ascii_alphanumeric() || "._".contains(character);
        for key in [
            format!("{character}first"),
            format!("mid{character}dle"),
            format!("last{character}"),
            character.to_string(),
        ] {
            let outcome =
                sqlx::query(insert).bind(user.to_string()).bind(&key).execute(&mut *db).await;
            match outcome {
                Ok(_) => assert!(allowed, "{key:?} was taken"),
                Err(error) => {
                    assert!(!allowed && error.to_string().contains("CHECK"), "{key:?}: {error}");
                }
            }
        }
    }
    let empty = sqlx::query(insert).bind(user.to_string()).bind("").execute(&mut *db).await;
    assert!(empty.expect_err("refused").to_string().contains("CHECK"));
}

/// A cascade that was declared but never switched on left credentials behind in a peer.
#[tokio::test]
async fn deleting_a_server_deletes_what_is_its_own() {
    let home = Home::new().await;
    let server = home.server(NAME).await;
    home.store.delete_server(server).await.expect("deleted");
    assert_eq!(home.store.credentials().await.expect("a list"), []);
    assert!(home.store.put_credential(server, "x", super::now()).await.is_err());
}
