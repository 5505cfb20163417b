//! Changes that an engine is asked for: it goes on with them when this process is ended, and whoever
//! ended it is told where their end will be seen.

use super::{Cli, error::CliError, output};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Says, when it is dropped before the answer came, that the engine goes on.
struct Asked<'a> {
    /// The command that shows what came of it; nothing once the answer is there.
    shown_by: Option<&'a str>,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if let Some(command) = self.shown_by {
            output::note(&format!(
                "The engine goes on with what it was asked for; `{command}` shows what came of it."
            ));
        }
    }
}

impl Cli {
    /// Calls a command of the table that changes something in an engine; `shown_by` is the command that
    /// shows its end.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        name: &str,
        arguments: Value,
        shown_by: &str,
    ) -> Result<T, CliError> {
        let mut asked = Asked { shown_by: Some(shown_by) };
        let answer = self.call(name, arguments).await;
        asked.shown_by = None;
        answer
    }
}
