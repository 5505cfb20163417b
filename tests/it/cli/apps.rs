//! `tomo app`: the catalog and its sources.

use super::Tomo;
use std::fs;

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
