//! The data of apps as archives: read from volumes, folders and files of a server, and written to them.
//!
//! A container that is never started has the place, and the engine's own archives carry its files, with their
//! owners and times. So nothing depends on what the account of the server may read, or on a program there.

use super::{ask::checked, client::Engine, error::EngineError, volume_copy::CopyError};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bollard::models::{HostConfig, Mount, MountType, MountVolumeOptions};
use hyper::{
    Method,
    body::{Body, Bytes, Frame},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Where a holder sees what it holds.
const PLACE: &str = "/tomo";
/// How long the next piece may take to come, or to be taken.
const STALL: Duration = Duration::from_secs(5 * 60);
/// What an archive ends with: two blocks of nothing.
const END: usize = 1024;
/// Pieces that wait between who reads and who writes.
const AHEAD: usize = 8;
/// Bits of a file's mode, as the engine's language counts them.
const FOLDER: u32 = 1 << 31;
const SPECIAL: u32 = (1 << 26) | (1 << 25) | (1 << 24) | (1 << 21) | (1 << 19);

/// Where files are on a server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DataPlace {
    /// In a volume of the engine.
    Volume(String),
    /// In a folder.
    Folder(String),
    /// It is one file.
    File(String),
    /// In a container that was not started yet, at this path: a volume that the engine names.
    Container(String, String),
}

/// What a path of a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathIs {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A socket, a device or a pipe: there is nothing to copy.
    Special,
    /// It is not there.
    Missing,
}

#[derive(Deserialize)]
struct Stat {
    mode: u32,
}

/// An archive that is being read.
pub struct DataStream {
    answer: super::raw::Answer,
    tail: Vec<u8>,
    length: u64,
}

impl DataStream {
    /// The next piece; nothing at its end.
    ///
    /// # Errors
    /// When it breaks off, or what came is no whole archive.
    pub async fn next(&mut self) -> Result<Option<Bytes>, CopyError> {
        let piece = tokio::time::timeout(STALL, self.answer.piece()).await;
        let Some(piece) = piece.map_err(|_| EngineError::Timeout)?? else {
            let is_whole = self.length >= END as u64
                && self.length.is_multiple_of(512)
                && self.tail.iter().all(|byte| *byte == 0);
            return match is_whole {
                true => Ok(None),
                // The engine has no other way to say that a file could not be read.
                false => Err(CopyError::Failed("the engine could not read all of it".to_owned())),
            };
        };
        self.length += piece.len() as u64;
        let begin = piece.len().saturating_sub(END);
        self.tail.extend_from_slice(&piece[begin..]);
        let surplus = self.tail.len().saturating_sub(END);
        self.tail.drain(..surplus);
        Ok(Some(piece))
    }
}

/// Takes an archive piece by piece.
pub struct DataSink {
    pieces: mpsc::Sender<io::Result<Bytes>>,
    _given: DropGuard,
}

impl DataSink {
    /// Gives the next piece; says whether it is still wanted.
    ///
    /// # Errors
    /// When it was not taken for minutes.
    pub async fn push(&self, piece: Bytes) -> Result<bool, CopyError> {
        match tokio::time::timeout(STALL, self.pieces.send(Ok(piece))).await {
            Ok(sent) => Ok(sent.is_ok()),
            Err(_) => Err(EngineError::Timeout.into()),
        }
    }

    /// What was given so far is not all, and no more comes: the engine must not take it for whole.
    pub async fn break_off(self) {
        let _ = self.pieces.send(Err(io::Error::other("it was broken off"))).await;
    }
}

/// A body of a request whose pieces come from elsewhere.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// An archive on its way to an engine.
pub struct Writing {
    answer: Pin<Box<dyn Future<Output = Result<(), EngineError>> + Send>>,
    /// No more is given.
    given: CancellationToken,
}

impl Writing {
    /// Waits until the engine has written all of it.
    ///
    /// # Errors
    /// When it refuses, the disk is full, it is lost, or says nothing for minutes after it was given all of it.
    pub async fn end(self) -> Result<(), CopyError> {
        let silent = async {
            self.given.cancelled().await;
            tokio::time::sleep(STALL).await;
        };
        tokio::select! {
            answer = self.answer => Ok(answer?),
            () = silent => Err(EngineError::Timeout.into()),
        }
    }
}

impl Engine {
    /// What a path of the server is, whoever may read it.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn path_is(&self, path: &str, image: &str) -> Result<PathIs, CopyError> {
        let name = holder("look", &DataPlace::Folder(path.to_owned()).key());
        match self.make_idle(&name, bind(path, PLACE), image).await {
            Ok(()) => {}
            Err(EngineError::Refused { message, .. }) if message.contains("does not exist") => {
                return Ok(PathIs::Missing);
            }
            Err(error) => return Err(error.into()),
        }
        let asked = self.stat(&name).await;
        self.remove_holder(&name).await?;
        Ok(match asked {
            Ok(mode) if mode & FOLDER != 0 => PathIs::Folder,
            Ok(mode) if mode & SPECIAL != 0 => PathIs::Special,
            Ok(_) => PathIs::File,
            Err(EngineError::NotFound(_)) => PathIs::Missing,
            Err(error) => return Err(error.into()),
        })
    }

    async fn stat(&self, holder: &str) -> Result<u32, EngineError> {
        let path = archive(holder, PLACE)?;
        let answer = self.raw(Method::HEAD, &path, None, false).await?;
        let said = answer.response.headers().get("X-Docker-Container-Path-Stat");
        let stat = said.and_then(|said| BASE64_STANDARD.decode(said).ok());
        let stat: Option<Stat> = stat.and_then(|stat| serde_json::from_slice(&stat).ok());
        let stat = stat.ok_or_else(|| {
            EngineError::NotUnderstood("it does not say what a path is".to_owned())
        })?;
        Ok(stat.mode)
    }

    /// Begins to read what is in a place. Whoever has read it calls [`Engine::end_reading`].
    ///
    /// # Errors
    /// When it is not there, or the engine refuses.
    pub async fn read_data(&self, place: &DataPlace, image: &str) -> Result<DataStream, CopyError> {
        let name = holder("read", &place.key());
        let (mount, path) = match place {
            DataPlace::Volume(volume) => (volume_mount(volume, true)?, format!("{PLACE}/.")),
            DataPlace::Folder(path) => (bind(path, PLACE), format!("{PLACE}/.")),
            DataPlace::File(path) => {
                let target = format!("{PLACE}/{}", file_name(path)?);
                (bind(path, &target), target)
            }
            DataPlace::Container(..) => {
                return Err(CopyError::Failed("it is read as a volume".to_owned()));
            }
        };
        self.make_idle(&name, mount, image).await?;
        let answer = self.raw(Method::GET, &archive(&name, &path)?, None, false).await?;
        Ok(DataStream { answer, tail: Vec::new(), length: 0 })
    }

    /// Removes what it took to read a place, or to find out what it is.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn end_reading(&self, place: &DataPlace) -> Result<(), EngineError> {
        self.remove_holder(&holder("look", &place.key())).await?;
        self.remove_holder(&holder("read", &place.key())).await
    }

    /// Begins to write an archive to a place, which is made where it is not there. Whoever has written it calls
    /// [`Engine::end_writing`].
    ///
    /// # Errors
    /// When the engine refuses.
    pub async fn write_data(
        &self,
        place: &DataPlace,
        image: &str,
    ) -> Result<(DataSink, Writing), CopyError> {
        let name = holder("write", &place.key());
        let (container, path) = match place {
            DataPlace::Container(id, path) => (checked(id)?.to_owned(), path.clone()),
            DataPlace::Volume(volume) => {
                self.make_idle(&name, volume_mount(volume, false)?, image).await?;
                (name, PLACE.to_owned())
            }
            DataPlace::Folder(path) => {
                self.make_idle(&name, made_bind(path)?, image).await?;
                (name, PLACE.to_owned())
            }
            // The archive of a file has its name in it: it goes into the folder that the file is in.
            DataPlace::File(path) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let folder = if folder.is_empty() { "/" } else { folder };
                self.make_idle(&name, made_bind(folder)?, image).await?;
                (name, PLACE.to_owned())
            }
        };
        let (pieces, body) = mpsc::channel(AHEAD);
        let (engine, path) = (self.clone(), archive(&container, &path)?);
        let answer = Box::pin(async move {
            let kind = "application/x-tar";
            engine.send(Method::PUT, &path, kind, Pieces(body), false).await.map(drop)
        });
        let given = CancellationToken::new();
        let _given = given.clone().drop_guard();
        Ok((DataSink { pieces, _given }, Writing { answer, given }))
    }

    /// Removes what it took to write to a place.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn end_writing(&self, place: &DataPlace) -> Result<(), EngineError> {
        match place {
            DataPlace::Container(..) => Ok(()),
            place => self.remove_holder(&holder("write", &place.key())).await,
        }
    }
}

impl DataPlace {
    /// What names it among the places of one engine.
    fn key(&self) -> String {
        match self {
            Self::Volume(name) => format!("volume {name}"),
            Self::Folder(path) | Self::File(path) => format!("path {path}"),
            Self::Container(id, path) => format!("container {id} {path}"),
        }
    }
}

/// Names of the containers through which a volume is read and written here.
pub(super) fn holders_of(volume: &str) -> [String; 2] {
    let key = DataPlace::Volume(volume.to_owned()).key();
    [holder("read", &key), holder("write", &key)]
}

/// The name of the container through which something is done to a place.
fn holder(deed: &str, key: &str) -> String {
    let digest = hex::encode(Sha256::digest(key.as_bytes()));
    format!("tomo-{deed}-{}", &digest[..16])
}

/// The path of a question about a place in a container.
fn archive(container: &str, path: &str) -> Result<String, EngineError> {
    let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    Ok(format!("/containers/{}/archive?path={path}", checked(container)?))
}

fn file_name(path: &str) -> Result<&str, CopyError> {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name {
        "" | "." | ".." => Err(CopyError::Failed(format!("{path} is not the path of a file"))),
        name => Ok(name),
    }
}

/// How a container is made that has this.
fn mounts(mount: Mount) -> HostConfig {
    HostConfig { mounts: Some(vec![mount]), ..HostConfig::default() }
}

fn volume_mount(volume: &str, is_read_only: bool) -> Result<HostConfig, EngineError> {
    Ok(mounts(Mount {
        typ: Some(MountType::VOLUME),
        source: Some(checked(volume)?.to_owned()),
        target: Some(PLACE.to_owned()),
        read_only: Some(is_read_only),
        volume_options: Some(MountVolumeOptions {
            // What the image has at this place stays out of it.
            no_copy: Some(true),
            ..MountVolumeOptions::default()
        }),
        ..Mount::default()
    }))
}

/// What is at a path of the server, which has to be there.
fn bind(path: &str, target: &str) -> HostConfig {
    mounts(Mount {
        typ: Some(MountType::BIND),
        source: Some(path.to_owned()),
        target: Some(target.to_owned()),
        read_only: Some(true),
        ..Mount::default()
    })
}

/// A folder of the server, which the engine makes where it is not there.
fn made_bind(path: &str) -> Result<HostConfig, CopyError> {
    // Where the path ends and the rest begins, only the ':' says.
    if path.contains(':') {
        return Err(CopyError::Failed(format!("no engine makes the folder {path}")));
    }
    Ok(HostConfig { binds: Some(vec![format!("{path}:{PLACE}")]), ..HostConfig::default() })
}
