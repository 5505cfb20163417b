//! Where the page of an app is: at the port that its manifest names; for apps of one's own that name none, at the
//! first port of the server that a browser may open.

use crate::{
    catalog::own,
    domain::{
        app::PortProtocol,
        app_project::ProjectPort,
        installed_app::{AppConfig, AppPage},
        own_app::AppOrigin,
        server::Server,
    },
    store::StoredInstall,
};

/// A page, as seen from the server.
struct Place<'a> {
    port: u16,
    is_https: bool,
    path: &'a str,
}

fn place(app: &StoredInstall) -> Option<Place<'_>> {
    let config = &app.config;
    if let Some(web) = &config.manifest.web {
        let port = config.values.get(&web.port)?.parse().ok()?;
        return Some(Place { port, is_https: web.is_https, path: &web.path });
    }
    if app.origin() == AppOrigin::Catalog {
        return None;
    }
    let of = |port: &ProjectPort| {
        let is_https = own::speaks_https(port.container_port)?;
        let tcp = port.host_port.filter(|_| port.protocol == PortProtocol::Tcp)?;
        Some(Place { port: tcp, is_https, path: "/" })
    };
    config.project.ports.iter().find_map(of)
}

/// Where a browser finds an app.
pub(super) fn page(app: &StoredInstall, server: &Server) -> Option<AppPage> {
    let Place { port, is_https, path } = place(app)?;
    let scheme = if is_https { "https" } else { "http" };
    let host = if server.is_local() { "localhost" } else { &server.host };
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    Some(AppPage { port, url: format!("{scheme}://{host}:{port}{path}") })
}

/// Who opens a port of the server.
pub(super) fn opened(config: &AppConfig, port: u16) -> Option<&ProjectPort> {
    config.project.ports.iter().find(|one| one.host_port == Some(port))
}

/// The service that the app's page is at.
pub(super) fn service(app: &StoredInstall) -> Option<String> {
    opened(&app.config, place(app)?.port).map(|one| one.service.clone())
}
