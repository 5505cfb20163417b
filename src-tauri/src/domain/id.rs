//! Identifiers: one type for each kind of row, so that a server's id cannot be passed as a user's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use ts_rs::TS;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier (UUIDv7: later ones sort after earlier ones).
            #[must_use]
            #[expect(clippy::new_without_default, reason = "two calls never give the same value")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id! {
    /// Id of a server: a row of `servers`.
    ServerId
}
id! {
    /// Id of an account: a row of `users`.
    UserId
}

id! {
    /// Id of an app on a server: a row of `installed_apps`.
    InstalledAppId
}

impl ServerId {
    /// The server that stands for the computer Tomo runs on. It is the same in every installation,
    /// so that its history survives a new database being merged with an old one.
    pub const LOCAL: Self = Self(Uuid::from_u128(0x0000_0000_0000_8000_8000_0000_0000_0001));
}
