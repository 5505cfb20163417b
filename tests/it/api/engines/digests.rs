//! Images that came from a registry.

use super::{Setting, is, skip};
use crate::lab::{docker::IMAGE, registry::Registry};

/// Holds because the engine remembers the digest that a registry gave, and the row shows that one: an
/// image that was built here has none, and shows none.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_a_registry_is_told_by_its_digest() {
    if let Some(part) = Registry::missing() {
        return skip(part);
    }
    let registry = Registry::start();
    let image = registry.image("tomo/web:2");
    let Some(setting) = Setting::start().await else { return };
    let docker = &setting.docker;
    docker.start_container("built", &[], &["sleep", "600"]);
    let built = setting.until_row("built", |row| row["container"]["started_at"].is_string()).await;
    assert!(built["container"]["digest"].is_null(), "{built}");
    docker.docker(&["tag", IMAGE, &image]);
    docker.docker(&["push", &image]);
    docker.docker(&["run", "-d", "--name", "pulled", &image, "sleep", "600"]);
    let pulled = setting
        .until_row("pulled", |row| is(row, "running") && row["container"]["digest"].is_string())
        .await;
    let known = docker.docker(&["inspect", "--format", "{{index .RepoDigests 0}}", &image]);
    let (_, digest) = known.split_once('@').expect("a digest");
    assert_eq!(pulled["container"]["digest"], digest);
    assert_eq!(pulled["container"]["image"], image.as_str());
}
