//! Pictures of apps. What is kept of one is Tomo's own encoding of its pixels, small enough for a page of
//! many; drawings of lines stay text, and are only ever shown as pictures.

use base64::{Engine, prelude::BASE64_STANDARD};
use image::{ImageFormat, ImageReader, ImageResult, Limits};
use std::io::Cursor;

use crate::domain::app::AppIcon;

/// The most bytes of a drawing.
const MOST_DRAWING: usize = 32 << 10;
/// The most pixels of a side.
const MOST_PIXELS: u32 = 4_096;
/// The most bytes that decoding may take.
const MOST_MEMORY: u64 = 80 << 20;
/// Pixels of a side as it is kept: twice what is shown, for screens with many.
const PIXELS: u32 = 96;

/// Reads the picture of an app.
///
/// # Errors
/// Why it cannot be taken.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<AppIcon, String> {
    if name.ends_with(".svg") {
        if bytes.len() > MOST_DRAWING {
            return Err(format!("the icon '{name}' is larger than {} KB", MOST_DRAWING >> 10));
        }
        let is_drawing = std::str::from_utf8(bytes).is_ok_and(|text| text.contains("<svg"));
        return if is_drawing {
            Ok(icon("image/svg+xml", bytes))
        } else {
            Err(format!("the icon '{name}' is no SVG"))
        };
    }
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => format,
        _ => return Err(format!("the icon '{name}' is no PNG, JPEG or WebP")),
    };
    match shrunk(bytes, format) {
        Ok(png) => Ok(icon("image/png", &png)),
        Err(_) => Err(format!("the icon '{name}' cannot be read; it may be damaged, or too large")),
    }
}

fn icon(media_type: &str, bytes: &[u8]) -> AppIcon {
    AppIcon::Picture { media_type: media_type.to_owned(), data: BASE64_STANDARD.encode(bytes) }
}

fn shrunk(bytes: &[u8], format: ImageFormat) -> ImageResult<Vec<u8>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS);
    limits.max_image_height = Some(MOST_PIXELS);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let picture = reader.decode()?;
    let small = if picture.width() > PIXELS || picture.height() > PIXELS {
        picture.thumbnail(PIXELS, PIXELS)
    } else {
        picture
    };
    let mut png = Vec::new();
    small.to_rgba8().write_to(&mut Cursor::new(&mut png), ImageFormat::Png)?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because a page shows two hundred of them at once.
    #[test]
    fn pictures_are_kept_small_and_hostile_ones_are_refused() {
        let noise = image::RgbaImage::from_fn(1_000, 600, |x, y| {
            let mixed = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503);
            image::Rgba(mixed.to_le_bytes())
        });
        let mut png = Vec::new();
        noise.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).expect("a picture");
        let Ok(AppIcon::Picture { media_type, data }) = read("a.jpg", &png) else { panic!("kept") };
        assert_eq!(media_type, "image/png");
        assert!(png.len() > 1 << 20 && data.len() < 64 << 10, "{} of {}", data.len(), png.len());
        assert!(read("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_ok());
        assert!(read("a.svg", b"<html>").is_err());
        assert!(read("a.svg", &[b"<svg>".as_slice(), &vec![b' '; MOST_DRAWING]].concat()).is_err());
        assert!(read("a.png", b"<svg/>").is_err());
        assert!(read("a.png", &png[..png.len() / 2]).is_err());
    }
}
