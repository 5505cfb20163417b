//! `cargo xtask icons`: PNG, ICO and ICNS from the drawings in `icons/src/`.
//!
//! `rsvg-convert` draws; the two containers are only tables of PNG files, and are written here.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::part::Use;
use crate::project::Project;
use crate::say::{self, Failure};
use crate::system;

pub const HELP: &str = "\
Usage: cargo xtask icons [--yes]

Renders the drawings in icons/src/ into the files in icons/ (they are committed).
";

/// Below this size the drawing with heavier lines is used.
const SMALL: u32 = 48;

/// The states of the tray, each with a drawing in colour and one as a template for macOS.
const TRAY: [&str; 4] = ["normal", "warning", "down", "paused"];

/// The kinds of picture in an ICNS file: its name there, and its edge in pixels.
const ICNS: [(&[u8; 4], u32); 7] = [
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic07", 128),
    (b"ic13", 256),
    (b"ic08", 256),
    (b"ic09", 512),
    (b"ic10", 1024),
];

pub fn run(project: &Project, yes: bool) -> Result<(), Failure> {
    system::require(&[Use::Icons], yes)?;
    let folder = project.root().join("icons");
    let draw = |drawing: &str, edge: u32| render(&folder.join("src").join(drawing), edge);
    let app = |edge| draw(if edge <= SMALL { "icon-small.svg" } else { "icon.svg" }, edge);

    for edge in [32, 128, 256, 512] {
        write(&folder.join(format!("icon-{edge}.png")), &app(edge)?)?;
    }
    let mut pictures = Vec::new();
    for edge in [16, 24, 32, 48, 64, 256] {
        pictures.push((edge, app(edge)?));
    }
    write(&folder.join("icon.ico"), &ico(&pictures))?;
    let mut pictures = Vec::new();
    for (kind, edge) in ICNS {
        pictures.push((kind, draw("icon-macos.svg", edge)?));
    }
    write(&folder.join("icon.icns"), &icns(&pictures))?;
    for state in TRAY {
        for edge in [32, 64] {
            let picture = draw(&format!("tray-{state}.svg"), edge)?;
            write(&folder.join(format!("tray-{state}-{edge}.png")), &picture)?;
        }
        // The menu bar shows 18 points; twice that in pixels is sharp on every screen.
        let picture = draw(&format!("tray-{state}-template.svg"), 36)?;
        write(&folder.join(format!("tray-{state}-template.png")), &picture)?;
    }
    Ok(())
}

fn render(drawing: &Path, edge: u32) -> Result<Vec<u8>, Failure> {
    let edge = edge.to_string();
    let mut command = Command::new("rsvg-convert");
    command.args(["--width", &edge, "--height", &edge]).arg(drawing);
    let output = command.output().map_err(|error| say::not_started(&command, &error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::new(format!("{} cannot be drawn: {said}", drawing.display())))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}.", path.display())))
}

/// An ICO file: a head, one row of 16 bytes a picture, then the pictures. All numbers little-endian.
fn ico(pictures: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let count = pictures.len();
    let mut file = Vec::new();
    file.extend([0, 0, 1, 0]);
    file.extend(u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes());
    let mut offset = 6 + 16 * count;
    for (edge, png) in pictures {
        // 256 does not fit into a byte and is written as 0.
        let edge = u8::try_from(*edge).unwrap_or(0);
        file.extend([edge, edge, 0, 0, 1, 0, 32, 0]);
        file.extend(length(png.len()).to_le_bytes());
        file.extend(length(offset).to_le_bytes());
        offset += png.len();
    }
    for (_, png) in pictures {
        file.extend(png);
    }
    file
}

/// An ICNS file: a head, then each picture behind its kind and length. All numbers big-endian, and
/// each length counts its own head of 8 bytes.
fn icns(pictures: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let total: usize = pictures.iter().map(|(_, png)| 8 + png.len()).sum();
    let mut file = Vec::new();
    file.extend(b"icns");
    file.extend(length(8 + total).to_be_bytes());
    for (kind, png) in pictures {
        file.extend(*kind);
        file.extend(length(8 + png.len()).to_be_bytes());
        file.extend(png);
    }
    file
}

/// Icons are far below the 4 GB that these formats can name.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader finds each picture where the table says it is.
    #[test]
    fn the_tables_point_at_the_pictures() {
        let file = ico(&[(16, b"first".to_vec()), (256, b"second".to_vec())]);
        let number = |at: usize| {
            usize::try_from(u32::from_le_bytes([
                file[at],
                file[at + 1],
                file[at + 2],
                file[at + 3],
            ]))
            .unwrap_or(usize::MAX)
        };
        assert_eq!((file[6], file[22]), (16, 0));
        assert_eq!(&file[number(18)..number(18) + number(14)], b"first");
        assert_eq!(&file[number(34)..number(34) + number(30)], b"second");

        let file = icns(&[(b"ic07", b"png".to_vec())]);
        assert_eq!(file, b"icns\x00\x00\x00\x13ic07\x00\x00\x00\x0bpng");
    }
}
