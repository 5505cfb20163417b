//! The computer that an engine is on: programs that are run there.

use super::{client::Engine, transport::Route};
use crate::ssh::{Connection, Limits, Output, RemoteError};
use std::process::Stdio;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};

/// A computer that programs are run on.
#[derive(Clone, Debug)]
pub enum Host {
    /// This one.
    Local,
    /// A server.
    Remote(Connection),
}

/// Why a program did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// On a server.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// On this computer.
    #[error("{program} could not be run: {source}")]
    Local {
        /// Which.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// On this computer, for too long.
    #[error("{0} did not end within {1} s")]
    Slow(String, u64),
}

impl Engine {
    /// The computer that it is on.
    #[must_use]
    pub fn host(&self) -> Host {
        match &self.route {
            Route::Local(_) => Host::Local,
            Route::Streamlocal(connection, _) | Route::DialStdio(connection, _) => {
                Host::Remote(connection.clone())
            }
        }
    }
}

impl Host {
    /// Runs a program with something on its standard input. No shell reads the words.
    ///
    /// # Errors
    /// When it could not be run, or did not end in time. A program that fails is no error.
    pub async fn run(
        &self,
        argv: &[&str],
        input: &[u8],
        limits: Limits,
    ) -> Result<Output, HostError> {
        match self {
            Self::Remote(connection) => Ok(connection.exec_with(argv, input, limits).await?),
            Self::Local => {
                let program = argv.first().copied().unwrap_or_default().to_owned();
                let run = tokio::time::timeout(limits.time, local(argv, input, limits.bytes)).await;
                match run {
                    Ok(Ok(output)) => Ok(output),
                    Ok(Err(source)) => Err(HostError::Local { program, source }),
                    Err(_) => Err(HostError::Slow(program, limits.time.as_secs())),
                }
            }
        }
    }
}

async fn local(argv: &[&str], input: &[u8], most: usize) -> std::io::Result<Output> {
    let [program, arguments @ ..] = argv else { return Ok(Output::default()) };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A program that ends early reads no more, and that is its own affair.
            let _ = stdin.write_all(input).await;
        }
    };
    let (_, stdout, stderr) = futures::join!(feed, read(stdout, most), read(stderr, most));
    let ((stdout, cut), (stderr, cut_too)) = (stdout?, stderr?);
    let status = child.wait().await?;
    Ok(Output {
        status: status.code().and_then(|code| u32::try_from(code).ok()),
        signal: None,
        stdout,
        stderr,
        truncated: cut || cut_too,
    })
}

/// Reads to the end, and keeps as much as is wanted.
async fn read(
    from: Option<impl tokio::io::AsyncRead + Unpin>,
    most: usize,
) -> std::io::Result<(Vec<u8>, bool)> {
    let (mut kept, mut cut) = (Vec::new(), false);
    let Some(mut from) = from else { return Ok((kept, cut)) };
    let mut part = vec![0; 16 << 10];
    loop {
        let length = from.read(&mut part).await?;
        if length == 0 {
            return Ok((kept, cut));
        }
        let room = most.saturating_sub(kept.len()).min(length);
        kept.extend_from_slice(&part[..room]);
        cut |= room < length;
    }
}
