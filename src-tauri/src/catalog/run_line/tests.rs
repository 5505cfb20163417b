use super::*;
use crate::catalog::yaml;

fn compose(line: &str) -> (String, Option<String>, Vec<String>) {
    let mut notes = Problems::default();
    let made = read(line, &mut notes).unwrap_or_else(|problems| panic!("{line}: {problems:?}"));
    let notes = notes.sorted().into_iter().map(|note| note.message).collect();
    (yaml::write(&made.compose), made.name, notes)
}

fn problems(line: &str) -> Vec<(Option<u32>, String)> {
    let problems = read(line, &mut Problems::default()).expect_err(line);
    problems.into_iter().map(|problem| (problem.line, problem.message)).collect()
}

/// Holds because what a guide tells people to type has to come out as the same container.
#[test]
fn a_line_of_a_guide_becomes_the_same_container() {
    let line = "sudo docker run -d \\\n  --name=my-db -p 127.0.0.1:5432:5432/tcp -p8080:80 \\\n  \
        -e POSTGRES_PASSWORD='pa$$ w\"ord' -e \"TAG=${TAG}\" -e PASSED \\\n  -v data:/var/lib/data:ro -v $(pwd)/conf:/conf \\\n  \
        --mount type=bind,source=/srv,target=/srv,readonly --restart unless-stopped \\\n  \
        --cap-add NET_ADMIN --device /dev/dri --user 1000:1000 -w /app --entrypoint /run.sh -h box \\\n  \
        -l a=b --memory 512m --cpus 1.5 --health-cmd 'curl -f x || exit 1' --health-retries=3 \\\n  \
        --add-host a:1.2.3.4 --dns 1.1.1.1 --tmpfs /tmp --shm-size 1g --ulimit nofile=1024:2048 \\\n  \
        --log-driver json-file --log-opt max-size=10m --pid host --ipc host --init --privileged \\\n  \
        -it --rm --network proxy postgres:16 -c 'max_connections=5'";
    let (text, name, notes) = compose(line);
    assert_eq!(name.as_deref(), Some("my-db"));
    let tree = yaml::read(&text).expect("a compose file");
    let service = tree.get("services").and_then(|all| all.get("my-db")).expect("a service");
    let said = |key: &str| service.get(key).and_then(Node::scalar).unwrap_or_default();
    let list = |key: &str| -> Vec<String> {
        let all = service.get(key).map_or(&[][..], Node::list).iter();
        all.filter_map(Node::scalar).collect()
    };
    assert_eq!(said("image"), "postgres:16");
    assert_eq!(list("command"), ["-c", "max_connections=5"]);
    assert_eq!(list("ports"), ["127.0.0.1:5432:5432/tcp", "8080:80"]);
    assert_eq!(list("volumes"), ["data:/var/lib/data:ro", "./conf:/conf"]);
    let environment = service.get("environment").expect("variables");
    let variable = |name: &str| environment.get(name).and_then(Node::scalar);
    assert_eq!(variable("POSTGRES_PASSWORD").as_deref(), Some("pa$$$$ w\"ord"));
    assert_eq!(variable("TAG").as_deref(), Some("${TAG}"));
    assert_eq!(environment.get("PASSED").map(|node| &node.kind), Some(&yaml::Kind::Null));
    for (key, value) in [
        ("restart", "unless-stopped"),
        ("user", "1000:1000"),
        ("working_dir", "/app"),
        ("hostname", "box"),
        ("mem_limit", "512m"),
        ("cpus", "1.5"),
        ("shm_size", "1g"),
        ("pid", "host"),
        ("ipc", "host"),
        ("init", "true"),
        ("privileged", "true"),
    ] {
        assert_eq!(said(key), value, "{key}");
    }
    for (key, value) in [
        ("cap_add", "NET_ADMIN"),
        ("devices", "/dev/dri"),
        ("entrypoint", "/run.sh"),
        ("labels", "a=b"),
        ("extra_hosts", "a:1.2.3.4"),
        ("dns", "1.1.1.1"),
        ("tmpfs", "/tmp"),
    ] {
        assert_eq!(list(key), [value], "{key}");
    }
    let limit = service.get("ulimits").and_then(|all| all.get("nofile")).expect("a limit");
    assert_eq!(limit.get("hard").and_then(Node::scalar).as_deref(), Some("2048"));
    let logging = service.get("logging").and_then(|it| it.get("options")).expect("options");
    assert_eq!(logging.get("max-size").and_then(Node::text), Some("10m"));
    let check = service.get("healthcheck").and_then(|it| it.get("test")).expect("a check");
    assert_eq!(check.list()[1].text(), Some("curl -f x || exit 1"));
    let network = tree.get("networks").and_then(|all| all.get("proxy")).expect("a network");
    assert_eq!(network.get("external").map(|node| &node.kind), Some(&yaml::Kind::Bool(true)));
    for left_out in ["'--detach'", "'--tty'", "'--interactive'", "'--rm'"] {
        assert!(notes.iter().any(|note| note.contains(left_out)), "{left_out}: {notes:?}");
    }
}

/// Holds because an option that is overlooked is an app that does something else.
#[test]
fn what_cannot_be_taken_is_named_with_its_line() {
    let said = problems("docker run \\\n --frobnicate 1 web");
    assert_eq!(said[0].0, Some(2));
    assert!(said[0].1.contains("'--frobnicate'"), "{said:?}");
    let said = problems("docker run --env-file /srv/secret.env \\\n --link db web");
    assert_eq!(said.iter().map(|it| it.0).collect::<Vec<_>>(), [Some(1), Some(2)]);
    for (line, words) in [
        ("docker run -d", "the image is missing"),
        ("docker run -p", "needs a value"),
        ("docker ps", "'docker run'"),
        ("docker run web; rm -rf /", "for a shell"),
        ("docker run web && docker ps", "for a shell"),
        ("docker run -e A=$(id) web", "another program"),
        ("docker run -e A=`id` web", "another program"),
        ("docker run web\nrm -rf /", "another line"),
        ("docker run -e 'A=1 web", "has no end"),
        ("docker run --ulimit nofile=x web", "no number"),
    ] {
        let said = problems(line);
        assert!(said.iter().any(|(_, it)| it.contains(words)), "{line}: {said:?}");
    }
}

/// Holds because both are pasted into one field.
#[test]
fn a_line_is_told_from_a_file() {
    for line in
        ["docker run x", "  sudo docker container run x", "$ podman run x", "docker \\\n run x"]
    {
        assert!(is_one(line), "{line}");
    }
    for file in ["services:\n  docker:\n    image: x\n", "", "dockerx run", "version: '3'\n"] {
        assert!(!is_one(file), "{file}");
    }
    let (text, name, _) = compose("podman container run -itd quay.io/a/web:1");
    assert_eq!((text.contains("quay.io/a/web:1"), name), (true, None));
}
