//! Signing in, after the host key was found to be the known one.

use super::{
    agent,
    connect::Target,
    error::quoted,
    guard::{Guard, Life},
    key,
};
use crate::domain::{
    credential::Credential,
    failure::{Failure, Step},
};
use russh::{
    MethodKind, MethodSet,
    client::{AuthResult, Handle, KeyboardInteractiveAuthResponse as Interactive},
    keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg},
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// Rounds of questions after which a server that keeps asking is left.
const ROUNDS: usize = 8;

/// Signs in and says how, e.g. `password`.
pub(super) async fn sign_in(
    handle: &mut Handle<Guard>,
    target: &Target,
    credential: &Credential,
    life: &Life,
) -> Result<String, Failure> {
    let attempt = Attempt { target, life };
    match credential {
        Credential::Password(password) => attempt.password(handle, password).await,
        Credential::Key { private_key, passphrase } => {
            attempt.key(handle, private_key, passphrase.as_ref()).await
        }
        Credential::Agent => attempt.agent(handle).await,
    }
}

/// One try to sign in.
struct Attempt<'a> {
    target: &'a Target,
    life: &'a Life,
}

impl Attempt<'_> {
    /// A wrong password is sent once only, by the one way that the server prefers: where it has
    /// both, they usually ask the same PAM, and a second try would count towards locking the
    /// account.
    async fn password(
        &self,
        handle: &mut Handle<Guard>,
        password: &SecretString,
    ) -> Result<String, Failure> {
        let user = &self.target.username;
        let offered = match handle.authenticate_none(user).await {
            Ok(AuthResult::Success) => return Ok("no sign-in needed".to_owned()),
            Ok(AuthResult::Failure { remaining_methods, .. }) => remaining_methods,
            Err(error) => return Err(self.broken(&error)),
        };
        if offered.contains(&MethodKind::Password) {
            let result = handle.authenticate_password(user, password.expose_secret()).await;
            match result {
                Ok(AuthResult::Success) => Ok("password".to_owned()),
                Ok(AuthResult::Failure { partial_success: true, remaining_methods }) => {
                    Err(self.wants_more("password", &remaining_methods))
                }
                Ok(AuthResult::Failure { .. }) if self.ended() => Err(self.closed()),
                Ok(AuthResult::Failure { .. }) => Err(self.wrong_password()),
                Err(error) => Err(self.broken(&error)),
            }
        } else if offered.contains(&MethodKind::KeyboardInteractive) {
            self.keyboard_interactive(handle, password).await
        } else if self.ended() {
            Err(self.closed())
        } else {
            Err(self.failure(
                format!("{} lets {user} sign in with no password", self.target.host),
                format!("Use what it accepts: {}.", names(&offered)),
            ))
        }
    }

    async fn keyboard_interactive(
        &self,
        handle: &mut Handle<Guard>,
        password: &SecretString,
    ) -> Result<String, Failure> {
        let user = self.target.username.clone();
        let mut answered = false;
        let mut state = handle.authenticate_keyboard_interactive_start(user, None).await;
        for _ in 0..ROUNDS {
            let prompts = match state {
                Ok(Interactive::Success) => return Ok("password (keyboard-interactive)".to_owned()),
                Ok(Interactive::Failure { partial_success: true, remaining_methods }) => {
                    return Err(self.wants_more("password", &remaining_methods));
                }
                Ok(Interactive::Failure { .. }) if self.ended() => return Err(self.closed()),
                Ok(Interactive::Failure { .. }) => return Err(self.wrong_password()),
                Ok(Interactive::InfoRequest { prompts, .. }) => prompts,
                Err(error) => return Err(self.broken(&error)),
            };
            // What is asked after the password is not the password: a code, or a new password.
            let hidden = prompts.iter().find(|prompt| !prompt.echo);
            if let Some(second) = hidden.filter(|_| answered) {
                let asked = quoted(second.prompt.as_bytes());
                return Err(self.failure(
                    format!(
                        "{} asks for more than the password: {}",
                        self.target.host,
                        asked.unwrap_or_else(|| "a second one".to_owned())
                    ),
                    "Sign in there once by hand, or use a private key.",
                ));
            }
            answered |= hidden.is_some();
            let answer = |echo: bool| match echo {
                true => String::new(),
                false => password.expose_secret().to_owned(),
            };
            let answers = prompts.iter().map(|prompt| answer(prompt.echo)).collect();
            state = handle.authenticate_keyboard_interactive_respond(answers).await;
        }
        Err(self.failure(
            format!("{} keeps asking and lets nobody in", self.target.host),
            "Use a private key.",
        ))
    }

    async fn key(
        &self,
        handle: &mut Handle<Guard>,
        private_key: &SecretString,
        passphrase: Option<&SecretString>,
    ) -> Result<String, Failure> {
        let (text, passphrase) = (private_key.clone(), passphrase.cloned());
        // The lock of a key is made to take long to open, too long for an async thread.
        let opening = tokio::task::spawn_blocking(move || {
            key::open(text.expose_secret(), passphrase.as_ref().map(ExposeSecret::expose_secret))
        });
        let key = opening.await.map_err(|_| {
            self.failure("the key could not be opened".to_owned(), "Use another key.")
        })??;
        let (name, fingerprint) = (key.algorithm(), key.fingerprint(HashAlg::Sha256));
        let hash = self.hash(handle, &name).await?;
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
        match handle.authenticate_publickey(&self.target.username, key).await {
            Ok(AuthResult::Success) => Ok(format!("key {name} {fingerprint}")),
            Ok(AuthResult::Failure { partial_success: true, remaining_methods }) => {
                Err(self.wants_more("key", &remaining_methods))
            }
            Ok(AuthResult::Failure { .. }) if self.ended() => Err(self.closed()),
            Ok(AuthResult::Failure { remaining_methods, .. })
                if !remaining_methods.contains(&MethodKind::PublicKey) =>
            {
                Err(self.no_keys(&remaining_methods))
            }
            Ok(AuthResult::Failure { .. }) => Err(self.failure(
                format!("the key is not accepted for {}", self.target.username),
                format!(
                    "Add its public half ({fingerprint}) to ~/.ssh/authorized_keys of that \
                     account, and check the user name."
                ),
            )),
            Err(error) => Err(self.broken(&error)),
        }
    }

    async fn agent(&self, handle: &mut Handle<Guard>) -> Result<String, Failure> {
        let mut agent = agent::Agent::open().await?;
        agent.bind(handle).await;
        let keys = agent.keys().await?;
        let count = keys.len();
        for key in keys {
            let (name, fingerprint) = (key.algorithm(), key.fingerprint(HashAlg::Sha256));
            let hash = self.hash(handle, &name).await?;
            match agent.sign_in(handle, &self.target.username, key, hash).await {
                Ok(AuthResult::Success) => return Ok(format!("ssh-agent {name} {fingerprint}")),
                Ok(AuthResult::Failure { partial_success: true, remaining_methods }) => {
                    return Err(self.wants_more("key", &remaining_methods));
                }
                Ok(AuthResult::Failure { .. }) if self.ended() => return Err(self.closed()),
                Ok(AuthResult::Failure { remaining_methods, .. })
                    if !remaining_methods.contains(&MethodKind::PublicKey) =>
                {
                    return Err(self.no_keys(&remaining_methods));
                }
                Ok(AuthResult::Failure { .. }) => {}
                // An agent may decline one key (its owner said no) and sign with the next.
                Err(error) => tracing::debug!(%error, "the agent did not sign"),
            }
        }
        Err(self.failure(
            match count {
                1 => format!("the agent's key is not accepted for {}", self.target.username),
                _ => format!(
                    "none of the agent's {count} keys is accepted for {}",
                    self.target.username
                ),
            },
            "Add the public half of one of them to ~/.ssh/authorized_keys of that account.",
        ))
    }

    /// The hash to sign with, which only RSA leaves open. SHA-1 is no choice.
    async fn hash(
        &self,
        handle: &Handle<Guard>,
        algorithm: &Algorithm,
    ) -> Result<Option<HashAlg>, Failure> {
        if !matches!(algorithm, Algorithm::Rsa { .. }) {
            return Ok(None);
        }
        match handle.best_supported_rsa_hash().await {
            Ok(Some(Some(hash))) => Ok(Some(hash)),
            // A server that does not say what it accepts usually knows SHA-256.
            Ok(None) => Ok(Some(HashAlg::Sha256)),
            Ok(Some(None)) => Err(self.failure(
                format!("{} accepts RSA keys only with SHA-1, which is broken", self.target.host),
                "Update the SSH server there, or use an Ed25519 key.",
            )),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn ended(&self) -> bool {
        self.life.closed.is_cancelled()
    }

    fn wrong_password(&self) -> Failure {
        self.failure(
            format!("the password is not accepted for {}", self.target.username),
            "Check the user name and the password.",
        )
    }

    fn no_keys(&self, offered: &MethodSet) -> Failure {
        self.failure(
            format!("{} accepts no keys", self.target.host),
            format!("Use what it accepts: {}.", names(offered)),
        )
    }

    fn wants_more(&self, accepted: &str, next: &MethodSet) -> Failure {
        self.failure(
            format!(
                "the {accepted} is right, but {} asks for a second step ({})",
                self.target.host,
                names(next)
            ),
            "Exempt this account from the second step there, or use another account.",
        )
    }

    fn broken(&self, error: &russh::Error) -> Failure {
        if self.ended() {
            return self.closed();
        }
        self.failure(
            format!("the sign-in to {} failed: {error}", self.target.host),
            "Try again; if it happens again, see that server's log.",
        )
        .passing()
    }

    fn closed(&self) -> Failure {
        let reason = self.life.reason.get().map(|reason| format!(": {reason}"));
        self.failure(
            format!(
                "{} closed the connection during the sign-in{}",
                self.target.host,
                reason.unwrap_or_default()
            ),
            "It may not let this account in, or have counted too many failures: see its log.",
        )
        .passing()
    }

    fn failure(&self, message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::new(Step::Authenticate, message, hint)
    }
}

/// Names of ways to sign in, as people know them.
fn names(methods: &MethodSet) -> String {
    let names: Vec<&str> = methods
        .iter()
        .map(|method| match method {
            MethodKind::PublicKey => "a private key",
            MethodKind::Password => "a password",
            MethodKind::KeyboardInteractive => "questions (keyboard-interactive)",
            MethodKind::GssapiWithMic => "Kerberos (gssapi)",
            MethodKind::HostBased => "trusted hosts (hostbased)",
            MethodKind::None => "nothing",
        })
        .collect();
    match names.is_empty() {
        true => "nothing that Tomo knows".to_owned(),
        false => names.join(", "),
    }
}
