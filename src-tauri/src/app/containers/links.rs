//! Links to what containers publish.

use crate::{
    app::{Tomo, error::AppError},
    domain::container::{Container, PublishedPort},
};
use chrono::Utc;
use std::net::IpAddr;
use url::{Host, Url};

impl Tomo {
    /// The address behind a link to a published port, which may be given to a browser.
    ///
    /// A page that was taken over must not be able to send a browser anywhere with what it knows: so
    /// the link is nothing but a host and a port, and some container publishes that port there.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn published_link(&self, link: &str) -> Result<Url, AppError> {
        let refused =
            || AppError::Invalid("Only ports that a container publishes can be opened.".into());
        let url = Url::parse(link).map_err(|_| refused())?;
        let is_bare = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let (Some(host), Some(port), true) = (url.host(), url.port_or_known_default(), is_bare)
        else {
            return Err(refused());
        };
        let is_there = self.inner.hub.rows(Utc::now()).iter().any(|row| {
            let at = Place { host: &row.server.host, is_here: row.server.is_local() };
            let containers = self.inner.board.rows(row.server.id);
            containers.iter().any(|one| publishes(&one.container, at, &host, port))
        });
        if is_there { Ok(url) } else { Err(refused()) }
    }
}

/// Where a container is.
#[derive(Clone, Copy)]
struct Place<'a> {
    host: &'a str,
    is_here: bool,
}

fn publishes(container: &Container, at: Place<'_>, host: &Host<&str>, port: u16) -> bool {
    container.ports.iter().any(|published| {
        published.host_port == Some(port)
            && published.protocol == "tcp"
            && leads_to(published, at, host)
    })
}

/// Whether a published port is reached at this host: at the address it is bound to, else at the
/// server's own.
fn leads_to(port: &PublishedPort, at: Place<'_>, host: &Host<&str>) -> bool {
    let bound: Option<IpAddr> = port.host_ip.as_deref().and_then(|ip| ip.parse().ok());
    match bound.filter(|ip| !ip.is_unspecified()) {
        Some(ip) if !ip.is_loopback() => is_address(host, ip),
        _ if at.is_here => *host == Host::Domain("localhost"),
        Some(_) => false,
        None => is_host(host, at.host),
    }
}

fn is_address(host: &Host<&str>, ip: IpAddr) -> bool {
    match *host {
        Host::Ipv4(address) => ip == address,
        Host::Ipv6(address) => ip == address,
        Host::Domain(_) => false,
    }
}

fn is_host(host: &Host<&str>, name: &str) -> bool {
    match (name.parse(), host) {
        (Ok(ip), _) => is_address(host, ip),
        (Err(_), Host::Domain(domain)) => domain.eq_ignore_ascii_case(name),
        (Err(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(host_ip: &str) -> PublishedPort {
        PublishedPort {
            container_port: 80,
            protocol: "tcp".into(),
            host_ip: Some(host_ip.into()),
            host_port: Some(8080),
        }
    }

    /// Holds because a link leads where the port is bound, and nowhere else.
    #[test]
    fn links_lead_where_the_port_is_bound() {
        let (nas, here) = (
            Place { host: "nas.lan", is_here: false },
            Place { host: "this-computer", is_here: true },
        );
        let from = |at, ip: &str, link: &str| {
            let url = Url::parse(link).expect("a link");
            leads_to(&port(ip), at, &url.host().expect("a host"))
        };
        let leads = |ip: &str, link: &str| from(nas, ip, link);
        assert!(leads("0.0.0.0", "http://NAS.lan:8080/"));
        assert!(leads("::", "http://nas.lan:8080/"));
        assert!(!leads("0.0.0.0", "http://elsewhere.example:8080/"));
        assert!(leads("192.168.1.5", "http://192.168.1.5:8080/"));
        assert!(leads("fd00::5", "http://[fd00::5]:8080/"));
        assert!(!leads("192.168.1.5", "http://nas.lan:8080/"));
        assert!(!leads("127.0.0.1", "http://nas.lan:8080/"));
        assert!(from(here, "127.0.0.1", "http://localhost:8080/"));
        assert!(from(here, "0.0.0.0", "http://localhost:8080/"));
        assert!(!from(here, "0.0.0.0", "http://elsewhere.example:8080/"));
    }
}
