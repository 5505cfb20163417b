//! What an engine says of its containers.

use super::{Lab, engine};
use crate::lab::docker::IMAGE;
use tomo::{
    docker::find,
    domain::{
        container::{ContainerHealth, ContainerState},
        id::ServerId,
    },
};

/// What a person reads in the list comes from where the engine keeps it, whoever made the container.
#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_described_by_what_the_engine_knows() {
    let Some(docker) = engine() else { return };
    let labels = [
        "--label",
        "com.docker.compose.project=shop",
        "--label",
        "com.docker.compose.service=web",
        "--label",
        "com.docker.compose.container-number=2",
    ];
    let check = ["--health-cmd", "exit 1", "--health-interval", "1s", "--health-retries", "1"];
    docker.start_container("shop-web-2", &[&labels[..], &check[..]].concat(), &["sleep", "600"]);
    let ended = docker.start_container("ended", &[], &["sh", "-c", "exit 3"]);
    docker.docker(&["wait", &ended]);
    let never = docker.docker(&["create", "--name", "never", IMAGE, "true"]);
    let engine = find::at(&docker.socket()).await.expect("an engine");
    let list = engine.list(ServerId::LOCAL).await.expect("a list");
    let web = list.iter().find(|it| it.name == "shop-web-2").expect("listed");
    assert_eq!((web.project.as_deref(), web.service.as_deref()), (Some("shop"), Some("web")));
    assert_eq!((web.series.as_str(), web.state), ("shop/web#2", ContainerState::Running));
    assert_eq!(web.image, IMAGE);
    let web = engine.look(ServerId::LOCAL, &web.id).await.expect("it is there");
    assert!(web.started_at.is_some() && web.finished_at.is_none() && web.exit_code.is_none());
    assert!(matches!(web.health, Some(ContainerHealth::Starting | ContainerHealth::Unhealthy)));
    assert_eq!(web.series, "shop/web#2");
    let ended = engine.look(ServerId::LOCAL, &ended).await.expect("it is there");
    assert_eq!((ended.state, ended.exit_code), (ContainerState::Exited, Some(3)));
    assert!(ended.finished_at.is_some() && !ended.out_of_memory);
    let never = engine.look(ServerId::LOCAL, &never).await.expect("it is there");
    assert_eq!((never.state, never.started_at), (ContainerState::Created, None));
    assert_eq!(engine.digest(&never.image_id, &never.image).await, Ok(None), "built here");
}

/// Five hundred containers and labels of any size come in one answer, and nothing in a name or label
/// is more than text.
#[tokio::test(flavor = "multi_thread")]
async fn labels_with_anything_in_them_stay_text() {
    let Some(docker) = engine() else { return };
    let huge = format!("huge={}", "x".repeat(64 << 10));
    let project = "com.docker.compose.project=$(reboot)'\";\u{1b}[2J\u{202e}<script>";
    docker.docker(&[
        "create", "--name", "odd", "--label", &huge, "--label", project, "--label", "a\nb=c",
        IMAGE, "true",
    ]);
    let lab = Lab::start(&docker.socket(), &[]);
    let connection = lab.connect().await;
    let met = find::on_server(&connection).await.first().expect("an engine");
    let first = met.1.containers(ServerId::LOCAL, &met.0);
    let odd = first.first().expect("listed");
    let project = odd.project.as_deref();
    assert_eq!(project, Some("$(reboot)'\";\u{fffd}[2J\u{fffd}<script>"));
    let looked = met.0.look(ServerId::LOCAL, &odd.id).await.expect("it is there");
    assert_eq!(looked.project.as_deref(), project);
}
