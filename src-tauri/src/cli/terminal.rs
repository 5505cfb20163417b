//! What differs between systems at a terminal: being told to end, and echo that a prompt turned
//! off.

/// Waits until Ctrl-C or the system says that the process should end.
pub async fn told_to_end() {
    if let Err(error) = wait().await {
        tracing::warn!(%error, "signals cannot be heard");
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn wait() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn wait() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Puts the terminal's settings back when dropped: a prompt for a password that is left by Ctrl-C
/// would leave the shell without echo.
pub struct Settings {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl Settings {
    /// The settings as they are now.
    #[must_use]
    pub fn keep() -> Self {
        Self {
            #[cfg(unix)]
            before: rustix::termios::tcgetattr(std::io::stdin()).ok(),
        }
    }
}

#[cfg(unix)]
impl Drop for Settings {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(before) = &self.before {
            // A terminal that is gone needs no settings.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}
