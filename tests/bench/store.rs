//! 30 days of ten servers, as the ageing leaves them: size, charts and inserts, against the same
//! rows in a plain table with the seed's two indexes and random ids, and against such a table of
//! all the minutes, which is what there would be without ageing.

use crate::{
    house::{self, ms_since},
    metrics::{self, DAY, MINUTE},
    report::{Done, Report, Target, Unit, median, p95},
};
use chrono::{DateTime, Utc};
use sqlx::{
    ConnectOptions as _, Connection as _, FromRow, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{path::Path, time::Instant};
use tomo::{
    domain::{
        history::{History, MetricRow, Range},
        id::ServerId,
    },
    store::{AuditKeySlot, FILE_NAME, Store},
};

const SERVERS: u64 = 10;
const DAYS: i64 = 30;
/// Runs of each chart on each side.
const CHARTS: usize = 100;
/// Minutes that are written on each side.
const MINUTES: i64 = 200;

const RANGES: [(Range, &str); 4] =
    [(Range::Hour, "1 h"), (Range::Day, "24 h"), (Range::Week, "7 d"), (Range::Month, "30 d")];

/// The seed's table and indexes, with the columns that a row of Tomo has besides.
const PLAIN: &str = "
    create table server_metrics (
        id text primary key not null, server_id text not null,
        cpu_percent real not null, memory_percent real not null,
        memory_used_mb integer not null, memory_total_mb integer not null,
        disk_percent real not null, disk_used_gb integer not null, disk_total_gb integer not null,
        network_rx_bytes integer default 0, network_tx_bytes integer default 0,
        load_average_1m real, load_average_5m real, load_average_15m real,
        uptime_seconds integer, timestamp text not null,
        span_seconds integer, observed_seconds real, cpu_peak_percent real,
        memory_peak_percent real, memory_cached_mb integer, swap_used_mb integer,
        disk_read_bytes integer, disk_write_bytes integer, temperature_celsius real
    );
    create index idx_server_metrics_server on server_metrics (server_id);
    create index idx_server_metrics_timestamp on server_metrics (timestamp);";

const COLUMNS: &str = "server_id, cpu_percent, memory_percent, memory_used_mb, memory_total_mb,
    disk_percent, disk_used_gb, disk_total_gb, network_rx_bytes, network_tx_bytes,
    load_average_1m, load_average_5m, load_average_15m, uptime_seconds, timestamp, span_seconds,
    observed_seconds, cpu_peak_percent, memory_peak_percent, memory_cached_mb, swap_used_mb,
    disk_read_bytes, disk_write_bytes, temperature_celsius";

/// The chart as the seed's table gives it: the same columns, read and turned as Tomo does.
const CHART: &str =
    "select unixepoch(timestamp) as at, span_seconds, observed_seconds, cpu_percent,
    cpu_peak_percent, memory_used_mb, memory_total_mb, memory_cached_mb, swap_used_mb,
    disk_percent, network_rx_bytes, network_tx_bytes, disk_read_bytes, disk_write_bytes,
    load_average_1m
    from server_metrics where server_id = ?1 and timestamp > ?2 order by timestamp";

pub fn measure(report: &mut Report) -> Done {
    tokio::runtime::Runtime::new()?.block_on(run(report))
}

async fn run(report: &mut Report) -> Done {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path(), AuditKeySlot::default()).await?;
    let servers = house::servers(&store, SERVERS).await?;
    let now = DateTime::from_timestamp(Utc::now().timestamp() / DAY * DAY, 0).unwrap_or_default();

    let mut minutes = Plain::make(&folder.path().join("minutes.db")).await?;
    live(&store, &servers, now, &mut minutes).await?;
    let mut same = Plain::make(&folder.path().join("same.db")).await?;
    same.copy(&folder.path().join(FILE_NAME)).await?;

    sizes(report, folder.path(), &mut same).await?;
    for (range, name) in RANGES {
        charts(report, &store, &servers, now, range, name, &mut same, &mut minutes).await?;
    }
    inserts(report, &store, &servers, now, &mut same).await?;
    store.close().await;
    Ok(())
}

fn rows_at(servers: &[ServerId], at: i64) -> Vec<(ServerId, MetricRow)> {
    let numbered = servers.iter().zip(0..);
    numbered.map(|(id, number)| (*id, metrics::row(number, at, MINUTE))).collect()
}

/// Writes a month as it happens: every minute of every server, and the ageing after each day.
async fn live(
    store: &Store,
    servers: &[ServerId],
    now: DateTime<Utc>,
    minutes: &mut Plain,
) -> Done {
    let started = now.timestamp() - DAYS * DAY;
    for day in 0..DAYS {
        let begin = started + day * DAY;
        // By the hour, to spare commits.
        for hour in 0..24 {
            let times = (0..60).map(|minute| begin + hour * 3_600 + minute * MINUTE);
            let rows: Vec<_> = times.flat_map(|at| rows_at(servers, at)).collect();
            store.write_metrics(&rows).await?;
        }
        let end = DateTime::from_timestamp(begin + DAY, 0).unwrap_or_default();
        minutes.copy_since(store_file(minutes), begin).await?;
        store.compact_metrics(end).await?;
    }
    Ok(())
}

fn store_file(plain: &Plain) -> std::path::PathBuf {
    plain.file.with_file_name(FILE_NAME)
}

async fn sizes(report: &mut Report, folder: &Path, same: &mut Plain) -> Done {
    let mut tomo = connection(&folder.join(FILE_NAME)).await?;
    let ours = bytes_a_row(&mut tomo).await?;
    tomo.close().await?;
    let theirs = bytes_a_row(&mut same.connection).await?;
    let rows: i64 = sqlx::query_scalar("select count(*) from server_metrics")
        .fetch_one(&mut same.connection)
        .await?;
    report.figure(
        "store: rows of 30 days of 10 servers",
        Unit::Count,
        rows as f64,
        Target::Nothing,
    );
    let pair = [(ours, theirs)];
    report.compare("store: bytes a row, indexes included", Unit::Bytes, &pair, Target::Nothing);
    Ok(())
}

async fn bytes_a_row(connection: &mut SqliteConnection) -> Done<f64> {
    Ok(sqlx::query_scalar(
        "select sum(pgsize) * 1.0 / (select count(*) from server_metrics) from dbstat
         where name in (select name from sqlite_schema where tbl_name = 'server_metrics')",
    )
    .fetch_one(connection)
    .await?)
}

#[expect(clippy::too_many_arguments, reason = "both sides of one comparison")]
async fn charts(
    report: &mut Report,
    store: &Store,
    servers: &[ServerId],
    now: DateTime<Utc>,
    range: Range,
    name: &str,
    same: &mut Plain,
    minutes: &mut Plain,
) -> Done {
    let (mut ours, mut aged, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..CHARTS + servers.len() {
        let server = servers[run % servers.len()];
        let started = Instant::now();
        let history = store.history(server, range, now).await?;
        let our_time = ms_since(started);
        let (aged_chart, aged_time) = same.chart(server, range, now).await?;
        let (_, whole_time) = minutes.chart(server, range, now).await?;
        if history.at.is_empty() || history.at.len().abs_diff(aged_chart.at.len()) > 1 {
            return Err("the two sides do not show the same chart".into());
        }
        // The first one of each server fills the caches.
        if run >= servers.len() {
            ours.push(our_time);
            aged.push(aged_time);
            whole.push(whole_time);
        }
    }
    let ours = p95(ours);
    let most = Target::Ratio(0.1);
    let against = |what: &str| format!("store: chart of {name}, p95, {what}");
    report.compare(&against("same rows"), Unit::Milliseconds, &[(ours, p95(aged))], most);
    report.compare(&against("all minutes"), Unit::Milliseconds, &[(ours, p95(whole))], most);
    Ok(())
}

async fn inserts(
    report: &mut Report,
    store: &Store,
    servers: &[ServerId],
    now: DateTime<Utc>,
    same: &mut Plain,
) -> Done {
    let (mut pairs, mut single) = (Vec::new(), Vec::new());
    for minute in 1..=MINUTES {
        let rows = rows_at(servers, now.timestamp() + minute * MINUTE);
        let started = Instant::now();
        store.write_metrics(&rows).await?;
        let ours = ms_since(started);
        let started = Instant::now();
        same.insert(&rows).await?;
        pairs.push((ours, ms_since(started)));
        let rows = rows_at(servers, now.timestamp() + (MINUTES + minute) * MINUTE);
        let started = Instant::now();
        for row in rows {
            store.write_metrics(&[row]).await?;
        }
        single.push(ms_since(started));
    }
    let (ms, nothing) = (Unit::Milliseconds, Target::Nothing);
    report.compare("store: a minute of 10 servers, in one go", ms, &pairs, nothing);
    report.figure("store: a minute of 10 servers, one by one", ms, median(single), nothing);
    Ok(())
}

/// A database with the plain table.
struct Plain {
    file: std::path::PathBuf,
    connection: SqliteConnection,
}

impl Plain {
    async fn make(file: &Path) -> Done<Self> {
        let mut connection = connection(file).await?;
        sqlx::raw_sql(PLAIN).execute(&mut connection).await?;
        Ok(Self { file: file.to_owned(), connection })
    }

    /// Takes over all rows of Tomo's database.
    async fn copy(&mut self, tomo: &Path) -> Done {
        self.copy_since(tomo.to_owned(), 0).await
    }

    /// Takes over the rows from a moment on, each under a random id, in the order of time.
    async fn copy_since(&mut self, tomo: std::path::PathBuf, since: i64) -> Done {
        sqlx::query("attach ?1 as tomo")
            .bind(tomo.display().to_string())
            .execute(&mut self.connection)
            .await?;
        let copy = format!(
            "insert into main.server_metrics (id, {COLUMNS})
             select lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' ||
                 substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' ||
                 hex(randomblob(6))), {COLUMNS}
             from tomo.server_metrics where timestamp >= datetime(?1, 'unixepoch')
             order by timestamp"
        );
        sqlx::query(sqlx::AssertSqlSafe(copy)).bind(since).execute(&mut self.connection).await?;
        sqlx::query("detach tomo").execute(&mut self.connection).await?;
        Ok(())
    }

    /// The chart, and how long it took, milliseconds.
    async fn chart(
        &mut self,
        server: ServerId,
        range: Range,
        now: DateTime<Utc>,
    ) -> Done<(History, f64)> {
        let started = Instant::now();
        let from = now.timestamp() - range.seconds();
        let points: Vec<Point> = sqlx::query_as(CHART)
            .bind(server.to_string())
            .bind(text_of(from))
            .fetch_all(&mut self.connection)
            .await?;
        let mut history = History { from, to: now.timestamp(), ..History::default() };
        for point in points {
            point.push_to(&mut history);
        }
        Ok((history, ms_since(started)))
    }

    async fn insert(&mut self, rows: &[(ServerId, MetricRow)]) -> Done {
        let sql = format!(
            "insert into server_metrics (id, {COLUMNS}) values
             (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        );
        let mut transaction = self.connection.begin().await?;
        for (server, row) in rows {
            let whole = |bytes: f64, unit: f64| (bytes / unit).round() as i64;
            let some = |bytes: Option<f64>, unit| bytes.map(|bytes| whole(bytes, unit));
            let load = row.load.as_ref();
            sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
                .bind(uuid::Uuid::new_v4().to_string())
                .bind(server.to_string())
                .bind(row.cpu_percent)
                .bind(row.memory_percent)
                .bind(whole(row.memory_used_bytes, 1_048_576.0))
                .bind(whole(row.memory_total_bytes, 1_048_576.0))
                .bind(row.disk_percent)
                .bind(whole(row.disk_used_bytes, 1_073_741_824.0))
                .bind(whole(row.disk_total_bytes, 1_073_741_824.0))
                .bind(some(row.network_rx_bytes, 1.0))
                .bind(some(row.network_tx_bytes, 1.0))
                .bind(load.map(|load| load.one))
                .bind(load.map(|load| load.five))
                .bind(load.map(|load| load.fifteen))
                .bind(some(row.uptime_seconds, 1.0))
                .bind(text_of(row.at))
                .bind(row.span_seconds)
                .bind(row.observed_seconds)
                .bind(row.cpu_peak_percent)
                .bind(row.memory_peak_percent)
                .bind(some(row.memory_cached_bytes, 1_048_576.0))
                .bind(some(row.swap_used_bytes, 1_048_576.0))
                .bind(some(row.disk_read_bytes, 1.0))
                .bind(some(row.disk_written_bytes, 1.0))
                .bind(row.temperature_celsius)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

async fn connection(file: &Path) -> Done<SqliteConnection> {
    // As Tomo opens its own.
    Ok(SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("temp_store", "memory")
        .disable_statement_logging()
        .connect()
        .await?)
}

fn text_of(at: i64) -> String {
    tomo::domain::time::to_text(DateTime::from_timestamp(at, 0).unwrap_or_default())
}

/// A row of the plain table as a chart needs it.
#[derive(FromRow)]
struct Point {
    at: i64,
    span_seconds: i64,
    observed_seconds: f64,
    cpu_percent: f64,
    cpu_peak_percent: Option<f64>,
    memory_used_mb: i64,
    memory_total_mb: i64,
    memory_cached_mb: Option<i64>,
    swap_used_mb: Option<i64>,
    disk_percent: f64,
    network_rx_bytes: Option<i64>,
    network_tx_bytes: Option<i64>,
    disk_read_bytes: Option<i64>,
    disk_write_bytes: Option<i64>,
    load_average_1m: Option<f64>,
}

impl Point {
    fn push_to(&self, history: &mut History) {
        let bytes = |mebibytes: i64| mebibytes as f64 * 1_048_576.0;
        let rate = |bytes: Option<i64>| bytes.map(|bytes| bytes as f64 / self.observed_seconds);
        history.at.push(self.at);
        history.span_seconds.push(self.span_seconds);
        history.cpu_percent.push(self.cpu_percent);
        history.cpu_peak_percent.push(self.cpu_peak_percent);
        history.memory_used_bytes.push(bytes(self.memory_used_mb));
        history.memory_total_bytes.push(bytes(self.memory_total_mb));
        history.memory_cached_bytes.push(self.memory_cached_mb.map(bytes));
        history.swap_used_bytes.push(self.swap_used_mb.map(bytes));
        history.disk_percent.push(self.disk_percent);
        history.network_rx.push(rate(self.network_rx_bytes));
        history.network_tx.push(rate(self.network_tx_bytes));
        history.disk_read.push(rate(self.disk_read_bytes));
        history.disk_written.push(rate(self.disk_write_bytes));
        history.load_one.push(self.load_average_1m);
    }
}
