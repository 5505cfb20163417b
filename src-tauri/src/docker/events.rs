//! What the engine tells as it happens. Nothing is decided here.

use super::{
    ask::checked,
    client::Engine,
    error::{EngineError, one_line},
    event_lines::{Line, Lines},
    list::health_of,
    text,
};
use crate::domain::{container::ContainerHealth, engine::EngineKind};
use bollard::models::EventMessage;
use futures::{Stream, TryStreamExt, stream};
use hyper::Method;
use serde_json::json;
use url::form_urlencoded;

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

/// What a stream of events tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Something happened to a container.
    Event(ContainerEvent),
    /// Something happened that could not be read: it was too long, or no event. Whoever listens asks for
    /// the list anew.
    Lost,
}

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
    ) -> impl Stream<Item = Result<Told, EngineError>> + Send + use<> {
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
            let lines = stream::try_unfold(Lines::of(answer), |mut lines| async move {
                Ok(lines.next().await?.map(|line| (line, lines)))
            });
            Ok::<_, EngineError>(lines)
        };
        stream::once(lines).try_flatten().try_filter_map(|line| std::future::ready(Ok(told(line))))
    }
}

fn told(line: Line) -> Option<Told> {
    let lost = |why: &str| {
        tracing::debug!(why, "an event was left out");
        Some(Told::Lost)
    };
    match line {
        Line::Whole(line) => match serde_json::from_slice(&line) {
            Ok(said) => event(said).map(Told::Event),
            Err(error) => lost(&one_line(&error.to_string())),
        },
        Line::LeftOut => lost("it is too long"),
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

    /// Holds because what is no event is said to be lost, and what nobody needs to hear is not.
    #[test]
    fn what_cannot_be_read_is_said_to_be_lost() {
        let of = |text: &str| told(Line::Whole(text.into()));
        for text in ["{\n", "not json\n", "[1]\n", "{\"Type\":7}\n", "\u{0}\n"] {
            assert_eq!(of(text), Some(Told::Lost), "{text}");
        }
        assert_eq!(told(Line::LeftOut), Some(Told::Lost));
        assert_eq!(of("{}\n"), None);
    }
}
