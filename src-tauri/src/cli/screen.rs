//! The terminal's second screen: taken over as a whole, and given back as it was however the view
//! ends.

use super::{error::CliError, output};
use crossterm::{QueueableCommand, cursor, execute, queue, style, terminal};
use std::io::{self, Write};

/// The second screen, for as long as it lives.
pub struct Screen(());

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it cannot be put into raw mode.
    pub fn enter() -> Result<Self, CliError> {
        let failed = |error| CliError::io("taking over the terminal", error);
        terminal::enable_raw_mode().map_err(failed)?;
        // From here on dropping it puts the terminal back, also when the next step fails.
        let screen = Self(());
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide).map_err(failed)?;
        Ok(screen)
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal does not say.
    pub fn size(&self) -> Result<(u16, u16), CliError> {
        terminal::size().map_err(|error| CliError::io("asking for the terminal's size", error))
    }

    /// Draws lines over what was there, in one write, so that nothing flickers. Lines must not be
    /// wider than the screen; those that do not fit below it are left out.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&self, lines: &[String]) -> Result<(), CliError> {
        let (_, height) = self.size()?;
        let mut frame = Vec::new();
        let queued = (|| {
            queue!(frame, terminal::BeginSynchronizedUpdate, cursor::MoveTo(0, 0))?;
            for (row, line) in (0..height).zip(lines) {
                frame.queue(cursor::MoveTo(0, row))?;
                frame.queue(style::Print(line))?;
                frame.queue(terminal::Clear(terminal::ClearType::UntilNewLine))?;
            }
            if lines.len() < usize::from(height) {
                queue!(
                    frame,
                    cursor::MoveToNextLine(1),
                    terminal::Clear(terminal::ClearType::FromCursorDown)
                )?;
            }
            queue!(frame, terminal::EndSynchronizedUpdate)
        })();
        queued.map_err(|error: io::Error| CliError::io("drawing", error))?;
        output::write(&frame)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        let _ = execute!(io::stdout(), cursor::Show, terminal::LeaveAlternateScreen);
        let _ = io::stdout().flush();
        let _ = terminal::disable_raw_mode();
    }
}
