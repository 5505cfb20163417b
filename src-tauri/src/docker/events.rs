//! What the engine tells as it happens. Nothing is decided here.

use super::{
    ask::checked,
    client::Engine,
    error::{EngineError, one_line},
    list::health_of,
    raw::Answer,
    text,
};
use crate::domain::{container::ContainerHealth, engine::EngineKind};
use bollard::models::EventMessage;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use hyper::Method;
use serde_json::json;
use url::form_urlencoded;

/// The longest event that is read, bytes: one bears all labels of its container.
const LONGEST: usize = 1 << 20;

/// What is asked for. Without this an engine also tells of each command that a check runs.
const WANTED: [&str; 15] = [
    "create",
    "start",
    "restart",
    "die",
    "stop",
    "kill",
    "oom",
    "pause",
    "unpause",
    "rename",
    "update",
    "destroy",
    "health_status",
    "attach",
    "detach",
];

/// Something that happened to a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerEvent {
    /// The container.
    pub id: String,
    /// Its name then; absent where the engine does not say.
    pub name: Option<String>,
    /// What.
    pub kind: EventKind,
    /// When, by the engine's clock: nanoseconds since 1970.
    pub at_nanos: i64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Its main process began.
    Start,
    /// Its main process ended.
    Die {
        /// With this; absent where the engine does not say.
        exit_code: Option<i64>,
    },
    /// Somebody sent it a signal through the engine, as stopping it does.
    Signal,
    /// The system killed a process of it for lack of memory.
    OutOfMemory,
    /// It is gone.
    Destroy,
    /// Its check says something else.
    Health(ContainerHealth),
    /// Anything else that may show.
    Other(String),
}

impl Engine {
    /// Everything that happens to containers, from a moment of the engine's clock (nanoseconds since
    /// 1970) on: what is older and still remembered comes first.
    ///
    /// Whoever takes the stream reads it, or holds up the connection.
    pub fn events(
        &self,
        since_nanos: i64,
    ) -> impl Stream<Item = Result<ContainerEvent, EngineError>> + Send + use<> {
        let (seconds, nanos) =
            (since_nanos.div_euclid(1_000_000_000), since_nanos.rem_euclid(1_000_000_000));
        // Podman has words of its own for some of them, and tells nothing of checks' commands.
        let filters = match self.info().kind {
            EngineKind::Docker => json!({ "type": ["container"], "event": WANTED }),
            EngineKind::Podman => json!({ "type": ["container"] }),
        };
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("since", &format!("{seconds}.{nanos:09}"))
            .append_pair("filters", &filters.to_string())
            .finish();
        let engine = self.clone();
        let lines = async move {
            let answer = engine.raw(Method::GET, &format!("/events?{query}"), None, false).await?;
            Ok::<_, EngineError>(Lines { answer, read: Vec::new(), seen: 0 }.stream())
        };
        stream::once(lines).try_flatten().try_filter_map(|line| async move {
            let said = serde_json::from_slice(&line);
            let said: EventMessage =
                said.map_err(|error| EngineError::NotUnderstood(one_line(&error.to_string())))?;
            Ok(event(said))
        })
    }
}

/// The lines of an answer that does not end.
struct Lines {
    answer: Answer,
    read: Vec<u8>,
    /// How much of that is known to hold no end of a line.
    seen: usize,
}

impl Lines {
    fn stream(self) -> impl Stream<Item = Result<Vec<u8>, EngineError>> + Send {
        stream::try_unfold(self, |mut lines| async move {
            Ok(lines.next().await?.map(|line| (line, lines)))
        })
        .try_filter(|line| std::future::ready(!line.trim_ascii().is_empty()))
        .boxed()
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, EngineError> {
        loop {
            if let Some(at) = self.read[self.seen..].iter().position(|byte| *byte == b'\n') {
                let rest = self.read.split_off(self.seen + at + 1);
                self.seen = 0;
                return Ok(Some(std::mem::replace(&mut self.read, rest)));
            }
            self.seen = self.read.len();
            if self.seen > LONGEST {
                return Err(EngineError::NotUnderstood("one of its events does not end".into()));
            }
            match self.answer.piece().await? {
                Some(piece) => self.read.extend_from_slice(&piece),
                None => return Ok(None),
            }
        }
    }
}

fn event(said: EventMessage) -> Option<ContainerEvent> {
    let actor = said.actor?;
    let id = actor.id.filter(|id| checked(id).is_ok())?;
    let attributes = actor.attributes.unwrap_or_default();
    let attribute = |name: &str| attributes.get(name);
    let action = said.action?;
    let (action, more) = match action.split_once(": ") {
        Some((action, more)) => (action, Some(more)),
        None => (action.as_str(), None),
    };
    let kind = match action {
        "start" => EventKind::Start,
        "die" | "died" => EventKind::Die {
            exit_code: attribute("exitCode")
                .or_else(|| attribute("containerExitCode"))
                .and_then(|code| code.parse().ok()),
        },
        "kill" => EventKind::Signal,
        "oom" => EventKind::OutOfMemory,
        "destroy" | "remove" => EventKind::Destroy,
        "health_status" => {
            let word = more.or_else(|| attribute("health_status").map(String::as_str));
            EventKind::Health(health_of(word?)?)
        }
        "exec_create" | "exec_start" | "exec_die" | "exec_detach" | "exec" | "exec_died"
        | "top" | "resize" | "export" | "copy" | "archive-path" | "extract-to-dir" | "attach"
        | "detach" => {
            return None;
        }
        other => EventKind::Other(text(other, 40)),
    };
    Some(ContainerEvent {
        id,
        name: attribute("name").map(|name| text(name, 255)),
        kind,
        at_nanos: said.time_nano.or_else(|| said.time?.checked_mul(1_000_000_000))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: serde_json::Value) -> Option<ContainerEvent> {
        event(serde_json::from_value(value).expect("a message"))
    }

    /// Docker puts the word of a check into the action, and the exit code among the labels.
    #[test]
    fn what_happened_is_read_from_where_the_engine_puts_it() {
        let said = |action: &str, attributes| {
            of(json!({
                "Type": "container", "Action": action, "timeNano": 7,
                "Actor": { "ID": "ab", "Attributes": attributes },
            }))
            .map(|event| event.kind)
        };
        let health = said("health_status: unhealthy", json!({}));
        assert_eq!(health, Some(EventKind::Health(ContainerHealth::Unhealthy)));
        let died = said("die", json!({ "exitCode": "137", "name": "web" }));
        assert_eq!(died, Some(EventKind::Die { exit_code: Some(137) }));
        assert_eq!(said("exec_start: /bin/true", json!({})), None);
        assert_eq!(
            said("die", json!({ "exitCode": "x" })),
            Some(EventKind::Die { exit_code: None })
        );
    }
}
