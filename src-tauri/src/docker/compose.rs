//! `docker compose` on the computer of an engine, and the files of its projects.
//!
//! Every word is an argument of its own; files go in on standard input.

use super::{
    client::Engine,
    host::{Host, HostError},
};
use crate::{
    domain::{app::AppName, text::is_hidden},
    ssh::{Limits, Output},
};
use std::time::Duration;

/// Writes one file of a project, readable for nobody else, in one step.
const PLACE: &str = r#"
umask 077
mkdir -p -- "$1" && cd -- "$1" || exit 1
cat > "$2.new" && mv -f -- "$2.new" "$2"
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
/// or to compose itself, would beat the file.
const COMPOSE: &str = r#"
cd -- "$1" || exit 1
for name in $(sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' .env 2>/dev/null) \
  $(env | sed -n 's/^\(COMPOSE_[A-Za-z0-9_]*\)=.*/\1/p'); do
  case "$name" in PATH | HOME) ;; *) unset "$name" ;; esac
done
DOCKER_HOST="$2"
export DOCKER_HOST
shift 2
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
    name: AppName,
    /// Full path of the folder with its files.
    folder: String,
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
    pub async fn compose_project(&self, name: &AppName) -> Result<ComposeProject, ComposeError> {
        let host = self.host();
        let home = said(host.run(&["sh", "-c", HOME], &[], SHORT).await?)?;
        if !home.starts_with('/') || home.chars().any(is_hidden) {
            return Err(ComposeError::Failed("the account has no home folder".to_owned()));
        }
        Ok(ComposeProject {
            host,
            engine: format!("unix://{}", self.info().socket),
            name: name.clone(),
            folder: format!("{home}/{name}"),
        })
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
        for (name, text) in [("compose.yaml", compose), (".env", variables)] {
            let argv = ["sh", "-c", PLACE, "sh", &self.folder, name];
            said(self.host.run(&argv, text.as_bytes(), SHORT).await?)?;
        }
        Ok(())
    }

    /// Whether its compose file is there.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn is_there(&self) -> Result<bool, ComposeError> {
        let file = format!("{}/compose.yaml", self.folder);
        Ok(self.host.run(&["test", "-f", &file], &[], SHORT).await?.succeeded())
    }

    /// Takes its files away.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn forget(&self) -> Result<(), ComposeError> {
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
        let file = format!("{}/compose.yaml", self.folder);
        let head = [
            "sh",
            "-c",
            COMPOSE,
            "sh",
            &self.folder,
            &self.engine,
            "--ansi",
            "never",
            "--project-name",
            self.name.as_str(),
            "--project-directory",
            &self.folder,
            "--file",
            &file,
        ];
        let output = self.host.run(&[&head, words].concat(), &[], limits).await?;
        said(output).map(|_| ())
    }
}

/// What a program said, if it did what it should.
fn said(output: Output) -> Result<String, ComposeError> {
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
