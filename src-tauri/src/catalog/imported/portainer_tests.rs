use super::*;
use crate::domain::app::AppFlag;
use serde_json::json;

fn file(version: Value, templates: &Value) -> String {
    json!({ "version": version, "templates": templates }).to_string()
}

fn only(templates: &Value) -> Imported {
    let (taken, refused) = read(&file(json!("2"), templates)).expect("a file");
    assert!(refused.is_empty(), "{refused:?}");
    match taken.into_iter().next() {
        Some(Template::Ready(app)) => *app,
        other => panic!("{other:?}"),
    }
}

/// Holds because ports, folders, defaults and the policy are what makes a template worth having.
#[test]
fn a_container_keeps_all_that_is_said_of_it() {
    let app = only(&json!([{
        "type": 1, "title": "File Browser", "description": "Files in a browser.", "platform": "linux",
        "categories": ["filesystem", "storage"], "image": "filebrowser/filebrowser:latest",
        "registry": "docker.io", "ports": ["8080:80/tcp", "443/tcp"], "command": "--cost 5$",
        "volumes": [{ "container": "/data", "bind": "/srv/files", "readonly": true }, { "container": "/config" }],
        "env": [
            { "name": "ADMIN_PASSWORD", "label": "Password", "default": "admin" },
            { "name": "MODE", "select": [{ "text": "Fast", "value": "fast" }, { "text": "Safe", "value": "safe", "default": true }] },
            { "name": "workers", "default": 4, "preset": true },
        ],
        "restart_policy": "always", "privileged": true, "labels": [{ "name": "a", "value": "$b" }],
        "note": "Sign in <b>first</b>.",
    }]));
    let manifest = app.manifest;
    assert_eq!(manifest.id.as_str(), "file-browser");
    assert_eq!(manifest.notes.as_deref(), Some("Sign in first ."));
    let names: Vec<&str> = manifest.settings.iter().map(|setting| setting.name.as_str()).collect();
    assert_eq!(names, ["ADMIN_PASSWORD", "MODE", "WORKERS", "PORT_8080", "PATH_2"]);
    let setting = |name: &str| {
        manifest.settings.iter().find(|setting| setting.name == name).expect("a setting")
    };
    assert!(matches!(setting("ADMIN_PASSWORD").kind, AppSettingKind::Secret { .. }));
    assert_eq!(setting("ADMIN_PASSWORD").default, None);
    assert_eq!(setting("MODE").default.as_deref(), Some("safe"));
    assert_eq!(setting("WORKERS").default.as_deref(), Some("4"));
    let tree = yaml::read(&manifest.compose).expect("a compose file");
    let service = tree.get("services").and_then(|all| all.get("file-browser")).expect("it");
    let texts = |name: &str| -> Vec<&str> {
        service.get(name).map_or(&[][..], Node::list).iter().filter_map(Node::text).collect()
    };
    assert_eq!(texts("ports"), ["${PORT_8080}:80/tcp", "443/tcp"]);
    assert_eq!(texts("volumes"), ["${PATH_2}:/data:ro", "data-2:/config"]);
    assert_eq!(service.get("command").and_then(Node::text), Some("--cost 5$$"));
    assert_eq!(service.get("restart").and_then(Node::text), Some("always"));
    assert_eq!(
        service.get("environment").and_then(|all| all.get("workers")).and_then(Node::text),
        Some("${WORKERS}")
    );
    assert_eq!(
        manifest.services[0].flags,
        [
            AppFlag::MovingImage { image: "docker.io/filebrowser/filebrowser:latest".to_owned() },
            AppFlag::Privileged,
        ]
    );
}

/// Holds because most stacks are in repositories of their own.
#[test]
fn a_stack_of_another_repository_goes_on_with_its_file() {
    let templates = json!([{
        "type": 3, "title": "Stack", "description": "Several.", "id": 7,
        "repository": { "url": "https://git.example/stacks", "stackfile": "a/docker-compose.yml" },
        "env": [{ "name": "DB_PASS" }, { "name": "UNUSED" }],
    }]);
    let (taken, _) = read(&file(json!(3), &templates)).expect("a file");
    let Some(Template::Elsewhere(elsewhere)) = taken.into_iter().next() else {
        panic!("elsewhere")
    };
    assert_eq!(elsewhere.file, "a/docker-compose.yml");
    let app = elsewhere
        .with("services:\n  db:\n    image: a:1\n    environment: { P: '${DB_PASS}', Q: '${OTHER:-x}' }\n")
        .expect("an app");
    let names: Vec<&str> =
        app.manifest.settings.iter().map(|setting| setting.name.as_str()).collect();
    assert_eq!(names, ["DB_PASS", "OTHER"]);
    assert!(elsewhere.with("services: 5\n").is_err());
}

/// Holds because one template that is none must not take the others with it.
#[test]
fn what_cannot_be_taken_is_named_and_the_rest_is_there() {
    let templates = json!([
        { "type": 1, "title": "Good", "image": "a:1" },
        { "type": 1, "title": "Good", "image": "b:1" },
        { "type": 1, "title": "No image" },
        { "type": 1, "title": "Windows", "image": "a:1", "platform": "windows" },
        { "type": 2, "title": "Swarm" },
        { "type": 1, "title": "Port", "image": "a:1", "ports": ["99999:80"] },
        { "type": 1, "title": "Shell", "image": "a:1; reboot" },
        { "type": "x", "title": "Wrong" },
        7,
    ]);
    let (taken, refused) = read(&file(json!("2"), &templates)).expect("a file");
    assert_eq!(taken.len(), 1);
    let names: Vec<&str> = refused.iter().map(|refused| refused.name.as_str()).collect();
    let expected =
        ["Good", "No image", "Windows", "Swarm", "Port", "Shell", "Wrong", "without a title"];
    assert_eq!(names, expected);
    assert!(refused.iter().all(|refused| !refused.problems.is_empty()));
    assert!(read(&file(json!("9"), &json!([]))).is_err());
    assert_eq!(read("{\n\"version\": 2,\n").expect_err("cut").line, Some(3));
}
