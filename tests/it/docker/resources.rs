//! Images, volumes and networks: what uses them, removing them, and clearing out.

use super::actions::lab;
use crate::lab::docker::{Docker, IMAGE};
use tomo::{
    docker::{Engine, EngineError},
    domain::{engine_store::PruneKind, id::ServerId},
};

const SERVER: ServerId = ServerId::LOCAL;

/// Builds an image that differs from all others by this word.
fn build(docker: &Docker, word: &str, tags: &[&str]) -> String {
    let context = tempfile::tempdir().expect("a folder");
    std::fs::write(context.path().join("word"), word.repeat(1_000)).expect("a file");
    let dockerfile = format!("FROM {IMAGE}\nCOPY word /word\n");
    std::fs::write(context.path().join("Dockerfile"), dockerfile).expect("a Dockerfile");
    let tags: Vec<_> = tags.iter().flat_map(|tag| ["-t", tag]).collect();
    let context = context.path().to_str().expect("text");
    docker.docker(&[&["build", "-q"], &*tags, &[context]].concat())
}

async fn unused(engine: &Engine, kind: PruneKind) -> Vec<String> {
    let things = engine.unused(SERVER, kind, true).await.expect("it answers");
    let mut names: Vec<_> = things.into_iter().map(|thing| thing.item.name).collect();
    names.sort();
    names
}

/// An image is listed with every name, what uses it and its size, also when it has no name; one of
/// several names goes whole, and one that even a stopped container is made of is refused.
#[tokio::test(flavor = "multi_thread")]
async fn images_are_listed_and_removed() {
    let Some((docker, engine)) = lab().await else { return };
    let nameless = build(&docker, "a", &[]);
    let several = build(&docker, "b", &["b:1", "b:2", "other/b:1"]);
    docker.start_container("user", &[], &["true"]);
    let images = engine.images(SERVER).await.expect("it answers");
    let image = |id: &str| images.iter().find(|image| image.id == id).expect("listed");
    assert!(image(&nameless).tags.is_empty() && image(&nameless).digests.is_empty());
    assert_eq!(image(&several).tags.len(), 3);
    assert!(image(&several).size_bytes > 1_000 && image(&several).shared_bytes.is_some());
    let used = images.iter().find(|image| image.tags == [IMAGE]).expect("the lab's own");
    assert_eq!(used.used_by[0].name, "user");
    let refused = engine.remove_image(used).await.expect_err("it is used");
    assert!(matches!(refused, EngineError::Refused { .. }), "{refused:?}");
    assert!(docker.docker(&["images", "-q", IMAGE]).len() > 5, "it kept its name");
    engine.remove_image(image(&several)).await.expect("all its names");
    engine.remove_image(image(&nameless)).await.expect("no name");
    let left = engine.images(SERVER).await.expect("it answers");
    assert_eq!(left.len(), 1, "{left:?}");
}

/// A volume is listed with what mounts it and what is in it, one that is mounted is refused, and
/// which ones nobody named is known.
#[tokio::test(flavor = "multi_thread")]
async fn volumes_are_listed_and_removed() {
    let Some((docker, engine)) = lab().await else { return };
    let label = "--label=com.docker.compose.project=shop";
    docker.docker(&["volume", "create", label, "free"]);
    let command = ["sh", "-c", "head -c 5000 /dev/zero > /data/zeros"];
    docker.start_container("user", &["-v", "data:/data", "-v", "/anonymous"], &command);
    docker.docker(&["wait", "user"]);
    let volumes = engine.volumes(SERVER, true).await.expect("it answers");
    let named = |name: &str| volumes.iter().find(|volume| volume.name == name).expect("listed");
    assert_eq!(named("data").used_by[0].name, "user");
    assert!(!named("data").used_by[0].is_running);
    assert!(named("data").size_bytes >= Some(5_000), "{:?}", named("data"));
    assert_eq!(named("free").project.as_deref(), Some("shop"));
    assert_eq!(volumes.iter().filter(|volume| volume.is_anonymous).count(), 1);
    let refused = engine.remove_volume("data").await.expect_err("it is mounted");
    assert!(refused.to_string().contains("in use"), "{refused}");
    engine.remove_volume("free").await.expect("nobody mounts it");
    engine.remove_volume("free").await.expect_err("it is gone");
}

/// A network is used also by a container that is stopped; the engine's own are known, and why one
/// stays is said in the engine's words, not in a proxy's.
#[tokio::test(flavor = "multi_thread")]
async fn networks_are_listed_and_removed() {
    let Some((docker, engine)) = lab().await else { return };
    let make = |name: &str| {
        docker.docker(&["network", "create", "--driver", "bridge", "--internal", name])
    };
    let (used, free) = (make("used"), make("free"));
    docker.docker(&["create", "--name", "user", "--network", "used", IMAGE, "true"]);
    let networks = engine.networks(SERVER).await.expect("it answers");
    let network = |id: &str| networks.iter().find(|network| network.id == id).expect("listed");
    assert_eq!(network(&used).used_by[0].name, "user");
    assert!(network(&free).used_by.is_empty() && network(&free).is_internal);
    let builtin = networks.iter().find(|network| network.name == "host").expect("listed");
    assert!(builtin.is_builtin && !network(&free).is_builtin);
    let refused = engine.remove_network(&builtin.id).await.expect_err("it came with the engine");
    assert!(refused.to_string().contains("pre-defined"), "{refused}");
    engine.remove_network(&free).await.expect("nobody is in it");
    docker.docker(&["rm", "user"]);
    // A bridge is the host's, and outlives the engine.
    engine.remove_network(&used).await.expect("nobody is in it any more");
}

/// A preview names exactly what nobody uses, and removing that leaves everything else.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_nobody_uses_is_cleared_out() {
    let Some((docker, engine)) = lab().await else { return };
    docker.start_container("running", &["-v", "kept:/data"], &["sleep", "1000"]);
    docker.start_container("ended", &["-v", "/old"], &["true"]);
    docker.docker(&["wait", "ended"]);
    docker.docker(&["volume", "create", "named"]);
    docker.docker(&["network", "create", "--driver", "bridge", "lonely"]);
    build(&docker, "a", &[]);
    build(&docker, "b", &["b:1"]);
    assert_eq!(unused(&engine, PruneKind::Containers).await, ["ended"]);
    assert_eq!(unused(&engine, PruneKind::DanglingImages).await.len(), 1);
    assert_eq!(unused(&engine, PruneKind::UnusedImages).await.len(), 2);
    let lonely = engine.unused(SERVER, PruneKind::UnusedNetworks, true).await.expect("it answers");
    assert_eq!(lonely[0].item.name, "lonely");
    engine.remove_unused(PruneKind::UnusedNetworks, &lonely[0]).await.expect("nobody is in it");
    assert!(unused(&engine, PruneKind::UnusedNetworks).await.is_empty());
    assert!(
        unused(&engine, PruneKind::AnonymousVolumes).await.is_empty(),
        "mounted by one that ended"
    );
    assert_eq!(unused(&engine, PruneKind::UnusedVolumes).await, ["named"]);
    let ended = engine.unused(SERVER, PruneKind::Containers, false).await.expect("it answers");
    engine.remove_unused(PruneKind::Containers, &ended[0]).await.expect("it ended");
    assert_eq!(unused(&engine, PruneKind::AnonymousVolumes).await.len(), 1);
    let images = engine.unused(SERVER, PruneKind::UnusedImages, false).await.expect("it answers");
    // Somebody takes one of them meanwhile.
    docker.docker(&["create", "--name", "late", "b:1"]);
    let mut refused = 0;
    for image in &images {
        refused += usize::from(engine.remove_unused(PruneKind::UnusedImages, image).await.is_err());
    }
    assert_eq!(refused, 1, "what is in use by now stays");
    assert!(docker.docker(&["images", "-q", "b:1"]).len() > 5, "with its name");
    assert_eq!(docker.docker(&["ps", "-q"]).lines().count(), 1);
}
