//! Apps of one's own: a pasted compose file or `docker run` line, with its secrets taken out of it and its
//! variables asked for.
//!
//! Nothing of what is pasted is run, and no file that it names is looked for.

mod ports;
mod rewriting;
mod rules;
mod secrets;
mod settings;
#[cfg(test)]
mod tests;

pub use ports::speaks_https;

use super::{
    compose, dotenv,
    imported::{id_of, tag, within},
    problem::{Problem, Problems},
    run_line, variables,
    yaml::{self, Node},
};
use crate::domain::{
    app::{AppCategory, AppManifest, AppName, AppRequirements},
    credential::AppSecrets,
    own_app::MASK,
    text::is_hidden,
};
use std::collections::BTreeMap;

/// What somebody pasted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pasted<'a> {
    /// A compose file, or a `docker run` line.
    pub text: &'a str,
    /// The file of variables.
    pub env: Option<&'a str>,
    /// Name for people and, where it can be one, of the project.
    pub name: Option<&'a str>,
    /// Secrets that are kept, for those of which the file of variables says no more than that.
    pub kept: Option<&'a AppSecrets>,
    /// Whether its files are on a server, so that what they name is there, and they stay as they are.
    pub is_adopted: bool,
}

/// What was read of it.
#[derive(Debug, Default)]
pub struct Read {
    /// A name for its project.
    pub name: Option<AppName>,
    /// The compose file, as it was pasted.
    pub compose: String,
    /// The app, with its secrets; absent where something of it cannot be taken.
    pub app: Option<(AppManifest, AppSecrets)>,
    /// What was left out or changed.
    pub notes: Vec<Problem>,
    /// What cannot be taken.
    pub problems: Vec<Problem>,
}

/// Reads what somebody pasted.
#[must_use]
pub fn read(pasted: &Pasted<'_>) -> Read {
    let mut read = Read::default();
    let mut notes = Problems::default();
    match take(pasted, &mut read, &mut notes) {
        Ok(app) => read.app = Some(app),
        Err(problems) => read.problems = problems,
    }
    read.notes = notes.sorted();
    read
}

fn take(
    pasted: &Pasted<'_>,
    read: &mut Read,
    notes: &mut Problems,
) -> Result<(AppManifest, AppSecrets), Vec<Problem>> {
    let text = cleaned(pasted.text)?;
    let mut named = pasted.name.map(str::to_owned).filter(|name| !name.trim().is_empty());
    read.compose = if run_line::is_one(&text) {
        let made = run_line::read(&text, notes)?;
        named = named.or(made.name);
        yaml::write(&made.compose)
    } else {
        text
    };
    let tree = yaml::read(&read.compose).map_err(|problem| vec![problem])?;
    named = named.or_else(|| tree.get("name").and_then(Node::text).map(str::to_owned));
    let mut problems = Problems::default();
    let compose = compose::read(&tree, compose::From::Own, &mut problems);
    if !pasted.is_adopted {
        rules::check(&tree, &mut problems, notes);
    }
    if !problems.is_empty() {
        return Err(problems.sorted());
    }
    let entries = match pasted.env {
        Some(env) => dotenv::read(&cleaned(env)?)
            .map_err(|problems| problems.into_iter().map(of_variables).collect::<Vec<_>>())?,
        None => Vec::new(),
    };
    let main = compose.services.first();
    let title = named.or_else(|| main.map(|service| service.name.clone())).unwrap_or_default();
    read.name = id_of(&title);

    let mut asking = settings::Asking::new(pasted, entries, notes, &tree);
    let mut asked = tree.clone();
    let mut edits = secrets::take(&mut asked, &mut asking);
    if !pasted.is_adopted {
        edits.extend(ports::ask(&mut asked, &mut asking));
    }
    let web = asking.web.take();
    let (settings, secrets) = asking.finish(&asked)?;
    let (text, is_whole) = rewriting::rewrite(&read.compose, &edits, &asked);
    if !is_whole {
        notes.add(1, "it was written anew, without its comments");
    }
    let values: BTreeMap<&str, &str> = settings
        .iter()
        .filter_map(|setting| Some((setting.name.as_str(), setting.default.as_deref()?)))
        .collect();
    let value = |name: &str| values.get(name).map(|value| (*value).to_owned());
    let image = main.map(|main| main.image.as_str()).unwrap_or_default();
    let image = variables::filled(image, &value).unwrap_or_default();
    let manifest = AppManifest {
        id: read.name.clone().map_or_else(|| "own-app".parse(), Ok).map_err(|_| Vec::new())?,
        name: within(&title, 60),
        description: "An app of your own, from a compose file.".to_owned(),
        version: tag(&image),
        category: AppCategory::Utility,
        tags: Vec::new(),
        icon: None,
        licence: None,
        repository: None,
        documentation: None,
        requirements: AppRequirements::default(),
        is_featured: false,
        is_deprecated: false,
        settings,
        web,
        health: None,
        compose: text,
        services: compose.services,
        notes: None,
    };
    Ok((manifest, secrets))
}

/// A text without marks of other systems, if nothing is hidden in it.
fn cleaned(text: &str) -> Result<String, Vec<Problem>> {
    if text.len() > yaml::MOST_BYTES {
        let most = yaml::MOST_BYTES;
        let message = format!("it has {} bytes, and {most} are the most", text.len());
        return Err(vec![Problem { line: None, message }]);
    }
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut problems = Problems::default();
    for (at, line) in text.lines().enumerate() {
        if let Some(hidden) = line.chars().find(|c| is_hidden(*c) && *c != '\t') {
            let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let code = u32::from(hidden);
            problems.add(line, format!("it has U+{code:04X}, which nobody sees; remove it"));
        }
    }
    if problems.is_empty() { Ok(text) } else { Err(problems.sorted()) }
}

/// A problem of the other file.
fn of_variables(problem: Problem) -> Problem {
    let message = match problem.line {
        Some(line) => format!(".env, line {line}: {}", problem.message),
        None => format!(".env: {}", problem.message),
    };
    Problem { line: None, message }
}

/// Whether a value only says that the secret is kept.
fn is_mask(value: &str) -> bool {
    value == MASK
}

/// Whether a file of variables has some that compose reads for itself.
#[must_use]
pub fn speaks_to_compose(env: &str) -> bool {
    dotenv::read(env)
        .is_ok_and(|all| all.iter().any(|entry| super::setting::is_reserved(&entry.name)))
}

/// What a program said of a file of variables, without the values in it that may be secrets by their names or by
/// what they are. Where the file cannot be read, nobody knows what of it is quoted, and nothing is told.
#[must_use]
pub fn without_secrets(text: &str, env: &str) -> String {
    let Ok(entries) = dotenv::read(env) else {
        return "a line of its file of variables is none".to_owned();
    };
    let is_one = |entry: &&dotenv::Entry| {
        secrets::is_secret(&entry.name) || secrets::tells(&entry.value, &[])
    };
    let hidden = entries.iter().filter(is_one).flat_map(|entry| entry.value.lines());
    let mut hidden: Vec<&str> = hidden.filter(|line| line.len() >= 4).collect();
    // One may begin with another.
    hidden.sort_by_key(|line| std::cmp::Reverse(line.len()));
    hidden.into_iter().fold(text.to_owned(), |text, line| text.replace(line, MASK))
}
