//! The activity log with 100,000 entries: pages and searches through the command table, against the
//! seed's table read as one would without Tomo: `like`, and a count of what it finds.

use crate::{
    house::{self, ms_since},
    report::{Done, Report, Target, Unit, median, p95},
};
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::Path, time::Instant};
use tomo::{api, app::Tomo, domain::session::Door, store::FILE_NAME};

const ENTRIES: i64 = 100_000;
/// Runs of each question on each side.
const RUNS: usize = 60;
/// What was promised, milliseconds.
const MOST_MS: f64 = 20.0;

/// Entries as a house with 40 servers leaves them: every word of the first search is in each of them.
const ENTRIES_OF_A_YEAR: &str = "
    with recursive n (n) as (select 0 union all select n + 1 from n where n + 1 < ?1)
    insert into activity_logs (id, activity_type, user_id, server_id, message, details, timestamp)
    select
        printf('%08x-%04x-7000-8000-%012x', n / 65536, n % 65536, n),
        case n % 10
            when 0 then 'server.edit' when 1 then 'setting.set' when 2 then 'session.sign_in'
            when 3 then 'mcp.call' when 4 then 'backup.create' when 5 then 'server.connect'
            when 6 then 'retention.run' else iif(n % 2, 'connection.lost', 'connection.made')
        end,
        iif(n % 10 < 6, printf('00000000-0000-7000-8000-%012x', n % 5), null),
        printf('00000000-0000-7000-9000-%012x', n % 40),
        'Connection to server' || (n % 40) || ' changed: no answer for ' || (n % 60) || ' s',
        json_object('via', 'window', 'name', 'server' || (n % 40), 'step', 'connect',
            'turn', 'turn' || n),
        datetime('now', ((n - ?1) * 300) || ' seconds')
    from n";

/// What is asked, and how the other side asks it.
struct Question {
    what: &'static str,
    filter: Value,
    condition: &'static str,
}

pub fn measure(report: &mut Report) -> Done {
    tokio::runtime::Runtime::new()?.block_on(run(report))
}

async fn run(report: &mut Report) -> Done {
    let folder = tempfile::tempdir()?;
    let tomo = house::open(folder.path(), Door::Window).await?;
    let mut db = connect(&folder.path().join(FILE_NAME)).await?;
    sqlx::query(ENTRIES_OF_A_YEAR).bind(ENTRIES).execute(&mut db).await?;
    let mut plain = plain(folder.path()).await?;

    let questions = [
        Question { what: "first page", filter: json!({}), condition: "true" },
        Question {
            what: "first page of one group",
            filter: json!({ "group": "connections" }),
            condition: "activity_type in ('connection.lost', 'connection.made', 'server.connect')",
        },
        Question {
            what: "search that all match",
            filter: json!({ "text": "connec answer" }),
            condition: "message like '%connec%' and message like '%answer%'",
        },
        Question {
            what: "search by one letter",
            filter: json!({ "text": "s" }),
            condition: "(message like '%s%' or details like '%s%')",
        },
        Question {
            what: "search that one matches",
            filter: json!({ "text": "turn77777" }),
            condition: "(message like '%turn77777%' or details like '%turn77777%')",
        },
        Question {
            what: "search, filtered by server and group",
            filter: json!({
                "text": "answer", "group": "connections",
                "server_id": "00000000-0000-7000-9000-000000000007",
            }),
            condition: "activity_type in ('connection.lost', 'connection.made', 'server.connect')
                and server_id = '00000000-0000-7000-9000-000000000007'
                and message like '%answer%'",
        },
    ];
    for question in questions {
        ask(report, &tomo, &mut plain, question).await?;
    }
    deep(report, &tomo).await?;
    tomo.shutdown().await;
    Ok(())
}

async fn connect(file: &Path) -> Done<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    Ok(options.disable_statement_logging().connect().await?)
}

/// The seed's table and indexes, with the same rows.
async fn plain(folder: &Path) -> Done<SqliteConnection> {
    let mut db = connect(&folder.join("plain.db")).await?;
    sqlx::raw_sql(
        "create table activity_logs (
             id text primary key not null, activity_type text not null, user_id text,
             server_id text, app_id text, message text not null, details text,
             timestamp text not null
         );
         create index idx_activity_logs_type on activity_logs (activity_type);
         create index idx_activity_logs_timestamp on activity_logs (timestamp);
         create index idx_activity_logs_user on activity_logs (user_id);",
    )
    .execute(&mut db)
    .await?;
    sqlx::query(ENTRIES_OF_A_YEAR).bind(ENTRIES).execute(&mut db).await?;
    Ok(db)
}

async fn ask(
    report: &mut Report,
    tomo: &Tomo,
    plain: &mut SqliteConnection,
    question: Question,
) -> Done {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let started = Instant::now();
        let page =
            api::call(tomo, "activity.list", json!({ "filter": question.filter, "limit": 25 }))
                .await?;
        let our_time = ms_since(started);
        if page["entries"].as_array().is_none_or(Vec::is_empty) || page["total"].is_null() {
            return Err(format!("{}: nothing was found", question.what).into());
        }
        let started = Instant::now();
        let condition = question.condition;
        let rows = format!(
            "select * from activity_logs where {condition} order by timestamp desc limit 25"
        );
        let count = format!("select count(*) from activity_logs where {condition}");
        sqlx::query(sqlx::AssertSqlSafe(rows)).fetch_all(&mut *plain).await?;
        sqlx::query(sqlx::AssertSqlSafe(count)).fetch_all(&mut *plain).await?;
        // The first run of each fills the caches.
        if run > 0 {
            ours.push(our_time);
            theirs.push(ms_since(started));
        }
    }
    let named = |what: &str| format!("activity: {}, {what}", question.what);
    let pair = [(median(ours.clone()), median(theirs))];
    report.compare(&named("p50"), Unit::Milliseconds, &pair, Target::Nothing);
    report.figure(&named("p95"), Unit::Milliseconds, p95(ours), Target::AtMost(MOST_MS));
    Ok(())
}

/// Scrolling on: page after page, each from where the one before ended.
async fn deep(report: &mut Report, tomo: &Tomo) -> Done {
    let (mut times, mut after) = (Vec::new(), Value::Null);
    for _ in 0..400 {
        let started = Instant::now();
        let page =
            api::call(tomo, "activity.list", json!({ "after": after, "limit": 200 })).await?;
        times.push(ms_since(started));
        after = page["next"].clone();
    }
    if after.is_null() {
        return Err("the log ended too early".into());
    }
    let what = "activity: each of 400 pages of 200, p95";
    report.figure(what, Unit::Milliseconds, p95(times), Target::Nothing);
    Ok(())
}
