//! Private keys as people paste them: what they are, what is wrong with them, and opening them.
//!
//! Reads OpenSSH's own format, PKCS#1 and SEC1 ("BEGIN RSA PRIVATE KEY", "BEGIN EC PRIVATE KEY")
//! and PKCS#8. Everything else is named for what it is, with the command that turns it into one of
//! these.

use crate::domain::{
    failure::{Failure, Step},
    key_info::KeyInfo,
};
use russh::keys::{
    self, Algorithm, HashAlg, PrivateKey,
    ssh_key::{self, private::KeypairData},
};
use zeroize::Zeroizing;

/// How old OpenSSL keys ("Proc-Type: 4,ENCRYPTED") name the only cipher that can be read here.
const OLD_CIPHER: &str = "AES-128-CBC";

/// Describes a private key without keeping it.
///
/// A wrong or missing passphrase is no failure: the answer says that the key does not open.
/// Opening a locked key takes some tens of milliseconds of computing, on purpose.
///
/// # Errors
/// When the text is not a private key that Tomo can use.
pub fn inspect(text: &str, passphrase: Option<&str>) -> Result<KeyInfo, Failure> {
    let pem = Pem::find(text)?;
    match pem.open(passphrase) {
        Ok(key) => Ok(KeyInfo {
            algorithm: Some(key.algorithm().to_string()),
            encrypted: pem.encrypted(),
            opens: true,
            fingerprint: Some(key.fingerprint(HashAlg::Sha256).to_string()),
        }),
        Err(Problem::NeedsPassphrase | Problem::WrongPassphrase) => {
            let public = pem.public_half();
            Ok(KeyInfo {
                algorithm: public.as_ref().map(|key| key.algorithm().to_string()),
                encrypted: true,
                opens: false,
                fingerprint: public.map(|key| key.fingerprint(HashAlg::Sha256).to_string()),
            })
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Opens a private key to sign in with it.
///
/// # Errors
/// When the text is not a usable private key, or the passphrase does not open it.
pub(super) fn open(text: &str, passphrase: Option<&str>) -> Result<PrivateKey, Failure> {
    Ok(Pem::find(text)?.open(passphrase)?)
}

/// What is wrong with a key.
#[derive(Debug)]
enum Problem {
    Putty,
    Public,
    NoKey,
    Damaged,
    NeedsPassphrase,
    WrongPassphrase,
    Kind(&'static str),
    Cipher,
    SecurityKey,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let (message, hint) = match problem {
            Problem::Putty => (
                "this is a PuTTY key (.ppk)".to_owned(),
                "Open it in PuTTYgen, choose Conversions → Export OpenSSH key, and use that file.",
            ),
            Problem::Public => (
                "this is the public half of a key".to_owned(),
                "Use the private half: the file of the same name without .pub.",
            ),
            Problem::NoKey => (
                "this is not a private key".to_owned(),
                "A private key begins with a line like -----BEGIN OPENSSH PRIVATE KEY-----. Copy \
                 the whole file.",
            ),
            Problem::Damaged => (
                "the key is cut short or damaged".to_owned(),
                "Copy the whole file again, from its BEGIN line to its END line.",
            ),
            Problem::NeedsPassphrase => (
                "the key is locked with a passphrase, and none was given".to_owned(),
                "Enter the passphrase of the key.",
            ),
            Problem::WrongPassphrase => (
                "the passphrase does not open the key".to_owned(),
                "Enter the passphrase of the key; it is not the password of the account.",
            ),
            Problem::Kind(kind) => (
                format!("{kind} keys are not supported"),
                "Make an Ed25519 key with ssh-keygen -t ed25519 and add its public half to the \
                 server.",
            ),
            Problem::Cipher => (
                "the key is locked in an old way that Tomo cannot read".to_owned(),
                "Rewrite a copy of it with ssh-keygen -p -f COPY, and use that file.",
            ),
            Problem::SecurityKey => (
                "this key works only together with its security key".to_owned(),
                "Add it to ssh-agent and sign in with the agent.",
            ),
        };
        Self::new(Step::Authenticate, message, hint)
    }
}

/// A private key's text, from its BEGIN to its END line, without what pasting added around them.
struct Pem {
    text: Zeroizing<String>,
    label: String,
    /// The cipher that the header of an old OpenSSL key names.
    old_cipher: Option<String>,
}

impl Pem {
    fn find(text: &str) -> Result<Self, Problem> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with("PuTTY-User-Key-File-") {
            return Err(Problem::Putty);
        }
        let mut found: Option<Self> = None;
        for line in text.lines().map(str::trim) {
            if let Some(label) =
                line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"))
            {
                let mut pem = Self {
                    text: Zeroizing::new(String::with_capacity(text.len() + 1)),
                    label: label.to_owned(),
                    old_cipher: None,
                };
                pem.push(line);
                found = Some(pem);
            } else if let Some(mut pem) = found.take_if(|_| line.starts_with("-----END ")) {
                pem.push(line);
                return pem.usable();
            } else if let Some(pem) = &mut found {
                if let Some(cipher) = line.strip_prefix("DEK-Info:") {
                    pem.old_cipher = cipher.trim().split(',').next().map(str::to_owned);
                }
                pem.push(line);
            }
        }
        Err(match found {
            Some(_) => Problem::Damaged,
            None if looks_public(text) => Problem::Public,
            None => Problem::NoKey,
        })
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Keeps a key of a kind that can be read.
    fn usable(self) -> Result<Self, Problem> {
        match self.label.as_str() {
            "OPENSSH PRIVATE KEY"
            | "RSA PRIVATE KEY"
            | "EC PRIVATE KEY"
            | "PRIVATE KEY"
            | "ENCRYPTED PRIVATE KEY" => Ok(self),
            "DSA PRIVATE KEY" => Err(Problem::Kind("DSA")),
            label if label.ends_with("PUBLIC KEY") => Err(Problem::Public),
            _ => Err(Problem::NoKey),
        }
    }

    fn encrypted(&self) -> bool {
        match self.label.as_str() {
            "OPENSSH PRIVATE KEY" => {
                PrivateKey::from_openssh(&*self.text).is_ok_and(|key| key.is_encrypted())
            }
            "ENCRYPTED PRIVATE KEY" => true,
            _ => self.old_cipher.is_some(),
        }
    }

    /// The public half, which OpenSSH's format shows also while the key is locked.
    fn public_half(&self) -> Option<ssh_key::PublicKey> {
        PrivateKey::from_openssh(&*self.text).ok().map(|key| key.public_key().clone())
    }

    fn open(&self, passphrase: Option<&str>) -> Result<PrivateKey, Problem> {
        let encrypted = self.encrypted();
        let passphrase = passphrase.filter(|passphrase| encrypted && !passphrase.is_empty());
        if let Some(cipher) = &self.old_cipher
            && (cipher != OLD_CIPHER || self.label != "RSA PRIVATE KEY")
        {
            return Err(Problem::Cipher);
        }
        if encrypted && passphrase.is_none() {
            return Err(Problem::NeedsPassphrase);
        }
        let key = keys::decode_secret_key(&self.text, passphrase)
            .map_err(|error| problem(&error, encrypted))?;
        match key.key_data() {
            KeypairData::SkEcdsaSha2NistP256(_) | KeypairData::SkEd25519(_) => {
                Err(Problem::SecurityKey)
            }
            KeypairData::Dsa(_) => Err(Problem::Kind("DSA")),
            _ => match key.algorithm() {
                Algorithm::Ed25519 | Algorithm::Ecdsa { .. } | Algorithm::Rsa { .. } => Ok(key),
                _ => Err(Problem::Kind("such")),
            },
        }
    }
}

/// Why a key could not be decoded. A wrong passphrase shows as nonsense behind the lock.
fn problem(error: &keys::Error, encrypted: bool) -> Problem {
    use ssh_key::Error as SshKey;
    match error {
        keys::Error::KeyIsEncrypted => Problem::NeedsPassphrase,
        keys::Error::Decode(_) => Problem::Damaged,
        keys::Error::SshKey(SshKey::AlgorithmUnsupported { algorithm: Algorithm::Dsa }) => {
            Problem::Kind("DSA")
        }
        keys::Error::SshKey(SshKey::AlgorithmUnknown | SshKey::AlgorithmUnsupported { .. })
        | keys::Error::UnknownAlgorithm(_)
        | keys::Error::UnsupportedKeyType { .. } => Problem::Kind("such"),
        keys::Error::Pkcs8(error) if encrypted && is_foreign(error) => Problem::Cipher,
        keys::Error::Der(error) if encrypted && is_foreign(error) => Problem::Cipher,
        keys::Error::SshKey(SshKey::Encoding(_) | SshKey::FormatEncoding) => Problem::Damaged,
        _ if encrypted => Problem::WrongPassphrase,
        _ => Problem::Damaged,
    }
}

/// Whether a lock is of an unknown make. PKCS#8 tells that from one that stays shut only in words.
fn is_foreign(error: &impl std::fmt::Display) -> bool {
    let words = error.to_string();
    words.contains("unsupported") || words.contains("parameters")
}

fn looks_public(text: &str) -> bool {
    text.starts_with("---- BEGIN SSH2 PUBLIC KEY")
        || ssh_key::PublicKey::from_openssh(text).is_ok()
        || ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
}
