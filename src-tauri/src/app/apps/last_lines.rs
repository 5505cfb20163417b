//! The last lines that the containers of an app wrote: what people look for when it did not start.

use super::worker::Worker;
use crate::{
    docker::{
        Engine, EngineError,
        logs::{LogWish, plain},
    },
    domain::container::Container,
};
use std::time::Duration;

/// Lines of each container.
const EACH: u32 = 40;
/// Lines of all together.
const MOST: usize = 80;
/// The longest line that is kept, characters.
const LONGEST: usize = 500;
/// How long they are waited for: what failed may be the server.
const PATIENCE: Duration = Duration::from_secs(10);

impl Worker {
    /// They, by time, each behind its service; none where the engine does not answer.
    pub(super) async fn last_lines(&self) -> Vec<String> {
        let reading = async {
            let socket = &self.app.config.engine;
            let engine = self.tomo.engine_at(self.app.server_id, socket)?;
            let containers = self.containers(&engine).await.ok()?;
            let mut all = Vec::new();
            for container in containers {
                all.extend(of(&engine, &container).await.unwrap_or_default());
            }
            Some(all)
        };
        let read = tokio::time::timeout(PATIENCE, reading).await;
        let mut lines = read.ok().flatten().unwrap_or_default();
        lines.sort_by_key(|(at_ns, _)| *at_ns);
        let first = lines.len().saturating_sub(MOST);
        lines.drain(..first);
        lines.into_iter().map(|(_, line)| self.without_secrets(&line)).collect()
    }
}

async fn of(engine: &Engine, container: &Container) -> Result<Vec<(i64, String)>, EngineError> {
    let wish = LogWish { tail: Some(EACH), ..LogWish::default() };
    let mut reader = engine.log(&container.id, &wish).await?;
    let service = container.service.as_deref().unwrap_or(&container.name);
    let mut lines = Vec::new();
    while let Some(some) = reader.next().await? {
        lines.extend(some.into_iter().map(|line| {
            let text: String = plain(&line.text).chars().take(LONGEST).collect();
            (line.at_ns, format!("{service}: {text}"))
        }));
    }
    Ok(lines)
}
