//! Bringing data into an app that is being made: from a backup, or from the same app on another server.

use super::{
    arrival,
    file::{Piece, Pieces, read_parts},
    ways::{To, Way, ways},
};
use crate::{
    app::{
        Tomo,
        apps::{place::size, trouble::Trouble, worker::Worker},
    },
    docker::{DataPlace, DataStream, Engine},
    domain::{
        app_backup::{AppDataKind, AppDataPart},
        container::Container,
        id::{InstalledAppId, ServerId},
    },
};
use hyper::body::Bytes;
use secrecy::SecretString;
use std::{
    io::{self, Read},
    path::PathBuf,
    sync::{Arc, PoisonError},
};

/// The longest archive of a single file, bytes: it is held whole.
const MOST_FILE: usize = 256 << 20;

/// Where the data of an app comes from.
pub(in crate::app::apps) struct Incoming {
    pub(super) from: From,
    pub(super) parts: Vec<AppDataPart>,
}

/// Where it is until then.
pub(super) enum From {
    /// In a backup.
    File { path: PathBuf, passphrase: SecretString },
    /// In volumes and folders of a server, by the socket of the engine there and an image that it has.
    Server { server: ServerId, socket: String, image: String },
}

/// One part that is being read.
enum Source<'a> {
    File(&'a mut Pieces),
    Server(DataStream),
}

impl Source<'_> {
    /// The next piece of the part; nothing at its end.
    async fn next(&mut self) -> Result<Option<Bytes>, Trouble> {
        match self {
            Self::File(pieces) => match pieces.recv().await {
                Some(Ok(Piece::Data(piece))) => Ok(Some(piece)),
                Some(Ok(Piece::End)) => Ok(None),
                Some(Err(error)) => Err(error.into()),
                None => Err(Trouble::Failed("the backup ended too early".to_owned())),
            },
            Self::Server(stream) => Ok(stream.next().await?),
        }
    }
}

impl Tomo {
    /// Says where the data of an app comes from, until it is there.
    pub(super) fn expect_data(&self, id: InstalledAppId, incoming: Incoming) {
        let mut all = self.inner.apps.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(id, Arc::new(incoming));
    }

    /// It is there, or nobody waits for it any more.
    pub(super) fn expect_no_data(&self, id: InstalledAppId) {
        let mut all = self.inner.apps.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&id);
    }

    fn expected_data(&self, id: InstalledAppId) -> Option<Arc<Incoming>> {
        let all = self.inner.apps.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&id).cloned()
    }
}

impl Worker {
    /// Brings all that is there before its containers are made: volumes, folders and files.
    pub(in crate::app::apps) async fn bring_named(
        &mut self,
        engine: &Engine,
    ) -> Result<(), Trouble> {
        self.bring(engine, false).await
    }

    /// Brings what goes into volumes that the engine made for its containers.
    pub(in crate::app::apps) async fn bring_unnamed(
        &mut self,
        engine: &Engine,
    ) -> Result<(), Trouble> {
        self.bring(engine, true).await
    }

    async fn bring(&mut self, engine: &Engine, unnamed: bool) -> Result<(), Trouble> {
        let incoming = self.tomo.expected_data(self.app.id).ok_or_else(|| {
            Trouble::Failed("nobody knows any more where its data comes from".to_owned())
        })?;
        let folder = self.app.config.folder.clone().unwrap_or_default();
        let ways =
            ways(&incoming.parts, &self.app.config.project, &folder).map_err(Trouble::Failed)?;
        let is_wanted = |way: &Way| matches!(way.to, To::Unnamed(..)) == unnamed;
        let count = ways.iter().filter(|way| is_wanted(way)).count();
        if count == 0 {
            return Ok(());
        }
        let image = self.some_image(engine).await?;
        let containers = if unnamed { self.containers(engine).await? } else { Vec::new() };
        let mut pieces = match &incoming.from {
            From::File { path, passphrase } => Some(read_parts(path.clone(), passphrase.clone())),
            From::Server { .. } => None,
        };
        let mut done = 0;
        for way in &ways {
            if !is_wanted(way) {
                if let Some(pieces) = &mut pieces {
                    let mut passed = Source::File(pieces);
                    while passed.next().await?.is_some() {}
                }
                continue;
            }
            done += 1;
            let to = self.ready(engine, way, &containers).await?;
            let words = format!("{} ({done} of {count})", way.part.name);
            let carried = match (&mut pieces, &incoming.from) {
                (Some(pieces), _) => {
                    self.carry(Source::File(pieces), engine, (&to, &image), &words).await
                }
                (None, From::Server { server, socket, image: there }) => {
                    let from = (*server, socket.as_str(), there.as_str());
                    self.carry_over(from, way, engine, (&to, &image), &words).await
                }
                (None, From::File { .. }) => return Ok(()),
            };
            let ended = engine.end_writing(&to).await;
            carried.map_err(|why| why.while_doing(&format!("bringing {}", way.part.name)))?;
            ended?;
        }
        // What came may have been written over its own two files.
        if !unnamed { self.write(engine).await } else { Ok(()) }
    }

    /// Reads a backup that data is to come from to its end: what is damaged is told before anything is touched.
    pub(in crate::app::apps) async fn check_incoming(
        &self,
        engine: &Engine,
    ) -> Result<(), Trouble> {
        let Some(incoming) = self.tomo.expected_data(self.app.id) else { return Ok(()) };
        let From::File { path, passphrase } = &incoming.from else { return Ok(()) };
        let mut pieces = read_parts(path.clone(), passphrase.clone());
        let config = &self.app.config;
        let project = config.update.as_deref().map_or(&config.project, |update| &update.project);
        let folder = config.folder.clone().unwrap_or_default();
        // Where nobody can say yet where a part goes, it counts as what it was.
        let is_counted = |part: &AppDataPart| {
            let way = ways(std::slice::from_ref(part), project, &folder);
            way.map_or(part.kind == AppDataKind::Volume, |way| way.iter().all(Way::is_into_volume))
        };
        let mut parts = incoming.parts.iter();
        let mut counts = parts.next().is_some_and(is_counted);
        let (mut bytes, mut of_volumes) = (0_u64, 0_u64);
        loop {
            let next = self.doing.cancel.run_until_cancelled(pieces.recv()).await;
            match next.ok_or(Trouble::Cancelled)?.transpose()? {
                Some(Piece::Data(piece)) => {
                    bytes += piece.len() as u64;
                    if counts {
                        of_volumes += piece.len() as u64;
                    }
                }
                Some(Piece::End) => counts = parts.next().is_some_and(is_counted),
                None => break,
            }
            let words = format!("Reading the backup first: {}", size(bytes));
            self.doing.tell(|step| step.detail = Some(words));
        }
        arrival::refuse_without_room(engine, of_volumes).await
    }

    /// The place that a part goes to, as it has to be before.
    async fn ready(
        &self,
        engine: &Engine,
        way: &Way,
        containers: &[Container],
    ) -> Result<DataPlace, Trouble> {
        Ok(match &way.to {
            To::OwnVolume(name) => {
                if engine.has_volume(name).await? && !engine.can_copy_volume(name).await? {
                    return Err(Trouble::Failed(format!(
                        "the data of the volume {name} does not lie on the engine's own disk; nothing is \
                         brought over it"
                    )));
                }
                engine.renew_volume(name, self.name.as_str()).await?;
                DataPlace::Volume(name.clone())
            }
            To::Shared(place) => place.clone(),
            To::Unnamed(service, target) => {
                let its = |one: &&Container| one.service.as_ref() == Some(service);
                let container = containers.iter().find(its).ok_or_else(|| {
                    Trouble::Failed(format!("the service {service} has no container"))
                })?;
                DataPlace::Container(container.id.clone(), target.clone())
            }
        })
    }

    /// Carries a part from another server.
    async fn carry_over(
        &self,
        (server, socket, image): (ServerId, &str, &str),
        way: &Way,
        engine: &Engine,
        to: (&DataPlace, &str),
        words: &str,
    ) -> Result<(), Trouble> {
        let other = self.tomo.engine_at(server, socket).ok_or_else(|| {
            Trouble::Lost("the server that it comes from does not answer".to_owned())
        })?;
        let from = way.part.place();
        let stream = other.read_data(&from, image).await?;
        let carried = self.carry(Source::Server(stream), engine, to, words).await;
        let ended = other.end_reading(&from).await;
        carried?;
        Ok(ended?)
    }

    async fn carry(
        &self,
        mut from: Source<'_>,
        engine: &Engine,
        (to, image): (&DataPlace, &str),
        words: &str,
    ) -> Result<(), Trouble> {
        if let DataPlace::File(path) = to {
            return self.carry_file(from, engine, (path, image)).await;
        }
        let (sink, writing) = engine.write_data(to, image).await?;
        let feeding = async move {
            let mut bytes = 0_u64;
            loop {
                let next = self.doing.cancel.run_until_cancelled(from.next()).await;
                match next.unwrap_or(Err(Trouble::Cancelled)) {
                    Ok(Some(piece)) => {
                        bytes += piece.len() as u64;
                        if !sink.push(piece).await? {
                            return Ok(false);
                        }
                    }
                    Ok(None) => return Ok(true),
                    Err(error) => {
                        sink.break_off().await;
                        return Err(error);
                    }
                }
                self.doing.tell(|step| step.detail = Some(format!("{words}: {}", size(bytes))));
            }
        };
        let (fed, written) = futures::join!(feeding, writing.end());
        let is_all = fed?;
        written?;
        if is_all {
            return Ok(());
        }
        Err(Trouble::Failed("the engine did not take all of it".to_owned()))
    }

    /// Carries one file. Its archive goes into the folder that the file is in, and so has to be of this file alone.
    async fn carry_file(
        &self,
        mut from: Source<'_>,
        engine: &Engine,
        (path, image): (&str, &str),
    ) -> Result<(), Trouble> {
        let mut archive = Vec::new();
        while let Some(piece) = from.next().await? {
            if archive.len() + piece.len() > MOST_FILE {
                let why = "it is larger than 256 MiB, which single files may not be";
                return Err(Trouble::Failed(why.to_owned()));
            }
            archive.extend_from_slice(&piece);
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        let archive = one_file(&archive, name)
            .map_err(|_| Trouble::Failed("it is not the archive of one file".to_owned()))?;
        let (sink, writing) = engine.write_data(&DataPlace::File(path.to_owned()), image).await?;
        let feeding = async move { sink.push(archive.into()).await };
        let (fed, written) = futures::join!(feeding, writing.end());
        fed?;
        Ok(written?)
    }
}

/// The archive of one file, under the name that it is to have.
fn one_file(archive: &[u8], name: &str) -> io::Result<Vec<u8>> {
    let mut archive = tar::Archive::new(archive);
    let mut entries = archive.entries()?;
    let mut entry = entries.next().ok_or_else(|| io::Error::other("nothing is in it"))??;
    if !entry.header().entry_type().is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut header = entry.header().clone();
    let mut content = Vec::new();
    entry.read_to_end(&mut content)?;
    drop(entry);
    if entries.next().is_some() {
        return Err(io::Error::other("more is in it"));
    }
    let mut built = tar::Builder::new(Vec::new());
    header.set_size(content.len() as u64);
    built.append_data(&mut header, name, &content[..])?;
    built.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because whoever writes a backup must not write anything beside the file that the app is shown to have.
    #[test]
    fn the_archive_of_a_file_has_nothing_else_in_it() {
        let mut header = tar::Header::new_gnu();
        header.set_size(3);
        header.set_mode(0o640);
        header.set_uid(1234);
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_data(&mut header, "a.conf", &b"abc"[..]).unwrap();
        let good = one_file(&builder.get_ref().clone(), "b.conf").unwrap();
        let mut read = tar::Archive::new(&good[..]);
        let entry = read.entries().unwrap().next().unwrap().unwrap();
        assert_eq!(entry.path().unwrap().to_str(), Some("b.conf"));
        assert_eq!((entry.header().mode().unwrap(), entry.header().uid().unwrap()), (0o640, 1234));
        builder.append_data(&mut header, "etc/cron.d/more", &b"abc"[..]).unwrap();
        assert!(one_file(&builder.into_inner().unwrap(), "b.conf").is_err());
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Symlink);
        link.set_size(0);
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_link(&mut link, "a.conf", "/etc/passwd").unwrap();
        assert!(one_file(&builder.into_inner().unwrap(), "b.conf").is_err());
    }
}
