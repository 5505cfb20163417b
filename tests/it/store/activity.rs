//! The feed: order, pages, filters and searches against a plain reference, and the search index
//! through everything that happens to a row.

use super::{Home, NAME, at, now, stranger};
use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use sqlx::{SqliteConnection, migrate::Migrator};
use tomo::{
    domain::{
        activity::{Activity, ActivityFilter, ActivityGroup, ActivityKind, Audience},
        id::{ServerId, UserId},
    },
    store::{ActivityQuery, FILE_NAME, NewActivity, Store},
};

fn all() -> ActivityFilter {
    ActivityFilter::default()
}

fn text(text: &str) -> ActivityFilter {
    ActivityFilter { text: Some(text.into()), ..all() }
}

async fn write(home: &Home, message: &str, details: Option<Value>, when: DateTime<Utc>) {
    let entry = NewActivity {
        activity_type: "server.add",
        user_id: None,
        server_id: None,
        app_id: None,
        message,
        details: details.as_ref(),
    };
    home.store.insert_activity(&entry, when).await.expect("written");
}

/// Every page of `size`, one after the other.
async fn pages(
    store: &Store,
    filter: &ActivityFilter,
    reader: Option<UserId>,
    size: u32,
) -> Vec<Activity> {
    let query = ActivityQuery { filter, reader };
    let (mut entries, mut after) = (Vec::new(), None);
    loop {
        let stretch = store.activity_page(query, after, size).await.expect("a page");
        assert!(stretch.entries.len() <= size as usize);
        assert!(stretch.next.is_none() || stretch.entries.len() == size as usize);
        entries.extend(stretch.entries);
        after = stretch.next;
        if after.is_none() {
            let total = store.activity_total(query).await.expect("a total");
            assert_eq!(total, entries.len() as u64, "the total is what the pages hold: {filter:?}");
            return entries;
        }
    }
}

async fn messages(store: &Store, filter: &ActivityFilter) -> Vec<String> {
    pages(store, filter, None, 7).await.into_iter().map(|entry| entry.message).collect()
}

/// The index holds exactly the rows there are.
async fn assert_index_is_true(db: &mut SqliteConnection) {
    let (missing, left): (i64, i64) = sqlx::query_as(
        "select (select count(*) from activity_logs
                 where position is null
                     or position not in (select id from activity_search_docsize)),
             (select count(*) from activity_search_docsize
              where id not in (select position from activity_logs))",
    )
    .fetch_one(&mut *db)
    .await
    .expect("counts");
    assert_eq!((missing, left), (0, 0), "rows without words, words without rows");
    sqlx::query(
        "insert into activity_search (activity_search, rank) values ('integrity-check', 0)",
    )
    .execute(db)
    .await
    .expect("a whole index");
}

/// Entries of one second, and ones that are written late, have one place each, on whatever page.
#[tokio::test]
async fn the_feed_is_in_the_order_of_time_on_pages_of_any_size() {
    let home = Home::new().await;
    for (index, second) in [5, 5, 5, 1, 9, 5, 1].into_iter().enumerate() {
        write(&home, &index.to_string(), None, now() + Duration::seconds(second)).await;
    }
    let order = ["4", "5", "2", "1", "0", "6", "3"];
    for size in [1, 2, 3, 7, 200] {
        let entries = pages(&home.store, &all(), None, size).await;
        let found: Vec<_> = entries.iter().map(|entry| entry.message.as_str()).collect();
        assert_eq!(found, order, "pages of {size}");
    }
    // What is written while somebody reads on moves nothing.
    let filter = all();
    let query = ActivityQuery { filter: &filter, reader: None };
    let first = home.store.activity_page(query, None, 3).await.expect("a page");
    write(&home, "new", None, now() + Duration::seconds(100)).await;
    let second = home.store.activity_page(query, first.next, 3).await.expect("a page");
    let found: Vec<_> = second.entries.iter().map(|entry| entry.message.as_str()).collect();
    assert_eq!(found, order[3..6]);
}

/// Words are found by their beginnings, in message and details alike, whatever the alphabet; the
/// names of details are no words.
#[tokio::test]
async fn a_search_finds_the_beginnings_of_words() {
    let home = Home::new().await;
    let details = json!({ "hidden": "käse", "list": [{ "deep": "10.0.0.5" }], "number": 42 });
    write(&home, "Server added: Ünïcödé 日本 🏠", Some(details), now()).await;
    write(&home, "Connection to nas-2 lost", None, now()).await;
    for found in [
        "ser",
        "SERVER",
        "unicode",
        "ünï",
        "日",
        "🏠",
        "kase",
        "10.0.0",
        "42",
        "add server",
        "  added\t日本 ",
        "käse 🏠 server",
        "added:",
    ] {
        assert_eq!(messages(&home.store, &text(found)).await.len(), 1, "{found}");
    }
    assert_eq!(messages(&home.store, &text("nas-2")).await, ["Connection to nas-2 lost"]);
    for missing in ["erver", "hidden", "deep", "server lost", "kserveradd", "unobody", "k7365"] {
        assert_eq!(messages(&home.store, &text(missing)).await.len(), 0, "{missing}");
    }
    assert_eq!(messages(&home.store, &text(" \t ")).await.len(), 2, "nothing is no search");
}

/// What is typed is text, and never the search index's language; nothing of it is an error.
#[tokio::test]
async fn a_hostile_search_is_a_search() {
    let home = Home::new().await;
    write(
        &home,
        "nas OR \"NEAR(x, 2)\" NOT marks:unobody * ^ {message} + '; drop table",
        None,
        now(),
    )
    .await;
    for found in [
        "nas or",
        "\"NEAR(x",
        "\"",
        "near(x,",
        "marks:unobody",
        "not",
        "NOT",
        "+",
        "nas \"*\"",
        "drop'",
        "x, 2)",
        "nas\u{0}or",
    ] {
        // A sign alone is no word, and holds back nothing; alone it finds nothing.
        let entries = messages(&home.store, &text(found)).await;
        let is_word = found.chars().any(char::is_alphanumeric);
        assert_eq!(entries.len(), usize::from(is_word), "{found:?}");
    }
    for nothing in
        ["\"\"\"", "(((", "nas)x(", "AND AND", "\u{0}\u{7}", "{nosuch}:x", "-nosuch", "\\"]
    {
        messages(&home.store, &text(nothing)).await;
    }
    let words = "\"(".repeat(100);
    messages(&home.store, &text(&words)).await;
}

/// A position is nothing that a table's VACUUM may change, and no write leaves the index behind.
#[tokio::test]
async fn the_index_follows_what_others_do_to_the_table() {
    let home = Home::new().await;
    for number in 0..50 {
        write(&home, &format!("entry {number}"), Some(json!({ "n": "details" })), now()).await;
    }
    let db = &mut home.stranger().await;
    // As the schema's document writes it, from a program that knows nothing of places.
    for sql in [
        "insert into activity_logs (id, activity_type, message, timestamp)
         values ('stranger', 'made.up', 'by a stranger', '2026-11-22 14:31:07')",
        "delete from activity_logs where message like 'entry 1%'",
        "vacuum",
    ] {
        sqlx::query(sql).execute(&mut *db).await.expect(sql);
        assert_index_is_true(db).await;
    }
    assert_eq!(messages(&home.store, &text("entry details")).await.len(), 39);
    assert_eq!(messages(&home.store, &text("entry 1")).await.len(), 0);
    // Its id is no UUID: that row cannot be shown, and says so instead of crashing.
    sqlx::query("delete from activity_logs where id = 'stranger'")
        .execute(&mut *db)
        .await
        .expect("gone");
    write(&home, "after", None, now()).await;
    assert_eq!(messages(&home.store, &text("after")).await, ["after"]);
    assert_index_is_true(db).await;
}

/// Entries from before there was a search are found by it, in the order that they always had.
#[tokio::test]
async fn entries_of_an_older_tomo_are_indexed() {
    static MIGRATOR: Migrator = sqlx::migrate!();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(FILE_NAME);
    std::fs::File::create(&file).expect("a file");
    let mut db = stranger(&file).await;
    sqlx::query("pragma journal_mode = wal").execute(&mut db).await.expect("a pragma");
    MIGRATOR.run_to(20261122091200, &mut db).await.expect("the first release's schema");
    for number in 0..100 {
        sqlx::query(
            "insert into activity_logs (id, activity_type, message, details, timestamp)
             values (?1, 'server.add', 'old ' || ?2, ?3, datetime('2026-01-01', (?2 / 3) || ' seconds'))",
        )
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(number)
        .bind((number % 2 == 0).then(|| json!({ "name": "even" }).to_string()))
        .execute(&mut db)
        .await
        .expect("a row");
    }
    sqlx::Connection::close(db).await.expect("closed");
    let store = Store::open(folder.path(), super::open_key()).await.expect("upgraded");
    let expected: Vec<_> = (0..100).rev().map(|number| format!("old {number}")).collect();
    assert_eq!(messages(&store, &all()).await, expected);
    assert_eq!(messages(&store, &text("even")).await.len(), 50);
    let db = &mut stranger(&file).await;
    assert_index_is_true(db).await;
    let mode: i64 = sqlx::query_scalar("pragma auto_vacuum").fetch_one(db).await.expect("a mode");
    assert_eq!(mode, 2, "an older file learns to give space back");
}

/// One entry of a random log.
#[derive(Clone, Debug)]
struct Made {
    kind: usize,
    user: Option<usize>,
    server: Option<usize>,
    app: Option<usize>,
    second: i64,
    words: Vec<usize>,
}

/// A random filter over the same.
#[derive(Clone, Debug)]
struct Asked {
    group: Option<usize>,
    kinds: Vec<usize>,
    user: Option<usize>,
    by_tomo: bool,
    server: Option<usize>,
    app: Option<usize>,
    since: Option<i64>,
    until: Option<i64>,
    words: Vec<usize>,
    reader: Option<usize>,
    size: u32,
}

const WORDS: [&str; 4] = ["nas", "nass", "lost", "Ünïcödé"];
const GROUPS: [ActivityGroup; 4] = [
    ActivityGroup::Access,
    ActivityGroup::Users,
    ActivityGroup::Servers,
    ActivityGroup::Connections,
];

fn made() -> impl Strategy<Value = Made> {
    use proptest::{collection::vec, option::of};
    (0..20usize, of(0..2usize), of(0..2usize), of(0..2usize), 0..6i64, vec(0..4usize, 0..3))
        .prop_map(|(kind, user, server, app, second, words)| Made {
            kind,
            user,
            server,
            app,
            second,
            words,
        })
}

fn asked() -> impl Strategy<Value = Asked> {
    use proptest::{collection::vec, option::weighted};
    let place = (weighted(0.2, 0..2usize), weighted(0.2, 0..2usize), weighted(0.2, 0..2usize));
    let when = (weighted(0.3, 0..6i64), weighted(0.3, 0..7i64), vec(0..4usize, 0..2));
    (
        (weighted(0.2, 0..4usize), prop_oneof![Just(vec![]), vec(0..20usize, 1..4)], any::<bool>()),
        place,
        when,
        (weighted(0.5, 0..2usize), 1..9u32),
    )
        .prop_map(|((group, kinds, by_tomo), (user, server, app), when, (reader, size))| {
            Asked {
                group,
                kinds,
                user,
                by_tomo: by_tomo && user.is_none(),
                server,
                app,
                since: when.0,
                until: when.1,
                words: when.2,
                reader,
                size,
            }
        })
}

/// Filters, audience, search and pages together agree with the plainest reading of them: what a
/// person may not see must not show in any combination, not even in a total.
#[test]
fn the_feed_agrees_with_a_naive_reference() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let home = runtime.block_on(Home::new());
    let users = [UserId::new(), UserId::new()];
    let servers = [ServerId::new(), ServerId::new()];
    let apps = ["jellyfin", "it's \"quoted\" 🏠"];
    let kind = |index: usize| ActivityKind::ALL[index * 2 % ActivityKind::ALL.len()];
    let message =
        |words: &[usize]| words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ");
    let config =
        ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(log in proptest::collection::vec(made(), 0..40), questions in proptest::collection::vec(asked(), 6))| {
        runtime.block_on(async {
            sqlx::query("delete from activity_logs").execute(&mut home.stranger().await).await.expect("emptied");
            for entry in &log {
                let text = message(&entry.words);
                let row = NewActivity {
                    activity_type: kind(entry.kind).as_str(),
                    user_id: entry.user.map(|user| users[user]),
                    server_id: entry.server.map(|server| servers[server]),
                    app_id: entry.app.map(|app| apps[app]),
                    message: &text,
                    details: None,
                };
                home.store.insert_activity(&row, now() + Duration::seconds(entry.second)).await.expect("written");
            }
            for asked in &questions {
                let second = |second: i64| now() + Duration::seconds(second);
                let filter = ActivityFilter {
                    group: asked.group.map(|group| GROUPS[group]),
                    activity_types: asked.kinds.iter().map(|index| kind(*index).as_str().to_owned()).collect(),
                    user_id: asked.user.map(|user| users[user]),
                    by_tomo: asked.by_tomo,
                    server_id: asked.server.map(|server| servers[server]),
                    app_id: asked.app.map(|app| apps[app].to_owned()),
                    since: asked.since.map(second),
                    until: asked.until.map(second),
                    text: (!asked.words.is_empty()).then(|| message(&asked.words)),
                };
                let mut expected: Vec<(i64, usize)> = log.iter().enumerate().filter(|(_, entry)| {
                    let kind = kind(entry.kind);
                    let has = |word: &usize| entry.words.iter().any(|own| WORDS[*own].starts_with(WORDS[*word]));
                    filter.group.is_none_or(|group| kind.group() == group)
                        && (filter.activity_types.is_empty() || filter.activity_types.iter().any(|name| name == kind.as_str()))
                        && asked.user.is_none_or(|user| entry.user == Some(user))
                        && (!asked.by_tomo || entry.user.is_none())
                        && asked.server.is_none_or(|server| entry.server == Some(server))
                        && asked.app.is_none_or(|app| entry.app == Some(app))
                        && asked.since.is_none_or(|since| entry.second >= since)
                        && asked.until.is_none_or(|until| entry.second < until)
                        && asked.words.iter().all(has)
                        && asked.reader.is_none_or(|reader| kind.audience() == Audience::Everybody || entry.user == Some(reader))
                }).map(|(index, entry)| (entry.second, index)).collect();
                expected.sort_by(|a, b| b.cmp(a));
                let reader = asked.reader.map(|reader| users[reader]);
                let found = pages(&home.store, &filter, reader, asked.size).await;
                let found: Vec<_> = found.iter().map(|entry| (entry.timestamp, entry.message.clone())).collect();
                let expected: Vec<_> = expected.iter().map(|(at, index)| (second(*at), message(&log[*index].words))).collect();
                assert_eq!(found, expected, "{filter:?} {reader:?}");
            }
            assert_index_is_true(&mut home.stranger().await).await;
        });
    });
}

/// The feed must not sort the log, with or without a search: that is what keeps a page fast.
#[tokio::test]
async fn no_page_sorts_the_log() {
    let home = Home::new().await;
    let db = &mut home.stranger().await;
    for (sql, expected) in [
        (
            "explain query plan select position from activity_logs indexed by idx_activity_logs_feed
             where true and activity_type in ('a', 'b') and (activity_type in ('c') or user_id = 'd')
                 and position < 5
             order by position desc limit 26",
            "COVERING INDEX idx_activity_logs_feed",
        ),
        (
            "explain query plan select rowid from activity_search where activity_search match 'x'
                 and rowid < 5 order by rowid desc limit 26",
            "VIRTUAL TABLE",
        ),
        (
            "explain query plan select id from activity_logs
             where server_id = 'a' and activity_type in ('b', 'c') order by position desc limit 1",
            "idx_activity_logs_server",
        ),
        (
            "explain query plan select exists (
                 select 1 from activity_logs
                 where activity_type = ?1 and timestamp >= ?2
                   and json_extract(details, '$.event') = ?3
             )",
            "idx_activity_logs_event",
        ),
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sql).fetch_all(&mut *db).await.expect("a plan");
        let plan: String = plan.into_iter().map(|step| step.3 + "\n").collect();
        assert!(plan.contains(expected) && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}

/// Holds because two windows and a command line may watch one engine, and each event of it is one entry.
#[tokio::test]
async fn an_event_is_entered_once() {
    let home = Home::new().await;
    let enter = async |kind: &str, event: &str, now| {
        let details = serde_json::json!({ "event": event });
        let activity = NewActivity {
            activity_type: kind,
            user_id: None,
            server_id: None,
            app_id: None,
            message: "web ended",
            details: Some(&details),
        };
        home.store.insert_activity_once(&activity, now).await.expect("the log").is_some()
    };
    let now = Utc::now();
    assert!(enter("container.trouble", "die:a:1", now).await);
    assert!(!enter("container.trouble", "die:a:1", now).await, "by another process");
    assert!(enter("container.trouble", "die:a:2", now).await);
    assert!(enter("container.act", "die:a:1", now).await);
    assert!(enter("container.trouble", "die:a:1", now + Duration::days(2)).await);
}

/// A moment within a second is within that second's entries, at both ends.
#[tokio::test]
async fn a_span_holds_the_seconds_that_it_touches() {
    let home = Home::new().await;
    write(&home, "entry", None, at("2026-11-22 14:31:07")).await;
    let half = Duration::milliseconds(500);
    let seven = at("2026-11-22 14:31:07");
    for (since, until, expected) in [
        (seven, seven, 0),
        (seven, seven + half, 1),
        (seven + half, seven + half + half, 1),
        (seven + half + half, seven + half * 4, 0),
        (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, 1),
        (DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC, 0),
    ] {
        let filter = ActivityFilter { since: Some(since), until: Some(until), ..all() };
        assert_eq!(messages(&home.store, &filter).await.len(), expected, "{since} {until}");
        let filter = ActivityFilter { text: Some("entry".into()), ..filter };
        assert_eq!(
            messages(&home.store, &filter).await.len(),
            expected,
            "{since} {until}, searched"
        );
    }
    assert_eq!(messages(&home.store, &text(NAME)).await.len(), 0);
}
