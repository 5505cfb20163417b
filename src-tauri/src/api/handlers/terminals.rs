//! Commands about terminals.

use super::Answer;
use crate::{api::args::*, app::Tomo, domain::terminal::Terminal};

pub(in crate::api) async fn terminal_open(_: &Tomo, _: OpenTerminal) -> Answer<Terminal> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn terminal_write(_: &Tomo, _: TypeIntoTerminal) -> Answer<()> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn terminal_resize(_: &Tomo, _: ResizeTerminal) -> Answer<()> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn terminal_close(_: &Tomo, _: TerminalRef) -> Answer<()> {
    Err(super::unbuilt())
}
