use super::*;
use crate::domain::app::AppFlag;

const APP: &str = r#"
name: photos
services:
  db:
    image: postgres:16.4
    container_name: photos-db
    read_only: true
    restart: always
    environment:
      POSTGRES_PASSWORD: casaos123
    volumes:
      - type: bind
        source: /DATA/AppData/$AppID/db
        target: /var/lib/postgresql/data
    x-casaos:
      envs: []
  web:
    image: example/photos:latest
    restart: unless-stopped
    privileged: true
    environment:
      - DB_URL=postgres://photos:casaos123@db/photos
      - DB_PASSWORD=casaos123
      - TZ=$TZ
      - PUID=$PUID
      - ALLOW_TOKEN=true
      - ADMIN_EMAIL=${EMAIL}
    ports:
      - target: 3000
        published: "3080"
        protocol: tcp
      - "53:53/udp"
    volumes:
      - /DATA/Gallery:/photos:ro
      - /var/run/docker.sock:/var/run/docker.sock
x-casaos:
  architectures: [amd64, arm64, mips]
  main: web
  category: Media
  developer: Somebody
  index: /app
  port_map: "3080"
  title: { en_us: Photos, de_de: Fotos }
  tagline: { en_us: Pictures of everybody in the house. }
  tips: { before_install: { en_us: Sign in as admin. } }
"#;

/// Holds because an app that lost its database on the way, or its read-only disk, is another app.
#[test]
fn all_services_come_with_what_they_may_do() {
    let app = read(APP, "Photos").expect("an app");
    let manifest = app.manifest;
    let names: Vec<&str> = manifest.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["web", "db"]);
    let tree = yaml::read(&manifest.compose).expect("a compose file");
    let service =
        |name: &str| tree.get("services").and_then(|all| all.get(name)).expect("a service");
    assert_eq!(
        service("db").get("read_only").map(|node| &node.kind),
        Some(&yaml::Kind::Bool(true))
    );
    assert_eq!(service("db").get("restart").and_then(Node::text), Some("always"));
    assert_eq!(
        manifest.services[0].flags,
        [
            AppFlag::MovingImage { image: "example/photos:latest".to_owned() },
            AppFlag::Privileged,
            AppFlag::EngineSocket,
        ]
    );
    assert_eq!(manifest.name, "Photos");
    assert_eq!(manifest.requirements.architectures, ["amd64", "arm64"]);
    assert_eq!(manifest.notes.as_deref(), Some("Sign in as admin."));
    let web = manifest.web.expect("a page");
    assert_eq!((web.port.as_str(), web.path.as_str()), ("PORT_3080", "/app"));
}

/// Holds because a password that stands in a public file protects nothing.
#[test]
fn secrets_that_everybody_knows_are_made_anew() {
    let app = read(APP, "Photos").expect("an app");
    let compose = &app.manifest.compose;
    assert!(!compose.contains("casaos123"), "{compose}");
    assert!(compose.contains("postgres://photos:${DB_PASSWORD}@db/photos"), "{compose}");
    assert!(compose.contains("ALLOW_TOKEN=true"), "{compose}");
    let names: Vec<&str> =
        app.manifest.settings.iter().map(|setting| setting.name.as_str()).collect();
    assert_eq!(names, ["PORT_3080", "PORT_53_UDP", "PATH_3", "DB_PASSWORD", "PATH_5", "EMAIL"]);
    let told: Vec<String> = app.notes.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|note| note.contains("everybody knows")), "{told:?}");
    assert!(told.iter().any(|note| note.contains("'container_name' was left out")), "{told:?}");
}

/// Holds because one app that is broken must say why, and nothing more may happen.
#[test]
fn what_is_broken_is_named() {
    let cases = [
        ("image: postgres:16.4", "build: .", "build"),
        ("services:", "servicse:", "services"),
        ("/DATA/Gallery:/photos:ro", "/DATA/../etc:/photos", "climbs out"),
        ("image: postgres:16.4", "image: 'a b'", "not the name of an image"),
    ];
    for (from, to, expected) in cases {
        let problems = read(&APP.replacen(from, to, 1), "Photos").expect_err(to);
        assert!(
            problems.iter().any(|problem| problem.message.contains(expected)),
            "{to}: {problems:?}"
        );
    }
}
