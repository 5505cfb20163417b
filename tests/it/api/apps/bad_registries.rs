//! Registries that lie, are slow, break off or want a login, and disks that fill up: in each case it is said what
//! happened and what to do, and the server is as it was.

use super::{
    super::super::lab::{
        docker::Docker,
        registry::{Login, Registry, RegistryOptions},
    },
    lab::{AppLab, Behaviour},
    liar::{Liar, Lie},
    updates::write,
};
use serde_json::{Value, json};
use std::fs;

/// Installs `id`, which fails; why. The server is as it was.
async fn fails(lab: &AppLab, id: &str) -> String {
    let before = lab.remains();
    let app = lab.begin(id).await;
    let app = lab.until_status(&app, "error").await;
    let failure = &app["failure"];
    assert_eq!(failure["left"], json!([]), "{failure:#}");
    assert_eq!(app["app"]["error"], failure["message"]);
    assert_eq!(lab.remains(), before);
    failure["message"].as_str().expect("words").to_owned()
}

fn says(said: &str, all: &[&str]) {
    for words in all {
        assert!(said.contains(words), "'{words}' is not in: {said}");
    }
}

/// The lab with a registry before its own that lies, and an app that comes from there.
async fn lied_to() -> Option<(AppLab, Liar)> {
    let lab = AppLab::start().await?;
    let liar = Liar::before(&lab.registry.name());
    lab.publish("layered", "COPY Dockerfile /marker\n");
    lab.offer_image(
        "web",
        &liar.image("web:layered"),
        Behaviour { tag: "1", ..Behaviour::default() },
    );
    lab.sync().await;
    Some((lab, liar))
}

/// Holds because a lie is told as one, nothing of it is believed, and an honest answer afterwards counts.
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_none_are_not_believed() {
    let Some((lab, liar)) = lied_to().await else { return };
    let id = lab.install("web").await;
    let look = async || lab.house().ask("app.look_for_newer", json!({ "id": id })).await;
    let ok = |more: &str| format!("HTTP/1.1 200 OK\r\n{more}Content-Length: 9\r\n\r\n");
    let status = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
    let json_of = |body: &str| {
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
    };
    let long = format!("{{\"token\": \"{}\"}}", "x".repeat(300 << 10));
    for (lie, words) in [
        (Lie::Head(ok("")), "does not say which digest"),
        (
            Lie::Head(ok("Docker-Content-Digest: sha256:../../x\r\n")),
            "what it calls a digest is none",
        ),
        (Lie::Head("nonsense\r\n\r\n".to_owned()), "is not that of a registry"),
        (Lie::EndlessHead, "is not that of a registry"),
        (Lie::Head(status("404 Not Found")), "has no such image"),
        (Lie::Head(status("401 Unauthorized")), "a login of a kind of its own"),
        (Lie::Head(status("403 Forbidden")), "docker login"),
        (Lie::Head(status("500 Oh")), "answers 500"),
        (Lie::Head(status("307 Elsewhere\r\nLocation: ftp://x/")), "without encryption"),
        (
            Lie::Head(status("307 Elsewhere\r\nLocation: /v2/a/manifests/b")),
            "from one address to the next",
        ),
        (Lie::Token(json_of("{\"token\": 7}"), "never"), "its token is none"),
        (Lie::Token(json_of("{\"token\": \"a\\nb\"}"), "never"), "its token is none"),
        (Lie::Token(json_of(&long), "never"), "it does not end"),
        (Lie::Token(status("401 Unauthorized"), "never"), "docker login"),
        (Lie::Token(json_of("{\"token\": \"abc\"}"), "never"), "docker login"),
    ] {
        liar.tell(lie.clone());
        let app = look().await;
        let told = &app["images"][0];
        says(told["error"].as_str().unwrap_or_else(|| panic!("{lie:?}: {told:#}")), &[words]);
        assert_eq!((&told["newest"], &told["is_newer"]), (&Value::Null, &Value::Null));
        assert_eq!(app["app"]["has_newer_image"], false);
    }
    liar.heard();
    liar.tell(Lie::Token(json_of("{\"access_token\": \"abc\"}"), "Bearer abc"));
    let app = look().await;
    assert_eq!(app["images"][0]["is_newer"], false, "{app:#}");
    let heard = liar.heard();
    let methods: Vec<&str> = heard.iter().filter_map(|head| head.split(' ').next()).collect();
    let asked: Vec<&&str> = methods.iter().filter(|it| matches!(**it, "HEAD" | "GET")).collect();
    assert_eq!(asked, [&"HEAD", &"GET", &"HEAD"], "a manifest is never fetched: {heard:?}");
    says(&heard[heard.len() - 2], &["service=lab", "scope=repository%3Aweb%3Apull"]);
    says(&heard[heard.len() - 1], &["application/vnd.oci.image.index.v1+json"]);
    // A registry that wants to be left alone is.
    liar.tell(Lie::Head(status("429 Too Many\r\nRetry-After: 200000")));
    says(look().await["images"][0]["error"].as_str().expect("why"), &["come back later"]);
    // One that says nothing is not waited for for ever.
    liar.tell(Lie::SilentHead);
    says(
        look().await["images"][0]["error"].as_str().expect("why"),
        &["did not answer within 30 s"],
    );
}

/// Holds because what a registry sends wrongly, or not at all, must leave nothing on the server, and be told so that
/// somebody knows what to do.
#[tokio::test(flavor = "multi_thread")]
async fn layers_that_are_wrong_or_break_off_leave_nothing() {
    let Some((lab, liar)) = lied_to().await else { return };
    liar.tell(Lie::WrongLayer);
    says(&fails(&lab, "web").await, &["something else than it promised", "Try again"]);
    liar.tell(Lie::HalfLayer);
    says(&fails(&lab, "web").await, &["broke off in the middle", "Try again"]);
    lab.offer("nowhere", Behaviour { tag: "9", ..Behaviour::default() });
    lab.sync().await;
    says(&fails(&lab, "nowhere").await, &["was not found", "another tag", &lab.image("9")]);
    // One that stops in the middle is given up by whoever waits for it.
    liar.tell(Lie::StuckLayer);
    let before = lab.remains();
    let id = lab.begin("web").await;
    lab.until(&id, "pulling", |app| {
        let layers =
            app["app"]["work"]["steps"][0]["layers"].as_array().cloned().unwrap_or_default();
        !layers.is_empty()
    })
    .await;
    lab.house().ask("app.cancel", json!({ "id": id })).await;
    lab.until_list("gone", |list| {
        list["apps"].as_array().is_some_and(|apps| apps.iter().all(|app| app["id"] != id))
    })
    .await;
    assert_eq!(lab.remains(), before);
    liar.tell(Lie::None);
    lab.install("web").await;
}

/// Her password is `open:sesame`.
const ANN: Login = Login {
    line: "ann:$2b$04$kg3IAfuYOTwFGoCcqBtwSuRE6H/V6ePjVxFQL5CBMuiNR6V0DAWbK",
    pair: "YW5uOm9wZW46c2VzYW1l",
};

/// Holds because an image behind a login is pulled with the login that the account has, which is read for that
/// alone and shown to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn images_behind_a_login_say_so_and_take_the_one_that_is_stored() {
    let options = RegistryOptions { login: Some(ANN), ..RegistryOptions::default() };
    let Some(lab) = AppLab::with(options, &[]).await else { return };
    let sign_in = format!("docker login {}", lab.registry.name());
    says(&fails(&lab, "web").await, &["asks for a login", &sign_in]);
    let folder = lab.watched.lab.account.home.join(".docker");
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("config.json");
    let write_login = |text: &str| fs::write(&file, text).expect("a login");
    let name = lab.registry.name();
    write_login(&Registry::filed(&name, "YW5uOndyb25n"));
    says(&fails(&lab, "web").await, &["does not take the login", &sign_in]);
    write_login(&format!(r#"{{"credHelpers": {{"{name}": "none"}}}}"#));
    says(&fails(&lab, "web").await, &["credential helper", &sign_in]);
    write_login(&Registry::filed(&format!("https://{name}"), ANN.pair));
    let id = lab.install("web").await;
    let look = json!({ "id": id });
    let app = lab.house().ask("app.look_for_newer", look.clone()).await;
    assert_eq!(app["images"][0]["is_newer"], false, "{app:#}");
    fs::remove_file(&file).expect("no login");
    let app = lab.house().ask("app.look_for_newer", look).await;
    says(app["images"][0]["error"].as_str().expect("why"), &["asks for a login", &sign_in]);
    let answers = lab.house().answers.lock().expect("answers").clone();
    assert!(!answers.contains("sesame") && !answers.contains("YW5uO"), "nobody is shown it");
    for file in fs::read_dir(lab.house().folder.path()).expect("files").flatten() {
        let bytes = fs::read(file.path()).unwrap_or_default();
        let found = bytes.windows(6).any(|part| part == b"sesame");
        assert!(!found, "{} has it", file.path().display());
    }
}

/// Holds because a disk that fills up is told with what is free, is as free as before afterwards, and copies that
/// would fill it are not begun.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_too_small_is_told_before_and_after() {
    let Some(lab) = AppLab::small(60).await else { return };
    let elsewhere = Docker::start();
    let large = "RUN [\"/bin/dd\", \"if=/dev/urandom\", \"of=/large\", \"bs=1M\", \"count=80\"]\n";
    lab.publish_elsewhere(&elsewhere, "large", "large", large);
    lab.offer("large", Behaviour { tag: "large", ..Behaviour::default() });
    lab.sync().await;
    says(&fails(&lab, "large").await, &["disk is full", "are free", "Make room there"]);

    let id = lab.install("web").await;
    write(&lab, "data of before");
    let fill = "dd if=/dev/zero of=/data/much bs=1M count=30 2>/dev/null";
    lab.docker.docker(&["exec", "web-web-1", "sh", "-c", fill]);
    let started = ["inspect", "-f", "{{.State.StartedAt}}", "web-web-1"];
    let since = lab.docker.docker(&started);
    let wish = json!({ "id": id, "values": { "GREETING": "new" } });
    lab.house().ask("app.update", wish.clone()).await;
    let app = lab
        .until(&id, "refused", |app| app["failure"].is_object() && app["app"]["work"].is_null())
        .await;
    says(
        app["failure"]["message"].as_str().expect("why"),
        &["copy of its data takes", "are free", "nothing was stopped"],
    );
    assert_eq!(app["app"]["status"], "running");
    assert_eq!(lab.docker.docker(&started), since, "it was not stopped");
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]), "web_data");
    lab.docker.docker(&["exec", "web-web-1", "rm", "/data/much"]);
    lab.house().ask("app.update", wish).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    assert_eq!(lab.file("web", "/data/kept"), "data of before");
}
