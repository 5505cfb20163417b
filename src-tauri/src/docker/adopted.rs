//! Compose projects that somebody else made: what the labels of their containers say, and the files on the
//! server. Nothing of them is changed here.

use super::{
    ask::USUAL,
    bounded::{Few, MOST},
    client::Engine,
    compose::said,
    error::EngineError,
    host::{Host, HostError},
    list::SERVICE,
    uses::{PROJECT, or_default},
};
use crate::{
    domain::{app_project::ProjectName, text::is_hidden},
    ssh::Limits,
};
use serde::Deserialize;
use std::{collections::HashMap, time::Duration};

const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
const ENVIRONMENT_FILES: &str = "com.docker.compose.project.environment_file";
const ONE_OFF: &str = "com.docker.compose.oneoff";

/// The largest file that is read, bytes.
const FILE: usize = 1 << 20;
/// With room for the line that says what it is.
const LIMITS: Limits = Limits { time: Duration::from_secs(30), bytes: FILE + 100 };

/// Says what a file is, and then what is in it.
const READ: &str = r#"
[ -e "$1" ] || { echo missing; exit 0; }
[ -f "$1" ] || { echo other; exit 0; }
[ -r "$1" ] || { echo unreadable; exit 0; }
folder=${1%/*}
if [ -w "$1" ] && [ -w "${folder:-/}" ]; then echo writable; else echo readable; fi
exec cat < "$1"
"#;

/// What the labels of one container say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The engine's id of it.
    pub id: String,
    /// The service.
    pub service: String,
    /// The image, as it was asked for.
    pub image: String,
    /// The image's own id.
    pub image_id: String,
    /// The folder that the project was made in.
    pub folder: Option<String>,
    /// Compose files, full paths in order.
    pub files: Vec<String>,
    /// Files of variables.
    pub variables: Vec<String>,
}

/// Why a file could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileObstacle {
    /// It is not there, or in a folder that the account may not enter.
    Missing,
    /// The account may not read it.
    Unreadable,
    /// It is a folder, or something else that is no file.
    NoFile,
    /// It is larger than 1 MiB.
    TooLarge,
    /// It is not text.
    NoText,
}

/// A file of a server.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerFile {
    /// What is in it.
    pub text: String,
    /// Whether the account may write over it.
    pub is_writable: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Listed {
    id: String,
    image: String,
    #[serde(rename = "ImageID")]
    image_id: String,
    #[serde(deserialize_with = "or_default")]
    labels: HashMap<String, String>,
}

impl Engine {
    /// What the labels of a project's containers say; those of `docker compose run` are left out.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn labelled(&self, project: &ProjectName) -> Result<Vec<Labelled>, EngineError> {
        let filters = serde_json::json!({ "label": [format!("{PROJECT}={project}")] }).to_string();
        let query = [("all", "true"), ("filters", filters.as_str())];
        let all: Few<Listed, MOST> = self.ask("/containers/json", &query, USUAL).await?;
        let all = all.of(&self.info().socket, "containers").into_iter();
        let is_its = |one: &Listed| {
            one.labels.get(PROJECT).is_some_and(|it| it == project.as_str())
                && one.labels.get(ONE_OFF).is_none_or(|it| !it.eq_ignore_ascii_case("true"))
        };
        Ok(all.filter(is_its).map(Listed::said).collect())
    }

    /// What is in a file of its computer.
    ///
    /// # Errors
    /// When the computer cannot be asked; within that, when the file cannot be read.
    pub async fn read_file(
        &self,
        path: &str,
    ) -> Result<Result<ServerFile, FileObstacle>, HostError> {
        read(&self.host(), path).await
    }

    /// The compose files of a project as one, its variables as they are written.
    ///
    /// # Errors
    /// What compose says.
    pub async fn merged(
        &self,
        name: &ProjectName,
        files: &crate::domain::own_app::AdoptedFiles,
    ) -> Result<String, super::ComposeError> {
        let project = self.adopted_project(name, files);
        let words = ["config", "--no-interpolate"];
        let output = project.run(&words, LIMITS).await?;
        if output.truncated {
            return Err(super::ComposeError::Failed("its files are larger than 1 MiB".to_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        said(output).map(|_| text)
    }
}

impl Listed {
    fn said(self) -> Labelled {
        let label = |name: &str| self.labels.get(name).map(String::as_str).unwrap_or_default();
        let folder = Some(label(WORKING_DIR)).filter(|it| !it.is_empty()).map(str::to_owned);
        let paths = |name: &str| -> Vec<String> {
            let all = label(name).split(',').map(str::trim).filter(|path| !path.is_empty());
            all.map(|path| whole(folder.as_deref(), path)).collect()
        };
        // The usual one is named by some versions of compose, and not by others.
        let usual = folder.as_deref().map(|folder| whole(Some(folder), ".env"));
        let variables = paths(ENVIRONMENT_FILES).into_iter();
        Labelled {
            files: paths(CONFIG_FILES),
            variables: variables.filter(|path| Some(path) != usual.as_ref()).collect(),
            service: label(SERVICE).to_owned(),
            folder: folder.clone(),
            id: self.id,
            image: self.image,
            image_id: self.image_id,
        }
    }
}

/// A path as seen from a folder.
fn whole(folder: Option<&str>, path: &str) -> String {
    match folder {
        Some(folder) if !path.starts_with('/') && path != "-" => {
            format!("{}/{}", folder.trim_end_matches('/'), path.trim_start_matches("./"))
        }
        _ => path.to_owned(),
    }
}

/// Whether a path can be asked for: labels are whatever somebody wrote.
#[must_use]
pub fn is_whole_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 4_096
        && !path.chars().any(is_hidden)
        && !path.split('/').any(|part| part == "..")
}

async fn read(host: &Host, path: &str) -> Result<Result<ServerFile, FileObstacle>, HostError> {
    let output = host.run(&["sh", "-c", READ, "sh", path], &[], LIMITS).await?;
    let end = output.stdout.iter().position(|byte| *byte == b'\n').unwrap_or_default();
    let (word, rest) = output.stdout.split_at(end);
    let rest = rest.get(1..).unwrap_or_default();
    Ok(match word {
        b"writable" | b"readable" if output.truncated || rest.len() > FILE => {
            Err(FileObstacle::TooLarge)
        }
        b"writable" | b"readable" => match std::str::from_utf8(rest) {
            Ok(text) => Ok(ServerFile { text: text.to_owned(), is_writable: word == b"writable" }),
            Err(_) => Err(FileObstacle::NoText),
        },
        b"unreadable" => Err(FileObstacle::Unreadable),
        b"other" => Err(FileObstacle::NoFile),
        _ => Err(FileObstacle::Missing),
    })
}
