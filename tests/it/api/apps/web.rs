//! A web server on loopback: files that a test gives it, and git repositories through git's own backend.

use crate::lab::sshd::find;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use std::{
    collections::HashMap,
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    net::TcpListener,
    process::Command,
    task::{AbortHandle, JoinSet},
};

/// What is answered at a path.
#[derive(Clone, Debug)]
pub enum Page {
    /// A file, known again by this mark.
    File(Vec<u8>, Option<String>),
    /// A status and no more.
    Status(u16),
    /// A file that says it is longer than what comes.
    CutOff(Vec<u8>),
    /// Bytes without end.
    Endless,
}

/// A running server. Dropping it ends it.
pub struct Web {
    address: SocketAddr,
    pages: Arc<Mutex<HashMap<String, Page>>>,
    repositories: TempDir,
    serving: AbortHandle,
}

impl Web {
    /// Whether there is what git repositories need, or why not.
    pub fn missing() -> Option<&'static str> {
        find("git").is_none().then_some("git")
    }

    /// Starts one with nothing in it.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let pages = Arc::<Mutex<HashMap<String, Page>>>::default();
        let repositories = tempfile::tempdir().expect("a folder");
        let (kept, root) = (pages.clone(), repositories.path().to_owned());
        let serving = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (pages, root) = (kept.clone(), root.clone());
                let answer = service_fn(move |request| {
                    let (pages, root) = (pages.clone(), root.clone());
                    async move { Ok::<_, Infallible>(answer(request, &pages, &root).await) }
                });
                connections.spawn(async move {
                    // A client that gives up is what some tests are about.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), answer)
                        .await;
                });
            }
        });
        Self { address, pages, repositories, serving: serving.abort_handle() }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers at a path from now on.
    pub fn put(&self, path: &str, page: Page) {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), page);
    }

    /// Makes a commit with these files and no others in a repository, which is made if it is not there;
    /// gives its address.
    ///
    /// # Panics
    /// When git refuses.
    pub async fn commit(&self, name: &str, files: &[(&str, &str)]) -> String {
        let folder = self.repositories.path().join(name);
        if !folder.exists() {
            std::fs::create_dir_all(&folder).expect("a folder");
            git(&folder, &["init", "--quiet", "--initial-branch", "main"]).await;
        }
        git(&folder, &["rm", "-r", "--quiet", "--ignore-unmatch", "."]).await;
        for (path, text) in files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        git(&folder, &["add", "--all"]).await;
        git(&folder, &["commit", "--quiet", "--allow-empty", "--message", "One more"]).await;
        self.url(&format!("/git/{name}"))
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args([
            "-c",
            "user.name=Lab",
            "-c",
            "user.email=lab@localhost",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .await
        .expect("git");
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

type Answer = Response<http_body_util::combinators::BoxBody<Bytes, Infallible>>;

fn plain(status: u16, bytes: Vec<u8>) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(bytes)).boxed());
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

async fn answer(
    request: Request<Incoming>,
    pages: &Mutex<HashMap<String, Page>>,
    root: &Path,
) -> Answer {
    let path = request.uri().path().to_owned();
    if let Some(inside) = path.strip_prefix("/git") {
        return backend(request, inside, root.to_owned()).await;
    }
    let page = pages.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
    match page {
        Some(Page::File(bytes, mark)) => {
            let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
            if mark.is_some() && known == mark.as_deref() {
                return plain(304, Vec::new());
            }
            let mut response = plain(200, bytes);
            if let Some(mark) = mark {
                response.headers_mut().insert(ETAG, mark.parse().expect("a mark"));
            }
            response
        }
        Some(Page::Status(status)) => plain(status, Vec::new()),
        Some(Page::CutOff(bytes)) => {
            let length = bytes.len() + 1_000;
            let mut response = plain(200, bytes);
            response.headers_mut().insert("content-length", length.into());
            response
        }
        Some(Page::Endless) => {
            let part = hyper::body::Frame::data(Bytes::from(vec![b' '; 1 << 16]));
            let parts = futures::stream::repeat_with(move || {
                Ok(hyper::body::Frame::data(part.data_ref().expect("bytes").clone()))
            });
            Response::new(BodyExt::boxed(http_body_util::StreamBody::new(parts)))
        }
        None => plain(404, Vec::new()),
    }
}

/// Asks git's own program for HTTP, which speaks CGI.
async fn backend(request: Request<Incoming>, inside: &str, root: PathBuf) -> Answer {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", &root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", inside)
        .env("QUERY_STRING", request.uri().query().unwrap_or_default())
        .env("REQUEST_METHOD", request.method().as_str())
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("git");
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let mut input = child.stdin.take().expect("its input");
    let _ = input.write_all(&body).await;
    drop(input);
    let output = child.wait_with_output().await.expect("its output").stdout;
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(output.len());
    let head = String::from_utf8_lossy(&output[..end]).into_owned();
    let mut response = plain(200, output.get(end + 4..).unwrap_or_default().to_vec());
    for line in head.lines() {
        let Some((name, value)) = line.split_once(": ") else { continue };
        if name.eq_ignore_ascii_case("status") {
            let status = value.split(' ').next().and_then(|code| code.parse().ok());
            *response.status_mut() = StatusCode::from_u16(status.unwrap_or(500)).expect("a status");
        } else if name.eq_ignore_ascii_case("content-type") {
            response.headers_mut().insert(CONTENT_TYPE, value.parse().expect("a type"));
        }
    }
    response
}
