//! Variables of a compose file: `$NAME`, `${NAME}`, `${NAME:-default}`, and `$$` for the sign itself.

/// A variable where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub name: String,
    /// What stands in for it where it has no value; none where there must be one.
    pub default: Option<String>,
}

/// A part of a text.
enum Part<'t> {
    Text(&'t str),
    Variable(Variable),
    /// Begins like a variable and is none.
    Broken,
}

/// All variables of a text, also those within the defaults of others.
///
/// # Errors
/// A sign that begins a variable which is none.
pub(super) fn used(text: &str) -> Result<Vec<Variable>, &'static str> {
    let mut found = Vec::new();
    for part in parts(text) {
        match part {
            Part::Text(_) => {}
            Part::Variable(variable) => {
                if let Some(default) = &variable.default {
                    found.extend(used(default)?);
                }
                found.push(variable);
            }
            Part::Broken => {
                return Err("a '$' begins a variable; write '$$' where the sign itself is meant");
            }
        }
    }
    Ok(found)
}

/// The one variable that a text is, with or without a default, if it is one.
pub(super) fn only(text: &str) -> Option<String> {
    match &parts(text)[..] {
        [Part::Variable(variable)] => {
            let rest = text.trim_start_matches(['$', '{']).strip_prefix(variable.name.as_str())?;
            let is_value = ["", "}", ":-", "-"];
            (is_value[..2].contains(&rest) || is_value[2..].iter().any(|it| rest.starts_with(it)))
                .then(|| variable.name.clone())
        }
        _ => None,
    }
}

/// A text whose variables of these names have no default any more, and the defaults that they had.
pub(super) fn without_defaults(
    text: &str,
    is_meant: &dyn Fn(&str) -> bool,
) -> (String, Vec<(String, String)>) {
    let (mut whole, mut taken) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        whole.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let inside = behind.strip_prefix('{').and_then(braced);
        if let Some(after) = behind.strip_prefix('$') {
            whole.push_str("$$");
            rest = after;
        } else if let Some((body, after)) = inside {
            match variable(body) {
                Some(Variable { name, default: Some(default) })
                    if is_meant(&name)
                        && !default.is_empty()
                        && only(&format!("${{{body}}}")).is_some() =>
                {
                    whole.push_str(&format!("${{{name}}}"));
                    taken.push((name, default));
                }
                _ => whole.push_str(&format!("${{{body}}}")),
            }
            rest = after;
        } else {
            whole.push('$');
            rest = behind;
        }
    }
    whole.push_str(rest);
    (whole, taken)
}

/// A text whose variables without a default have an empty one.
pub(super) fn with_empty_defaults(text: &str) -> String {
    let mut whole = String::new();
    for part in parts(text) {
        match part {
            Part::Text("$") => whole.push_str("$$"),
            Part::Text(text) => whole.push_str(text),
            Part::Variable(Variable { name, default }) => {
                let default = with_empty_defaults(&default.unwrap_or_default());
                whole.push_str(&format!("${{{name}:-{default}}}"));
            }
            Part::Broken => whole.push_str("${"),
        }
    }
    whole
}

/// A text with its variables filled in; none where one has neither value nor default.
pub(super) fn filled(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut whole = String::new();
    for part in parts(text) {
        match part {
            Part::Text(text) => whole.push_str(text),
            Part::Variable(variable) => match value(&variable.name) {
                Some(value) => whole.push_str(&value),
                None => whole.push_str(&filled(&variable.default?, value)?),
            },
            Part::Broken => return None,
        }
    }
    Some(whole)
}

/// A text with the variables filled in that have a value; the others stay as they are written.
pub fn filled_or_kept(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, behind) = rest.split_at(at);
        whole.push_str(before);
        let found = behind.find('}').and_then(|end| Some((end, value(&behind[2..end])?)));
        match found {
            Some((end, value)) => {
                whole.push_str(&value);
                rest = &behind[end + 1..];
            }
            None => {
                whole.push_str("${");
                rest = &behind[2..];
            }
        }
    }
    whole.push_str(rest);
    whole
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        if at > 0 {
            parts.push(Part::Text(&rest[..at]));
        }
        let behind = &rest[at + 1..];
        if let Some(after) = behind.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
        } else if let Some(inside) = behind.strip_prefix('{') {
            let Some((body, after)) = braced(inside) else {
                parts.push(Part::Broken);
                return parts;
            };
            parts.push(variable(body).map_or(Part::Broken, Part::Variable));
            rest = after;
        } else {
            let end = behind.find(|c| !is_name(c)).unwrap_or(behind.len());
            let name = &behind[..end];
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                parts.push(Part::Broken);
            } else {
                parts.push(Part::Variable(Variable { name: name.to_owned(), default: None }));
            }
            rest = &behind[end..];
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// What is inside of braces that may hold others, and what comes behind them.
fn braced(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

fn variable(body: &str) -> Option<Variable> {
    let end = body.find(|c| !is_name(c)).unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let default = match rest.strip_prefix(':').unwrap_or(rest) {
        // `:+` puts something in its place where there is a value, and nothing where there is none.
        "" if rest.is_empty() => None,
        rest if rest.starts_with('-') => Some(rest[1..].to_owned()),
        rest if rest.starts_with('+') => Some(String::new()),
        rest if rest.starts_with('?') => None,
        _ => return None,
    };
    Some(Variable { name: name.to_owned(), default })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        used(text).expect("variables").into_iter().map(|variable| variable.name).collect()
    }

    /// Holds because a variable that is overlooked has no value when the app starts.
    #[test]
    fn every_form_is_found() {
        assert_eq!(
            names("a $B ${C} ${D:-e} ${F-g} ${H:?no} ${I?no} ${J:+k} $$L"),
            ["B", "C", "D", "F", "H", "I", "J"]
        );
        assert_eq!(names("${A:-${B}x}"), ["B", "A"]);
        assert_eq!(names("no variable: $$ {A} 5"), [""; 0]);
        assert!(used("costs 5$").is_err());
        assert!(used("${A").is_err() && used("${}").is_err() && used("${A!}").is_err());
    }

    /// Holds because a password that stands as a default would be stored with the file, and `$$` is no variable.
    #[test]
    fn defaults_are_taken_out() {
        let is_meant = |name: &str| name == "PW";
        let (text, taken) = without_defaults("${PW:-a b}$${PW:-no}${A:-1}$PW${PW:+x}", &is_meant);
        assert_eq!(text, "${PW}$${PW:-no}${A:-1}$PW${PW:+x}");
        assert_eq!(taken, [("PW".to_owned(), "a b".to_owned())]);
        assert_eq!(only("${A:-1}").as_deref(), Some("A"));
        assert_eq!(only("$A").as_deref(), Some("A"));
        assert_eq!((only("${A:+1}"), only("${A}x"), only("$$A")), (None, None, None));
    }

    /// Holds because the plan shows what compose will make of it.
    #[test]
    fn values_and_defaults_are_filled_in() {
        let value = |name: &str| (name == "A").then(|| "1".to_owned());
        assert_eq!(filled("${A}:$A:$$A:${B:-${A}2}", &value).as_deref(), Some("1:1:$A:12"));
        assert_eq!(filled("${B}", &value), None);
    }
}
