//! Whether a program has put the terminal on its second screen. Leaving that where nobody entered it
//! makes terminals bring back a cursor that was saved long ago, and what is said next is written over
//! what stands there.

/// The modes that switch screens, newest first.
const MODES: [u16; 3] = [1049, 1047, 47];
/// Longer numbers than this are of no mode.
const MOST_DIGITS: usize = 32;

/// Where a reader of `ESC [ ? 1 0 4 9 h` stands.
#[derive(Default)]
enum Place {
    #[default]
    Text,
    Escape,
    Bracket,
    /// Within the numbers of a private mode.
    Modes(Vec<u8>),
}

/// What a program has done with the second screen so far.
#[derive(Default)]
pub struct SecondScreen {
    place: Place,
    /// The mode that put it on.
    on: Option<u16>,
}

impl SecondScreen {
    /// Reads what a program writes; a sequence may come in pieces.
    pub fn see(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.place = match (std::mem::take(&mut self.place), byte) {
                (_, 0x1b) => Place::Escape,
                (Place::Escape, b'[') => Place::Bracket,
                (Place::Bracket, b'?') => Place::Modes(Vec::new()),
                (Place::Modes(mut digits), b'0'..=b'9' | b';') if digits.len() < MOST_DIGITS => {
                    digits.push(*byte);
                    Place::Modes(digits)
                }
                (Place::Modes(digits), b'h' | b'l') => {
                    self.switch(&digits, *byte == b'h');
                    Place::Text
                }
                _ => Place::Text,
            };
        }
    }

    fn switch(&mut self, digits: &[u8], on: bool) {
        let text = String::from_utf8_lossy(digits);
        let modes = text.split(';').filter_map(|mode| mode.parse().ok());
        for mode in modes.filter(|mode| MODES.contains(mode)) {
            self.on = on.then_some(mode);
        }
    }

    /// What leads back to the first screen; nothing when the terminal is there.
    #[must_use]
    pub fn left(&self) -> Vec<u8> {
        self.on.map_or_else(Vec::new, |mode| format!("\x1b[?{mode}l").into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pieces: &[&str]) -> String {
        let mut screen = SecondScreen::default();
        for piece in pieces {
            screen.see(piece.as_bytes());
        }
        String::from_utf8(screen.left()).expect("text")
    }

    /// A connection breaks anywhere, also within a sequence that an editor writes as it starts.
    #[test]
    fn the_second_screen_is_left_only_when_it_is_on() {
        assert_eq!(after(&["$ ls\r\n\u{1b}[0mfile"]), "");
        assert_eq!(after(&["\u{1b}[?1049h"]), "\u{1b}[?1049l");
        assert_eq!(after(&["\u{1b}", "[?10", "49", "h text"]), "\u{1b}[?1049l");
        assert_eq!(after(&["\u{1b}[?25;47h"]), "\u{1b}[?47l");
        assert_eq!(after(&["\u{1b}[?1049h\u{1b}[?1h\u{1b}[?1049l"]), "");
        assert_eq!(after(&["\u{1b}[?104", "x9h", "?1049h"]), "");
    }
}
