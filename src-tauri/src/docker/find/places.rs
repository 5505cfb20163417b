//! What an account sees of engines: their sockets, and the programs that go with them.

/// What something is that could be an engine's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Socket,
    Other,
    Missing,
}

/// A place where an engine's socket could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) kind: Kind,
    /// Whether the account may use it.
    pub(super) may: bool,
    /// The group that owns it.
    pub(super) group: Option<String>,
}

/// What an account sees of engines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) user: String,
    pub(super) programs: Vec<String>,
    /// The socket that `DOCKER_HOST` names.
    pub(super) named: Option<String>,
    pub(super) places: Vec<Place>,
}

impl Seen {
    pub(super) fn of(text: &str) -> Self {
        let mut found = Self::default();
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("user", name)) => name.clone_into(&mut found.user),
                Some(("program", name)) => found.programs.push(name.to_owned()),
                Some(("named", path)) => found.named = Some(path.to_owned()),
                Some(("socket", rest)) => found.places.extend(place(rest)),
                _ => {}
            }
        }
        found
    }

    /// The sockets that the account may use, in the order in which they are preferred.
    pub(super) fn usable(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| place.kind == Kind::Socket && place.may)
    }

    /// Whether a program is installed.
    pub(super) fn has(&self, program: &str) -> bool {
        self.programs.iter().any(|installed| installed == program)
    }

    /// Whether nothing at all is at this path.
    pub(super) fn is_missing(&self, socket: &str) -> bool {
        let found = self.places.iter().find(|place| place.path == socket);
        found.is_none_or(|place| place.kind == Kind::Missing)
    }

    /// The same, as if there were no place but this.
    pub(super) fn only(mut self, socket: &str) -> Self {
        self.places.retain(|place| place.path == socket);
        self
    }
}

/// Reads `socket yes docker /var/run/docker.sock`.
fn place(text: &str) -> Option<Place> {
    let mut words = text.splitn(4, ' ');
    let kind = match words.next()? {
        "socket" => Kind::Socket,
        "other" => Kind::Other,
        _ => Kind::Missing,
    };
    let may = words.next()? == "yes";
    let group = words.next().filter(|group| *group != "-").map(str::to_owned);
    Some(Place { path: words.next()?.to_owned(), kind, may, group })
}
