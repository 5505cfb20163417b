//! What engines keep besides containers as rows of a list, and the one that a name means.

use super::{
    Cli,
    engine_store::{Noun, word},
    error::CliError,
};
use crate::domain::{
    engine_store::{Image, Network, UsedBy, Volume},
    id::ServerId,
};
use serde_json::json;

/// One row of a list, of whatever kind.
pub(super) struct Row {
    pub(super) server: ServerId,
    /// The socket of its engine.
    pub(super) engine: String,
    pub(super) id: String,
    /// What it is called; only an image has several names, or none.
    pub(super) names: Vec<String>,
    /// Other names that it answers to.
    pub(super) aliases: Vec<String>,
    pub(super) size: Option<u64>,
    pub(super) more: String,
    pub(super) users: String,
}

pub(super) async fn rows(
    cli: &Cli,
    noun: Noun,
    server: Option<ServerId>,
) -> Result<Vec<Row>, CliError> {
    let name = format!("{}.list", word(noun));
    let arguments = json!({ "server_id": server });
    Ok(match noun {
        Noun::Image => {
            let images: Vec<Image> = cli.call(&name, arguments).await?;
            let row = |image: Image| Row {
                server: image.server_id,
                engine: image.engine,
                names: image.tags,
                aliases: image.digests,
                size: Some(image.size_bytes),
                more: String::new(),
                users: users(&image.used_by),
                id: image.id,
            };
            images.into_iter().map(row).collect()
        }
        Noun::Volume => {
            let volumes: Vec<Volume> = cli.call(&name, arguments).await?;
            let row = |volume: Volume| Row {
                server: volume.server_id,
                engine: volume.engine,
                id: volume.name.clone(),
                names: vec![volume.name],
                aliases: Vec::new(),
                size: volume.size_bytes,
                more: match volume.is_anonymous {
                    true => format!("{}, anonymous", volume.driver),
                    false => volume.driver,
                },
                users: users(&volume.used_by),
            };
            volumes.into_iter().map(row).collect()
        }
        Noun::Network => {
            let networks: Vec<Network> = cli.call(&name, arguments).await?;
            let row = |network: Network| Row {
                server: network.server_id,
                engine: network.engine,
                names: vec![network.name],
                aliases: Vec::new(),
                size: None,
                more: network.driver,
                users: users(&network.used_by),
                id: network.id,
            };
            networks.into_iter().map(row).collect()
        }
    })
}

/// A name as engines write it: an image without a tag is the latest.
pub(super) fn in_full(noun: Noun, wanted: &str) -> String {
    let last = wanted.rsplit('/').next().unwrap_or(wanted);
    match noun {
        Noun::Image if !last.contains([':', '@']) => format!("{wanted}:latest"),
        _ => wanted.to_owned(),
    }
}

/// The one that this means: any of its names, its id or the beginning of that.
pub(super) fn pick<'a>(rows: &'a [Row], noun: Noun, wanted: &str) -> Result<&'a Row, CliError> {
    let full = in_full(noun, wanted);
    let is_it = |row: &&Row| {
        let mut names = row.names.iter().chain(&row.aliases);
        row.id == wanted || names.any(|name| name == wanted || *name == full)
    };
    let begins =
        |row: &&Row| wanted.len() >= 4 && row.id.trim_start_matches("sha256:").starts_with(wanted);
    let mut found: Vec<_> = rows.iter().filter(is_it).collect();
    if found.is_empty() {
        found = rows.iter().filter(begins).collect();
    }
    match found[..] {
        [row] => Ok(row),
        [] => Err(CliError::usage(format!("There is no '{wanted}'."), "The list has the names.")),
        [first, ..] => {
            let is_elsewhere = |row: &&&Row| row.engine != first.engine;
            let hint = match found.iter().find(is_elsewhere) {
                Some(other) => {
                    format!("Say --engine {} or --engine {}.", first.engine, other.engine)
                }
                None => "Name one by its id.".to_owned(),
            };
            Err(CliError::usage(format!("{} are called '{wanted}'.", found.len()), hint))
        }
    }
}

fn users(uses: &[UsedBy]) -> String {
    uses.iter().map(|user| user.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(engine: &str, id: &str) -> Row {
        Row {
            server: ServerId::LOCAL,
            engine: engine.to_owned(),
            id: id.to_owned(),
            names: vec!["data".to_owned()],
            aliases: Vec::new(),
            size: None,
            more: String::new(),
            users: String::new(),
        }
    }

    /// Holds because a name that two engines have must not remove what is in the wrong one.
    #[test]
    fn a_name_of_two_engines_is_asked_about() {
        let rows = [volume("/run/docker.sock", "data"), volume("/run/podman.sock", "data")];
        let hint = |rows: &[Row]| match pick(rows, Noun::Volume, "data") {
            Err(CliError::Stopped { hint, .. }) => hint,
            other => panic!("{:?}", other.map(|row| row.engine.clone())),
        };
        assert_eq!(hint(&rows), "Say --engine /run/docker.sock or --engine /run/podman.sock.");
        let same = [volume("/run/docker.sock", "a"), volume("/run/docker.sock", "b")];
        assert_eq!(hint(&same), "Name one by its id.");
        assert_eq!(pick(&rows[1..], Noun::Volume, "data").expect("one").engine, "/run/podman.sock");
    }
}
