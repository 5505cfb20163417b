use super::*;

/// The example of the guide for authors.
fn example() -> String {
    let guide = include_str!("../../../docs/app-manifest.md");
    let (_, rest) = guide.split_once("```yaml\n").expect("an example");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// Holds because an example that is refused teaches nobody.
#[test]
fn the_guides_examples_are_taken() {
    let read = read(&example()).expect("no problem");
    assert_eq!(read.icon, Some(IconName::Drawing("feed".to_owned())));
    let manifest = read.manifest;
    assert_eq!(manifest.requirements.memory_bytes, Some(300 << 20));
    assert_eq!(manifest.settings.len(), 4);
    assert_eq!(manifest.services.len(), 2);
    assert!(manifest.services[1].has_healthcheck && !manifest.services[0].has_healthcheck);
    assert_eq!(manifest.web.expect("a page").port, "WEB_PORT");
    let written = yaml::read(&manifest.compose).expect("a compose file");
    let db = written.get("services").and_then(|all| all.get("db")).expect("db");
    assert_eq!(
        db.get("image").and_then(Node::text),
        Some("docker.io/library/postgres:17.2-alpine")
    );

    let guide = include_str!("../../../docs/app-manifest.md");
    let docker = guide.split("```yaml\n").nth(2).and_then(|rest| rest.split("```").next());
    let head = "id: freshrss\nname: FreshRSS\ndescription: A feed reader for several people.\n\
        version: '1.26.0'\ncategory: utility\ntags: [rss]\n";
    let read =
        super::read(&format!("{head}{}", docker.expect("a second example"))).expect("no problem");
    let names: Vec<&str> =
        read.manifest.settings.iter().map(|setting| setting.name.as_str()).collect();
    assert_eq!(names, ["PORT_80", "CRON_MIN", "ADMIN_PASSWORD"]);
    assert!(matches!(read.manifest.settings[2].kind, AppSettingKind::Secret { .. }));
    assert_eq!(read.manifest.web.expect("a page").port, "PORT_80");
}

/// Holds because whoever wrote the file has to find the place and know the rule.
#[test]
fn each_rule_is_named_with_its_line() {
    let good = example();
    let cases = [
        ("id: miniflux", "id: Mini Flux", "'id' is 2 to 49"),
        ("id: miniflux", "id: ../../etc", "'id' is 2 to 49"),
        ("id: miniflux", "id: \"a'; rm -rf /\"", "'id' is 2 to 49"),
        ("version: \"2.2.14\"", "version: 2.2", "put it in quotes"),
        ("category: utility", "category: games", "'category' is one of"),
        ("tags: [rss, reader, feeds]", "tags: rss", "'tags' is a list"),
        ("icon: feed", "icon: ../feed.svg", "'icon' is a drawing"),
        ("icon: feed", "icno: feed", "an app has no 'icno'"),
        ("https://github.com/miniflux/v2", "javascript:alert(1)", "https address"),
        ("memory: 300 MB", "memory: much", "'memory' is a size"),
        ("[amd64, arm64]", "[vax]", "an architecture is"),
        ("default: 8080", "default: 80800", "a port is 1 to 65535"),
        ("length: 24", "default: secret1", "a secret has no default"),
        ("type: text", "type: string", "'type' is one of"),
        ("name: ADMIN_NAME", "name: admin-name", "the name of a setting"),
        ("name: ADMIN_NAME", "name: WEB_PORT", "there already"),
        ("name: ADMIN_NAME", "name: COMPOSE_FILE", "would change compose itself"),
        ("    default: admin", "    default: \"a\\nb\"", "one line"),
        ("port: WEB_PORT", "port: ADMIN_NAME", "no setting of a port"),
        ("service: web", "service: nobody", "there is no service"),
        ("port: 8080", "port: 0", "'port' is 1 to 65535"),
        ("miniflux:2.2.14", "miniflux:latest", "moves"),
        ("miniflux:2.2.14", "miniflux", "has no tag"),
        ("docker.io/miniflux/miniflux:2.2.14", "\"a b\"", "not the name of an image"),
        ("image: docker.io/miniflux/miniflux:2.2.14", "build: .", "'build' is not taken"),
        ("${WEB_PORT}:8080", "${WEB_PORT}:80800", "not a port"),
        ("TZ: ${TZ}", "TZ: ${ZONE}", "nobody is asked for 'ZONE'"),
        ("TZ: ${TZ}", "TZ: costs 5$", "write '$$'"),
        ("db:/var/lib", "./db:/var/lib", "relative to nothing"),
        ("db:/var/lib", "/srv/../etc:/var/lib", "climbs out"),
        ("db:/var/lib", "data:/var/lib", "not under 'volumes'"),
        ("    restart: unless-stopped\n    ports", "    container_name: web\n    ports", ""),
        ("depends_on:", "depends_on: &a [*a]\n      no:", ""),
        ("  services:", "  secrets:\n    key: { file: ./key }\n  services:", "names a file"),
    ];
    for (from, to, expected) in cases {
        assert!(good.contains(from) || expected.is_empty(), "{from}");
        if !good.contains(from) {
            continue;
        }
        let line = good.lines().position(|line| line.contains(from.lines().next().unwrap_or(from)));
        let problems = read(&good.replacen(from, to, 1)).expect_err(to);
        let found = problems.iter().find(|problem| problem.message.contains(expected));
        let problem = found.unwrap_or_else(|| panic!("{to}: {problems:?}"));
        // A rule of several keys is told where the thing that breaks it begins.
        let near = line.map(|line| u32::try_from(line).expect("short") + 1);
        let told = problem.line.expect("a line");
        assert!(near.is_none_or(|near| told.abs_diff(near) <= 4), "{to}: {told}, not {near:?}");
    }
}

/// Holds because what an app may do to the server has to be seen before it is installed.
#[test]
fn powers_are_told() {
    let compose = "privileged: true\n      network_mode: host\n      pid: host\n      \
        cap_add: [NET_ADMIN, CHOWN]\n      devices: [\"/dev/ttyUSB0:/dev/ttyUSB0\"]\n      volumes:\n        \
        - /var/run/docker.sock:/var/run/docker.sock\n        - /etc:/host:ro\n        \
        - /etc/localtime:/etc/localtime:ro\n        - type: bind\n          source: /\n          target: /all\n      ";
    let text = example().replacen("depends_on:", &format!("{compose}depends_on:"), 1);
    let read = read(&text).expect("allowed");
    let path = |path: &str| AppFlag::SystemPath { path: path.to_owned() };
    assert_eq!(
        flags(&read.manifest),
        [
            AppFlag::Privileged,
            AppFlag::HostNetwork,
            AppFlag::HostPid,
            AppFlag::Capability { name: "NET_ADMIN".to_owned() },
            AppFlag::Device { path: "/dev/ttyUSB0".to_owned() },
            AppFlag::EngineSocket,
            path("/etc"),
            path("/"),
        ]
    );
}

/// Holds because whoever means harm writes it so that nobody looks twice.
#[test]
fn powers_are_told_also_where_they_are_hidden() {
    let told = |lines: &str, volume: &str| {
        let text = example()
            .replacen("depends_on:", &format!("{lines}\n      depends_on:"), 1)
            .replacen("    db:\n\nnotes", &format!("    db:\n    box:{volume}\n\nnotes"), 1);
        flags(&read(&text).expect("allowed").manifest)
    };
    let path = |path: &str| vec![AppFlag::SystemPath { path: path.to_owned() }];
    assert_eq!(told("privileged: 'true'", ""), [AppFlag::Privileged]);
    assert_eq!(told("privileged: '${NO:-true}'", ""), [AppFlag::Privileged]);
    assert_eq!(told("privileged: false", ""), []);
    assert_eq!(told("network_mode: '${NET:-host}'", ""), [AppFlag::HostNetwork]);
    assert_eq!(told("pid: '${PID:-host}'", ""), [AppFlag::HostPid]);
    let socket = "volumes: ['${S:-/var/run/docker.sock}:/s']";
    assert_eq!(told(socket, ""), [AppFlag::EngineSocket]);
    for (mount, expected) in [
        ("/var:/v", "/var"),
        ("/var/run/:/v", "/var/run"),
        ("//etc:/v", "/etc"),
        ("/./etc/shadow:/v", "/etc/shadow"),
    ] {
        assert_eq!(told(&format!("volumes: ['{mount}']"), ""), path(expected), "{mount}");
    }
    let behind = "\n      driver_opts: { type: none, o: bind, device: /etc }";
    assert_eq!(told("volumes: ['box:/v']", behind), path("/etc"));
    assert_eq!(told("volumes: ['box:/v']", ""), []);
}

proptest::proptest! {
    /// Holds because a catalog is written by strangers.
    #[test]
    fn nothing_makes_it_panic(at in 0_usize..1_600, with in "\\PC{0,20}") {
        let mut text = example();
        let at = text.char_indices().map(|(at, _)| at).nth(at).unwrap_or(0);
        text.replace_range(at..at, &with);
        let _ = read(&text);
    }
}
