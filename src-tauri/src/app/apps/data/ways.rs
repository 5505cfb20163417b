//! Where each part of an app's data goes: to what the same service sees at the same place there.

use crate::{
    catalog,
    docker::DataPlace,
    domain::{
        app_backup::{AppDataKind, AppDataPart, DataWay},
        app_project::{AppProject, MountSource},
    },
};

/// Where a part goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// To a volume of the project, which is made anew.
    OwnVolume(String),
    /// To a place that is not the project's alone: what is there is written over.
    Shared(DataPlace),
    /// To the volume that the engine made for the container of this service, at this path.
    Unnamed(String, String),
}

/// A part, and where it goes.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) part: AppDataPart,
    pub(super) to: To,
}

impl Way {
    /// For people.
    pub(super) fn told(&self) -> DataWay {
        let to = match &self.to {
            To::OwnVolume(name) => name.clone(),
            To::Shared(
                DataPlace::Volume(name)
                | DataPlace::Folder(name)
                | DataPlace::File(name)
                | DataPlace::Container(_, name),
            ) => name.clone(),
            To::Unnamed(service, target) => format!("{target} of {service}"),
        };
        DataWay { part: self.part.clone(), to }
    }

    /// Whether it goes where the engine keeps its volumes.
    pub(super) fn is_into_volume(&self) -> bool {
        !matches!(&self.to, To::Shared(DataPlace::Folder(_) | DataPlace::File(_)))
    }

    /// The path that it is written over, if it is one.
    pub(super) fn written_over(&self) -> Option<String> {
        matches!(self.to, To::Shared(_)).then(|| self.told().to)
    }
}

/// The way of each part into a project whose files are in `folder`.
///
/// # Errors
/// Why a part has no place there, as a sentence.
pub(super) fn ways(
    parts: &[AppDataPart],
    project: &AppProject,
    folder: &str,
) -> Result<Vec<Way>, String> {
    parts.iter().map(|part| way(part, project, folder)).collect()
}

fn way(part: &AppDataPart, project: &AppProject, folder: &str) -> Result<Way, String> {
    let place = part.target.trim_end_matches('/');
    let mount = project
        .mounts
        .iter()
        .find(|mount| mount.service == part.service && mount.target.trim_end_matches('/') == place);
    let no_place = || format!("The app has no place for {} any more.", part.name);
    let to = match mount.map(|mount| &mount.source) {
        Some(MountSource::Volume { name, is_external: false })
            if part.kind != AppDataKind::File =>
        {
            To::OwnVolume(name.clone())
        }
        Some(MountSource::Volume { name, is_external: true }) if part.kind != AppDataKind::File => {
            To::Shared(DataPlace::Volume(name.clone()))
        }
        Some(MountSource::Path { path, .. }) => {
            let path = absolute(path, folder).ok_or_else(|| {
                format!("Nobody can say where {path} is on that server; name the whole path.")
            })?;
            if catalog::is_system_path(&path) {
                return Err(format!(
                    "{path} belongs to the server's system: nothing is written there."
                ));
            }
            To::Shared(match part.kind {
                AppDataKind::File => DataPlace::File(path),
                AppDataKind::Volume | AppDataKind::Folder => DataPlace::Folder(path),
            })
        }
        Some(MountSource::Anonymous) | None if part.kind == AppDataKind::Volume => {
            To::Unnamed(part.service.clone(), part.target.clone())
        }
        _ => return Err(no_place()),
    };
    Ok(Way { part: part.clone(), to })
}

/// A path of a compose file, as the server knows it.
fn absolute(path: &str, folder: &str) -> Option<String> {
    if path.split('/').any(|part| part == "..") {
        return None;
    }
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let rest = path.strip_prefix("./").unwrap_or(path);
    (folder.starts_with('/') && !rest.starts_with('~')).then(|| {
        let whole = format!("{folder}/{rest}");
        whole.trim_end_matches(['/', '.']).to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::app_project::ProjectMount;

    fn part(kind: AppDataKind, target: &str) -> AppDataPart {
        AppDataPart {
            kind,
            name: "old".to_owned(),
            service: "web".to_owned(),
            target: target.to_owned(),
            is_unnamed: false,
            bytes: None,
        }
    }

    fn project(source: MountSource) -> AppProject {
        let mount = ProjectMount {
            service: "web".to_owned(),
            source,
            target: "/data/".to_owned(),
            is_read_only: false,
        };
        AppProject { mounts: vec![mount], ..AppProject::default() }
    }

    fn to(kind: AppDataKind, source: MountSource) -> Result<To, String> {
        let ways = ways(&[part(kind, "/data")], &project(source), "/home/a/tomo/web")?;
        Ok(ways[0].to.clone())
    }

    fn path(path: &str) -> MountSource {
        MountSource::Path { path: path.to_owned(), setting: None }
    }

    /// Holds because an app that moves keeps its data at other names and paths there, and nothing of a backup
    /// may be written over the server itself.
    #[test]
    fn data_goes_to_what_the_service_sees_at_that_place() {
        use AppDataKind::{File, Folder, Volume};
        let own = MountSource::Volume { name: "new_data".to_owned(), is_external: false };
        assert_eq!(to(Volume, own.clone()), Ok(To::OwnVolume("new_data".to_owned())));
        assert_eq!(to(Folder, own.clone()), Ok(To::OwnVolume("new_data".to_owned())));
        assert!(to(File, own).is_err(), "a file is no volume");
        let folder = |path: &str| Ok(To::Shared(DataPlace::Folder(path.to_owned())));
        assert_eq!(to(Folder, path("/srv/data")), folder("/srv/data"));
        assert_eq!(to(Folder, path("./data")), folder("/home/a/tomo/web/data"));
        assert_eq!(to(Folder, path(".")), folder("/home/a/tomo/web"));
        for elsewhere in
            ["../other", "~/data", "./a/../../b", "/srv/../etc", "/etc/cron.d", "/var/run", "/"]
        {
            assert!(to(Folder, path(elsewhere)).is_err(), "{elsewhere}");
        }
        let unnamed = To::Unnamed("web".to_owned(), "/data".to_owned());
        assert_eq!(to(Volume, MountSource::Anonymous), Ok(unnamed));
        let other = ways(&[part(Folder, "/other")], &project(path("/srv/data")), "/home/a");
        assert!(other.is_err(), "a place that the app has no more");
    }
}
