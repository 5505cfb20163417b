//! Asking an app whether it is there, as its manifest says: at a port inside of its container, from the server that
//! the container is on.

use super::worker::Worker;
use crate::{
    docker::{Engine, host::Host},
    domain::{app::AppHealth, app_project::ProjectPort, container::Container},
    ssh::RemoteError,
};
use bollard::body_full;
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::{net::IpAddr, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What asking came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// It answers.
    There,
    /// It does not, as yet.
    NotYet,
    /// It cannot be asked from here.
    Unknown,
}

impl Worker {
    /// The check of the manifest for this container; nothing where it has none.
    pub(super) fn health_of(&self, container: &Container) -> Option<AppHealth> {
        let health = self.app.config.manifest.health.as_ref()?;
        (container.service.as_ref() == Some(&health.service)).then(|| health.clone())
    }

    /// Asks a container.
    pub(super) async fn probe(
        &self,
        engine: &Engine,
        container: &Container,
        health: &AppHealth,
    ) -> Probe {
        let Ok(found) = engine.inspect(&container.id).await else { return Probe::NotYet };
        let networks = found.networks();
        let is_host = networks.iter().any(|network| network.name == "host");
        let addresses = networks.iter().flat_map(|network| &network.addresses);
        let own: Option<IpAddr> = addresses.filter_map(|address| address.parse().ok()).next();
        let Some(address) = own.or_else(|| is_host.then_some(IpAddr::from([127, 0, 0, 1]))) else {
            return Probe::Unknown;
        };
        // Where the engine has a computer or a network of its own, only what is published is reached.
        let is_desktop = matches!(engine.host(), Host::Local) && !cfg!(target_os = "linux");
        let place = if engine.info().rootless || is_desktop {
            self.published(health).map(|port| (IpAddr::from([127, 0, 0, 1]), port))
        } else {
            Some((address, health.port))
        };
        let Some((address, port)) = place else { return Probe::Unknown };
        let asking = async {
            match engine.host() {
                Host::Local => match TcpStream::connect((address, port)).await {
                    Ok(stream) => ask(stream, health).await,
                    Err(_) => Probe::NotYet,
                },
                Host::Remote(connection) => {
                    let host = address.to_string();
                    match connection.open_port(&host, port, PATIENCE).await {
                        Ok(stream) => ask(stream, health).await,
                        Err(RemoteError::PortForbidden) => Probe::Unknown,
                        Err(_) => Probe::NotYet,
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or(Probe::NotYet)
    }

    /// The port of the server, at all its addresses, that leads to the one that is asked.
    fn published(&self, health: &AppHealth) -> Option<u16> {
        let mut ports = self.app.config.project.ports.iter();
        let is_it = |port: &&ProjectPort| {
            port.service == health.service
                && port.container_port == health.port
                && port.host_ip.is_none()
        };
        ports.find(is_it)?.host_port
    }
}

/// Asks for the page; who wants none has only to be connected to.
async fn ask(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    health: &AppHealth,
) -> Probe {
    let Some(path) = &health.path else { return Probe::There };
    let answer = async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let request = Request::get(path)
            .header("host", format!("localhost:{}", health.port))
            .header("user-agent", "Tomo")
            .body(body_full(Bytes::new()))
            .ok()?;
        let mut connection = std::pin::pin!(connection);
        let asked = sender.send_request(request);
        tokio::select! {
            answer = asked => Some(answer.ok()?.status()),
            _ = &mut connection => None,
        }
    };
    match answer.await {
        Some(status) if status.as_u16() < 400 => Probe::There,
        _ => Probe::NotYet,
    }
}
