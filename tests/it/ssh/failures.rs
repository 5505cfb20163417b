//! Everything that goes wrong on the way in, and the words for it.

use super::{
    ConnectError, Lab, Limits, Options, Step, Timeouts, account_password, connect, key, password,
    sshd, timeouts,
};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};
use tokio::net::{TcpSocket, TcpStream};
use tomo::{
    domain::{credential::Credential, failure::Failure},
    ssh::Target,
};

/// Panics unless the failure is of this step and says this, with something to do about it.
#[track_caller]
fn assert_says(failure: &Failure, step: Step, words: &str) {
    assert_eq!(failure.step, step, "{failure}");
    assert!(failure.message.contains(words), "'{words}' in: {}", failure.message);
    assert!(failure.hint.ends_with('.'), "a hint: {}", failure.hint);
    assert!(!failure.message.ends_with('.') && !failure.message.contains('!'), "{failure}");
}

/// Connects without knowing a host key, and expects to fail before it matters.
async fn no_connection(host: &str, port: u16, limit: Duration) -> Failure {
    let target = Target { host: host.to_owned(), port, username: "admin".to_owned() };
    let timeouts = Timeouts { connect: limit, handshake: limit, ..timeouts() };
    match connect(&target, &password("secret"), None, timeouts, &mut |_, _| {}).await {
        Err(ConnectError::Failed(failure)) => failure,
        other => panic!("a failure, not {other:?}"),
    }
}

/// Answers one connection with these bytes, holds it open if told to until the other side gives
/// up, and then tells what that side sent.
fn answering(bytes: &'static [u8], hold: bool) -> (u16, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut came = vec![0; 512];
        let length = stream.read(&mut came).expect("bytes");
        came.truncate(length);
        stream.write_all(bytes).expect("bytes");
        if hold {
            let _ = stream.read_to_end(&mut came);
        }
        // Few of the tests want to know.
        let _ = tell.send(came);
    });
    (port, told)
}

const SOON: Duration = Duration::from_millis(500);
const LATE: Duration = Duration::from_secs(20);

/// Holds because a misspelt name is the most common mistake of all.
#[tokio::test]
async fn a_name_that_nobody_knows() {
    let failure = no_connection("no-such-host.invalid", 22, LATE).await;
    assert_says(&failure, Step::Resolve, "no address is known for the name no-such-host.invalid");
}

/// Holds because the host is there, so it is the port or the service, not the network.
#[tokio::test]
async fn a_port_that_refuses() {
    let port = sshd::free_port();
    let failure = no_connection("127.0.0.1", port, LATE).await;
    assert_says(&failure, Step::Connect, &format!("nothing listens on port {port}"));
}

/// Holds because a server that is off answers nothing at all, and must be given up in time. A
/// listener whose queue is full looks the same from outside.
#[tokio::test]
async fn a_host_that_does_not_answer() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
    let listener = socket.listen(1).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let mut queue = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(SOON, TcpStream::connect(address)).await {
        queue.push(stream);
    }
    let failure = no_connection("127.0.0.1", address.port(), SOON).await;
    let words = format!("127.0.0.1 does not answer on port {} within 0.5 s", address.port());
    assert_says(&failure, Step::Connect, &words);
}

/// Holds because port 80 is a likely mistake, and must be told from a broken SSH server; and
/// because nothing but the greeting may go to a port that is not SSH.
#[tokio::test]
async fn a_port_that_is_not_ssh() {
    let (port, web) = answering(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", false);
    let failure = no_connection("127.0.0.1", port, LATE).await;
    assert_says(&failure, Step::Connect, "is not SSH; it says 'HTTP/1.1 400 Bad Request'");
    let sent = web.recv_timeout(LATE).expect("what was sent");
    assert!(sent.starts_with(b"SSH-2.0-") && sent.len() < 64, "{sent:?}");

    let (port, _mail) = answering(b"220 mail ESMTP\r\n", true);
    let failure = no_connection("127.0.0.1", port, SOON).await;
    assert_says(&failure, Step::Connect, "is not SSH; it says '220 mail ESMTP'");

    let (port, _binary) = answering(&[0xff, 0xfb, 0x01, 0x00], false);
    let failure = no_connection("127.0.0.1", port, LATE).await;
    assert_says(&failure, Step::Connect, "is not SSH");
}

/// Holds because these two ports look alike at first and need different help.
#[tokio::test]
async fn a_port_that_says_nothing_or_hangs_up() {
    let (port, _silent) = answering(b"", true);
    let failure = no_connection("127.0.0.1", port, SOON).await;
    assert_says(&failure, Step::Connect, "is open, but says nothing within 0.5 s");

    let (port, _curt) = answering(b"", false);
    let failure = no_connection("127.0.0.1", port, LATE).await;
    assert_says(&failure, Step::Connect, "without a word");
}

/// Holds because a half-finished handshake must neither hang nor be left running.
#[tokio::test]
async fn a_server_that_falls_silent_or_hangs_up_in_the_handshake() {
    let (port, silent) = answering(b"SSH-2.0-Silent\r\n", true);
    let failure = no_connection("127.0.0.1", port, SOON).await;
    assert_says(&failure, Step::Connect, "stopped answering");
    // The other side hears the end only when the connection was really let go. Its task runs on
    // this thread, so the wait must not hold it.
    let wait = tokio::task::spawn_blocking(move || silent.recv_timeout(LATE));
    wait.await.expect("a thread").expect("the connection is let go");

    let (port, _curt) = answering(b"SSH-2.0-Curt\r\n", false);
    let failure = no_connection("127.0.0.1", port, LATE).await;
    assert_says(&failure, Step::Connect, "closed the connection before the sign-in");
}

/// Holds because old servers offer only what is broken today, and their owner must learn what.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_common_algorithm() {
    for (line, words) in [
        ("Ciphers aes128-cbc", "offers no cipher that Tomo knows, only aes128-cbc"),
        ("KexAlgorithms diffie-hellman-group1-sha1", "offers no key exchange that Tomo knows"),
        ("MACs umac-64@openssh.com\nCiphers aes128-ctr", "offers no message check (MAC)"),
    ] {
        let options = Options { config: vec![line.to_owned()], ..Options::default() };
        let Some(lab) = Lab::start(options) else { return };
        let failure = lab.sign_in(&lab.credential()).await.expect_err("refused");
        assert_says(&failure, Step::Connect, words);
    }
}

/// Holds because a wrong password must be told from an account that takes none, and is sent once
/// only, or trying would lock the account.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password() {
    let options = Options { keyboard_interactive: sshd::is_root(), ..Options::default() };
    let Some(lab) = Lab::start(options) else { return };
    let failure = lab.sign_in(&password("wrong horse")).await.expect_err("refused");
    assert_says(&failure, Step::Authenticate, "the password is not accepted for");
    let log = lab.sshd.wait_for_log("Connection closed by");
    assert_eq!(log.matches("Failed password").count(), 1, "{log}");
    assert!(!log.contains("Failed keyboard-interactive"), "{log}");
    assert!(!format!("{failure:?}").contains("wrong horse"));
}

/// Holds because most servers on the Internet take keys only, and say so.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_takes_no_passwords() {
    let options = Options { password: false, ..Options::default() };
    let Some(lab) = Lab::start(options) else { return };
    let failure = lab.sign_in(&password("right horse")).await.expect_err("refused");
    assert_says(&failure, Step::Authenticate, "with no password");
    assert_eq!(failure.hint, "Use what it accepts: a private key.");
}

/// Holds because the fingerprint is what finds the key among many on the server.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_account_does_not_know() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let stranger = sshd::client_key("ed25519", "openssh", "");
    let failure = lab.sign_in(&key(&stranger, None)).await.expect_err("refused");
    assert_says(&failure, Step::Authenticate, "the key is not accepted for");
    assert!(failure.hint.contains(&stranger.fingerprint), "{}", failure.hint);
}

/// Holds because a server may take passwords and no keys at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_no_keys() {
    let options = Options { public_key: false, ..Options::default() };
    let Some(lab) = Lab::start(options) else { return };
    let failure = lab.sign_in(&lab.credential()).await.expect_err("refused");
    assert_says(&failure, Step::Authenticate, "accepts no keys");
    assert_eq!(failure.hint, "Use what it accepts: a password.");
}

/// Holds because a key that cannot be opened must be told from one that the server refuses, and
/// because neither the key nor the passphrase may stand in what is shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_opened() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let locked = sshd::client_key("ed25519", "openssh", "sesame");
    for (credential, words) in [
        (key(&locked, Some("open barley")), "the passphrase does not open the key"),
        (key(&locked, None), "locked with a passphrase, and none was given"),
        (
            Credential::Key { private_key: locked.public.clone().into(), passphrase: None },
            "the public half of a key",
        ),
    ] {
        let failure = lab.sign_in(&credential).await.expect_err("refused");
        assert_says(&failure, Step::Authenticate, words);
        let shown = format!("{failure:?} {credential:?}");
        assert!(!shown.contains("barley") && !shown.contains("PRIVATE KEY"), "{shown}");
    }
}

/// Holds because a second factor cannot be given here, and the password was right.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_a_second_step() {
    let config = vec!["AuthenticationMethods publickey,password".to_owned()];
    let Some(lab) = Lab::start(Options { config, ..Options::default() }) else { return };
    let failure = lab.sign_in(&lab.credential()).await.expect_err("refused");
    assert_says(&failure, Step::Authenticate, "the key is right, but 127.0.0.1 asks for a second");
}

/// Holds because a server that hangs up says why, and the reason is often the whole story.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_up_during_the_sign_in() {
    let config = vec!["MaxAuthTries 1".to_owned()];
    let Some(lab) = Lab::start(Options { config, ..Options::default() }) else { return };
    let failure = lab.sign_in(&password("wrong")).await.expect_err("refused");
    assert_says(&failure, Step::Authenticate, "closed the connection during the sign-in");
    assert!(failure.message.contains("Too many authentication failures"), "{failure}");
}

/// Holds because a frozen server still accepts TCP connections, and must not freeze Tomo.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    lab.sshd.pause();
    let failure = no_connection("127.0.0.1", lab.sshd.port(), SOON).await;
    assert_says(&failure, Step::Connect, "is open, but says nothing");
}

/// Holds because an account may sign in and yet run nothing; the words of its shell say why.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_runs_no_commands() {
    if account_is_fixed() {
        return;
    }
    for (shell, config, words) in [
        ("/usr/sbin/nologin", "", "it says 'This account is currently not available.'"),
        ("/bin/false", "", "the login shell runs no commands"),
        ("/bin/rbash", "", "restricted"),
        ("/bin/sh", "ForceCommand internal-sftp", "the login shell runs no commands"),
    ] {
        let config = vec![config.to_owned()];
        let options = Options { config, ..Options::default() };
        let Some(lab) = Lab::with_shell(options, shell) else { return };
        let connection = lab.connect().await;
        let limits = Limits { time: LATE, ..Limits::DEFAULT };
        let error = connection.exec(&["true"], limits).await.expect_err(shell);
        assert_says(&error.failure(), Step::Command, words);
        let script = "while read -r line; do echo END; done";
        let error = connection.script(script, limits).await.expect_err(shell);
        assert_says(&error.failure(), Step::Command, words);
    }
}

/// Holds because 'the shell ended' would send people to the wrong place.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_opens_no_sessions() {
    let config = vec!["MaxSessions 0".to_owned()];
    let Some(lab) = Lab::start(Options { config, ..Options::default() }) else { return };
    let connection = lab.connect().await;
    let error = connection.exec(&["true"], Limits::DEFAULT).await.expect_err("refused");
    assert_says(&error.failure(), Step::Command, "lets this account run no commands");
}

/// Whether the shell of the account cannot be chosen.
fn account_is_fixed() -> bool {
    let account = sshd::account("probe", "irrelevant", "/bin/sh");
    account_password(&account).is_none()
}
