//! What a screen without a monitor shows, read from the file in which Xvfb keeps its picture. It
//! costs neither the display nor the program that is watched anything.

use crate::report::Done;
use std::{fs::File, os::unix::fs::FileExt as _, path::Path};

/// Bytes of the numbers at the beginning of an XWD file, and of one entry of its colour table.
const HEAD: usize = 100;
const COLOUR: u32 = 12;

const WHITE: [u8; 3] = [0xff; 3];

/// The picture.
pub struct Screen {
    file: File,
    /// Where the pixels begin, and how long a line of them is, bytes.
    begin: u64,
    line: u64,
}

/// A part of the picture, in pixels.
#[derive(Clone, Copy)]
pub struct Area {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

impl Screen {
    /// Opens the file that `Xvfb -fbdir` has made.
    pub fn open(file: &Path) -> Done<Self> {
        let file = File::open(file)?;
        let mut head = [0; HEAD];
        file.read_exact_at(&mut head, 0)?;
        let number = |at: usize| {
            let bytes = head.get(at * 4..at * 4 + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map_or(0, u32::from_be_bytes)
        };
        let (size, line, colours, bits) = (number(0), number(12), number(19), number(11));
        if bits != 32 {
            return Err("the display does not have 32 bits a pixel".into());
        }
        Ok(Self { file, begin: u64::from(size + colours * COLOUR), line: u64::from(line) })
    }

    /// How many lines of text, or of anything else, stand below each other on a white page in an
    /// area; none while there is no white page, as on a window that is not painted yet.
    pub fn bands(&self, area: Area) -> Done<usize> {
        let (mut bands, mut white, mut inside) = (0, 0, false);
        let mut pixels = vec![0; area.width as usize * 4];
        for y in area.top..area.top + area.height {
            let at = self.begin + u64::from(y) * self.line + u64::from(area.left) * 4;
            self.file.read_exact_at(&mut pixels, at)?;
            let mut colours = pixels.chunks_exact(4).map(|pixel| &pixel[..3]);
            let first = colours.next().unwrap_or_default();
            let ink = colours.any(|colour| colour != first);
            white += u32::from(!ink && first == WHITE);
            bands += usize::from(ink && !inside);
            inside = ink;
        }
        Ok(if white * 3 < area.height { 0 } else { bands })
    }
}
