//! The page of an app in the browser: where this computer reaches it, at its own address; else through the SSH
//! connection of its server, at a port of 127.0.0.1.

use super::page::opened;
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    docker::host::Host,
    domain::{
        activity::ActivityKind,
        id::{InstalledAppId, ServerId, UserId},
        installed_app::{AppAddress, AppPage},
    },
    ssh::{Connection, RemoteError, RemoteStream},
    store::StoredInstall,
};
use serde_json::json;
use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};
use url::Url;

/// How long an address may take to answer until it counts as out of reach.
const REACH: Duration = Duration::from_millis(1_500);
/// How long the server may take to reach its own port.
const OPEN: Duration = Duration::from_secs(15);
/// How long a tunnel that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// The most connections of one tunnel at a time.
const MOST: usize = 200;
/// How much of one tunnel may wait for browsers that do not read. What comes through SSH has to be read: it would hold up
/// everything else on the connection.
const WAITING: usize = 64 << 20;

/// Where a tunnel leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct End {
    server: ServerId,
    /// The address on the server.
    host: String,
    port: u16,
}

/// Tunnels that are open, each with its port on this computer.
#[derive(Default)]
pub(super) struct Tunnels {
    open: Mutex<HashMap<End, u16>>,
    /// Held while one is opened.
    opening: tokio::sync::Mutex<()>,
}

impl Tunnels {
    fn open(&self) -> MutexGuard<'_, HashMap<End, u16>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tomo {
    /// The address under which a browser here reaches the page of an app; where it is out of reach, a tunnel to it
    /// is opened.
    ///
    /// # Errors
    /// When there is no such app, it has no page, or neither this computer nor its server reaches it.
    pub async fn open_app(&self, by: UserId, id: InstalledAppId) -> Result<AppAddress, AppError> {
        let app = self.stored_app(id).await?;
        let page = self.page_of(&app).filter(|_| app.installed_at.is_some());
        let page = page.ok_or_else(|| AppError::Invalid("This app has no page.".into()))?;
        let url = Url::parse(&page.url).map_err(|_| AppError::Internal("the page of an app"))?;
        if app.server_id == ServerId::LOCAL || is_in_reach(&url, page.port).await {
            return Ok(AppAddress { url: page.url, is_tunnel: false });
        }
        let end = End { server: app.server_id, host: host_of(&app, &page), port: page.port };
        let connection = self.connection_of(&app).ok_or_else(|| {
            AppError::Invalid("The server of this app is not connected now.".into())
        })?;
        // Whoever opens a page that is not there learns why, and not only that nothing comes.
        let tried = connection.open_port(&end.host, end.port, OPEN).await;
        tried.map_err(|error| out_of_reach(&error, &page))?;
        let _opening = self.inner.apps.tunnels.opening.lock().await;
        let known = self.inner.apps.tunnels.open().get(&end).copied();
        let port = match known {
            Some(port) => port,
            None => {
                let port = self.open_tunnel(&app, end).await?;
                let place = self.place([app.server_id]);
                let message = format!("Tunnel to {}{place} opened", app.title());
                let entry = Entry::by(by, ActivityKind::AppOpen, message).to_app(&app);
                self.record(entry.with(json!({ "app": app.app, "port": port }))).await;
                port
            }
        };
        Ok(AppAddress { url: at_home(url, port)?, is_tunnel: true })
    }

    /// Whether the page of the app is still where a tunnel leads: the port may be somebody else's by now.
    async fn leads_there(&self, app: &StoredInstall, end: &End) -> bool {
        let Ok(now) = self.stored_app(app.id).await else { return false };
        let page = self.page_of(&now);
        page.is_some_and(|page| page.port == end.port && host_of(&now, &page) == end.host)
    }

    fn connection_of(&self, app: &StoredInstall) -> Option<Connection> {
        match self.engine_at(app.server_id, &app.config.engine)?.host() {
            Host::Remote(connection) => Some(connection),
            Host::Local => None,
        }
    }

    /// Listens at a port of this computer, for this computer alone.
    async fn open_tunnel(&self, app: &StoredInstall, end: End) -> Result<u16, AppError> {
        let failed = |error: std::io::Error| AppError::internal("opening a tunnel", &error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        self.inner.apps.tunnels.open().insert(end.clone(), port);
        let (tomo, app) = (self.clone(), app.clone());
        let tunnel = async move {
            let cancel = tomo.inner.cancel.clone();
            cancel.run_until_cancelled(tomo.listen(&app, &end, listener)).await;
            tomo.inner.apps.tunnels.open().remove(&end);
        };
        self.inner.tasks.spawn_on(tunnel, &self.inner.runtime);
        Ok(port)
    }

    /// Carries whoever connects, until nobody has for a while.
    async fn listen(&self, app: &StoredInstall, end: &End, listener: TcpListener) {
        let mut carried = JoinSet::new();
        let waiting = Arc::new(AtomicUsize::new(0));
        loop {
            tokio::select! {
                accepted = listener.accept(), if carried.len() < MOST => {
                    let Ok((near, _)) = accepted else { continue };
                    if !self.leads_there(app, end).await {
                        return;
                    }
                    let waiting = waiting.clone();
                    // The one that is there now: a server may have been lost and found meanwhile.
                    let connection = self.connection_of(app);
                    let end = end.clone();
                    carried.spawn(async move {
                        let Some(connection) = connection else { return };
                        if let Ok(far) = connection.open_port(&end.host, end.port, OPEN).await {
                            carry(near, far, &waiting).await;
                        }
                    });
                }
                Some(_) = carried.join_next() => {}
                () = tokio::time::sleep(IDLE), if carried.is_empty() => return,
            }
        }
    }
}

/// Carries bytes between a browser and a port of a server until either ends.
async fn carry(near: TcpStream, far: RemoteStream, waiting: &AtomicUsize) {
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = tokio::io::split(far);
    tokio::select! {
        () = up(near_read, far_write) => {}
        () = down(far_read, near_write, waiting) => {}
    }
}

/// What the browser says; that it says no more is no end.
async fn up(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    if tokio::io::copy(&mut from, &mut to).await.is_ok() && to.shutdown().await.is_ok() {
        std::future::pending::<()>().await;
    }
}

/// What comes from the server, read at once and passed on as fast as it is taken.
async fn down(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    waiting: &AtomicUsize,
) {
    let own = AtomicUsize::new(0);
    let has_ended = AtomicBool::new(false);
    let (sender, mut receiver) = mpsc::unbounded_channel::<Vec<u8>>();
    let reading = async {
        let mut part = vec![0; 32 << 10];
        while let Ok(length @ 1..) = from.read(&mut part).await {
            own.fetch_add(length, Ordering::Relaxed);
            let all = waiting.fetch_add(length, Ordering::Relaxed) + length;
            if all > WAITING || sender.send(part[..length].to_vec()).is_err() {
                return;
            }
        }
        has_ended.store(true, Ordering::Relaxed);
        drop(sender);
    };
    let writing = async {
        while let Some(bytes) = receiver.recv().await {
            if to.write_all(&bytes).await.is_err() {
                return;
            }
            own.fetch_sub(bytes.len(), Ordering::Relaxed);
            waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
        let _ = to.shutdown().await;
    };
    {
        tokio::pin!(reading, writing);
        tokio::select! {
            // What was read until then is still passed on.
            () = &mut reading => if has_ended.load(Ordering::Relaxed) { writing.await },
            () = &mut writing => {}
        }
    }
    waiting.fetch_sub(own.load(Ordering::Relaxed), Ordering::Relaxed);
}

async fn is_in_reach(url: &Url, port: u16) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    matches!(tokio::time::timeout(REACH, TcpStream::connect((host, port))).await, Ok(Ok(_)))
}

/// The address on its server that the page of an app is at.
fn host_of(app: &StoredInstall, page: &AppPage) -> String {
    let own = opened(&app.config, page.port);
    let ip = own.and_then(|port| port.host_ip.as_deref()).unwrap_or_default();
    match ip.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
        Ok(ip) if !ip.is_unspecified() => ip.to_string(),
        _ => Ipv4Addr::LOCALHOST.to_string(),
    }
}

/// The same page at a port of this computer.
fn at_home(mut url: Url, port: u16) -> Result<String, AppError> {
    let set = url.set_host(Some("127.0.0.1")).is_ok() && url.set_port(Some(port)).is_ok();
    if set { Ok(url.to_string()) } else { Err(AppError::Internal("the address of a tunnel")) }
}

fn out_of_reach(error: &RemoteError, page: &AppPage) -> AppError {
    let failure = error.failure();
    AppError::Invalid(format!(
        "{} is out of reach from this computer, and through the server: {}. {}",
        page.url, failure.message, failure.hint
    ))
}
