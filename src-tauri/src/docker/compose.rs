//! `docker compose` on the computer of an engine, and the files of its projects.
//!
//! Every word is an argument of its own; files go in on standard input.

use super::{
    client::Engine,
    host::{Host, HostError},
};
use crate::{
    domain::{app_project::ProjectName, own_app::AdoptedFiles, text::is_hidden},
    ssh::{Limits, Output},
};
use std::time::Duration;

/// Writes one file of a project, readable for nobody else, in one step.
const PLACE: &str = r#"
umask 077
mkdir -p -- "$1" && cd -- "$1" || exit 1
cat > "$2.new" && mv -f -- "$2.new" "$2"
"#;
/// Writes over a file that somebody else wrote. What it was before the first time is kept beside it; whose it is,
/// and who may read it, stays as it is.
const WRITE_OVER: &str = r#"
umask 077
cd -- "$1" || exit 1
if [ -e "$2" ] && [ ! -e "$2.before-tomo" ]; then cp -p -- "$2" "$2.before-tomo" || exit 1; fi
if [ -L "$2" ]; then cat > "$2"; exit; fi
new=$(mktemp ".tomo-$2.XXXXXX") || exit 1
trap 'rm -f -- "$new"' EXIT
if [ -e "$2" ]; then cp -p -- "$2" "$new" || exit 1; fi
cat > "$new" && mv -f -- "$new" "$2"
"#;
/// Says where projects are: `~/tomo`.
const HOME: &str = r#"printf '%s' "$HOME/tomo""#;
/// Takes the files of a project away, and its folder where nothing else is in it.
const FORGET: &str = r#"
cd -- "$1" 2>/dev/null || exit 0
rm -f -- compose.yaml .env compose.yaml.new .env.new
cd / && rmdir -- "$1" 2>/dev/null
exit 0
"#;

/// Runs compose with the variables of the project alone: what the account's own environment says of one of them,
/// or to compose itself, would beat the files. $1 is the folder, $2 the engine, $3 how many files of variables
/// follow; the rest are words of compose.
const COMPOSE: &str = r#"
cd -- "$1" || exit 1
DOCKER_HOST="$2"
count="$3"
shift 3
names=$(env | sed -n 's/^\(COMPOSE_[A-Za-z0-9_]*\)=.*/\1/p')
while [ "$count" -gt 0 ]; do
  names="$names $(sed -n 's/^\(export  *\)*\([A-Za-z_][A-Za-z0-9_]*\)=.*/\2/p' "$1" 2>/dev/null)"
  count=$((count - 1))
  shift
done
for name in $names; do
  case "$name" in PATH | HOME | DOCKER_HOST) ;; *) unset "$name" ;; esac
done
export DOCKER_HOST
exec docker compose "$@"
"#;

/// The oldest compose that Tomo uses.
const OLDEST: (u32, u32) = (2, 0);
/// What may take as long as an app takes to start.
const LONG: Limits = Limits { time: Duration::from_secs(3_600), bytes: 256 << 10 };
const SHORT: Limits = Limits { time: Duration::from_secs(60), bytes: 256 << 10 };

/// A compose project on the computer of an engine.
#[derive(Clone, Debug)]
pub struct ComposeProject {
    host: Host,
    /// As `DOCKER_HOST` names it.
    engine: String,
    name: ProjectName,
    /// Full path of the folder with its files.
    folder: String,
    /// Its compose files, full paths in order.
    files: Vec<String>,
    /// Its files of variables, full paths in order.
    variables: Vec<String>,
    /// Whether somebody else wrote them.
    is_adopted: bool,
}

/// Why compose did not do something.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// It is not there.
    #[error("docker compose is not installed on this server")]
    Missing,
    /// It is too old.
    #[error("docker compose {0} is too old; 2.0 is the oldest that Tomo uses")]
    TooOld(String),
    /// It said no.
    #[error("{0}")]
    Failed(String),
    /// It was not run.
    #[error(transparent)]
    Host(#[from] HostError),
}

impl Engine {
    /// A project of this name in the account's folder of projects.
    ///
    /// # Errors
    /// When the account has no home.
    pub async fn compose_project(
        &self,
        name: &ProjectName,
    ) -> Result<ComposeProject, ComposeError> {
        let host = self.host();
        let home = said(host.run(&["sh", "-c", HOME], &[], SHORT).await?)?;
        if !home.starts_with('/') || home.chars().any(is_hidden) {
            return Err(ComposeError::Failed("the account has no home folder".to_owned()));
        }
        let folder = format!("{home}/{name}");
        Ok(ComposeProject {
            host,
            engine: format!("unix://{}", self.info().socket),
            name: name.clone(),
            files: vec![format!("{folder}/compose.yaml")],
            variables: vec![format!("{folder}/.env")],
            folder,
            is_adopted: false,
        })
    }

    /// A project that somebody else made, where its files are.
    #[must_use]
    pub fn adopted_project(&self, name: &ProjectName, files: &AdoptedFiles) -> ComposeProject {
        ComposeProject {
            host: self.host(),
            engine: format!("unix://{}", self.info().socket),
            name: name.clone(),
            folder: files.folder.clone(),
            files: files.compose.clone(),
            variables: files.variables.clone(),
            is_adopted: true,
        }
    }

    /// The version of `docker compose` on its computer.
    ///
    /// # Errors
    /// When there is none, or it is too old.
    pub async fn compose_version(&self) -> Result<String, ComposeError> {
        let argv = ["docker", "compose", "version", "--short"];
        let output = match self.host().run(&argv, &[], SHORT).await {
            Err(HostError::Local { .. }) => return Err(ComposeError::Missing),
            output => output?,
        };
        if !output.succeeded() {
            return Err(ComposeError::Missing);
        }
        let version = said(output)?;
        let mut numbers = version.trim_start_matches('v').split('.').map(str::parse::<u32>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST => Ok(version),
            _ => Err(ComposeError::TooOld(version)),
        }
    }
}

impl ComposeProject {
    /// Full path of the folder with its files.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Writes its compose file and its variables, both readable for the account alone.
    ///
    /// # Errors
    /// When the server does not take them.
    pub async fn write(&self, compose: &str, variables: &str) -> Result<(), ComposeError> {
        if self.is_adopted {
            return self.write_over(compose, variables).await;
        }
        for (name, text) in [("compose.yaml", compose), (".env", variables)] {
            let argv = ["sh", "-c", PLACE, "sh", &self.folder, name];
            said(self.host.run(&argv, text.as_bytes(), SHORT).await?)?;
        }
        Ok(())
    }

    /// Writes over the one compose file of somebody else, and their one file of variables: the usual one where
    /// there was none and one is needed.
    async fn write_over(&self, compose: &str, variables: &str) -> Result<(), ComposeError> {
        let usual = format!("{}/.env", self.folder);
        let both = match (&self.files[..], &self.variables[..]) {
            ([file], []) if variables.is_empty() => vec![(file, compose)],
            ([file], []) => vec![(&usual, variables), (file, compose)],
            ([file], [its]) => vec![(its, variables), (file, compose)],
            _ => {
                let why = "it has several files, and nobody could say what belongs into which";
                return Err(ComposeError::Failed(why.to_owned()));
            }
        };
        for (path, text) in both {
            let (folder, name) = path.rsplit_once('/').unwrap_or((&self.folder, path));
            let folder = if folder.is_empty() { "/" } else { folder };
            let argv = ["sh", "-c", WRITE_OVER, "sh", folder, name];
            said(self.host.run(&argv, text.as_bytes(), SHORT).await?)?;
        }
        Ok(())
    }

    /// Whether its compose files are there.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn is_there(&self) -> Result<bool, ComposeError> {
        for file in &self.files {
            if !self.host.run(&["test", "-f", file], &[], SHORT).await?.succeeded() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes its files away; those that somebody else wrote stay.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn forget(&self) -> Result<(), ComposeError> {
        if self.is_adopted {
            return Ok(());
        }
        said(self.host.run(&["sh", "-c", FORGET, "sh", &self.folder], &[], SHORT).await?)?;
        Ok(())
    }

    /// Has compose read its files, and tells what is wrong with them.
    ///
    /// # Errors
    /// What compose says.
    pub async fn check(&self) -> Result<(), ComposeError> {
        self.compose(&["config", "--quiet"], SHORT).await
    }

    /// Makes its networks, volumes and containers, and starts none of them.
    ///
    /// # Errors
    /// What compose says.
    pub async fn create(&self) -> Result<(), ComposeError> {
        self.compose(&["create", "--pull", "never", "--no-build"], LONG).await
    }

    /// Starts its containers, each when those that it depends on are well.
    ///
    /// # Errors
    /// What compose says.
    pub async fn start(&self) -> Result<(), ComposeError> {
        let words = ["up", "--detach", "--no-recreate", "--no-build", "--pull", "never"];
        self.compose(&words, LONG).await
    }

    /// Stops and starts its containers.
    ///
    /// # Errors
    /// What compose says.
    pub async fn restart(&self) -> Result<(), ComposeError> {
        self.compose(&["restart"], LONG).await
    }

    /// Stops its containers.
    ///
    /// # Errors
    /// What compose says.
    pub async fn stop(&self) -> Result<(), ComposeError> {
        self.compose(&["stop"], LONG).await
    }

    /// Removes its containers and networks, and with `volumes` the data in its volumes.
    ///
    /// # Errors
    /// What compose says.
    pub async fn down(&self, volumes: bool) -> Result<(), ComposeError> {
        let words: &[&str] = if volumes {
            &["down", "--volumes", "--remove-orphans"]
        } else {
            &["down", "--remove-orphans"]
        };
        self.compose(words, LONG).await
    }

    async fn compose(&self, words: &[&str], limits: Limits) -> Result<(), ComposeError> {
        said(self.run(words, limits).await?).map(|_| ())
    }

    pub(super) async fn run(&self, words: &[&str], limits: Limits) -> Result<Output, HostError> {
        let count = self.variables.len().to_string();
        let mut argv = vec!["sh", "-c", COMPOSE, "sh", &self.folder, &self.engine, &count];
        argv.extend(self.variables.iter().map(String::as_str));
        argv.extend(["--ansi", "never", "--project-name", self.name.as_str()]);
        argv.extend(["--project-directory", &self.folder]);
        // Compose finds the usual one by itself, and would say of each new container that it was named.
        let usual = format!("{}/.env", self.folder);
        if self.variables != [usual] {
            argv.extend(self.variables.iter().flat_map(|file| ["--env-file", file]));
        }
        argv.extend(self.files.iter().flat_map(|file| ["--file", file]));
        argv.extend(words);
        self.host.run(&argv, &[], limits).await
    }
}

/// What a program said, if it did what it should.
pub(super) fn said(output: Output) -> Result<String, ComposeError> {
    if output.succeeded() {
        return Ok(super::text(String::from_utf8_lossy(&output.stdout).trim(), 4_000));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    // The reason stands last; what comes before it is what was done until then.
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    let last = last.map(|line| super::text(line, 500)).unwrap_or_else(|| match output.status {
        Some(status) => format!("it ended with {status}"),
        None => "it was ended".to_owned(),
    });
    Err(ComposeError::Failed(last))
}
