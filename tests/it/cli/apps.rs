//! `tomo app`: the catalog and its sources.

use super::{Tomo, containers::Lab, skip};
use crate::lab::{
    app::{Behaviour, manifest},
    docker::IMAGE,
};
use std::{fs, process::Command};

const GOOD: &str = "id: one\nname: One\ndescription: An app that is made for a test.\nversion: '1.0'\n\
    category: utility\ntags: [test]\nicon: feed\nsettings:\n  - { name: WEB_PORT, type: port, label: Web port, default: 8080 }\n  \
    - { name: KEY, type: secret, label: Key }\ncompose:\n  services:\n    web:\n      image: lab/web:1.0\n      \
    privileged: true\n      ports: ['${WEB_PORT}:80']\n      environment: { KEY: '${KEY}' }\n";

/// Holds because whoever has no window finds, checks and adds apps with the same words.
#[test]
fn apps_are_found_shown_checked_and_added() {
    let tomo = Tomo::signed_in();
    let found = tomo.done(&["app", "search", "feed", "reader"]);
    assert!(found.contains("tomo/miniflux"), "{found}");
    assert_eq!(tomo.done(&["app", "search", "xqzvw"]), "No app has all these words.\n");
    let all = tomo.json(&["app", "search", "--json"]);
    assert!(all.as_array().is_some_and(|apps| apps.len() >= 40));
    let shown = tomo.done(&["app", "show", "miniflux"]);
    for words in ["tomo/miniflux", "WEB_PORT", "made for you", "Images"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let compose = tomo.done(&["app", "show", "tomo/miniflux", "--compose"]);
    assert!(compose.starts_with("services:\n"), "{compose}");
    assert!(tomo.refused(2, &["app", "show", "nothing"]).contains("There is no app 'nothing'"));

    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in
        [("one", GOOD.to_owned()), ("bad", GOOD.replace("lab/web:1.0", "lab/web:latest"))]
    {
        fs::create_dir(folder.path().join(name)).expect("a folder");
        let text = text.replace("id: one", &format!("id: {name}"));
        fs::write(folder.path().join(name).join("app.yaml"), text).expect("a file");
    }
    let path = folder.path().display().to_string();
    let error = tomo.refused(1, &["app", "check", &path]);
    assert!(error.contains("1 app would be left out"), "{error}");
    let added = tomo.done(&["app", "source", "add", &path, "--id", "mine", "--name", "Mine"]);
    assert!(added.contains("bad/app.yaml:14: the tag 'latest' moves"), "{added}");
    assert!(added.contains("Source mine added, with 1 app; 1 left out."), "{added}");
    let shown = tomo.done(&["app", "show", "one"]);
    assert!(shown.contains("It may do on the server what root may (privileged)."), "{shown}");

    fs::write(folder.path().join("bad/app.yaml"), GOOD.replace("id: one", "id: bad"))
        .expect("a file");
    assert_eq!(
        tomo.done(&["app", "source", "sync"]),
        "mine: 1 new, 0 changed, 0 gone, 0 left out\n"
    );
    assert_eq!(
        tomo.done(&["app", "source", "disable", "mine"]),
        "The apps of mine are left out of the catalog.\n"
    );
    assert!(tomo.refused(2, &["app", "show", "one"]).contains("There is no app 'one'"));
    let listed = tomo.done(&["app", "source", "list"]);
    assert!(listed.contains("Mine (hidden)") && listed.contains("Tomo's own"), "{listed}");
    tomo.refused(2, &["app", "source", "remove", "mine"]);
    assert_eq!(tomo.done(&["app", "source", "remove", "mine", "--yes"]), "Source mine removed.\n");
    tomo.refused(2, &["app", "source", "remove", "mine", "--yes"]);
}

/// Holds because whoever has no window installs, stops and removes apps with the same words, and a script goes
/// on by what they end with.
#[test]
fn apps_are_planned_installed_stopped_and_removed() {
    if !Command::new("docker")
        .args(["compose", "version"])
        .output()
        .is_ok_and(|it| it.status.success())
    {
        return skip("docker compose");
    }
    let Some(lab) = Lab::start() else { return };
    let tomo = &lab.tomo;
    let folder = tempfile::tempdir().expect("a folder");
    for (id, before) in [("shop", ":"), ("broken", "echo no way; exit 4")] {
        fs::create_dir(folder.path().join(id)).expect("a folder");
        let text = manifest(id, IMAGE, Behaviour { before, tag: "1", ..Behaviour::default() });
        fs::write(folder.path().join(id).join("app.yaml"), text).expect("a file");
    }
    let path = folder.path().display().to_string();
    tomo.done(&["app", "source", "add", &path, "--id", "mine"]);
    let planned = tomo.done(&["app", "plan", "shop", "--server", "lab"]);
    for words in ["mine/shop 1 on Lab", "already there", "shop_data", "~/tomo/shop"] {
        assert!(planned.contains(words), "{words}: {planned}");
    }
    let bad = ["app", "plan", "shop", "--server", "lab", "--set", "WEB_PORT=0"];
    assert!(tomo.refused(1, &bad).contains("1 problem in the way"));
    tomo.refused(2, &["app", "install", "shop", "--server", "lab"]);

    let secret = folder.path().join("secret");
    fs::write(&secret, "a word of my own\n").expect("a file");
    let secret = format!("SECRET={}", secret.display());
    let install = ["app", "install", "shop", "--server", "lab", "--secret-file", &secret, "--yes"];
    let installed = tomo.done(&install);
    assert!(installed.contains("App shop 1 is installed.\nhttp://"), "{installed}");
    let kept = lab.docker.docker(&["exec", "shop-web-1", "cat", "/data/secret"]);
    assert_eq!(kept, "a word of my own");
    let listed = tomo.json(&["app", "list", "--json"]);
    assert_eq!((&listed[0]["server"], &listed[0]["project"]), (&"Lab".into(), &"shop".into()));
    assert!(tomo.done(&["app", "stop", "lab/shop"]).contains("shop is stopped"));
    assert!(tomo.done(&["app", "start", "shop"]).contains("shop is running"));
    assert!(tomo.done(&["app", "restart", "shop"]).contains("shop is running"));

    assert!(tomo.refused(2, &["app", "rollback", "shop", "--yes"]).contains("No way back"));
    let shown = tomo.done(&["app", "update", "shop", "--set", "GREETING=hi", "--dry-run"]);
    assert!(shown.contains("1 -> 1") && shown.contains("copied   shop_data"), "{shown}");
    let updated = tomo.done(&["app", "update", "shop", "--set", "GREETING=hi", "--yes"]);
    assert!(updated.contains("shop is at 1."), "{updated}");
    let page = ["exec", "shop-web-1", "cat", "/www/index.html"];
    assert_eq!(lab.docker.docker(&page), "hi");
    assert!(tomo.done(&["app", "rollback", "shop", "--yes"]).contains("shop is at 1."));
    assert_eq!(lab.docker.docker(&page), "hello");

    let failed = tomo.refused(1, &["app", "install", "broken", "--server", "lab", "--yes"]);
    for words in ["web ended with 4", "What was made was removed"] {
        assert!(failed.contains(words), "{words}: {failed}");
    }
    tomo.refused(2, &["app", "uninstall", "shop"]);
    tomo.done(&["app", "uninstall", "shop", "--with-data", "--yes"]);
    assert!(tomo.refused(2, &["app", "stop", "shop"]).contains("There is no app 'shop'"));
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]), "");
}
