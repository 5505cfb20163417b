//! Reads what people paste when asked for a server: `user@host:port`, an `ssh` command, an
//! `ssh://` address.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The parts of an address; what the text does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Address {
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: Option<u16>,
    /// Account.
    pub username: Option<String>,
    /// Path of the private key, from `-i`.
    pub key_path: Option<String>,
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no host in it.
    #[error("there is no host in this address")]
    NoHost,
    /// The port is not a number from 1 to 65535.
    #[error("'{0}' is not a port: ports are numbers from 1 to 65535")]
    BadPort(String),
    /// An option of `ssh` that needs a value has none.
    #[error("the option {0} has no value")]
    MissingValue(String),
    /// The quotes of a command do not match.
    #[error("the quotes in this command do not match")]
    Unbalanced,
}

/// Options of OpenSSH's `ssh` that take a value, so that the value is not read as the host.
const OPTIONS_WITH_VALUE: &str = "BbcDEeFIiJLlmOoPpQRSWw";

/// Reads an address.
///
/// # Errors
/// When no host can be found in the text, or the port is not one.
pub fn parse(text: &str) -> Result<Address, AddressError> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("ssh ") {
        return parse_command(rest);
    }
    parse_target(text.strip_prefix("ssh://").unwrap_or(text).trim_end_matches('/'), true)
}

fn parse_command(rest: &str) -> Result<Address, AddressError> {
    let words = shlex::split(rest).ok_or(AddressError::Unbalanced)?;
    let mut words = words.into_iter();
    let (mut port, mut username, mut key_path, mut target) = (None, None, None, None);
    while let Some(word) = words.next() {
        let Some(options) = word.strip_prefix('-').filter(|options| !options.is_empty()) else {
            target = Some(word);
            break;
        };
        for (index, letter) in options.char_indices() {
            if !OPTIONS_WITH_VALUE.contains(letter) {
                continue;
            }
            let attached = &options[index + letter.len_utf8()..];
            let value = if attached.is_empty() {
                words.next().ok_or_else(|| AddressError::MissingValue(format!("-{letter}")))?
            } else {
                attached.to_owned()
            };
            match letter {
                'p' => port = Some(parse_port(&value)?),
                'l' => username = Some(value),
                'i' => key_path = Some(value),
                _ => {}
            }
            break;
        }
    }
    let target = target.ok_or(AddressError::NoHost)?;
    let is_url = target.starts_with("ssh://");
    let found = parse_target(target.trim_start_matches("ssh://").trim_end_matches('/'), is_url)?;
    Ok(Address {
        port: port.or(found.port),
        username: username.or(found.username),
        key_path,
        ..found
    })
}

/// Reads `[user@]host[:port]`; `ssh` itself knows no `:port` outside an `ssh://` address.
fn parse_target(text: &str, with_port: bool) -> Result<Address, AddressError> {
    let (username, rest) = match text.rsplit_once('@') {
        Some((user, rest)) => (Some(user.to_owned()).filter(|user| !user.is_empty()), rest),
        None => (None, text),
    };
    let (host, port) = if let Some(bracketed) = rest.strip_prefix('[') {
        let (host, tail) = bracketed.split_once(']').ok_or(AddressError::NoHost)?;
        (host, tail.strip_prefix(':'))
    } else if with_port && rest.matches(':').count() == 1 {
        rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)))
    } else {
        (rest, None)
    };
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(AddressError::NoHost);
    }
    Ok(Address {
        host: host.to_owned(),
        port: port.map(parse_port).transpose()?,
        username,
        key_path: None,
    })
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    text.parse::<u16>()
        .ok()
        .filter(|port| *port > 0)
        .ok_or_else(|| AddressError::BadPort(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(host: &str, port: Option<u16>, username: Option<&str>) -> Address {
        Address { host: host.into(), port, username: username.map(Into::into), key_path: None }
    }

    #[test]
    fn every_way_to_write_an_address_is_read() {
        for (text, expected) in [
            ("nas", address("nas", None, None)),
            ("admin@nas", address("nas", None, Some("admin"))),
            (" admin@nas:2222 ", address("nas", Some(2222), Some("admin"))),
            ("ssh admin@nas", address("nas", None, Some("admin"))),
            ("ssh -p 2222 admin@nas", address("nas", Some(2222), Some("admin"))),
            ("ssh -p2222 -l admin nas uptime", address("nas", Some(2222), Some("admin"))),
            ("ssh -4vp 2222 admin@nas", address("nas", Some(2222), Some("admin"))),
            ("ssh -o StrictHostKeyChecking=no a@b", address("b", None, Some("a"))),
            ("ssh://admin@nas:2222/", address("nas", Some(2222), Some("admin"))),
            ("admin@[fe80::1]:22", address("fe80::1", Some(22), Some("admin"))),
            ("admin@fe80::1", address("fe80::1", None, Some("admin"))),
            ("me@corp@bastion:22", address("bastion", Some(22), Some("me@corp"))),
        ] {
            assert_eq!(parse(text).as_ref(), Ok(&expected), "{text}");
        }
        assert_eq!(
            parse("ssh -i '~/my keys/id' a@b").expect("valid").key_path.as_deref(),
            Some("~/my keys/id")
        );
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_the_reason() {
        assert_eq!(parse(""), Err(AddressError::NoHost));
        assert_eq!(parse("admin@"), Err(AddressError::NoHost));
        assert_eq!(parse("nas:0"), Err(AddressError::BadPort("0".into())));
        assert_eq!(parse("nas:99999"), Err(AddressError::BadPort("99999".into())));
        assert_eq!(parse("ssh -p"), Err(AddressError::MissingValue("-p".into())));
        assert_eq!(parse("ssh 'a"), Err(AddressError::Unbalanced));
    }
}
