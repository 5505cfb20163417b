//! One container looked into: everything is there, and no secret is.

use super::actions::lab;
use std::time::Duration;
use tomo::domain::container::ContainerHealth;

/// Secrets are known by name and by value, and appear nowhere: not in the environment, the command, a
/// label, the output of a check or the raw document; asking for one gives it.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_masked_wherever_they_appear() {
    let Some((docker, engine)) = lab().await else { return };
    let id = docker.start_container(
        "secretive",
        &[
            "-e",
            "DB_PASSWORD=correct-horse",
            "-e",
            "URL=postgres://app:battery-staple@db/shop",
            "-e",
            "HOOK=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MEFCQ0RFRg",
            "-e",
            "PLAIN=in the open",
            "-e",
            "TOKEN_FILE=/run/secrets/token",
            "--label",
            "app.note=started with correct-horse",
            "--label",
            "app.api_key=label-secret-1",
            "--health-cmd",
            "echo battery-staple; exit 0",
            "--health-interval",
            "1s",
        ],
        &["sh", "-c", "exec sleep 1000", "--token=command-secret-2", "correct-horse"],
    );
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    let inspected = loop {
        let inspected = engine.inspect(&id).await.expect("it is there");
        if !inspected.health_log().is_empty() {
            break inspected;
        }
        assert!(tokio::time::Instant::now() < deadline, "no check has run");
        // Only the engine knows when it has run the check.
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(inspected.overlay().health, Some(ContainerHealth::Healthy));
    let environment = inspected.environment();
    let variable = |name: &str| environment.iter().find(|it| it.name == name).expect("there");
    for name in ["DB_PASSWORD", "URL", "HOOK"] {
        assert!(variable(name).is_secret && variable(name).value.is_none(), "{name}");
    }
    for (name, value) in [("PLAIN", "in the open"), ("TOKEN_FILE", "/run/secrets/token")] {
        assert_eq!(variable(name).value.as_deref(), Some(value));
    }
    let everything = format!(
        "{environment:?} {:?} {:?} {:?} {}",
        inspected.command(),
        inspected.labels(),
        inspected.health_log(),
        inspected.raw()
    );
    let hidden = ["correct-horse", "battery-staple", "Zm9vYmFy", "label-secret", "command-secret"];
    for secret in hidden {
        assert!(!everything.contains(secret), "{secret}: {everything}");
    }
    for kept in ["exec sleep 1000", "started with", "in the open", "--token="] {
        assert!(everything.contains(kept), "{kept}");
    }
    serde_json::from_str::<serde_json::Value>(&inspected.raw()).expect("it is still JSON");
    assert_eq!(inspected.variable("DB_PASSWORD").as_deref(), Some("correct-horse"));
    assert_eq!(inspected.variable("NOT_THERE"), None);
}

/// What the engine says of a container is all there, and a label of 64 KB is not.
#[tokio::test(flavor = "multi_thread")]
async fn everything_else_is_told() {
    let Some((docker, engine)) = lab().await else { return };
    let context = tempfile::tempdir().expect("a folder");
    let dockerfile =
        format!("FROM {}\nENV FROM_IMAGE=yes CHANGED=before\n", crate::lab::docker::IMAGE);
    std::fs::write(context.path().join("Dockerfile"), dockerfile).expect("a Dockerfile");
    docker.docker(&["build", "-q", "-t", "with-env", context.path().to_str().expect("text")]);
    let huge = format!("huge={}", "x".repeat(64 << 10));
    let id = docker.docker(&[
        "run",
        "-d",
        "--name",
        "whole",
        "--privileged",
        "--workdir",
        "/bin",
        "--user",
        "1000:1000",
        "-e",
        "CHANGED=after",
        "-v",
        "data:/data",
        "-v",
        "/etc:/host/etc:ro",
        "--tmpfs",
        "/scratch",
        "--label",
        &huge,
        "--restart",
        "always",
        "with-env",
        "sleep",
        "1000",
    ]);
    let inspected = engine.inspect(&id).await.expect("it is there");
    assert!(inspected.is_privileged());
    assert_eq!(inspected.command(), ["sleep", "1000"]);
    assert_eq!((&*inspected.working_dir(), &*inspected.user()), ("/bin", "1000:1000"));
    let environment = inspected.environment();
    let from_image =
        |name: &str| environment.iter().find(|it| it.name == name).expect("there").is_from_image;
    assert!(from_image("FROM_IMAGE") && !from_image("CHANGED"));
    let mounts: Vec<_> = inspected
        .mounts()
        .into_iter()
        .map(|it| (it.kind, it.name, it.destination, it.is_writable))
        .collect();
    let mount = |kind: &str, name: Option<&str>, destination: &str, is_writable| {
        (kind.to_owned(), name.map(str::to_owned), destination.to_owned(), is_writable)
    };
    assert_eq!(
        mounts,
        [
            mount("volume", Some("data"), "/data", true),
            mount("bind", None, "/host/etc", false),
            mount("tmpfs", None, "/scratch", true),
        ]
    );
    assert!(!inspected.networks().is_empty());
    let labels = inspected.labels();
    assert_eq!(labels[0].name, "huge");
    assert!(labels[0].value.len() < 4_096, "shortened");
    assert!(inspected.raw().len() < 32 << 10, "{}", inspected.raw().len());
}
