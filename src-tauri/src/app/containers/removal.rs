//! What came of each thing that was removed from what an engine keeps, and the words for it in the
//! activity log.

use super::actions::shown;
use crate::domain::engine_store::{PruneKind, RemovalResult};

/// What engines keep.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    Container,
    Image,
    Volume,
    Network,
}

impl Kept {
    pub(super) fn of(kind: PruneKind) -> Self {
        match kind {
            PruneKind::Containers => Self::Container,
            PruneKind::DanglingImages | PruneKind::UnusedImages => Self::Image,
            PruneKind::AnonymousVolumes | PruneKind::UnusedVolumes => Self::Volume,
            PruneKind::UnusedNetworks => Self::Network,
        }
    }

    /// One, and several.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Container => ("container", "containers"),
            Self::Image => ("image", "images"),
            Self::Volume => ("volume", "volumes"),
            Self::Network => ("network", "networks"),
        }
    }
}

/// What came of one thing.
pub(super) struct Removal {
    /// The socket of its engine.
    pub(super) engine: String,
    pub(super) result: RemovalResult,
    /// Whether it is known: an error may also say that it is not.
    pub(super) is_known: bool,
}

/// What came of all of them, for the activity log; `place` is ` on nas`.
pub(super) fn sentence(removed: &[Removal], what: Kept, place: &str) -> String {
    let (one, several) = what.words();
    if let [Removal { result, is_known, .. }] = removed {
        let name = shown(&result.name);
        return match (result.error.is_none(), is_known) {
            (true, _) => format!("{} {name} removed{place}", capital(one)),
            (false, true) => format!("{} {name} not removed{place}", capital(one)),
            (false, false) => format!("It is not known whether {one} {name} was removed{place}"),
        };
    }
    let done = removed.iter().filter(|removal| removal.result.error.is_none()).count();
    let all = removed.len();
    let count = if done == all { all.to_string() } else { format!("{done} of {all}") };
    let unknown = match removed.iter().filter(|removal| !removal.is_known).count() {
        0 => String::new(),
        unknown => format!("; of {unknown} it is not known"),
    };
    format!("{count} {several} removed{place}{unknown}")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever reads the log must not be told that something is still there which may be gone.
    #[test]
    fn a_sentence_tells_what_went_what_stayed_and_what_is_not_known() {
        let removal = |error: Option<&str>, is_known| {
            let error = error.map(str::to_owned);
            let result = RemovalResult { id: "id".into(), name: "data".into(), error };
            Removal { engine: "/run/docker.sock".into(), result, is_known }
        };
        let (gone, stayed) = (|| removal(None, true), || removal(Some("It is used."), true));
        let unknown = || removal(Some("It is not known."), false);
        let said = |removed: &[Removal]| sentence(removed, Kept::Volume, " on nas");
        assert_eq!(said(&[gone()]), "Volume data removed on nas");
        assert_eq!(said(&[stayed()]), "Volume data not removed on nas");
        assert_eq!(said(&[unknown()]), "It is not known whether volume data was removed on nas");
        assert_eq!(said(&[gone(), gone()]), "2 volumes removed on nas");
        let mixed = [gone(), stayed(), unknown()];
        assert_eq!(said(&mixed), "1 of 3 volumes removed on nas; of 1 it is not known");
    }
}
