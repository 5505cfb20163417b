//! What somebody asks for who lets nobody in by themselves: `WWW-Authenticate`.

use hyper::header::{HeaderMap, WWW_AUTHENTICATE};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A token that somebody else gives.
    Bearer {
        /// Who.
        realm: String,
        /// For whom it is.
        service: Option<String>,
        /// What it opens.
        scope: Option<String>,
    },
    /// A name and a password.
    Basic,
}

/// What can be answered best: a token, which says less than a password.
pub(super) fn best(headers: &HeaderMap) -> Option<Challenge> {
    let lines = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok());
    let mut all: Vec<Challenge> = lines.flat_map(read).collect();
    let bearer = all.iter().position(|one| matches!(one, Challenge::Bearer { .. }));
    match bearer {
        Some(at) => Some(all.swap_remove(at)),
        None => all.pop(),
    }
}

/// Reads one line, which may ask for several things.
fn read(line: &str) -> Vec<Challenge> {
    let mut all: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = rest.find([' ', '=', ',']).unwrap_or(rest.len());
        let word = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        if let Some(value) = rest.strip_prefix('=') {
            let (value, after) = value_of(value.trim_start());
            rest = after;
            if let Some((_, values)) = all.last_mut() {
                values.push((word, value));
            }
        } else if !word.is_empty() {
            all.push((word, Vec::new()));
        }
        rest = rest.trim_start_matches([',', ' ', '\t']);
    }
    all.into_iter().filter_map(|(scheme, values)| challenge(&scheme, values)).collect()
}

fn challenge(scheme: &str, mut values: Vec<(String, String)>) -> Option<Challenge> {
    let mut take = |name: &str| {
        let at = values.iter().position(|(known, _)| known == name)?;
        Some(values.swap_remove(at).1).filter(|value| !value.is_empty())
    };
    match scheme {
        "basic" => Some(Challenge::Basic),
        "bearer" => Some(Challenge::Bearer {
            realm: take("realm")?,
            service: take("service"),
            scope: take("scope"),
        }),
        _ => None,
    }
}

/// A value, in quotes or without, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let (mut value, mut chars) = (String::new(), quoted.char_indices());
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, next)| next)),
            char => value.push(char),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Challenge::Bearer { realm: realm.to_owned(), service: own(service), scope: own(scope) }
    }

    /// Holds because whoever misreads what is asked for is let in nowhere.
    #[test]
    fn what_is_asked_for_is_read() {
        let hub = r#"Bearer realm="https://auth/token",service="registry.io",scope="repository:a/b:pull,push""#;
        let expected =
            bearer("https://auth/token", Some("registry.io"), Some("repository:a/b:pull,push"));
        assert_eq!(read(hub), [expected]);
        assert_eq!(read(r#"Basic realm="a, b""#), [Challenge::Basic]);
        assert_eq!(
            read(r#"Negotiate, basic realm=x, BEARER  realm = "q\"r" ,service=s"#),
            [Challenge::Basic, bearer("q\"r", Some("s"), None)]
        );
        for nothing in ["", ",,,", "=", "Bearer", "Bearer realm=", "Bearer realm=\"", "x=\"y"] {
            assert_eq!(read(nothing), [], "{nothing}");
        }
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, "Basic realm=x".parse().expect("a header"));
        headers.append(WWW_AUTHENTICATE, "Bearer realm=\"https://a\"".parse().expect("a header"));
        assert_eq!(best(&headers), Some(bearer("https://a", None, None)));
    }
}
