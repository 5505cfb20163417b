//! What `inspect` says of a key, and of what is none.

use super::sshd;
use tomo::{
    domain::{failure::Step, key_info::KeyInfo},
    ssh::key::inspect,
};

/// The message for a text that is not a usable key.
fn refused(text: &str, passphrase: Option<&str>) -> String {
    let failure = inspect(text, passphrase).expect_err("refused");
    assert_eq!(failure.step, Step::Authenticate);
    assert!(!failure.hint.is_empty());
    failure.message
}

/// Holds because the form shows what a key is before it is used, also while it is still locked.
#[test]
fn a_key_is_described_also_while_it_is_locked() {
    for (kind, algorithm) in
        [("ed25519", "ssh-ed25519"), ("rsa", "ssh-rsa"), ("ecdsa-384", "ecdsa-sha2-nistp384")]
    {
        let client = sshd::client_key(kind, "openssh", "");
        let info = KeyInfo {
            algorithm: Some(algorithm.to_owned()),
            encrypted: false,
            opens: true,
            fingerprint: Some(client.fingerprint.clone()),
        };
        assert_eq!(inspect(&client.private, None).as_ref(), Ok(&info));
        assert_eq!(inspect(&client.private, Some("needless")), Ok(info));

        let client = sshd::client_key(kind, "openssh", "sesame");
        let info = KeyInfo {
            algorithm: Some(algorithm.to_owned()),
            encrypted: true,
            opens: true,
            fingerprint: Some(client.fingerprint.clone()),
        };
        let shut = KeyInfo { opens: false, ..info.clone() };
        assert_eq!(inspect(&client.private, Some("sesame")), Ok(info));
        for passphrase in [None, Some(""), Some("Sesame")] {
            assert_eq!(inspect(&client.private, passphrase).as_ref(), Ok(&shut));
        }
    }
}

/// Holds because the older formats hide all of a locked key, which is no reason to refuse it.
#[test]
fn a_locked_key_of_an_older_format_is_known_as_locked() {
    for format in ["pem", "pkcs8"] {
        let client = sshd::client_key("rsa", format, "sesame");
        let opened = inspect(&client.private, Some("sesame")).expect("a key");
        assert_eq!((opened.encrypted, opened.opens), (true, true), "{format}");
        assert_eq!(opened.fingerprint, Some(client.fingerprint), "{format}");
        for passphrase in [None, Some("wrong")] {
            let shut =
                KeyInfo { algorithm: None, encrypted: true, opens: false, fingerprint: None };
            assert_eq!(inspect(&client.private, passphrase), Ok(shut), "{format}");
        }
    }
}

/// Holds because OpenSSL writes Ed25519 keys in a format of which ssh-keygen writes none.
#[test]
fn keys_made_by_openssl_are_read() {
    let plain = include_str!("../../fixtures/ssh/ed25519_pkcs8.pem");
    let locked = include_str!("../../fixtures/ssh/ed25519_pkcs8_locked.pem");
    let info = inspect(plain, None).expect("a key");
    assert_eq!(info.algorithm.as_deref(), Some("ssh-ed25519"));
    assert_eq!(inspect(locked, Some("lab")).expect("a key").fingerprint, info.fingerprint);
    assert!(!inspect(locked, Some("wrong")).expect("a key").opens);
}

/// Holds because each of these is pasted by somebody one day, and 'invalid key' helps nobody.
#[test]
fn what_is_not_a_usable_key_is_named_for_what_it_is() {
    let putty = include_str!("../../fixtures/ssh/putty.ppk");
    assert_eq!(refused(putty, None), "this is a PuTTY key (.ppk)");

    let client = sshd::client_key("ed25519", "openssh", "");
    assert_eq!(refused(&client.public, None), "this is the public half of a key");
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n";
    assert_eq!(refused(pem, None), "this is the public half of a key");

    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    for text in ["", "hunter2", "{\"key\": 1}", "日本 🏠", certificate] {
        assert_eq!(refused(text, None), "this is not a private key", "{text}");
    }

    let lines: Vec<&str> = client.private.lines().collect();
    let without_end = lines[..lines.len() - 1].join("\n");
    let mut without_middle = lines.clone();
    without_middle.remove(2);
    let spoilt = client.private.replacen("b3Bl", "b3B!", 1);
    for text in [without_end, without_middle.join("\n"), spoilt] {
        assert_eq!(refused(&text, None), "the key is cut short or damaged", "{text}");
    }

    for dsa in
        [include_str!("../../fixtures/ssh/dsa.pem"), include_str!("../../fixtures/ssh/dsa_openssh")]
    {
        assert_eq!(refused(dsa, None), "DSA keys are not supported");
    }

    for old in [
        include_str!("../../fixtures/ssh/rsa_pkcs1_des3.pem"),
        include_str!("../../fixtures/ssh/ecdsa_sec1_locked.pem"),
        include_str!("../../fixtures/ssh/ed25519_pkcs8_des3.pem"),
    ] {
        assert_eq!(
            refused(old, Some("lab")),
            "the key is locked in an old way that Tomo cannot read"
        );
    }
}
