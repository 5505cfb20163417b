//! What calls itself an engine, and tells of events what a test wants.
#![cfg(target_os = "linux")]

use super::proxy::{Front, head};
use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The id of its container.
pub const WEB: &str = "aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11";

/// An engine that has no container until it has told what it had to, and then one of the name `web`.
pub struct TellingEngine(Front);

impl TellingEngine {
    /// Answers whoever asks for events with this, and keeps that answer open.
    pub fn start(events: Vec<u8>) -> Self {
        let (events, has_told) = (Arc::new(events), AtomicBool::new(false));
        Self(Front::start(move |near| tell(near, &events, &has_told)))
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.0.socket()
    }
}

fn tell(mut near: UnixStream, events: &[u8], has_told: &AtomicBool) -> io::Result<()> {
    while let Some(head) = head(&mut near)? {
        let head = String::from_utf8_lossy(&head);
        let path = head.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        if path.ends_with("/events") {
            let size = events.len();
            write!(near, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n")?;
            has_told.store(true, Ordering::SeqCst);
            near.write_all(events)?;
            near.write_all(b"\r\n")?;
            // Until whoever asked goes.
            return near.read(&mut [0]).map(drop);
        }
        let one = format!(r#"{{"Id":"{WEB}","Names":["/web"],"State":"running"}}"#);
        let whole = format!(r#"{{"Id":"{WEB}","Name":"/web","State":{{"Status":"running"}}}}"#);
        let (status, body) = match path.rsplit('/').next().unwrap_or_default() {
            "version" => ("200 OK", r#"{"Version":"20.10.24","ApiVersion":"1.41"}"#.to_owned()),
            "info" => ("200 OK", "{}".to_owned()),
            _ if path.ends_with("/containers/json") && has_told.load(Ordering::SeqCst) => {
                ("200 OK", format!("[{one}]"))
            }
            _ if path.ends_with("/containers/json") => ("200 OK", "[]".to_owned()),
            _ if path.ends_with(&format!("/{WEB}/json")) => ("200 OK", whole),
            _ => ("404 Not Found", r#"{"message":"No such container"}"#.to_owned()),
        };
        let length = body.len();
        write!(
            near,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
    }
    Ok(())
}
