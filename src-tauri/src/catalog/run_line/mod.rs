//! `docker run …` as a compose file. No shell reads the line: its words are taken as one would, and what only a
//! shell could say is refused.

mod flags;
mod service;
#[cfg(test)]
mod tests;
mod words;

use super::{
    problem::{Problem, Problems, quoted},
    yaml::Node,
};
use flags::{Flag, Takes};
use service::Service;

/// What comes out.
#[derive(Debug)]
pub(super) struct Made {
    pub compose: Node,
    /// What the container was to be called.
    pub name: Option<String>,
}

/// Whether a text is such a line, and no file.
pub(super) fn is_one(text: &str) -> bool {
    let mut words = text.split_whitespace().filter(|word| *word != "\\");
    let first = words.next().filter(|word| !matches!(*word, "$" | "sudo"));
    let first = first.or_else(|| words.next());
    matches!(first, Some("docker" | "podman"))
}

/// Reads one line, which may be continued with backslashes.
pub(super) fn read(text: &str, notes: &mut Problems) -> Result<Made, Vec<Problem>> {
    let mut problems = Problems::default();
    let words = words::split(text)?;
    let line = |word: &str| words::line_of(text, word);
    let mut words = words.into_iter().skip_while(|word| matches!(word.as_str(), "$" | "sudo"));
    // `docker`, as `is_one` has seen.
    words.next();
    let mut verb = words.next();
    if verb.as_deref() == Some("container") {
        verb = words.next();
    }
    if !matches!(verb.as_deref(), Some("run" | "create")) {
        let said = verb.unwrap_or_default();
        problems.add(
            line(&said),
            format!("a line begins with 'docker run'; {} is another", quoted(&said)),
        );
        return Err(problems.sorted());
    }
    let mut service = Service::default();
    let mut image = None;
    while let Some(word) = words.next() {
        if word == "--" {
            image = words.next();
            break;
        }
        if !word.starts_with('-') || word == "-" {
            image = Some(word);
            break;
        }
        let at = line(&word);
        for (name, given) in flags::parts(&word) {
            let Some(Flag { name, takes }) = flags::find(&name) else {
                problems.add(
                    at,
                    format!("{} is no option that Tomo knows; leave it out", quoted(&name)),
                );
                return Err(problems.sorted());
            };
            let value = match (takes, given) {
                (Takes::Nothing, Some(value)) => Some(value),
                (Takes::Nothing, None) => None,
                (Takes::Value, Some(value)) => Some(value),
                (Takes::Value, None) => match words.next() {
                    Some(value) => Some(value),
                    None => {
                        problems.add(at, format!("'--{name}' needs a value"));
                        return Err(problems.sorted());
                    }
                },
            };
            if takes == Takes::Nothing && value.as_deref() == Some("false") {
                continue;
            }
            match service.take(name, value.as_deref().unwrap_or("true")) {
                Ok(None) => {}
                Ok(Some(note)) => notes.add(at, note),
                Err(why) => problems.add(at, format!("'--{name}': {why}")),
            }
        }
    }
    match image {
        Some(image) => service.image(&image, words.collect()),
        None => problems.add(1, "the image is missing"),
    }
    if !problems.is_empty() {
        return Err(problems.sorted());
    }
    Ok(Made { name: service.name(), compose: service.finish(notes) })
}
