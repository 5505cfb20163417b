//! Commands about logs of containers.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::{
        container_log::{LogLine, LogMatches, LogPage, LogStatus},
        file::Exported,
    },
};

pub(in crate::api) async fn container_log(_: &Tomo, _: ReadLog) -> Answer<Vec<LogLine>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn log_open(_: &Tomo, _: OpenLog) -> Answer<LogStatus> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn log_page(_: &Tomo, _: PageOfLog) -> Answer<LogPage> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn log_search(_: &Tomo, _: SearchLog) -> Answer<LogMatches> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn log_seek(_: &Tomo, _: SeekLog) -> Answer<u64> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn log_save(_: &Tomo, _: SaveLog) -> Answer<Exported> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn log_close(_: &Tomo, _: LogRef) -> Answer<()> {
    Err(super::unbuilt())
}
