//! A registry that does not keep to what registries promise: it hands everything on to an honest one, until it is
//! told to lie.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What it does.
#[derive(Clone, Debug, PartialEq)]
pub enum Lie {
    /// Nothing: everything is handed on.
    None,
    /// It answers a `HEAD` with this.
    Head(String),
    /// Its answer to a `HEAD` has no end.
    EndlessHead,
    /// It does not answer a `HEAD`.
    SilentHead,
    /// It asks for a token, and answers whoever asks for one with this; with `opens` it hands on what comes
    /// with it.
    Token(String, &'static str),
    /// Layers have other bytes than they should, as many as they should.
    WrongLayer,
    /// Layers end half-way.
    HalfLayer,
    /// Layers stop half-way, and nothing more comes.
    StuckLayer,
}

/// A running one. Dropping it ends it.
pub struct Liar {
    port: u16,
    lie: Arc<Mutex<Lie>>,
    is_over: Arc<AtomicBool>,
    /// Heads of all requests.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Liar {
    /// One before the registry at this place.
    pub fn before(registry: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let liar = Self {
            port,
            lie: Arc::new(Mutex::new(Lie::None)),
            is_over: Arc::default(),
            heard: Arc::default(),
        };
        let (lie, is_over, heard) = (liar.lie.clone(), liar.is_over.clone(), liar.heard.clone());
        let registry = registry.to_owned();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                let lie = lie.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let (is_over, heard, registry) = (is_over.clone(), heard.clone(), registry.clone());
                thread::spawn(move || {
                    // Whoever gives up on it is what some tests are about.
                    let _ = answer(stream, &lie, port, &registry, &is_over, &heard);
                });
            }
        });
        liar
    }

    /// The name of an image there.
    pub fn image(&self, name: &str) -> String {
        format!("127.0.0.1:{}/{name}", self.port)
    }

    /// Lies so from now on.
    pub fn tell(&self, lie: Lie) {
        *self.lie.lock().unwrap_or_else(PoisonError::into_inner) = lie;
    }

    /// What it was asked until now, each with all its lines; forgets it.
    pub fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn answer(
    mut stream: TcpStream,
    lie: &Lie,
    port: u16,
    registry: &str,
    is_over: &AtomicBool,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
        if head[0] == 0x16 {
            // TLS, which it does not speak.
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    heard.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
    let is_head = head.starts_with("HEAD ") && head.contains("/manifests/");
    match lie {
        Lie::Head(said) if is_head => return stream.write_all(said.as_bytes()),
        Lie::EndlessHead if is_head => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                stream.write_all(b"X-More: and more, and more, and more\r\n")?;
            }
        }
        Lie::SilentHead if is_head => return wait(is_over),
        Lie::Token(said, _) if head.starts_with("GET /token?") => {
            return stream.write_all(said.as_bytes());
        }
        Lie::Token(_, opens) if is_head && !head.contains(opens) => {
            let said = format!(
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"http://127.0.0.1:{port}/token\",\
                 service=\"lab\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            return stream.write_all(said.as_bytes());
        }
        _ => {}
    }
    let mut honest = TcpStream::connect(registry)?;
    // One question each, so that its answer ends with the stream.
    let asked = head.trim_end().replace("\r\nConnection: keep-alive", "");
    honest.write_all(format!("{asked}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut said = Vec::new();
    honest.read_to_end(&mut said)?;
    let body = said.windows(4).position(|it| it == b"\r\n\r\n").map_or(said.len(), |at| at + 4);
    // Layers are compressed, and nothing else is; what came half is asked for from there on.
    let is_rest = said.starts_with(b"HTTP/1.1 206");
    let is_layer = is_rest || said[body..].starts_with(&[0x1f, 0x8b]);
    let half = body + (said.len() - body) / 2;
    match lie {
        Lie::WrongLayer if is_layer => {
            for byte in &mut said[half..] {
                *byte ^= 0x55;
            }
            stream.write_all(&said)
        }
        Lie::HalfLayer if is_layer => stream.write_all(&said[..half]),
        Lie::StuckLayer if is_layer => {
            stream.write_all(&said[..half])?;
            wait(is_over)
        }
        _ => stream.write_all(&said),
    }
}

/// Says nothing until the end.
fn wait(is_over: &AtomicBool) -> std::io::Result<()> {
    while !is_over.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
