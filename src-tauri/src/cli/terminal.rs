//! What differs between systems at a terminal: being told to end, another size, and echo that a prompt
//! turned off.

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

/// Tells when the terminal may have another size.
pub struct Resizes {
    #[cfg(unix)]
    signals: tokio::signal::unix::Signal,
}

impl Resizes {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the signal cannot be heard.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signals: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change())?,
        })
    }

    /// Waits until it may have another size.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        self.signals.recv().await;
        // Nothing tells of it there.
        #[cfg(not(unix))]
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
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
