//! `cargo xtask lab`: the SSH servers of the tests, started by hand.

pub const HELP: &str = "\
Usage: cargo xtask lab [--yes]

Starts three SSH servers on this machine, on loopback, and prints how to add them to Tomo. Ctrl-C
stops them and removes what was made for them.

As root each has an account of its own, one of them with a password. As anybody else all three sign
in as you, by keys made for the occasion.
";

#[cfg(not(unix))]
pub fn run(_yes: bool) -> Result<(), crate::say::Failure> {
    Err(crate::say::Failure::new("The lab needs a system with sshd.")
        .hint("On Windows, run it inside WSL."))
}

#[cfg(unix)]
pub use unix::run;

#[cfg(unix)]
#[path = "../../tests/lab/mod.rs"]
mod parts;

#[cfg(unix)]
mod unix {
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::sync::mpsc;
    use std::{fs, io};

    use super::parts::sshd::{Account, ClientKey, Options, Sshd, account, client_key};
    use crate::part::{Use, find_program};
    use crate::say::{Failure, heading, note, output_of, paint};
    use crate::system;

    /// One server of the lab. The account goes before its server does.
    struct Place {
        name: &'static str,
        account: Account,
        sign_in: SignIn,
        server: Sshd,
    }

    enum SignIn {
        Password(String),
        Key { path: String, passphrase: Option<String> },
    }

    pub fn run(yes: bool) -> Result<(), Failure> {
        if cfg!(target_os = "linux") {
            system::require(&[Use::Lab], yes)?;
        } else if find_program("sshd").is_none() {
            return Err(Failure::new("There is no sshd here.").hint("Install OpenSSH's server."));
        }
        let (stop, stopped) = mpsc::channel();
        ctrlc::set_handler(move || {
            // A second Ctrl-C while all is taken down has nobody to tell.
            let _ = stop.send(());
        })
        .map_err(|error| Failure::new(format!("Ctrl-C cannot be caught: {error}.")))?;

        let folder = tempfile::Builder::new()
            .prefix("tomo-lab-")
            .tempdir()
            .map_err(|error| Failure::new(format!("No folder for the keys: {error}.")))?;
        let places = [
            place("attic", folder.path(), None)?,
            place("media", folder.path(), Some(client_key("ed25519", "openssh", "")))?,
            locked_place("nas", folder.path())?,
        ];
        for place in &places {
            describe(place, folder.path())?;
        }
        note("\nIn the window: Add server, and paste the address. Ctrl-C here stops the lab.");
        // The sender lives in the handler, so this ends only by a signal.
        let _ = stopped.recv();
        note("\nStopping.");
        drop(places);
        Ok(())
    }

    /// A server to sign in to with a password, or with a key where one is given or no password is known.
    fn place(name: &'static str, folder: &Path, key: Option<ClientKey>) -> Result<Place, Failure> {
        let server = Sshd::start(Options::default());
        let account = account(name, &secret()?, "/bin/sh");
        let sign_in = match (&account.password, key) {
            (Some(password), None) => SignIn::Password(password.clone()),
            (_, key) => {
                let key = key.unwrap_or_else(|| client_key("rsa", "pem", ""));
                server.authorize(&key.public);
                SignIn::Key { path: keep(folder, name, &key)?, passphrase: None }
            }
        };
        Ok(Place { name, account, sign_in, server })
    }

    /// A server to sign in to with a key that has a passphrase.
    fn locked_place(name: &'static str, folder: &Path) -> Result<Place, Failure> {
        let words = secret()?;
        let key = client_key("ed25519", "openssh", &words);
        let mut place = place(name, folder, Some(key))?;
        if let SignIn::Key { passphrase, .. } = &mut place.sign_in {
            *passphrase = Some(words);
        }
        Ok(place)
    }

    fn describe(place: &Place, folder: &Path) -> Result<(), Failure> {
        heading(place.name);
        let line = |what: &str, value: &str| {
            note(&format!("   {}{value}", paint("2", &format!("{what:<12}"))))
        };
        let address = format!("{}@127.0.0.1:{}", place.account.name, place.server.port());
        line("address", &address);
        let mut typed = format!("tomo server add {address} --name {}", place.name);
        match &place.sign_in {
            SignIn::Password(password) => line("password", password),
            SignIn::Key { path, passphrase } => {
                line("key", path);
                typed += &format!(" --key {path}");
                if let Some(words) = passphrase {
                    line("passphrase", words);
                }
            }
        }
        line("host key", &fingerprint(place, folder)?);
        line("in a shell", &typed);
        Ok(())
    }

    /// The fingerprint that Tomo has to show when it asks about this server.
    fn fingerprint(place: &Place, folder: &Path) -> Result<String, Failure> {
        let path = folder.join(format!("{}.host.pub", place.name));
        fs::write(&path, place.server.host_key("ed25519")).map_err(|error| unwritten(&error))?;
        output_of("ssh-keygen", &["-l", "-f", &path.to_string_lossy()])
            .and_then(|line| line.split_whitespace().nth(1).map(str::to_owned))
            .ok_or_else(|| Failure::new("ssh-keygen cannot read the host key."))
    }

    /// Keeps a private key where only its owner can read it.
    fn keep(folder: &Path, name: &str, key: &ClientKey) -> Result<String, Failure> {
        let path = folder.join(name);
        fs::write(&path, &key.private)
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)))
            .map_err(|error| unwritten(&error))?;
        Ok(path.display().to_string())
    }

    /// Twelve random letters: the accounts are real, and others may share the machine.
    fn secret() -> Result<String, Failure> {
        let mut bytes = [0; 12];
        fs::File::open("/dev/urandom")
            .and_then(|mut file| file.read_exact(&mut bytes))
            .map_err(|error| Failure::new(format!("There is no randomness: {error}.")))?;
        Ok(bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect())
    }

    fn unwritten(error: &io::Error) -> Failure {
        Failure::new(format!("A file of the lab cannot be written: {error}."))
    }
}
