//! Commands about terminals.

use super::Answer;
use crate::{
    api::{args::*, error::ApiError},
    app::Tomo,
    domain::terminal::Terminal,
};
use base64::{Engine, engine::general_purpose::STANDARD};

pub(in crate::api) async fn terminal_open(tomo: &Tomo, args: OpenTerminal) -> Answer<Terminal> {
    let session = tomo.session().await?;
    Ok(tomo.open_terminal(&session, args.target, args.size).await?)
}

pub(in crate::api) async fn terminal_write(tomo: &Tomo, args: TypeIntoTerminal) -> Answer<()> {
    let bytes = STANDARD
        .decode(&args.bytes)
        .map_err(|_| ApiError::invalid("What is typed has to be base64."))?;
    Ok(tomo.type_into_terminal(&args.terminal_id, bytes).await?)
}

pub(in crate::api) async fn terminal_resize(tomo: &Tomo, args: ResizeTerminal) -> Answer<()> {
    Ok(tomo.resize_terminal(&args.terminal_id, args.size).await?)
}

pub(in crate::api) async fn terminal_close(tomo: &Tomo, args: TerminalRef) -> Answer<()> {
    Ok(tomo.close_terminal(&args.terminal_id).await?)
}
