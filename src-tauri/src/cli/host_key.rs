//! Host keys on the command line: shown with algorithm and fingerprint, trusted by a person's 'yes'
//! or by a fingerprint that names the key, never by a blanket answer.

use super::{
    Cli,
    dates::Dates,
    error::{CliError, Exit},
    output, prompt,
};
use crate::domain::{
    host_key::{HostKey, KnownHost},
    id::ServerId,
    server::ServerInput,
};
use serde_json::json;

/// Fingerprints that were given as options.
#[derive(Debug, Default)]
pub struct Trust {
    /// Of a key to trust.
    pub accept: Option<String>,
    /// Of a key that replaces the known one.
    pub replace: Option<String>,
}

/// Trusts a key that is not known yet, when it is the one that was named, or somebody says so.
pub async fn trust_unknown(
    cli: &Cli,
    server: &ServerInput,
    presented: &HostKey,
    accept: Option<String>,
) -> Result<(), CliError> {
    let fingerprint = match accept {
        Some(named) => named,
        None if prompt::possible() => ask(server, presented).await?,
        None => {
            return Err(CliError::stopped(
                Exit::HostKey,
                format!("The host key of {} is not known.\n{}", server.host, line(presented)),
                "Compare it on the server, then name it with --accept-host-key.",
            ));
        }
    };
    let fingerprint = fingerprint_in(&fingerprint);
    let arguments = json!({ "host": server.host, "port": server.port, "fingerprint": fingerprint });
    let trusted = cli.call::<KnownHost>("host_key.trust", arguments).await;
    trusted.map(drop).map_err(|error| not_the_one(error, fingerprint, presented))
}

/// Replaces a known key by the presented one, when that is the one that was named.
pub async fn replace(
    cli: &Cli,
    id: ServerId,
    presented: &HostKey,
    named: &str,
) -> Result<(), CliError> {
    let fingerprint = fingerprint_in(named);
    let arguments = json!({ "id": id, "fingerprint": fingerprint });
    let replaced = cli.call::<KnownHost>("host_key.replace", arguments).await;
    replaced.map(drop).map_err(|error| not_the_one(error, fingerprint, presented))
}

/// The hard stop: another key than the known one.
pub fn changed(
    server: &ServerInput,
    presented: &HostKey,
    known: &KnownHost,
    dates: Dates,
) -> CliError {
    CliError::stopped(
        Exit::HostKey,
        format!(
            "{} presents another host key than the one Tomo knows.\n  known      {}, since {}\n  presented  {}",
            server.host,
            describe(&known.key),
            dates.day(known.trusted_at),
            describe(presented),
        ),
        "Nothing was sent. If the key was replaced on purpose, read the new fingerprint on the \
         server and name it: tomo server test SERVER --replace-host-key FINGERPRINT",
    )
}

async fn ask(server: &ServerInput, presented: &HostKey) -> Result<String, CliError> {
    output::note(&format!(
        "{} port {} presents a host key that Tomo does not know:\n\n{}\n\nCompare it with the one on \
         the server: {}",
        server.host,
        server.port,
        line(presented),
        command(presented),
    ));
    let question = "'yes' if they are the same, or the fingerprint from the server";
    let answer = prompt::line(question, Some("no".into())).await?;
    match answer.trim().to_lowercase().as_str() {
        "yes" => Ok(presented.fingerprint.clone()),
        "no" | "n" | "" => Err(CliError::stopped(
            Exit::HostKey,
            format!("The host key of {} is not trusted, so Tomo does not connect.", server.host),
            "",
        )),
        _ => Ok(answer),
    }
}

/// Names both fingerprints under the table's refusal.
fn not_the_one(error: CliError, named: &str, presented: &HostKey) -> CliError {
    let CliError::Api(mut error) = error else { return error };
    error.message =
        format!("{}\n  named      {named}\n  presented  {}", error.message, describe(presented));
    error.into()
}

fn line(key: &HostKey) -> String {
    format!("  {}", describe(key))
}

fn describe(key: &HostKey) -> String {
    format!("{}  {}", output::clean_line(&key.algorithm), output::clean_line(&key.fingerprint))
}

/// The fingerprint in what was pasted: alone, or in a line of `ssh-keygen -l`.
fn fingerprint_in(text: &str) -> &str {
    text.split_whitespace().find(|word| word.starts_with("SHA256:")).unwrap_or(text.trim())
}

/// What prints the fingerprint on the host itself.
fn command(key: &HostKey) -> String {
    let file = match key.algorithm.as_str() {
        "ssh-ed25519" => "ed25519",
        "ssh-rsa" | "rsa-sha2-256" | "rsa-sha2-512" => "rsa",
        algorithm if algorithm.starts_with("ecdsa-") => "ecdsa",
        _ => "*",
    };
    format!("ssh-keygen -lf /etc/ssh/ssh_host_{file}_key.pub")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// People paste the whole line that `ssh-keygen -l` prints.
    #[test]
    fn the_fingerprint_is_found_in_a_pasted_line() {
        assert_eq!(fingerprint_in("256 SHA256:abc root@nas (ED25519)"), "SHA256:abc");
        assert_eq!(fingerprint_in(" SHA256:abc\n"), "SHA256:abc");
        assert_eq!(fingerprint_in("abc"), "abc");
    }
}
