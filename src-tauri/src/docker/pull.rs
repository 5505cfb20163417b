//! Pulling images, layer by layer.

use super::{
    client::Engine,
    error::EngineError,
    registry::{Login, is_digest},
    text,
};
use bollard::{auth::DockerCredentials, query_parameters::CreateImageOptionsBuilder};
use futures::StreamExt;
use oci_spec::distribution::Reference;
use secrecy::ExposeSecret;
use std::{collections::HashMap, time::Duration};

/// How long nothing may be heard of a pull: a registry that answers no more is not waited for.
pub const SILENCE: Duration = Duration::from_secs(5 * 60);
/// The most layers of one image: engines allow 127.
const LAYERS: usize = 256;

/// What a layer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerState {
    /// It waits for its turn.
    Waiting,
    /// It is being fetched.
    Downloading,
    /// It is being unpacked.
    Extracting,
    /// It is there.
    Done,
}

/// One layer of an image that is being pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The engine's short id of it.
    pub id: String,
    /// What it does.
    pub state: LayerState,
    /// Bytes of it that came so far.
    pub current_bytes: u64,
    /// All its bytes, as far as the registry says.
    pub total_bytes: Option<u64>,
}

/// The layers of an image as far as they have come, in the order in which they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    all: Vec<Layer>,
    places: HashMap<String, usize>,
}

impl Layers {
    /// Each layer.
    #[must_use]
    pub fn all(&self) -> &[Layer] {
        &self.all
    }

    fn take(&mut self, id: &str, status: &str, current: Option<i64>, total: Option<i64>) {
        let bytes = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
        let state = match status {
            "Pulling fs layer" | "Waiting" => LayerState::Waiting,
            "Downloading" => LayerState::Downloading,
            "Verifying Checksum" | "Download complete" | "Extracting" => LayerState::Extracting,
            "Pull complete" | "Already exists" => LayerState::Done,
            // What is told of the image itself.
            _ => return,
        };
        let at = match self.places.get(id) {
            Some(at) => *at,
            None if self.all.len() >= LAYERS => return,
            None => {
                self.places.insert(id.to_owned(), self.all.len());
                self.all.push(Layer {
                    id: text(id, 40),
                    state,
                    current_bytes: 0,
                    total_bytes: None,
                });
                self.all.len() - 1
            }
        };
        let layer = &mut self.all[at];
        layer.state = state;
        match state {
            LayerState::Downloading => {
                layer.current_bytes = bytes(current).unwrap_or(layer.current_bytes);
                layer.total_bytes = bytes(total).filter(|total| *total > 0).or(layer.total_bytes);
            }
            LayerState::Extracting | LayerState::Done => {
                layer.current_bytes = layer.total_bytes.unwrap_or(layer.current_bytes);
            }
            LayerState::Waiting => {}
        }
    }
}

impl Engine {
    /// Pulls an image, as somebody whom its registry knows where a login is given; `tell` hears of every step.
    /// Gives the digest that its name stood for, as far as the engine says. Dropping this ends the pull.
    ///
    /// # Errors
    /// When the name is none, or the registry or the engine refuses.
    pub async fn pull(
        &self,
        image: &str,
        login: Option<&Login>,
        tell: &mut (dyn FnMut(&Layers) + Send),
    ) -> Result<Option<String>, EngineError> {
        let reference: Reference = image.parse().map_err(|_| {
            EngineError::NotFound(format!("'{}' is no name of an image", text(image, 200)))
        })?;
        let name = format!("{}/{}", reference.registry(), reference.repository());
        let version = reference.digest().or(reference.tag()).unwrap_or("latest");
        let options = CreateImageOptionsBuilder::new().from_image(&name).tag(version).build();
        let docker = self.for_changes()?;
        let known = login.map(|login| credentials(login, reference.registry()));
        let mut steps = Box::pin(docker.create_image(Some(options), None, known));
        let (mut layers, mut digest) = (Layers::default(), None);
        loop {
            let step = tokio::time::timeout(SILENCE, steps.next()).await;
            let Some(step) = step.map_err(|_| EngineError::Timeout)? else { break };
            let step = step?;
            match (step.id, step.status) {
                (Some(id), Some(status)) => {
                    let detail = step.progress_detail.unwrap_or_default();
                    layers.take(&id, &status, detail.current, detail.total);
                    tell(&layers);
                }
                (None, Some(status)) => {
                    let said = status.strip_prefix("Digest: ").filter(|said| is_digest(said));
                    digest = said.map(str::to_owned).or(digest);
                }
                _ => {}
            }
        }
        Ok(digest)
    }
}

/// The API knows nothing of what `docker login` has stored: it wants to be told each time.
fn credentials(login: &Login, registry: &str) -> DockerCredentials {
    let secret = Some(login.secret.expose_secret().to_owned());
    let serveraddress = Some(registry.to_owned());
    match login.is_identity {
        true => DockerCredentials { identitytoken: secret, serveraddress, ..Default::default() },
        false => DockerCredentials {
            username: Some(login.user.clone()),
            password: secret,
            serveraddress,
            ..Default::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because whoever waits for gigabytes looks at these figures all the time.
    #[test]
    fn layers_are_told_as_they_come() {
        let mut layers = Layers::default();
        layers.take("1.2", "Pulling from library/web", None, None);
        layers.take("a", "Pulling fs layer", None, None);
        layers.take("b", "Already exists", None, None);
        layers.take("a", "Downloading", Some(10), Some(100));
        layers.take("a", "Downloading", Some(60), Some(100));
        let state = |layers: &Layers| -> Vec<_> {
            layers
                .all()
                .iter()
                .map(|layer| (layer.state, layer.current_bytes, layer.total_bytes))
                .collect()
        };
        assert_eq!(
            state(&layers),
            [(LayerState::Downloading, 60, Some(100)), (LayerState::Done, 0, None)]
        );
        layers.take("a", "Extracting", Some(3), Some(300));
        assert_eq!(state(&layers)[0], (LayerState::Extracting, 100, Some(100)));
        for number in 0..10_000 {
            layers.take(&format!("x{number}"), "Waiting", None, None);
        }
        assert_eq!(layers.all().len(), LAYERS);
    }
}
