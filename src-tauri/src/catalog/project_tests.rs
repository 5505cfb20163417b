use super::*;
use crate::catalog::manifest;

const APP: &str = r#"
id: box
name: Box
description: An app that is made for a test.
version: "1.0"
category: utility
tags: [test]
settings:
  - { name: WEB_PORT, type: port, label: Web port, default: 8080 }
  - { name: DATA, type: path, label: Data }
  - { name: KEY, type: secret, label: Key }
  - { name: MODE, type: text, label: Mode, required: false }
compose:
  services:
    web:
      image: lab/web:1.0
      restart: unless-stopped
      ports:
        - "${WEB_PORT}:80"
        - "127.0.0.1:9000-9001:90-91/udp"
        - { target: 443, published: "8443", protocol: tcp, host_ip: "::" }
        - "7000"
      volumes: ["${DATA}:/data:ro", "db:/db", "/cache", "shared:/s"]
      environment: { KEY: "${KEY}", MODE: "${MODE}" }
      networks: [front, default]
    db:
      image: "lab/db:${DB_TAG:-2}"
      network_mode: host
      volumes: [{ type: volume, source: db, target: /db, read_only: true }, { type: tmpfs, target: /tmp }]
  volumes:
    db:
    shared: { external: true, name: everybodys }
  networks:
    front: { name: front-door }
"#;

fn app() -> AppManifest {
    manifest::read(APP).expect("an app").manifest
}

fn typed(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Holds because the plan is what people agree to, and has to be what is made.
#[test]
fn a_project_is_what_compose_makes_of_it() {
    let values = values(&app(), &typed(&[("DATA", "/srv/box")])).expect("values");
    let project = project(&app(), "box", &values).expect("a project");
    let ports: Vec<_> = project
        .ports
        .iter()
        .map(|port| {
            (port.host_ip.as_deref(), port.host_port, port.container_port, port.setting.as_deref())
        })
        .collect();
    assert_eq!(
        ports,
        [
            (None, Some(8080), 80, Some("WEB_PORT")),
            (Some("127.0.0.1"), Some(9000), 90, None),
            (Some("127.0.0.1"), Some(9001), 91, None),
            (None, Some(8443), 443, None),
            (None, None, 7000, None),
        ]
    );
    assert_eq!(project.ports[1].protocol, PortProtocol::Udp);
    let volume =
        |name: &str, is_external| MountSource::Volume { name: name.to_owned(), is_external };
    let sources: Vec<_> =
        project.mounts.iter().map(|mount| (mount.source.clone(), mount.is_read_only)).collect();
    let path = MountSource::Path { path: "/srv/box".to_owned(), setting: Some("DATA".to_owned()) };
    assert_eq!(
        sources,
        [
            (path, true),
            (volume("box_db", false), false),
            (MountSource::Anonymous, false),
            (volume("everybodys", true), false),
            (volume("box_db", false), true),
        ]
    );
    let networks: Vec<_> = project.networks.iter().map(|network| network.name.as_str()).collect();
    assert_eq!(networks, ["front-door", "box_default"]);
    assert_eq!(project.services[0].container, "box-web-1");
    assert_eq!(project.services[1].image, "lab/db:2");
    assert_eq!(
        (&*project.services[0].restart, &*project.services[1].restart),
        ("unless-stopped", "no")
    );
}

/// Holds because whoever fills in a form wants to know which field is wrong.
#[test]
fn each_wrong_value_is_told_by_its_setting() {
    let wrong = typed(&[("WEB_PORT", "80800"), ("DATA", "srv"), ("NOBODY", "x")]);
    let problems = values(&app(), &wrong).expect_err("wrong");
    let told: Vec<_> = problems.iter().filter_map(|problem| problem.setting.as_deref()).collect();
    assert_eq!(told, ["NOBODY", "WEB_PORT", "DATA"]);
    let missing = values(&app(), &Values::new()).expect_err("missing");
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert_eq!(missing[0].message, "It has to be said.");
}
