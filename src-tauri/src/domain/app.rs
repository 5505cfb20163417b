//! Apps: what a catalog says of one, what people are asked before it is installed, and what it may
//! do that they should know of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use ts_rs::TS;

/// What an app is called in its source: `miniflux`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS, JsonSchema)]
#[ts(type = "string")]
pub struct AppName(String);

impl AppName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for AppName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that breaks the rule, in words that name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("2 to 49 of a–z, 0–9 and '-', beginning with a letter")]
pub struct NotAName;

impl FromStr for AppName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let is_whole = (2..=49).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if is_whole { Ok(Self(text.to_owned())) } else { Err(NotAName) }
    }
}

impl<'de> Deserialize<'de> for AppName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|rule| serde::de::Error::custom(format_args!("'{text}' is none: {rule}")))
    }
}

/// What an app is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AppCategory {
    /// Doing things by themselves.
    Automation,
    /// Pictures, films, music, books.
    Media,
    /// Figures and alarms.
    Monitoring,
    /// Names, ways and doors of the network.
    Networking,
    /// Passwords, sign-in, protection.
    Security,
    /// Files and copies of them.
    Storage,
    /// All the rest.
    Utility,
}

impl AppCategory {
    /// Each of them, in the order of their names.
    pub const ALL: [Self; 7] = [
        Self::Automation,
        Self::Media,
        Self::Monitoring,
        Self::Networking,
        Self::Security,
        Self::Storage,
        Self::Utility,
    ];

    /// As manifests write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Automation => "automation",
            Self::Media => "media",
            Self::Monitoring => "monitoring",
            Self::Networking => "networking",
            Self::Security => "security",
            Self::Storage => "storage",
            Self::Utility => "utility",
        }
    }
}

/// What is drawn for an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AppIcon {
    /// One of Tomo's own drawings.
    Drawing {
        /// Its name: `feed`.
        name: String,
    },
    /// A picture that came with the app.
    Picture {
        /// `image/svg+xml`, `image/png`, `image/webp` or `image/jpeg`.
        media_type: String,
        /// The file, base64.
        data: String,
    },
}

/// What an app needs of a server; what is absent is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppRequirements {
    /// Memory, bytes.
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
    /// Room on the disk, bytes.
    #[ts(type = "number | null")]
    pub storage_bytes: Option<u64>,
    /// Processors, cores.
    pub cpu_cores: Option<f64>,
    /// What its images are built for, as Docker writes it: `amd64`, `arm64`, `arm/v7`. Empty: not known.
    pub architectures: Vec<String>,
}

/// A value to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppChoice {
    /// What the app gets.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// Which protocol a port speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PortProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What a secret is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretAlphabet {
    /// Letters and digits: needs no quoting anywhere.
    Letters,
    /// 0–9 and a–f.
    Hex,
}

/// What a setting takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AppSettingKind {
    /// A line.
    Text {
        /// A regular expression for the whole of it.
        pattern: Option<String>,
        /// The most characters.
        max: u32,
    },
    /// A whole number.
    Number {
        /// At least.
        #[ts(type = "number | null")]
        min: Option<i64>,
        /// At most.
        #[ts(type = "number | null")]
        max: Option<i64>,
    },
    /// One of several.
    Choice {
        /// These.
        choices: Vec<AppChoice>,
    },
    /// A word that Tomo makes and keeps encrypted.
    Secret {
        /// Characters.
        length: u32,
        /// What it is made of.
        alphabet: SecretAlphabet,
    },
    /// A port of the server.
    Port {
        /// Which protocol.
        protocol: PortProtocol,
    },
    /// An absolute path on the server.
    Path,
    /// A name of the IANA list.
    TimeZone,
}

/// What people are asked before an app is installed, and a variable of its `.env`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppSetting {
    /// The variable: `WEB_PORT`.
    pub name: String,
    /// What it takes.
    pub kind: AppSettingKind,
    /// What stands above the field.
    pub label: String,
    /// What stands under it.
    pub description: Option<String>,
    /// Its value if nobody says another; a secret has none.
    pub default: Option<String>,
    /// Whether it must have a value.
    pub is_required: bool,
    /// Whether few people change it.
    pub is_advanced: bool,
}

/// What a browser opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppWeb {
    /// The setting with the port.
    pub port: String,
    /// Path of the address: `/`.
    pub path: String,
    /// Whether it speaks TLS.
    pub is_https: bool,
}

/// When an app counts as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppHealth {
    /// Which service is asked.
    pub service: String,
    /// A port inside of its container.
    pub port: u16,
    /// What is asked for over HTTP; absent: it only has to take connections.
    pub path: Option<String>,
    /// The longest that it may take, seconds.
    pub wait_seconds: u32,
}

/// What an app may do that people should know of before they install it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AppFlag {
    /// It may do on the server what root may.
    Privileged,
    /// It stands in the server's own network.
    HostNetwork,
    /// It sees the server's processes.
    HostPid,
    /// It may use the engine, and so do on the server what root may.
    EngineSocket,
    /// It has a power that containers do not have.
    Capability {
        /// `NET_ADMIN`
        name: String,
    },
    /// It uses a device of the server.
    Device {
        /// `/dev/dri`
        path: String,
    },
    /// The name of an image stands for another version tomorrow.
    MovingImage {
        /// `nginx:latest`
        image: String,
    },
    /// It reads or writes a folder of the server's system.
    SystemPath {
        /// `/etc`
        path: String,
    },
}

impl AppFlag {
    /// What it means, as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Privileged => "It may do on the server what root may (privileged).".to_owned(),
            Self::HostNetwork => "It stands in the server's own network.".to_owned(),
            Self::HostPid => "It sees the server's processes.".to_owned(),
            Self::EngineSocket => {
                "It may use the engine, and so do on the server what root may.".to_owned()
            }
            Self::Capability { name } => {
                format!("It has a power that containers do not have: {name}.")
            }
            Self::Device { path } => match asked_for(path) {
                Some(name) => format!("It may be given a device of the server: see {name}."),
                None => format!("It uses a device of the server: {path}."),
            },
            Self::MovingImage { image } => {
                format!("Its image may be another tomorrow: {image}.")
            }
            Self::SystemPath { path } => {
                format!("It uses a folder of the server's system: {path}.")
            }
        }
    }
}

/// The setting that a path is, where it is one.
fn asked_for(path: &str) -> Option<&str> {
    path.strip_prefix("${")?.strip_suffix('}')
}

/// One container of an app, as its compose file says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppService {
    /// Its name in the compose file.
    pub name: String,
    /// Its image, variables and all.
    pub image: String,
    /// What it may do that people should know of.
    pub flags: Vec<AppFlag>,
    /// Whether the compose file says how its health is checked.
    pub has_healthcheck: bool,
}

/// What a catalog says of an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppManifest {
    /// What it is called in its source.
    pub id: AppName,
    /// Name for people.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Of the app, as its authors write it.
    pub version: String,
    /// What it is for.
    pub category: AppCategory,
    /// Words that people search for.
    pub tags: Vec<String>,
    /// What is drawn for it.
    pub icon: Option<AppIcon>,
    /// Its licence, SPDX.
    pub licence: Option<String>,
    /// Where its source is.
    pub repository: Option<String>,
    /// Where its guide is.
    pub documentation: Option<String>,
    /// What it needs of a server.
    pub requirements: AppRequirements,
    /// Whether its source puts it forward.
    pub is_featured: bool,
    /// Whether its source advises against it.
    pub is_deprecated: bool,
    /// What people are asked.
    pub settings: Vec<AppSetting>,
    /// What a browser opens.
    pub web: Option<AppWeb>,
    /// When it is well, where its containers do not say so themselves.
    pub health: Option<AppHealth>,
    /// The compose file.
    pub compose: String,
    /// Its containers.
    pub services: Vec<AppService>,
    /// What to know after the installation.
    pub notes: Option<String>,
}
