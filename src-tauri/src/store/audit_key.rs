//! The key of the audit trail, in a slot that every connection looks into.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};
use zeroize::Zeroizing;

/// A place for the key that the audit trail's checksums are made with. The database is open before
/// the vault is, so the slot starts empty; until it holds a key, no setting can be written.
#[derive(Clone, Default)]
pub struct AuditKeySlot(Arc<RwLock<Option<Zeroizing<[u8; 32]>>>>);

impl AuditKeySlot {
    /// An empty slot.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Puts the key in: every connection uses it from now on.
    pub fn fill(&self, key: Zeroizing<[u8; 32]>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }

    /// Takes the key out, when the vault closes.
    pub fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What `use_key` makes of the key, if there is one.
    pub(super) fn with<T>(&self, use_key: impl FnOnce(&[u8; 32]) -> T) -> Option<T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).as_deref().map(use_key)
    }
}

impl fmt::Debug for AuditKeySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKeySlot")
    }
}
