//! From an address to a signed-in connection, one step after the other.

use super::{
    auth,
    connection::Connection,
    error::{ConnectError, quoted, seconds},
    guard::{Guard, GuardError, Life},
    wire::Wire,
};
use crate::domain::{
    credential::Credential,
    failure::{Failure, Step},
    host_key::KnownHost,
};
use russh::{
    AlgorithmKind,
    client::{self, Handle},
    keys::{Algorithm, HashAlg, PublicKey},
};
use std::{
    borrow::Cow,
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// A silent server is asked for a sign of life this often…
const KEEPALIVE: Duration = Duration::from_secs(10);
/// …and given up after this many questions without an answer, so after 30 s.
const KEEPALIVE_MAX: usize = 2;

/// Where to sign in, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Account.
    pub username: String,
}

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Finding the address.
    pub resolve: Duration,
    /// Opening the TCP connection, for each address of the host.
    pub connect: Duration,
    /// Agreeing on encryption, up to the host key.
    pub handshake: Duration,
    /// Signing in. Servers that look up names or delay failures need some.
    pub authenticate: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(10),
            connect: Duration::from_secs(10),
            handshake: Duration::from_secs(15),
            authenticate: Duration::from_secs(30),
        }
    }
}

/// Opens a connection and signs in, telling `on_step` each step that passed and what it found.
///
/// Without a `known` host key, or with another one, the connection ends before anything secret is
/// sent, and the verdict says what the host presented.
///
/// # Errors
/// With the step that failed in words for a person, or with the verdict on the host key.
pub async fn connect(
    target: &Target,
    credential: &Credential,
    known: Option<&KnownHost>,
    timeouts: Timeouts,
    on_step: &mut (dyn FnMut(Step, String) + Send),
) -> Result<Connection, ConnectError> {
    let addresses = resolve(target, timeouts.resolve).await?;
    let found: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    on_step(Step::Resolve, found.join(", "));

    let life = Arc::new(Life::default());
    // Whatever happens to the attempt, the connection's own task must not outlive it.
    let cut = life.cut.clone().drop_guard();
    let started = Instant::now();
    let stream = dial(target, &addresses, timeouts.connect).await?;
    let shaken = handshake(target, stream, known, &life, timeouts.handshake).await;
    if matches!(shaken, Ok(_) | Err(ConnectError::HostKey(_))) {
        on_step(Step::Connect, format!("{} ms", started.elapsed().as_millis()));
    }
    let mut handle = shaken?;
    if let Some(known) = known {
        on_step(Step::HostKey, format!("{} {}", known.key.algorithm, known.key.fingerprint));
    }

    let signing_in = auth::sign_in(&mut handle, target, credential, &life);
    let method = timeout(timeouts.authenticate, signing_in).await.unwrap_or_else(|_| {
        Err(Failure::new(
            Step::Authenticate,
            format!(
                "{} did not answer the sign-in within {}",
                target.host,
                seconds(timeouts.authenticate)
            ),
            "See whether that server is overloaded, then try again.",
        ))
    })?;
    on_step(Step::Authenticate, method);
    Ok(Connection::new(handle, target.clone(), life, cut))
}

async fn resolve(target: &Target, limit: Duration) -> Result<Vec<SocketAddr>, Failure> {
    let Target { host, port, .. } = target;
    let found = match timeout(limit, lookup_host((host.as_str(), *port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(_)) => Vec::new(),
        Err(_) => {
            return Err(Failure::new(
                Step::Resolve,
                format!("looking up the name {host} took longer than {}", seconds(limit)),
                "Check this computer's network, or use the IP address.",
            ));
        }
    };
    if found.is_empty() {
        return Err(Failure::new(
            Step::Resolve,
            format!("no address is known for the name {host}"),
            "Check the spelling and this computer's network, or use the IP address.",
        ));
    }
    Ok(found)
}

/// Tries one address after the other.
async fn dial(
    target: &Target,
    addresses: &[SocketAddr],
    limit: Duration,
) -> Result<TcpStream, Failure> {
    let mut refusal: Option<io::Error> = None;
    for address in addresses {
        let error = match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Without it every short message waits for the acknowledgement of the last one.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "no TCP_NODELAY");
                }
                return Ok(stream);
            }
            Ok(Err(error)) => error,
            Err(_) => ErrorKind::TimedOut.into(),
        };
        // A refusal proves that the host is there, so it says more than silence elsewhere.
        if refusal.as_ref().is_none_or(|known| known.kind() != ErrorKind::ConnectionRefused) {
            refusal = Some(error);
        }
    }
    let error = refusal.unwrap_or_else(|| ErrorKind::NotFound.into());
    Err(dial_failure(target, &error, limit))
}

fn dial_failure(target: &Target, error: &io::Error, limit: Duration) -> Failure {
    let Target { host, port, .. } = target;
    let (message, hint) = match error.kind() {
        ErrorKind::ConnectionRefused => (
            format!("{host} is there, but nothing listens on port {port}"),
            "Check the port, and that the SSH server runs there.",
        ),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => (
            format!("{host} is unreachable: there is no way to it from here"),
            "Check that it is switched on, and that this computer is in its network or VPN.",
        ),
        ErrorKind::TimedOut => (
            format!("{host} does not answer on port {port} within {}", seconds(limit)),
            "Check that it is switched on, and that no firewall drops the connection.",
        ),
        _ => (
            format!("{host} is unreachable on port {port}: {error}"),
            "Check the address, and this computer's network.",
        ),
    };
    Failure::new(Step::Connect, message, hint)
}

async fn handshake(
    target: &Target,
    stream: TcpStream,
    known: Option<&KnownHost>,
    life: &Arc<Life>,
    limit: Duration,
) -> Result<Handle<Guard>, ConnectError> {
    let wire = Wire::new(stream, Arc::clone(life));
    let guard = Guard::new(known.cloned(), Arc::clone(life));
    let attempt = client::connect_stream(Arc::new(config(known)), wire, guard);
    match timeout(limit, attempt).await {
        Ok(Ok(handle)) => Ok(handle),
        Ok(Err(GuardError::HostKey(verdict))) => Err(ConnectError::HostKey(*verdict)),
        Ok(Err(GuardError::Ssh(error))) => {
            Err(handshake_failure(target, &error, &life.meter.greeting()).into())
        }
        Err(_) => Err(silence(target, &life.meter.greeting(), limit).into()),
    }
}

fn config(known: Option<&KnownHost>) -> client::Config {
    let mut config = client::Config {
        keepalive_interval: Some(KEEPALIVE),
        keepalive_max: KEEPALIVE_MAX,
        nodelay: true,
        ..client::Config::default()
    };
    if let Some(known) = known {
        config.preferred.key = Cow::Owned(preferred(&known.key.public_key, &config.preferred.key));
    }
    config
}

/// Host key algorithms with the known key's first: a server that has several keys then presents
/// the one that is known, instead of one that would look like a change.
fn preferred(known: &str, all: &[Algorithm]) -> Vec<Algorithm> {
    let known = PublicKey::from_openssh(known).map(|key| key.algorithm()).ok();
    let fits = |algorithm: &Algorithm| match (&known, algorithm) {
        (Some(Algorithm::Rsa { .. }), Algorithm::Rsa { .. }) => true,
        (known, algorithm) => known.as_ref() == Some(algorithm),
    };
    let (mut first, rest): (Vec<_>, Vec<_>) = all.iter().cloned().partition(fits);
    // SHA-1 signatures stay the last resort even for a known RSA key.
    let sha1 = Algorithm::Rsa { hash: None::<HashAlg> };
    first.retain(|algorithm| *algorithm != sha1);
    let rest = rest.into_iter().filter(|algorithm| *algorithm != sha1);
    let last = all.contains(&sha1).then_some(sha1.clone());
    first.into_iter().chain(rest).chain(last).collect()
}

fn handshake_failure(target: &Target, error: &russh::Error, greeting: &[u8]) -> Failure {
    let host = &target.host;
    let is_ssh = greeting.starts_with(b"SSH-");
    let (message, hint) = match error {
        russh::Error::NoCommonAlgo { kind, ours, theirs } => {
            let kind = match kind {
                AlgorithmKind::Kex => "key exchange",
                AlgorithmKind::Key => "type of host key",
                AlgorithmKind::Cipher => "cipher",
                AlgorithmKind::Mac => "message check (MAC)",
                AlgorithmKind::Compression => "compression",
            };
            let usual = ours.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            (
                format!("{host} offers no {kind} that Tomo knows, only {}", theirs.join(", ")),
                format!("Update the SSH server there, or let it offer one of {usual}."),
            )
        }
        _ if !is_ssh && !greeting.is_empty() => return not_ssh(target, greeting),
        russh::Error::Disconnect | russh::Error::HUP | russh::Error::IO(_) if !is_ssh => (
            format!("{host} closes the connection on port {} without a word", target.port),
            "Check the port; SSH is usually on 22. If it is right, the server may refuse this \
             computer or have too many connections: see its log."
                .to_owned(),
        ),
        russh::Error::Disconnect | russh::Error::HUP | russh::Error::IO(_) => (
            format!("{host} closed the connection before the sign-in"),
            "It may refuse this computer or have too many connections: see that server's log."
                .to_owned(),
        ),
        other => (
            format!("agreeing on encryption with {host} failed: {other}"),
            "Check that the port is an SSH server's, and update that server.".to_owned(),
        ),
    };
    Failure::new(Step::Connect, message, hint)
}

fn silence(target: &Target, greeting: &[u8], limit: Duration) -> Failure {
    let Target { host, port, .. } = target;
    if greeting.is_empty() {
        Failure::new(
            Step::Connect,
            format!("port {port} of {host} is open, but says nothing within {}", seconds(limit)),
            "Check the port; SSH is usually on 22.",
        )
    } else if greeting.starts_with(b"SSH-") {
        Failure::new(
            Step::Connect,
            format!("{host} stopped answering while agreeing on encryption"),
            "See whether that server is overloaded, then try again.",
        )
    } else {
        not_ssh(target, greeting)
    }
}

fn not_ssh(target: &Target, greeting: &[u8]) -> Failure {
    let first = greeting.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let said = quoted(first).map(|said| format!("; it says {said}")).unwrap_or_default();
    Failure::new(
        Step::Connect,
        format!("what answers on port {} of {} is not SSH{said}", target.port, target.host),
        "Check the port; SSH is usually on 22.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because a missing route cannot be made in a test, and must not read as a wrong port.
    #[test]
    fn a_host_without_a_way_to_it_is_called_unreachable() {
        let target = Target { host: "nas".to_owned(), port: 22, username: "admin".to_owned() };
        for kind in [ErrorKind::HostUnreachable, ErrorKind::NetworkUnreachable] {
            let failure = dial_failure(&target, &kind.into(), Duration::from_secs(1));
            assert_eq!(failure.message, "nas is unreachable: there is no way to it from here");
        }
    }

    /// Holds because the known type must lead, and SHA-1 must stay last even where RSA is known.
    #[test]
    fn the_known_type_of_host_key_is_asked_for_first() {
        let all = russh::Preferred::DEFAULT.key;
        let rsa = include_str!("../../../tests/fixtures/ssh/rsa.pub");
        let names: Vec<String> = preferred(rsa, &all).iter().map(ToString::to_string).collect();
        assert_eq!(names[..2], ["rsa-sha2-512", "rsa-sha2-256"]);
        assert_eq!(names.last().map(String::as_str), Some("ssh-rsa"));
        assert_eq!(names.len(), all.len());
        assert_eq!(preferred("nonsense", &all), *all);
    }
}
