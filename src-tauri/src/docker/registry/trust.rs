//! Who is believed to be a registry: whoever has a certificate that this computer trusts, or the CA that the
//! server's engine was given; and whom the engine believes anyway.

use super::{
    super::{Engine, ask::USUAL, error::one_line, uses::or_default},
    RegistryError,
    http::Duplex,
};
use crate::ssh::Limits;
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use rustls_platform_verifier::Verifier;
use serde::Deserialize;
use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Where an engine looks for the CA of a registry, with root and without.
const ROOTS: &str = r#"
for file in "/etc/docker/certs.d/$1/ca.crt" "$HOME/.config/docker/certs.d/$1/ca.crt"; do
  [ -r "$file" ] && exec head -c 131072 -- "$file"
done
"#;
const LIMITS: Limits = Limits { time: Duration::from_secs(15), bytes: 128 << 10 };

/// Registries that the engine believes without a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct Insecure {
    networks: Vec<String>,
    names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Info {
    registry_config: Option<Config>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Config {
    #[serde(rename = "InsecureRegistryCIDRs", deserialize_with = "or_default")]
    networks: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    index_configs: HashMap<String, Index>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Index {
    secure: Option<bool>,
}

impl Insecure {
    /// As the engine says; one that does not say so has none but its own computer.
    pub(super) async fn of(engine: &Engine) -> Self {
        let info: Info = engine.ask("/info", &[], USUAL).await.unwrap_or_default();
        let config = info.registry_config.unwrap_or_default();
        let names = config.index_configs.into_iter();
        let names = names.filter(|(_, index)| index.secure == Some(false)).map(|(name, _)| name);
        Self { networks: config.networks, names: names.collect() }
    }

    pub(super) fn has(&self, registry: &str, host: &str) -> bool {
        is_loopback(host)
            || self.names.iter().any(|name| name == registry)
            || host.parse().is_ok_and(|ip| self.networks.iter().any(|net| is_in(ip, net)))
    }
}

/// Whether a host is the computer itself.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    bare.eq_ignore_ascii_case("localhost")
        || bare.to_ascii_lowercase().ends_with(".localhost")
        || bare.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback())
}

/// The same, by whatever address.
pub(super) fn is_itself(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    is_loopback(host) || bare.parse().is_ok_and(|ip: IpAddr| ip.is_unspecified())
}

/// Whether an address is in a network: `10.0.0.0/8`.
fn is_in(ip: IpAddr, network: &str) -> bool {
    let Some((first, bits)) = network.split_once('/') else { return false };
    let (Ok(first), Ok(bits)) = (first.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    let same = |a: u128, b: u128, width: u32| {
        bits <= width && (bits == 0 || (a ^ b) >> (width - bits) == 0)
    };
    match (ip, first) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
        _ => false,
    }
}

/// The CA that the server's engine was given for a registry, as far as the account may read it.
pub(super) async fn roots(engine: &Engine, registry: &str) -> Vec<CertificateDer<'static>> {
    let argv = ["sh", "-c", ROOTS, "sh", registry];
    match engine.host().run(&argv, &[], LIMITS).await {
        Ok(output) => CertificateDer::pem_slice_iter(&output.stdout).flatten().collect(),
        Err(_) => Vec::new(),
    }
}

/// TLS to a registry.
pub(super) struct Tls(TlsConnector);

impl Tls {
    /// Believes whom this computer trusts, and whoever has a certificate of one of these.
    pub(super) async fn trusting(
        roots: Vec<CertificateDer<'static>>,
    ) -> Result<Self, RegistryError> {
        let internal = |why: String| RegistryError::Untrusted {
            registry: "anybody".to_owned(),
            why: one_line(&why),
        };
        // Reading what this computer trusts takes files.
        let made = tokio::task::spawn_blocking(move || {
            let usual =
                Verifier::new_with_extra_roots(roots.clone(), Arc::new(ring::default_provider()));
            usual.map(|usual| Given { usual, given: roots })
        });
        let made = made.await.map_err(|error| internal(error.to_string()))?;
        let verifier = made.map_err(|error| internal(error.to_string()))?;
        Ok(Self::with(Arc::new(verifier)))
    }

    /// Believes everybody, as the engine does of a registry that it was told to.
    pub(super) fn believing() -> Self {
        Self::with(Arc::new(Anybody(Arc::new(ring::default_provider()))))
    }

    fn with(verifier: Arc<dyn ServerCertVerifier>) -> Self {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(rustls::DEFAULT_VERSIONS);
        // The versions are the library's own, which its own cryptography has.
        let config = config.unwrap_or_else(|_| ClientConfig::builder());
        let config =
            config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        Self(TlsConnector::from(Arc::new(config)))
    }

    /// Begins to speak TLS on a stream.
    pub(super) async fn over(
        &self,
        stream: Box<dyn Duplex>,
        host: &str,
        registry: &str,
    ) -> Result<TlsStream<Box<dyn Duplex>>, RegistryError> {
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| RegistryError::odd(registry, "its host has no name"))?;
        self.0.connect(name, stream).await.map_err(|error| {
            let why = one_line(&error.to_string());
            let registry = registry.to_owned();
            let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            match cause {
                Some(rustls::Error::InvalidCertificate(_)) => {
                    RegistryError::Untrusted { registry, why }
                }
                _ => RegistryError::Unreachable { registry, why },
            }
        })
    }
}

/// Trusts whom this computer trusts, and besides them whoever shows one of the given certificates itself: people
/// make a certificate that is its own CA, and hand that to their engines, which take it so.
#[derive(Debug)]
struct Given {
    usual: Verifier,
    given: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Given {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.given.iter().any(|given| given.as_ref() == shown.as_ref()) {
            verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
            return Ok(ServerCertVerified::assertion());
        }
        self.usual.verify_server_cert(shown, others, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Takes every certificate. Only for registries that would be believed without TLS.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because plain text goes only where the engine itself would speak it.
    #[test]
    fn only_whom_the_engine_believes_is_believed() {
        let insecure = Insecure {
            networks: vec![
                "127.0.0.0/8".into(),
                "10.1.0.0/16".into(),
                "fd00::/8".into(),
                "x/99".into(),
            ],
            names: vec!["nas:5000".into()],
        };
        let has = |registry: &str| {
            let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
            insecure.has(registry, host)
        };
        for yes in ["localhost:5000", "127.0.0.1:5000", "127.9.9.9:1", "10.1.2.3:80", "nas:5000"] {
            assert!(has(yes), "{yes}");
        }
        for no in ["nas:5001", "nas", "10.2.0.1:80", "localhost.example.org:5000", "ghcr.io"] {
            assert!(!has(no), "{no}");
        }
        assert!(insecure.has("x", "fd00::1") && !insecure.has("x", "fe00::1"));
        assert!(is_loopback("[::1]") && is_itself("0.0.0.0") && is_loopback("::ffff:127.0.0.1"));
    }
}
