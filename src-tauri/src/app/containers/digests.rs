//! The digests of an engine's images, so that each is asked for once.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// An image by its id and the name that a container asked for.
pub(super) type ImageName = (String, String);

/// Digests by image. An image that has none may be given one by a registry, and is asked about again.
/// Its clones are the same.
#[derive(Clone, Default)]
pub(super) struct Digests(Arc<Mutex<HashMap<ImageName, String>>>);

impl Digests {
    fn all(&self) -> MutexGuard<'_, HashMap<ImageName, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, image: &ImageName) -> Option<String> {
        self.all().get(image).cloned()
    }

    pub(super) fn insert(&self, image: ImageName, digest: String) {
        self.all().insert(image, digest);
    }

    /// Forgets all that no container has any more.
    pub(super) fn keep_only(&self, used: &HashSet<ImageName>) {
        self.all().retain(|image, _| used.contains(image));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that pulls an image every night must not fill the memory over a year.
    #[test]
    fn what_nobody_uses_is_forgotten() {
        let digests = Digests::default();
        let name = |tag: &str| ("sha256:1".to_owned(), tag.to_owned());
        digests.insert(name("old"), "a".into());
        digests.clone().insert(name("new"), "b".into());
        digests.keep_only(&HashSet::from([name("new")]));
        assert_eq!(
            (digests.get(&name("old")), digests.get(&name("new"))),
            (None, Some("b".into()))
        );
    }
}
