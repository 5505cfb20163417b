//! Everything that should sign in does.

use super::{Lab, Options, account_password, key, limits, password, skip, sshd};
use std::process::Command;
use tomo::domain::{credential::Credential, failure::Step};

/// Holds because a person follows 'Test' step by step, and each step says what it found.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_signs_in_and_every_step_is_told() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let Some(secret) = account_password(&lab.account) else { return };
    let (connection, steps) = lab.sign_in(&password(secret)).await.expect("signed in");
    let (names, details): (Vec<_>, Vec<_>) = steps.into_iter().unzip();
    assert_eq!(names, [Step::Resolve, Step::Connect, Step::HostKey, Step::Authenticate]);
    assert_eq!(details[0], "127.0.0.1");
    assert!(details[1].ends_with(" ms"), "{}", details[1]);
    assert_eq!(details[2], format!("ssh-ed25519 {}", lab.known().key.fingerprint));
    assert_eq!(details[3], "password");
    let output = connection.exec(&["id", "-un"], limits()).await.expect("an answer");
    assert_eq!(output.stdout, format!("{}\n", lab.account.name).into_bytes());
}

/// Holds because many servers (FreeBSD, some NAS systems) ask for passwords in this way only.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_answers_keyboard_interactive_questions() {
    if !sshd::is_root() || !std::path::Path::new("/etc/pam.d/sshd").exists() {
        return skip("PAM for sshd (needs root)");
    }
    let options = Options { password: false, keyboard_interactive: true, ..Options::default() };
    let Some(lab) = Lab::start(options) else { return };
    let Some(secret) = account_password(&lab.account) else { return };
    let (_connection, steps) = lab.sign_in(&password(secret)).await.expect("signed in");
    assert_eq!(steps[3].1, "password (keyboard-interactive)");

    let failure = lab.sign_in(&password("wrong")).await.expect_err("refused");
    assert_eq!(failure.step, Step::Authenticate);
    assert!(failure.message.contains("password is not accepted"), "{failure}");
}

/// Holds because people have keys of every type, in every format that ssh-keygen writes, with and
/// without a passphrase.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_and_format_of_key_signs_in() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let all = ["openssh", "pem", "pkcs8"];
    for (kind, formats) in [
        ("ed25519", &all[..1]),
        ("rsa", &all[..]),
        ("ecdsa-256", &all[..]),
        ("ecdsa-384", &all[..]),
        ("ecdsa-521", &all[..]),
    ] {
        for format in formats {
            for passphrase in ["", "öffne dich"] {
                // ssh-keygen locks SEC1 keys in the old way of OpenSSL; see `keys`.
                if kind.starts_with("ecdsa") && *format == "pem" && !passphrase.is_empty() {
                    continue;
                }
                let client = sshd::client_key(kind, format, passphrase);
                lab.sshd.authorize(&client.public);
                let passphrase = Some(passphrase).filter(|passphrase| !passphrase.is_empty());
                let result = lab.sign_in(&key(&client, passphrase)).await;
                let (_, steps) = result.unwrap_or_else(|failure| {
                    panic!("{kind} as {format} with {passphrase:?}: {failure}")
                });
                assert!(steps[3].1.ends_with(&client.fingerprint), "{}", steps[3].1);
            }
        }
    }
}

/// Holds because a paste brings spaces, other line ends, a byte-order mark and words around it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_signs_in_however_it_was_pasted() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let pasted = format!(
        "\u{feff}My key:\r\n\r\n  {}\r\nthanks",
        lab.key.private.trim().replace('\n', " \r\n\t")
    );
    let credential = Credential::Key { private_key: pasted.into(), passphrase: None };
    lab.sign_in(&credential).await.expect("signed in");
}

/// Holds because an agent's keys never leave it, and the first of several may be a wrong one. The
/// environment of a process cannot be changed safely, so the test runs itself in another one.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_signs_in_with_the_key_that_fits() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let other = sshd::client_key("ecdsa-256", "openssh", "");
    let rsa = sshd::client_key("rsa", "openssh", "");
    lab.sshd.authorize(&rsa.public);
    let agent = sshd::Agent::start(&[&other, &rsa]);
    let run = |socket: &std::path::Path| {
        Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "ssh::sign_in::in_the_session_of_an_agent", "--ignored"])
            .env("SSH_AUTH_SOCK", socket)
            .env("TOMO_TEST_PORT", lab.sshd.port().to_string())
            .env("TOMO_TEST_USER", &lab.account.name)
            .env("TOMO_TEST_HOST_KEY", lab.sshd.host_key("ed25519"))
            .output()
            .expect("this test runs")
    };
    let output = run(&agent.socket());
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(words.contains(&format!("ssh-agent ssh-rsa {}", rsa.fingerprint)), "{words}");

    let nobody = run(std::path::Path::new("/nonexistent/agent"));
    let words = String::from_utf8_lossy(&nobody.stdout);
    assert!(words.contains("no ssh-agent answers"), "{words}");

    let empty = sshd::Agent::start(&[]);
    let words = String::from_utf8_lossy(&run(&empty.socket()).stdout).into_owned();
    assert!(words.contains("the ssh-agent holds no keys"), "{words}");

    let stranger = sshd::Agent::start(&[&other]);
    let words = String::from_utf8_lossy(&run(&stranger.socket()).stdout).into_owned();
    assert!(words.contains("the agent's key is not accepted"), "{words}");
}

/// The other half of the test above; fails always, to say how it ended.
#[tokio::test]
#[ignore = "run by an_agent_signs_in_with_the_key_that_fits"]
async fn in_the_session_of_an_agent() {
    use super::{HostKey, KnownHost, Target, Utc, connect, timeouts};
    let variable = |name: &str| std::env::var(name).expect("set by the caller");
    let port = variable("TOMO_TEST_PORT").parse().expect("a port");
    let public_key = variable("TOMO_TEST_HOST_KEY");
    let key = HostKey { algorithm: String::new(), fingerprint: String::new(), public_key };
    let host = "127.0.0.1".to_owned();
    let target = Target { host: host.clone(), port, username: variable("TOMO_TEST_USER") };
    let now = Utc::now();
    let known =
        KnownHost { host, port, key, trusted_by: None, trusted_at: now, last_seen_at: None };
    let mut last = String::new();
    let mut on_step = |_, detail| last = detail;
    let result = connect(&target, &Credential::Agent, Some(&known), timeouts(), &mut on_step).await;
    panic!("{last} {result:?}");
}
