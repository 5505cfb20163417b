//! What a terminal wrote and the window has not shown yet. No byte is lost: the window says how much
//! it has shown and gets no more than it can take; the program is asked to pause when much waits, as
//! terminals ask since they were made of paper; and one that does not heed that is ended, with the
//! reason.

use crate::domain::terminal::TerminalOutput;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// The most bytes of one message to the window.
const MESSAGE: usize = 64 << 10;
/// Bytes that are on their way to the window, and not shown yet.
const UNSHOWN: usize = 512 << 10;
/// When so much waits, the program is asked to pause…
const PAUSE_AT: usize = 1 << 20;
/// …and to go on when no more than this is left.
const RESUME_AT: usize = 256 << 10;
/// The most that waits.
const MOST: usize = 16 << 20;

/// How the program that writes is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// As it does.
    On,
    /// More slowly, if it can.
    Paused,
    /// Not at all: it does not pause, and nobody takes what it writes.
    Overrun,
}

/// See the module.
#[derive(Default)]
pub(super) struct Screen {
    state: Mutex<State>,
    /// Told when there is something for the window.
    news: Notify,
    /// Told when the window has shown something.
    pub(super) shown: Notify,
    /// Told when the window knows that the terminal has ended.
    pub(super) told: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<u8>,
    unshown: usize,
    is_paused: bool,
    end: Option<TerminalOutput>,
    /// Who shows it, counted: a page that was loaded anew shows it in the old one's place.
    shower: u64,
}

impl Screen {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the program wrote.
    pub(super) fn push(&self, bytes: &[u8]) -> Flow {
        let mut state = self.state();
        if state.waiting.len() + bytes.len() > MOST {
            return Flow::Overrun;
        }
        state.waiting.extend(bytes);
        state.is_paused |= state.waiting.len() >= PAUSE_AT;
        self.news.notify_waiters();
        if state.is_paused { Flow::Paused } else { Flow::On }
    }

    /// How the program is to go on now.
    pub(super) fn flow(&self) -> Flow {
        let mut state = self.state();
        state.is_paused &= state.waiting.len() > RESUME_AT;
        if state.is_paused { Flow::Paused } else { Flow::On }
    }

    /// Waits until the window has caught up.
    pub(super) async fn room(&self) {
        loop {
            let shown = self.shown.notified();
            if self.flow() == Flow::On {
                return;
            }
            shown.await;
        }
    }

    /// Forgets what waits: nobody may see it any more.
    pub(super) fn discard(&self) {
        let mut state = self.state();
        state.waiting = VecDeque::new();
        // Of what was dropped here the window will never say that it showed it.
        state.is_paused = false;
    }

    /// The terminal has ended; what was written before comes first.
    pub(super) fn finish(&self, exit_code: Option<i64>, reason: Option<String>) {
        let mut state = self.state();
        if state.end.is_none() {
            state.end = Some(TerminalOutput::Ended { exit_code, reason });
        }
        self.news.notify_waiters();
    }

    /// The window has shown so many bytes.
    pub(super) fn note_shown(&self, bytes: usize) {
        let mut state = self.state();
        state.unshown = state.unshown.saturating_sub(bytes);
        drop(state);
        self.news.notify_waiters();
    }

    /// A window shows it from now on, in the place of another.
    pub(super) fn show(&self) -> u64 {
        let mut state = self.state();
        state.shower += 1;
        state.unshown = 0;
        let shower = state.shower;
        drop(state);
        self.news.notify_waiters();
        shower
    }

    /// What the window is to show next; nothing after the end, or when another window shows it.
    pub(super) async fn next(&self, shower: u64) -> Option<TerminalOutput> {
        loop {
            let mut news = std::pin::pin!(self.news.notified());
            // From here on nothing is missed.
            news.as_mut().enable();
            {
                let mut state = self.state();
                if state.shower != shower {
                    return None;
                }
                if state.waiting.is_empty() {
                    if let Some(end) = state.end.clone() {
                        self.told.notify_one();
                        return Some(end);
                    }
                } else if state.unshown < UNSHOWN {
                    let count = state.waiting.len().min(MESSAGE);
                    let bytes: Vec<u8> = state.waiting.drain(..count).collect();
                    state.unshown += count;
                    if state.waiting.is_empty() && state.waiting.capacity() > PAUSE_AT {
                        state.waiting = VecDeque::new();
                    }
                    drop(state);
                    self.shown.notify_waiters();
                    return Some(TerminalOutput::Data { bytes: STANDARD.encode(bytes) });
                }
            }
            news.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use proptest::prelude::*;

    fn bytes_of(output: TerminalOutput) -> Vec<u8> {
        match output {
            TerminalOutput::Data { bytes } => STANDARD.decode(bytes).expect("base64"),
            TerminalOutput::Ended { .. } => panic!("it has not ended"),
        }
    }

    proptest! {
        /// Whatever the window's pace, it gets every byte once, in order, then the end.
        #[test]
        fn no_byte_is_lost(pieces in proptest::collection::vec(0_usize..200_000, 0..20), slow in 1_usize..5) {
            let screen = Screen::default();
            let shower = screen.show();
            let (mut written, mut shown) = (Vec::new(), Vec::new());
            for (at, size) in pieces.iter().enumerate() {
                let piece: Vec<u8> = (0..*size).map(|byte| (byte % 251) as u8).collect();
                prop_assert_ne!(screen.push(&piece), Flow::Overrun);
                written.extend(piece);
                if at % slow == 0 && let Some(Some(output)) = screen.next(shower).now_or_never() {
                    let bytes = bytes_of(output);
                    screen.note_shown(bytes.len());
                    shown.extend(bytes);
                }
            }
            screen.finish(Some(0), None);
            while shown.len() < written.len() {
                let output = screen.next(shower).now_or_never().flatten().expect("more");
                let bytes = bytes_of(output);
                screen.note_shown(bytes.len());
                shown.extend(bytes);
            }
            prop_assert!(shown == written);
            let end = screen.next(shower).now_or_never().flatten();
            prop_assert_eq!(end, Some(TerminalOutput::Ended { exit_code: Some(0), reason: None }));
        }
    }

    /// A window that shows nothing gets no more, the program is asked to pause, and memory is bounded.
    #[test]
    fn a_window_that_stalls_pauses_the_program() {
        let screen = Screen::default();
        let shower = screen.show();
        let piece = vec![b'x'; MESSAGE];
        let mut sent = 0;
        let mut flow = screen.push(&piece);
        while flow == Flow::On {
            while screen.next(shower).now_or_never().flatten().is_some() {
                sent += MESSAGE;
            }
            flow = screen.push(&piece);
        }
        assert_eq!((flow, sent), (Flow::Paused, UNSHOWN));
        while flow != Flow::Overrun {
            flow = screen.push(&piece);
        }
        assert!(screen.state().waiting.len() <= MOST);
        // It is asked to go on only when most of it has been shown.
        while screen.state().waiting.len() > RESUME_AT {
            assert_eq!(screen.flow(), Flow::Paused);
            screen.note_shown(MESSAGE);
            assert!(screen.next(shower).now_or_never().flatten().is_some());
        }
        assert_eq!(screen.flow(), Flow::On);
    }

    /// Only one window shows a terminal, or each would have half of it.
    #[test]
    fn the_last_window_shows_it() {
        let screen = Screen::default();
        let (first, second) = (screen.show(), screen.show());
        screen.push(b"text");
        assert_eq!(screen.next(first).now_or_never(), Some(None));
        assert!(matches!(screen.next(second).now_or_never(), Some(Some(_))));
    }
}
