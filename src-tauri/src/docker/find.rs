//! Finding the engines of a server: which sockets there are, which engines answer at them, and what
//! stands in the way where none does.
//!
//! One server may have several, as Podman beside Docker, or an account's own beside the system's. One
//! that answers at several sockets counts once.

mod local;
mod places;
mod words;

pub use local::{again_here, at, here};

use super::{client::Engine, error::EngineError, list::Listed, transport::Route};
use crate::{
    domain::engine::{EngineTrouble, EngineVia},
    ssh::{Connection, Limits, RemoteError},
};
use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use places::{Place, Seen};
use std::{
    pin::{Pin, pin},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};
pub use words::gone;
use words::{Way, lost, no_answer, nothing_usable};

const SCRIPT: &str = include_str!("find/find.sh");
/// Where the engine of nearly every server is.
const USUAL: &str = "/var/run/docker.sock";
const LIMITS: Limits = Limits { time: Duration::from_secs(15), bytes: 64 << 10 };
/// How long one engine that has answered waits for others to do so too.
const GRACE: Duration = Duration::from_secs(5);

/// An engine and its first list, or why there is none.
type Met = Result<(Engine, Listed), EngineError>;
/// The same, in words.
type Settled = Result<(Engine, Listed), Box<EngineTrouble>>;

/// What came of looking for engines.
pub struct Found {
    /// Those that answer, each once, with their first lists. The first is the one that is preferred:
    /// what `DOCKER_HOST` names, else Docker's usual place.
    pub met: Vec<(Engine, Listed)>,
    /// Why there are no others; where none answers, the first of these says why.
    pub silent: Vec<EngineTrouble>,
    /// Sockets at which one of them answers as well.
    pub doubles: Vec<String>,
}

impl Found {
    fn nothing(trouble: EngineTrouble) -> Self {
        Self { met: Vec::new(), silent: vec![trouble], doubles: Vec::new() }
    }

    /// The answers of places, in the order of their preference.
    fn of(settled: impl IntoIterator<Item = Settled>, seen: &Seen) -> Self {
        let mut found = Self { met: Vec::new(), silent: Vec::new(), doubles: Vec::new() };
        for settled in settled {
            match settled {
                Ok((engine, _)) if found.met.iter().any(|(other, _)| other.is_same(&engine)) => {
                    found.doubles.push(engine.info().socket.clone());
                }
                Ok(met) => found.met.push(met),
                Err(trouble) => found.silent.push(*trouble),
            }
        }
        if found.met.is_empty() && found.silent.is_empty() {
            found.silent.push(nothing_usable(seen));
        }
        found
    }

    /// The one that is preferred.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn first(self) -> Result<(Engine, Listed), Box<EngineTrouble>> {
        match (self.met.into_iter().next(), self.silent.into_iter().next()) {
            (Some(met), _) => Ok(met),
            (None, Some(trouble)) => Err(Box::new(trouble)),
            (None, None) => Err(Box::new(nothing_usable(&Seen::default()))),
        }
    }
}

/// Finds the engines of a server, asks each what it is, and lists its containers.
pub async fn on_server(connection: &Connection) -> Found {
    guessing(connection, USUAL).await
}

/// The same with another guess at where the engine is.
#[doc(hidden)]
pub async fn guessing(connection: &Connection, usual: &str) -> Found {
    let mut looking = pin!(look(connection));
    // Nearly every engine is there: while the script looks around, it is asked already, which is two
    // ways and back less until the list. The answer counts only if the script finds it usable.
    let mut guess = Early::Asking(Box::pin(meet_at(connection, usual)));
    let seen = loop {
        tokio::select! {
            seen = &mut looking => match seen {
                Ok(seen) => break seen,
                Err(trouble) => return Found::nothing(trouble),
            },
            () = guess.go_on() => {}
        }
    };
    // What nobody reads holds up the whole connection: from here on the guess is asked on together with
    // all others, or taken back.
    let mut guess = Some(guess).filter(|_| seen.usable().any(|place| place.path == usual));
    let has_program = seen.has("docker");
    let mut meeting: FuturesUnordered<_> = seen
        .usable()
        .enumerate()
        .map(|(at, place)| {
            let early = if place.path == usual { guess.take() } else { None };
            async move {
                let answer = match early {
                    Some(early) => early.answer().await,
                    None => meet_at(connection, &place.path).await,
                };
                (at, settled(connection, place, answer, has_program).await)
            }
            .boxed()
        })
        .collect();
    let mut all: Vec<Settled> = seen
        .usable()
        .map(|place| Err(Box::new(no_answer(place, &EngineError::Timeout, Way::Open))))
        .collect();
    let mut give_up = None;
    loop {
        let next = match give_up {
            Some(at) => timeout_at(at, meeting.next()).await.unwrap_or_default(),
            None => meeting.next().await,
        };
        let Some((at, settled)) = next else { break };
        if settled.is_ok() {
            give_up = give_up.or(Some(Instant::now() + GRACE));
        }
        all[at] = settled;
    }
    Found::of(all, &seen)
}

/// Looks for the engine at one socket of a server again.
///
/// # Errors
/// What stands in the way.
pub async fn again(
    connection: &Connection,
    socket: &str,
) -> Result<(Engine, Listed), EngineTrouble> {
    let seen = look(connection).await?.only(socket);
    match seen.usable().next() {
        Some(place) => {
            let answer = meet_at(connection, &place.path).await;
            settled(connection, place, answer, seen.has("docker")).await.map_err(|it| *it)
        }
        None if seen.is_missing(socket) => Err(gone(socket)),
        None => Err(nothing_usable(&seen)),
    }
}

/// What the account sees.
async fn look(connection: &Connection) -> Result<Seen, EngineTrouble> {
    let output = connection.exec(&["sh", "-c", SCRIPT, "sh"], LIMITS).await;
    let output = output.map_err(|error| lost(&error))?;
    Ok(Seen::of(&String::from_utf8_lossy(&output.stdout)))
}

async fn meet_at(connection: &Connection, path: &str) -> Met {
    let streamlocal = Route::Streamlocal(connection.clone(), path.to_owned());
    Engine::meet(streamlocal, path, EngineVia::Streamlocal).await
}

/// What came of a place, with the other way there where the first is closed.
async fn settled(
    connection: &Connection,
    place: &Place,
    mut answer: Met,
    has_program: bool,
) -> Settled {
    let said = |error: &RemoteError| matches!(&answer, Err(EngineError::Unreachable(why)) if *why == error.to_string());
    // OpenSSH says the same of a socket that it may not forward and of one that nobody answers at.
    let forbidden = said(&RemoteError::Forbidden);
    let unclear = forbidden || said(&RemoteError::NotConnected);
    if unclear && has_program {
        let stdio = Route::DialStdio(connection.clone(), place.path.clone());
        match Engine::meet(stdio, &place.path, EngineVia::DialStdio).await {
            // Then nobody answers there either way, which the first error says better.
            Err(EngineError::Unreachable(_)) => {}
            other => answer = other,
        }
    }
    let way = match (has_program, forbidden, unclear) {
        (true, ..) | (_, _, false) => Way::Open,
        (false, true, _) => Way::Shut,
        (false, false, true) => Way::Unclear,
    };
    answer.map_err(|error| Box::new(no_answer(place, &error, way)))
}

/// What comes of asking at a place before anybody said that it is one.
enum Early<F> {
    Asking(Pin<Box<F>>),
    Answered(Box<Met>),
}

impl<F: Future<Output = Met>> Early<F> {
    /// Returns when there is an answer, once; then never.
    async fn go_on(&mut self) {
        match self {
            Self::Asking(asking) => *self = Self::Answered(Box::new(asking.await)),
            Self::Answered(_) => std::future::pending().await,
        }
    }

    /// The answer.
    async fn answer(self) -> Met {
        match self {
            Self::Asking(asking) => asking.await,
            Self::Answered(met) => *met,
        }
    }
}
