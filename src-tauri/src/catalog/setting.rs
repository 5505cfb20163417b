//! Settings of an app: what a manifest says of them, and whether a value is one.

use super::{
    fields::Fields,
    problem::{Problems, quoted},
    yaml::{Kind, Node},
};
use crate::domain::{
    app::{AppChoice, AppSetting, AppSettingKind, PortProtocol, SecretAlphabet},
    text::is_hidden,
};
use regex::RegexBuilder;

/// The longest value of a text, characters.
const TEXT: u32 = 2_000;
/// The longest path.
const PATH: usize = 4_096;
/// The most that a pattern may grow to, bytes.
const PATTERN: usize = 100_000;

/// Whether a name can be that of a variable.
pub(super) fn is_variable(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Reads the settings of a manifest, each with its line.
pub(super) fn read_all(nodes: &[Node], problems: &mut Problems) -> Vec<(u32, AppSetting)> {
    let mut settings: Vec<(u32, AppSetting)> = Vec::new();
    for node in nodes {
        let Some(setting) = read(node, problems) else { continue };
        if settings.iter().any(|(_, other)| other.name == setting.name) {
            problems.add(node.line, format!("the setting {} is there already", setting.name));
        } else {
            settings.push((node.line, setting));
        }
    }
    settings
}

/// Whether compose, docker or the shell that runs them read a variable of this name for themselves: whoever
/// wrote an app must not choose their files or their engine.
pub(super) fn is_reserved(name: &str) -> bool {
    matches!(name, "PATH" | "HOME")
        || ["COMPOSE_", "DOCKER_", "BUILDKIT_"].iter().any(|prefix| name.starts_with(prefix))
}

fn read(node: &Node, problems: &mut Problems) -> Option<AppSetting> {
    let mut fields = Fields::new(node, "a setting", problems)?;
    let name = fields.needed_line("name", 1..=64);
    if let Some(name) = name.as_deref().filter(|name| !is_variable(name)) {
        let rule = "of A–Z, 0–9 and '_', and begins with a letter";
        fields.wrong(node, format!("the name of a setting is {rule}; {} is not", quoted(name)));
    }
    if let Some(name) = name.as_deref().filter(|name| is_reserved(name)) {
        fields.wrong(node, format!("{} would change compose itself", quoted(name)));
    }
    let label = fields.needed_line("label", 1..=60);
    let description = fields.line_of("description", 1..=200);
    let is_required = fields.truth("required").unwrap_or(true);
    let is_advanced = fields.truth("advanced").unwrap_or(false);
    let kind = kind(&mut fields);
    let default = fields.node("default");
    fields.end();

    let kind = kind?;
    let default = default.and_then(|node| {
        if matches!(kind, AppSettingKind::Secret { .. }) {
            problems.add(node.line, "a secret has no default: it would be everybody's");
            return None;
        }
        let Some(value) = node.scalar() else {
            problems.add(node.line, format!("a default is one value, and this is {}", node.what()));
            return None;
        };
        match check(&kind, &value) {
            Ok(()) => Some(value),
            Err(why) => {
                problems.add(node.line, format!("the default {} is none: {why}", quoted(&value)));
                None
            }
        }
    });
    Some(AppSetting {
        name: name?,
        kind,
        label: label?,
        description,
        default,
        is_required,
        is_advanced,
    })
}

/// What a setting takes, by its `type` and what goes with that.
pub(super) fn kind(fields: &mut Fields<'_, '_>) -> Option<AppSettingKind> {
    #[derive(Clone, Copy)]
    enum Type {
        Text,
        Number,
        Choice,
        Secret,
        Port,
        Path,
        TimeZone,
    }
    let kind = fields.needed_one_of(
        "type",
        &[
            ("text", Type::Text),
            ("number", Type::Number),
            ("choice", Type::Choice),
            ("secret", Type::Secret),
            ("port", Type::Port),
            ("path", Type::Path),
            ("time_zone", Type::TimeZone),
        ],
    )?;
    Some(match kind {
        Type::Text => {
            let pattern = fields.line_of("pattern", 1..=500);
            if let Some(Err(why)) = pattern.as_deref().map(expression) {
                let line = fields.line_at("pattern");
                fields.problems().add(line, format!("the pattern is no regular expression: {why}"));
            }
            let max = fields.number("max", 1..=i64::from(TEXT));
            let max = max.and_then(|max| u32::try_from(max).ok()).unwrap_or(TEXT);
            AppSettingKind::Text { pattern, max }
        }
        Type::Number => AppSettingKind::Number {
            min: fields.number("min", i64::MIN..=i64::MAX),
            max: fields.number("max", i64::MIN..=i64::MAX),
        },
        Type::Choice => AppSettingKind::Choice { choices: choices(fields) },
        Type::Secret => {
            let length = fields.number("length", 8..=128);
            let words = [("letters", SecretAlphabet::Letters), ("hex", SecretAlphabet::Hex)];
            AppSettingKind::Secret {
                length: length.and_then(|length| u32::try_from(length).ok()).unwrap_or(24),
                alphabet: fields.one_of("alphabet", &words).unwrap_or(SecretAlphabet::Letters),
            }
        }
        Type::Port => {
            let words = [("tcp", PortProtocol::Tcp), ("udp", PortProtocol::Udp)];
            AppSettingKind::Port {
                protocol: fields.one_of("protocol", &words).unwrap_or(PortProtocol::Tcp),
            }
        }
        Type::Path => AppSettingKind::Path,
        Type::TimeZone => AppSettingKind::TimeZone,
    })
}

fn choices(fields: &mut Fields<'_, '_>) -> Vec<AppChoice> {
    let nodes = fields.list("choices", 100);
    if nodes.is_empty() {
        let line = fields.line();
        fields.problems().add(line, "a choice needs 'choices', a list of values");
    }
    let mut choices = Vec::new();
    for node in nodes {
        let choice = match &node.kind {
            Kind::Map(_) => {
                Fields::new(node, "a choice", fields.problems()).and_then(|mut fields| {
                    let value = fields.needed("value").and_then(Node::scalar);
                    let label = fields.line_of("label", 1..=60);
                    fields.end();
                    value.map(|value| AppChoice {
                        label: label.unwrap_or_else(|| value.clone()),
                        value,
                    })
                })
            }
            _ => node.scalar().map(|value| AppChoice { label: value.clone(), value }),
        };
        match choice {
            Some(choice) => choices.push(choice),
            None => fields.wrong(node, "a choice is a value, or a mapping of 'value' and 'label'"),
        }
    }
    choices
}

fn expression(pattern: &str) -> Result<regex::Regex, regex::Error> {
    // By itself first: what closes the group around it would match other values.
    RegexBuilder::new(pattern).size_limit(PATTERN).build()?;
    RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(PATTERN).build()
}

/// Whether a value is one that a setting takes.
///
/// # Errors
/// The rule that does not hold, in words for whoever typed the value.
pub fn check(kind: &AppSettingKind, value: &str) -> Result<(), String> {
    match kind {
        AppSettingKind::Text { pattern, max } => {
            one_line(value)?;
            let length = value.chars().count();
            if length > *max as usize {
                return Err(format!("at most {max} characters, and this has {length}"));
            }
            match pattern.as_deref().map(expression) {
                Some(Ok(expression)) if !expression.is_match(value) => {
                    Err(format!("it has to match {}", pattern.as_deref().unwrap_or_default()))
                }
                _ => Ok(()),
            }
        }
        AppSettingKind::Number { min, max } => {
            let number: i64 = value.parse().map_err(|_| "a whole number".to_owned())?;
            match (min, max) {
                (Some(min), _) if number < *min => Err(format!("at least {min}")),
                (_, Some(max)) if number > *max => Err(format!("at most {max}")),
                _ => Ok(()),
            }
        }
        AppSettingKind::Choice { choices } => {
            if choices.iter().any(|choice| choice.value == value) {
                return Ok(());
            }
            let all: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
            Err(format!("one of {}", all.join(", ")))
        }
        // Whoever types a secret instead of having one made may use any characters.
        AppSettingKind::Secret { .. } => match value.chars().count() {
            0 => Err("it is empty".to_owned()),
            1..=4_096 if !value.contains('\0') => Ok(()),
            1..=4_096 => Err("it has a NUL in it, which no variable can have".to_owned()),
            length => Err(format!("at most 4096 characters, and this has {length}")),
        },
        AppSettingKind::Port { .. } => match value.parse::<u16>() {
            Ok(1..) => Ok(()),
            _ => Err("a port is 1 to 65535".to_owned()),
        },
        AppSettingKind::Path => path(value),
        AppSettingKind::TimeZone => value
            .parse::<chrono_tz::Tz>()
            .map(|_| ())
            .map_err(|_| "a time zone is named like Europe/Berlin".to_owned()),
    }
}

fn one_line(value: &str) -> Result<(), String> {
    match value.chars().find(|c| is_hidden(*c)) {
        Some(hidden) => {
            Err(format!("one line of what can be seen; it has U+{:04X}", u32::from(hidden)))
        }
        None => Ok(()),
    }
}

/// Whether a path is absolute, climbs nowhere and can stand in a compose file.
fn path(value: &str) -> Result<(), String> {
    one_line(value)?;
    if !value.starts_with('/') {
        return Err("a path begins with '/'".to_owned());
    }
    if value.len() > PATH {
        return Err(format!("a path has at most {PATH} bytes"));
    }
    if value.split('/').any(|part| part == "..") {
        return Err("a path without '..'".to_owned());
    }
    // Compose separates the two paths of a mount by it.
    if value.contains(':') {
        return Err("a path without ':'".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because what is not refused here reaches a compose file on somebody's server.
    #[test]
    fn values_obey_their_kind() {
        let text = |pattern: Option<&str>| AppSettingKind::Text {
            pattern: pattern.map(str::to_owned),
            max: 5,
        };
        let port = AppSettingKind::Port { protocol: PortProtocol::Tcp };
        let number = AppSettingKind::Number { min: Some(1), max: Some(9) };
        let secret = AppSettingKind::Secret { length: 24, alphabet: SecretAlphabet::Letters };
        let good: [(&AppSettingKind, &str); 8] = [
            (&text(None), "abc"),
            (&text(Some("[a-c]+")), "abc"),
            (&port, "65535"),
            (&number, "9"),
            (&AppSettingKind::Path, "/srv/a b"),
            (&AppSettingKind::TimeZone, "Europe/Berlin"),
            (&secret, "$x'\"\n\\"),
            (&secret, "é"),
        ];
        for (kind, value) in good {
            assert_eq!(check(kind, value), Ok(()), "{value}");
        }
        let bad: [(&AppSettingKind, &str); 14] = [
            (&text(None), "abcdef"),
            (&text(None), "a\nb"),
            (&text(None), "a\u{202e}"),
            (&text(Some("[a-c]+")), "abcd"),
            (&text(Some("a|b")), "bc"),
            (&port, "0"),
            (&port, "65536"),
            (&port, "80 "),
            (&number, "10"),
            (&AppSettingKind::Path, "srv"),
            (&AppSettingKind::Path, "/srv/../etc"),
            (&AppSettingKind::Path, "/a:/b"),
            (&AppSettingKind::TimeZone, "Berlin"),
            (&secret, ""),
        ];
        for (kind, value) in bad {
            assert!(check(kind, value).is_err(), "{value}");
        }
    }
}
