//! Adding, changing and removing servers.

use super::{Tomo, error::AppError};
use crate::domain::{
    credential::Credential,
    fleet::{LiveHistory, ServerDetails, ServerRow},
    history::{History, Range},
    id::ServerId,
    server::{AuthType, ServerInput},
};
use chrono::Utc;

impl Tomo {
    /// Stores a server with its credential, and connects to it when that is wished.
    ///
    /// # Errors
    /// When a field cannot be taken, or the server is there already.
    pub async fn add_server(
        &self,
        input: ServerInput,
        credential: Credential,
        connect: bool,
    ) -> Result<ServerRow, AppError> {
        let input = input.checked()?;
        if input.auth_type == AuthType::Local {
            return Err(AppError::LocalServer("added again"));
        }
        let id = ServerId::new();
        let sealed = self.seal(id, input.auth_type, &credential)?;
        self.inner.store.insert_server(id, &input, sealed.as_deref(), Utc::now()).await?;
        if !connect {
            self.inner.store.set_server_enabled(id, false).await?;
        }
        self.follow_now().await?;
        self.row(id)
    }

    /// Changes a server, and its credential when another is given.
    ///
    /// # Errors
    /// When a field cannot be taken, or there is no such server.
    pub async fn edit_server(
        &self,
        id: ServerId,
        input: ServerInput,
        credential: Option<Credential>,
    ) -> Result<ServerRow, AppError> {
        let input = input.checked()?;
        let server = self.inner.store.server(id).await?;
        if server.is_local() != (input.auth_type == AuthType::Local) {
            return Err(AppError::LocalServer("turned into another kind"));
        }
        if server.is_local() && (&input.host, input.port) != (&server.host, server.port) {
            return Err(AppError::LocalServer("moved"));
        }
        let sealed = match &credential {
            Some(credential) => self.seal(id, input.auth_type, credential)?,
            None if input.auth_type != server.auth_type && input.auth_type != AuthType::Agent => {
                return Err(AppError::Invalid("Another way to sign in needs its secret.".into()));
            }
            None => None,
        };
        let waited =
            server.auth_type != AuthType::Agent && self.inner.store.credential(id).await?.is_none();
        self.inner.store.update_server(id, &input, sealed.as_deref(), Utc::now()).await?;
        if waited && sealed.is_some() {
            // It came in a list, without the credential that it has now.
            self.inner.store.set_server_enabled(id, true).await?;
        }
        if input.auth_type == AuthType::Agent {
            // The agent holds the key; the old secret has no use any more.
            self.inner.store.delete_credential(id).await?;
        }
        self.follow_now().await?;
        if credential.is_some() {
            // The connection that used the old secret ends here.
            self.inner.supervisor.restart(id);
        }
        self.row(id)
    }

    /// Forgets a server, its credential and its history.
    ///
    /// # Errors
    /// When there is no such server, or it is this computer.
    pub async fn remove_server(&self, id: ServerId) -> Result<(), AppError> {
        let server = self.inner.store.server(id).await?;
        if server.is_local() {
            return Err(AppError::LocalServer("removed"));
        }
        self.refuse_while_apps_change(id).await?;
        self.inner.store.delete_server(id).await?;
        self.follow_now().await?;
        Ok(())
    }

    /// Connects a server, or tries it again at once.
    ///
    /// # Errors
    /// When there is no such server.
    pub async fn connect_server(&self, id: ServerId) -> Result<(), AppError> {
        self.inner.store.set_server_enabled(id, true).await?;
        self.follow_now().await?;
        self.inner.supervisor.retry(id);
        Ok(())
    }

    /// Disconnects a server and leaves it alone.
    ///
    /// # Errors
    /// When there is no such server.
    pub async fn disconnect_server(&self, id: ServerId) -> Result<(), AppError> {
        self.inner.store.set_server_enabled(id, false).await?;
        self.follow_now().await?;
        self.inner.store.set_server_status(id, "disconnected").await?;
        Ok(())
    }

    /// One server whole.
    ///
    /// # Errors
    /// When there is no such server.
    pub async fn server_details(&self, id: ServerId) -> Result<ServerDetails, AppError> {
        let row = self.row(id)?;
        let known_host = if row.server.is_local() {
            None
        } else {
            self.inner.store.known_host(&row.server.host, row.server.port).await?
        };
        let trusted_by_name = match known_host.as_ref().and_then(|known| known.trusted_by) {
            Some(user) => self.inner.store.user(user).await?.map(|user| user.username),
            None => None,
        };
        let sealed = self.inner.store.credential(id).await?;
        let key_algorithm = match &sealed {
            Some(sealed) => match self.inner.vault.open_sealed(id, sealed) {
                Ok(credential) => super::keys::algorithm(&credential),
                // A vault that is closed has its own page; the details stay readable.
                Err(_) => None,
            },
            None => None,
        };
        Ok(ServerDetails {
            sample: self.inner.hub.sample(id).map(|sample| (*sample).clone()),
            cost: self.inner.hub.cost(id, self.inner.supervisor.wanted().interval),
            row,
            known_host,
            trusted_by_name,
            key_algorithm,
            has_credential: sealed.is_some(),
        })
    }

    /// The last hour of one server.
    ///
    /// # Errors
    /// When there is no such server.
    pub fn server_live(&self, id: ServerId) -> Result<LiveHistory, AppError> {
        self.row(id)?;
        Ok(LiveHistory { points: self.inner.hub.points_since(id, i64::MIN) })
    }

    /// The stored history of one server.
    ///
    /// # Errors
    /// When there is no such server, or the database cannot be read.
    pub async fn server_history(&self, id: ServerId, range: Range) -> Result<History, AppError> {
        self.row(id)?;
        Ok(self.inner.store.history(id, range, Utc::now()).await?)
    }

    fn row(&self, id: ServerId) -> Result<ServerRow, AppError> {
        self.inner.hub.row(id, Utc::now()).ok_or(AppError::NotFound("server"))
    }

    /// What is stored of a credential: nothing where an ssh-agent holds the key.
    fn seal(
        &self,
        id: ServerId,
        auth_type: AuthType,
        credential: &Credential,
    ) -> Result<Option<String>, AppError> {
        match (auth_type, credential) {
            (AuthType::Agent, Credential::Agent) => Ok(None),
            (AuthType::Password, Credential::Password(_))
            | (AuthType::Key, Credential::Key { .. }) => {
                Ok(Some(self.inner.vault.seal(id, credential)?))
            }
            // The list would say one thing, and the sign-in do another.
            _ => Err(AppError::Invalid(
                "The credential is not of the kind that the server signs in with.".into(),
            )),
        }
    }
}
