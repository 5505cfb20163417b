//! Sources of apps: read over HTTP and from git, only what changed, with what is wrong named.

use super::{
    super::{ADMIN, Code, House, lab::skip},
    ids, manifest, of,
    web::{Page, Web},
};
use serde_json::{Value, json};
use tomo::domain::{
    fleet::{Push, Topic},
    user::Role,
};

/// Holds because whoever adds a repository wants its apps, all of them, and tomorrow those of tomorrow.
#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_read_and_read_again() {
    if let Some(part) = Web::missing() {
        return skip(part);
    }
    let house = House::quiet().await;
    let web = Web::start().await;
    let licence = "MIT License\n\nCopyright (c) 2026 Somebody\n";
    let (one, two) = (manifest("one", "1.0"), manifest("two", "1.0"));
    let bad = manifest("bad", "latest");
    let url = web
        .commit(
            "apps",
            &[
                ("LICENSE", licence),
                ("apps/one/app.yaml", &one),
                ("apps/two/app.yaml", &two),
                ("apps/bad/app.yaml", &bad),
            ],
        )
        .await;
    let source = house.ask("app_source.add", json!({ "location": url })).await;
    assert_eq!((&source["id"], &source["kind"]), (&json!("apps"), &json!("repository")));
    assert_eq!((&source["apps"], &source["licence"]), (&json!(2), &json!("MIT")));
    assert_eq!(source["attribution"], "Copyright (c) 2026 Somebody");
    assert_eq!(source["left_out"][0]["place"], "apps/bad/app.yaml");
    assert!(source["left_out"][0]["problems"][0]["line"].as_u64() > Some(1), "{source:#}");
    assert_eq!(ids(&house.ask("app.catalog", of("apps")).await), ["apps/one", "apps/two"]);
    let same = house.ask("app_source.sync", json!({ "id": "apps" })).await;
    assert_eq!(same, json!({ "added": [], "changed": [], "removed": [], "left_out": 0 }));

    let mut pushes = Box::pin(house.tomo.pushes());
    let one = manifest("one", "2.0");
    let three = manifest("three", "1.0");
    web.commit("apps", &[("one/app.yaml", &one), ("three/app.yaml", &three)]).await;
    let report = house.ask("app_source.sync", json!({ "id": "apps" })).await;
    let expected =
        json!({ "added": ["three"], "changed": ["one"], "removed": ["two"], "left_out": 0 });
    assert_eq!(report, expected);
    until_apps(&mut pushes).await;
    assert_eq!(ids(&house.ask("app.catalog", of("apps")).await), ["apps/one", "apps/three"]);
    assert_eq!(
        house.ask("app.show", json!({ "id": "apps/one" })).await["manifest"]["version"],
        "2.0"
    );
}

async fn until_apps(pushes: &mut (impl futures::Stream<Item = Push> + Unpin)) {
    use futures::StreamExt;
    while let Some(push) = pushes.next().await {
        if matches!(push, Push::Changed { topic: Topic::Apps, .. }) {
            return;
        }
    }
    panic!("the pushes ended");
}

/// Holds because a list of a thousand templates must not be fetched again when nobody changed it.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_web_is_fetched_when_it_changed() {
    let house = House::quiet().await;
    let web = Web::start().await;
    let templates = |titles: &[&str]| {
        let all: Vec<Value> = titles
            .iter()
            .map(|title| json!({ "type": 1, "title": title, "image": "a:1" }))
            .collect();
        json!({ "version": "2", "templates": all }).to_string().into_bytes()
    };
    web.put("/templates.json", Page::File(templates(&["One", "Two"]), Some("\"a\"".into())));
    let location = web.url("/templates.json");
    let source = house
        .ask("app_source.add", json!({ "location": location, "id": "list", "name": "A list" }))
        .await;
    assert_eq!((&source["apps"], &source["name"]), (&json!(2), &json!("A list")));
    let same = house.ask("app_source.sync", json!({ "id": "list" })).await;
    assert_eq!(same["added"], json!([]));
    web.put("/templates.json", Page::File(templates(&["One"]), Some("\"b\"".into())));
    let report = house.ask("app_source.sync", json!({ "id": "list" })).await;
    assert_eq!(report["removed"], json!(["two"]));

    // What cannot be read any more is told, and what was read stays.
    for (page, words) in [
        (Page::Status(503), "503"),
        (Page::File(b"{\"version\":\"2\",\"templates\"".to_vec(), None), ""),
        (Page::CutOff(templates(&["One"])), "was not reached"),
    ] {
        web.put("/templates.json", page);
        let answer = house.call("app_source.sync", json!({ "id": "list" })).await;
        let sources = house.ask("app_source.list", json!({})).await;
        let source = sources
            .as_array()
            .expect("sources")
            .iter()
            .find(|one| one["id"] == "list")
            .expect("it");
        if words.is_empty() {
            // A file that is none is left out as a whole, by name.
            assert!(source["left_out"][0]["problems"][0]["message"].is_string(), "{source:#}");
            web.put("/templates.json", Page::File(templates(&["One"]), None));
            house.ask("app_source.sync", json!({ "id": "list" })).await;
        } else {
            answer.expect_err("it cannot be read");
            assert!(source["error"].as_str().expect("why").contains(words), "{source:#}");
        }
        assert_eq!(ids(&house.ask("app.catalog", of("list")).await), ["list/one"]);
    }
}

/// Holds because apps of a source that is hidden, or gone, must not be offered.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_hidden_shown_and_forgotten() {
    // A page may only name what a dialog gave; at the command line whoever types decides.
    let house = House::terminal().await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("one")).expect("a folder");
    std::fs::write(folder.path().join("one/app.yaml"), manifest("one", "1.0")).expect("a file");
    let location = folder.path().display().to_string();
    house.ask("app_source.add", json!({ "location": location, "id": "mine" })).await;
    let twice = json!({ "location": location, "id": "other" });
    assert!(
        house.refused("app_source.add", twice, Code::Invalid).await.message.contains("already")
    );
    let page = house.ask("app.catalog", of("mine")).await;
    assert_eq!(ids(&page), ["mine/one"]);
    house.ask("app_source.enable", json!({ "id": "mine", "is_enabled": false })).await;
    assert_eq!(ids(&house.ask("app.catalog", of("mine")).await), [""; 0]);
    house.ask("app_source.enable", json!({ "id": "tomo", "is_enabled": false })).await;
    assert_eq!(house.ask("app.catalog", json!({ "limit": 1 })).await["all"], 0);
    house.ask("app_source.enable", json!({ "id": "tomo", "is_enabled": true })).await;
    house.ask("app_source.enable", json!({ "id": "mine", "is_enabled": true })).await;
    let again = house.ask("app.catalog", json!({ "limit": 200 })).await;
    assert!(ids(&again).contains(&"mine/one"));
    house.refused("app_source.remove", json!({ "id": "tomo" }), Code::Invalid).await;
    house.ask("app_source.remove", json!({ "id": "mine" })).await;
    house.refused("app.show", json!({ "id": "mine/one" }), Code::NotFound).await;
    house.refused("app_source.remove", json!({ "id": "mine" }), Code::NotFound).await;
    for (kind, times) in [("app_source.add", 1), ("app_source.enable", 4), ("app_source.remove", 1)]
    {
        assert_eq!(house.logged(kind).await.len(), times, "{kind}");
    }
}

/// Holds because a place that is none, or never ends, must cost a sentence and not the memory.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_catalog_is_refused_and_says_why() {
    let house = House::quiet().await;
    let web = Web::start().await;
    web.put("/endless.json", Page::Endless);
    web.put("/nothing.zip", Page::File(b"PK\x03\x04nothing".to_vec(), None));
    web.put("/empty.json", Page::File(b"[]".to_vec(), None));
    let cases = [
        (web.url("/endless.json"), "larger than"),
        (web.url("/nothing.zip"), "broken"),
        (web.url("/empty.json"), "no app in it"),
        (web.url("/missing.json"), "404"),
        (web.url("/git/nobody"), "was not reached"),
        ("http://127.0.0.1:1/apps.json".to_owned(), "was not reached"),
        ("http://ana:secret@127.0.0.1/apps.json".to_owned(), "a password in it"),
        ("file:///etc/passwd".to_owned(), "neither"),
        ("ssh://git@example.org/apps".to_owned(), "neither"),
        ("ext::sh -c 'touch /tmp/x'".to_owned(), "neither"),
        ("apps".to_owned(), "neither"),
        (String::new(), "neither"),
        ("/etc".to_owned(), "chosen"),
    ];
    for (location, words) in cases {
        let error =
            house.refused("app_source.add", json!({ "location": location }), Code::Invalid).await;
        assert!(error.message.contains(words), "{location}: {}", error.message);
        assert!(!error.message.contains("secret"));
    }
    let sources = house.ask("app_source.list", json!({})).await;
    assert_eq!(sources.as_array().expect("sources").len(), 1);
    for id in ["Apps", "a", "../x", "tomo"] {
        web.put(
            "/t.json",
            Page::File(
                br#"{"version":2,"templates":[{"type":1,"title":"A1","image":"a:1"}]}"#.to_vec(),
                None,
            ),
        );
        let wish = json!({ "location": web.url("/t.json"), "id": id });
        house.refused("app_source.add", wish, Code::Invalid).await;
    }

    house.person(Role::User).await;
    house.sign_in(Role::User.as_str()).await;
    let wish = json!({ "location": web.url("/t.json") });
    house.refused("app_source.add", wish, Code::Forbidden).await;
    house.sign_in(ADMIN).await;
}
