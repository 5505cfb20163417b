//! Commands about logs of containers.

use super::Answer;
use crate::{
    api::args::*,
    app::{LogPart, Tomo},
    domain::{
        container_log::{LogLine, LogMatches, LogPage, LogStatus},
        file::Exported,
    },
};

pub(in crate::api) async fn container_log(tomo: &Tomo, args: ReadLog) -> Answer<Vec<LogLine>> {
    let ReadLog { container, tail, since_ms, until_ms, stream } = args;
    Ok(tomo.log(&LogPart { container, tail, since_ms, until_ms, stream }).await?)
}

pub(in crate::api) async fn log_open(tomo: &Tomo, args: OpenLog) -> Answer<LogStatus> {
    Ok(tomo.follow_logs(&args.containers, args.tail, args.since_ms).await?)
}

pub(in crate::api) async fn log_page(tomo: &Tomo, args: PageOfLog) -> Answer<LogPage> {
    Ok(tomo.log_page(&args.log_id, args.from, args.limit, args.filter).await?)
}

pub(in crate::api) async fn log_search(tomo: &Tomo, args: SearchLog) -> Answer<LogMatches> {
    Ok(tomo.search_log(&args.log_id, args.filter).await?)
}

pub(in crate::api) async fn log_seek(tomo: &Tomo, args: SeekLog) -> Answer<u64> {
    Ok(tomo.seek_log(&args.log_id, args.at_ms).await?)
}

pub(in crate::api) async fn log_save(tomo: &Tomo, args: SaveLog) -> Answer<Exported> {
    let session = tomo.session().await?;
    Ok(tomo.save_log(&session, &args.log_id, &args.path, args.filter).await?)
}

pub(in crate::api) async fn log_close(tomo: &Tomo, args: LogRef) -> Answer<()> {
    Ok(tomo.close_log(&args.log_id).await?)
}
