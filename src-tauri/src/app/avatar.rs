//! Pictures of users. What is stored of a file is Tomo's own encoding of its pixels, so nothing else
//! that was in it (places, names, scripts) is kept or shown; an address is only looked at, never
//! fetched.

use super::error::AppError;
use base64::{Engine, engine::general_purpose::STANDARD};
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits,
    codecs::{
        png::{CompressionType, FilterType, PngEncoder},
        webp::WebPEncoder,
    },
    imageops,
};
use std::io::Cursor;
use url::Url;

/// Most bytes of a file.
const FILE_BYTES: usize = 500 * 1024;
/// Most characters of an address.
const URL_CHARACTERS: usize = 2048;
/// Most pixels of a side: a photograph of a phone.
const MOST_PIXELS: u32 = 4096;
/// Most bytes that decoding may take: such a photograph, with 16 bits for each colour.
const MOST_MEMORY: u64 = 160 * 1024 * 1024;
/// Pixels of a side, as it is kept.
const PIXELS: u32 = 256;

/// A `data:` URL of the picture in a file, given as base64.
///
/// # Errors
/// When it is too large, or no PNG, JPEG or WebP that can be decoded.
pub(super) async fn from_image(base64: String) -> Result<String, AppError> {
    tokio::task::spawn_blocking(move || read(&base64))
        .await
        .map_err(|error| AppError::internal("reading a picture", &error))?
}

fn read(base64: &str) -> Result<String, AppError> {
    let invalid = |message: &str| AppError::Invalid(message.into());
    let too_large = || invalid("The picture is larger than 500 KB.");
    // Four characters for three bytes: what is longer need not be decoded to be refused.
    if base64.len() > (FILE_BYTES / 3 + 1) * 4 {
        return Err(too_large());
    }
    let bytes = STANDARD.decode(base64).map_err(|_| invalid("The picture is not base64."))?;
    if bytes.len() > FILE_BYTES {
        return Err(too_large());
    }
    // By content: what a file is called says nothing.
    let format = match image::guess_format(&bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => format,
        _ => return Err(invalid("The picture is no PNG, JPEG or WebP.")),
    };
    let picture = decode(bytes, format).map_err(|error| match error {
        image::ImageError::Limits(_) => AppError::Invalid(format!(
            "The picture is larger than {MOST_PIXELS} by {MOST_PIXELS} pixels."
        )),
        _ => invalid("The picture cannot be read; the file may be damaged."),
    })?;
    encode(&square(&picture)).map_err(|error| AppError::internal("encoding a picture", &error))
}

fn decode(bytes: Vec<u8>, format: ImageFormat) -> ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS);
    limits.max_image_height = Some(MOST_PIXELS);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    // Cameras store how they were held beside the pixels.
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The square in the middle, at the size that is kept.
fn square(picture: &DynamicImage) -> DynamicImage {
    let side = picture.width().min(picture.height());
    let (left, top) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    let square = picture
        .crop_imm(left, top, side, side)
        .resize_exact(PIXELS, PIXELS, imageops::FilterType::Lanczos3)
        .to_rgba8();
    if square.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        return DynamicImage::ImageRgba8(square).to_rgb8().into();
    }
    square.into()
}

/// As PNG, or as WebP where that is smaller; both lose nothing.
fn encode(picture: &DynamicImage) -> ImageResult<String> {
    let (mut png, mut webp) = (Vec::new(), Vec::new());
    let encoder =
        PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive);
    picture.write_with_encoder(encoder)?;
    picture.write_with_encoder(WebPEncoder::new_lossless(&mut webp))?;
    let (kind, bytes) = if webp.len() < png.len() { ("webp", webp) } else { ("png", png) };
    Ok(format!("data:image/{kind};base64,{}", STANDARD.encode(bytes)))
}

/// An `https:` address without a name or password in it.
///
/// # Errors
/// When it is anything else.
pub(super) fn from_url(text: &str) -> Result<String, AppError> {
    let invalid = |message: &str| Err(AppError::Invalid(message.into()));
    if text.len() > URL_CHARACTERS {
        return invalid("The picture's address is longer than 2048 characters.");
    }
    let Ok(url) = Url::parse(text.trim()) else {
        return invalid("The picture's address is none.");
    };
    if url.scheme() != "https" {
        return invalid("The picture's address has to begin with https://.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid("The picture's address has a user name or password in it.");
    }
    if url.as_str().len() > URL_CHARACTERS {
        return invalid("The picture's address is longer than 2048 characters.");
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, RgbaImage};

    fn file(picture: &RgbaImage, format: ImageFormat) -> String {
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgba8(picture.clone());
        let picture = if format == ImageFormat::Jpeg { picture.to_rgb8().into() } else { picture };
        picture.write_to(&mut bytes, format).expect("a picture");
        STANDARD.encode(bytes.into_inner())
    }

    fn pixels(url: &str) -> DynamicImage {
        let (kind, data) = url.split_once(";base64,").expect("a data URL");
        let bytes = STANDARD.decode(data).expect("base64");
        let format = match kind {
            "data:image/png" => ImageFormat::Png,
            "data:image/webp" => ImageFormat::WebP,
            other => panic!("{other}"),
        };
        image::load_from_memory_with_format(&bytes, format).expect("a picture")
    }

    /// Whatever its shape and format, what is kept is the middle of it, a square of one size.
    #[test]
    fn the_middle_is_kept() {
        let mut wide = RgbaImage::from_pixel(90, 30, Rgba([255, 0, 0, 255]));
        for (x, _, pixel) in wide.enumerate_pixels_mut() {
            if (30..60).contains(&x) {
                *pixel = Rgba([0, 0, 255, 255]);
            }
        }
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let kept = pixels(&read(&file(&wide, format)).expect("taken"));
            assert_eq!((kept.width(), kept.height()), (256, 256));
            let middle = kept.to_rgb8().get_pixel(128, 128).0;
            assert!(middle[0] < 20 && middle[2] > 235, "{format:?}: {middle:?}");
        }
        let clear = RgbaImage::from_pixel(1, 1, Rgba([0, 0, 0, 0]));
        let kept = pixels(&read(&file(&clear, ImageFormat::Png)).expect("taken"));
        assert_eq!(kept.to_rgba8().get_pixel(9, 9).0[3], 0, "what can be seen through stays so");
    }

    /// A photograph says where and with what it was taken; nobody else needs to know.
    #[test]
    fn nothing_but_the_pixels_is_kept() {
        let picture = RgbaImage::from_pixel(8, 8, Rgba([1, 2, 3, 255]));
        let mut bytes = STANDARD.decode(file(&picture, ImageFormat::Png)).expect("base64");
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let kept = read(&STANDARD.encode(&bytes)).expect("taken");
        let (_, data) = kept.split_once(',').expect("a data URL");
        let kept = STANDARD.decode(data).expect("base64");
        assert!(!kept.windows(7).any(|part| part == b"<script"));
    }

    /// A small file that is huge when it is unpacked must not take the memory of this computer.
    #[test]
    fn what_unpacks_to_far_more_is_refused_before_it_does() {
        let mut bomb = STANDARD
            .decode(file(&RgbaImage::from_pixel(1, 1, Rgba([0; 4])), ImageFormat::Png))
            .expect("base64");
        // The width in the header, with the header's checksum made right.
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        let sum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        let error = read(&STANDARD.encode(&bomb)).expect_err("refused").to_string();
        assert!(error.contains("4096"), "{error}");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
            })
        })
    }

    /// The window shows what is stored; it must be a picture, whatever it was called.
    #[test]
    fn what_is_no_picture_is_refused() {
        let picture = file(&RgbaImage::from_pixel(64, 64, Rgba([9; 4])), ImageFormat::Png);
        let cut = STANDARD.decode(&picture).map(|bytes| STANDARD.encode(&bytes[..50]));
        let large = STANDARD.encode(vec![0; FILE_BYTES + 1]);
        let gif = STANDARD.encode(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;");
        let svg = STANDARD.encode(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
        for data in
            ["", "%%%", "data:image/png;base64,AAAA", &gif, &svg, &large, &cut.expect("cut")]
        {
            let error = read(data).expect_err("refused").to_string();
            assert!(error.starts_with("The picture"), "{error}");
        }
    }

    /// An address is shown by the web view: no other scheme, no password for everybody to read.
    #[test]
    fn an_address_is_https_and_nothing_else() {
        let taken = from_url(" https://example.org/ana.png?s=64 ").expect("taken");
        assert_eq!(taken, "https://example.org/ana.png?s=64");
        let long = format!("https://example.org/{}", "a".repeat(2048));
        let grows = format!("https://example.org/{}", "ü".repeat(900));
        for text in [
            "",
            "ana.png",
            "http://example.org/a",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "https://",
            "https://ana:secret@example.org/",
            "https://ana@example.org/",
            "//example.org/a",
            &long,
            &grows,
        ] {
            assert!(from_url(text).is_err(), "{text}");
        }
    }
}
