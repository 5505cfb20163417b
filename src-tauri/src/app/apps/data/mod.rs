//! The data of apps: backed up to a file of this computer, brought back from one, and carried to another
//! server. It streams: nothing of it is held whole, and nothing lies on a disk unencrypted on its way.

mod arrival;
mod bringing;
mod file;
mod moving;
mod parts;
mod rest;
mod restoring;
mod saving;
mod ways;

pub use moving::MoveWish;
pub use restoring::RestoreWish;
pub use saving::AppBackupWish;

pub(super) use bringing::Incoming;
