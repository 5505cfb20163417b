//! No host key passes that nobody trusted, and nothing secret goes out before one did.

use super::{
    ConnectError, Lab, Options, Step, account_password, connect, known, password, timeouts,
};
use tomo::domain::host_key::{HostKeyVerdict, KnownHost};

/// Connects with a password and expects a verdict.
async fn verdict(lab: &Lab, secret: &str, known: Option<&KnownHost>) -> HostKeyVerdict {
    let mut steps = Vec::new();
    let mut on_step = |step, _| steps.push(step);
    let attempt = connect(&lab.target(), &password(secret), known, timeouts(), &mut on_step).await;
    assert_eq!(steps, [Step::Resolve, Step::Connect], "the host key did not pass");
    match attempt {
        Err(ConnectError::HostKey(verdict)) => verdict,
        other => panic!("a verdict, not {other:?}"),
    }
}

/// Panics when the server heard of a sign-in on the connection that has just ended.
fn nothing_was_sent(lab: &Lab) {
    // The server has then read all that came.
    let log = lab.sshd.wait_for_log("[preauth]");
    lab.sshd.wait_for_log("Connection closed by");
    assert!(!log.contains("userauth-request"), "{log}");
    assert!(!lab.sshd.log().contains("userauth-request"), "{log}");
}

/// Holds because the first meeting is the moment when a person has to look.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_host_key_stops_the_connection_before_anything_secret() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let Some(secret) = account_password(&lab.account) else { return };
    let presented = match verdict(&lab, secret, None).await {
        HostKeyVerdict::Unknown { presented } => presented,
        other => panic!("unknown, not {other:?}"),
    };
    assert_eq!(presented, lab.known().key);
    nothing_was_sent(&lab);
}

/// Holds because a replaced key is what an attack looks like: both keys are shown, nothing is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_host_key_stops_the_connection_before_anything_secret() {
    let Some(mut lab) = Lab::start(Options::default()) else { return };
    let Some(secret) = account_password(&lab.account).map(str::to_owned) else { return };
    let before = lab.known();
    lab.sshd.replace_host_keys();
    lab.sshd.restart();
    match verdict(&lab, &secret, Some(&before)).await {
        HostKeyVerdict::Changed { presented, known } => {
            assert_eq!(known, before);
            assert_eq!(presented, lab.known().key);
            assert_ne!(presented.fingerprint, before.key.fingerprint);
        }
        other => panic!("changed, not {other:?}"),
    }
    nothing_was_sent(&lab);
}

/// Holds because a remembered key that cannot be read must match nothing, not everything.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_known_key_matches_nothing() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let mut spoilt = lab.known();
    spoilt.key.public_key = "nonsense".to_owned();
    let found = verdict(&lab, "irrelevant", Some(&spoilt)).await;
    assert!(matches!(found, HostKeyVerdict::Changed { .. }), "{found:?}");
}

/// Holds because a server with several keys must show the one that is known, or a harmless update
/// of preferences would look like an attack.
#[tokio::test(flavor = "multi_thread")]
async fn any_of_several_host_keys_is_recognised() {
    let host_keys = vec!["ed25519", "ecdsa", "rsa"];
    let options = Options { host_keys: host_keys.clone(), ..Options::default() };
    let Some(lab) = Lab::start(options) else { return };
    for kind in host_keys {
        let known = known(&lab.sshd, kind);
        let result =
            connect(&lab.target(), &lab.credential(), Some(&known), timeouts(), &mut |_, _| {})
                .await;
        assert!(result.is_ok(), "{kind}: {result:?}");
    }
}
