//! The checksum of the audit trail: what is hashed, byte for byte.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A value as SQLite holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// HMAC-SHA-256 over `fields`, as 64 lower-case hex digits.
///
/// Each field goes in as a byte for its type, its length in 8 bytes, and its bytes, after the number
/// of fields: no two lists of values are hashed as the same bytes.
pub(super) fn checksum<'a>(key: &[u8; 32], fields: &[Field<'a>]) -> String {
    // HMAC itself fills a key shorter than SHA-256's block with zeros; done here, it cannot fail.
    let mut block = Zeroizing::new([0; 64]);
    block[..key.len()].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(&length(fields.len()));
    for field in fields {
        let (kind, bytes): (u8, &[u8]) = match field {
            Field::Null => (0, &[]),
            Field::Integer(number) => (1, &number.to_be_bytes()),
            Field::Real(number) => (2, &number.to_be_bytes()),
            Field::Text(bytes) => (3, bytes),
            Field::Blob(bytes) => (4, bytes),
        };
        mac.update(&[kind]);
        mac.update(&length(bytes.len()));
        mac.update(bytes);
    }
    hex::encode(mac.finalize().into_bytes())
}

fn length(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::{Field::*, *};

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn no_two_lists_of_values_share_a_checksum() {
        // Each pair is one that joining texts, or skipping nulls, would confuse.
        let lists: [&[Field<'_>]; 8] = [
            &[],
            &[Null],
            &[Text(b"")],
            &[Text(b"ab"), Text(b"c")],
            &[Text(b"a"), Text(b"bc")],
            &[Text(b"1")],
            &[Integer(1)],
            &[Blob(b"1")],
        ];
        for (index, one) in lists.iter().enumerate() {
            for other in &lists[index + 1..] {
                assert_ne!(checksum(&KEY, one), checksum(&KEY, other), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn it_is_hmac_sha_256() {
        // Computed with OpenSSL over the bytes that the documentation promises.
        let openssl = "22e193edcc02e72d45255c3d665a4f221bcc53a830df996f255f3ddc862541ee";
        assert_eq!(checksum(&KEY, &[Null, Integer(-2), Text("日".as_bytes())]), openssl);
    }

    #[test]
    fn the_key_matters_and_the_form_is_64_hex_digits() {
        let text = checksum(&KEY, &[Text("Ünïcödé 日本 🏠".as_bytes())]);
        assert!(text.len() == 64 && text.bytes().all(|b| b"0123456789abcdef".contains(&b)));
        assert_ne!(text, checksum(&[8; 32], &[Text("Ünïcödé 日本 🏠".as_bytes())]));
    }
}
