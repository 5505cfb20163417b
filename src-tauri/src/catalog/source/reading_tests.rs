use super::*;
use std::io::Write;

fn manifest(id: &str) -> String {
    format!(
        "id: {id}\nname: App {id}\ndescription: An app that is made for a test.\nversion: '1.0'\n\
        category: utility\ntags: [test]\nicon: icon.svg\ncompose:\n  services:\n    web:\n      image: a/b:1\n"
    )
}

fn files() -> Vec<(&'static str, String)> {
    vec![
        ("LICENSE", "MIT License\n\nCopyright (c) 2026 Somebody\n".to_owned()),
        ("apps/one/app.yaml", manifest("one")),
        ("apps/one/icon.svg", "<svg/>".to_owned()),
        ("apps/two/app.yaml", manifest("two")),
        ("apps/again/app.yaml", manifest("one")),
        ("apps/again/icon.svg", "<svg/>".to_owned()),
        ("apps/three/app.yaml", manifest("three").replace("a/b:1", "a/b:latest")),
        ("apps/three/icon.svg", "<svg/>".to_owned()),
        ("store/photos/docker-compose.yml", "services:\n  a:\n    image: a:1\nx-casaos:\n  title: Photos\n".to_owned()),
        ("other/docker-compose.yml", "services:\n  a:\n    image: a:1\n".to_owned()),
        ("templates.json", r#"{"version":"2","templates":[{"type":1,"title":"Box","image":"a:1"},{"type":2,"title":"Swarm"}]}"#.to_owned()),
        ("package.json", "{}".to_owned()),
    ]
}

fn tree() -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files() {
        tree.add(path, &mut text.as_bytes()).expect("room");
    }
    tree
}

fn ids(reading: &Reading) -> Vec<&str> {
    reading.apps.iter().map(|app| app.manifest.id.as_str()).collect()
}

/// Holds because one app that is wrong must neither hide the others nor go unmentioned.
#[test]
fn every_form_is_read_and_what_is_wrong_is_named() {
    let (mut reading, elsewhere) = read(&tree());
    reading.sort();
    assert!(elsewhere.is_empty());
    assert_eq!(ids(&reading), ["box", "one", "photos"]);
    let places: Vec<&str> = reading.left_out.iter().map(|left| left.place.as_str()).collect();
    let expected = [
        "apps/again/app.yaml",
        "apps/three/app.yaml",
        "apps/two/app.yaml",
        "templates.json: Swarm",
    ];
    assert_eq!(places, expected);
    assert!(reading.left_out[1].problems[0].message.contains("moves"));
    assert!(reading.left_out[2].problems[0].message.contains("not beside it"));
    assert_eq!(reading.licence.as_deref(), Some("MIT"));
    assert_eq!(reading.attribution.as_deref(), Some("Copyright (c) 2026 Somebody"));
    assert!(matches!(reading.apps[1].manifest.icon, Some(AppIcon::Picture { .. })));
}

/// Holds because a folder, its zip and its tar are the same catalog.
#[tokio::test]
async fn archives_hold_what_the_folder_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    for (path, text) in files() {
        let path = store.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let zip_path = folder.path().join("store.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&zip_path).expect("a file"));
    let tar_path = folder.path().join("store.tar.gz");
    let gzip = flate2::write::GzEncoder::new(
        std::fs::File::create(&tar_path).expect("a file"),
        flate2::Compression::default(),
    );
    let mut tar = tar::Builder::new(gzip);
    for (path, text) in files() {
        let path = format!("store-0a1b2c/{path}");
        zip.start_file(&path, zip::write::SimpleFileOptions::default()).expect("begun");
        zip.write_all(text.as_bytes()).expect("written");
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        tar.append_data(&mut header, &path, text.as_bytes()).expect("written");
    }
    zip.finish().expect("whole");
    tar.into_inner().expect("whole").finish().expect("whole");
    for path in [&store, &zip_path, &tar_path] {
        let location = super::super::Location::Path(path.clone());
        let super::super::Fetched::New(reading, mark) =
            super::super::fetch(&location, None).await.expect("a catalog")
        else {
            panic!("{path:?} is new")
        };
        assert_eq!(ids(&reading), ["box", "one", "photos"], "{path:?}");
        let again = super::super::fetch(&location, mark.as_deref()).await.expect("a catalog");
        assert_eq!(again, super::super::Fetched::Same);
    }
}

/// Holds because an archive may be made to fill a disk, or to write beside itself.
#[test]
fn what_is_made_to_hurt_is_refused() {
    let mut tree = Tree::default();
    let endless = &mut std::io::repeat(b'x');
    assert_eq!(tree.add("app.yaml", endless), Err(SourceError::TooLarge));
    assert!(!Tree::wants("../app.yaml") && !Tree::wants("a/../../app.yaml"));
    assert!(!Tree::wants(".git/app.yaml") && !Tree::wants("a/b/c/d/e/f/g/h/app.yaml"));
    let bomb = {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("app.yaml", zip::write::SimpleFileOptions::default()).expect("begun");
        let zeros = vec![0_u8; 1 << 20];
        for _ in 0..60 {
            zip.write_all(&zeros).expect("written");
        }
        zip.finish().expect("whole").into_inner()
    };
    assert!(bomb.len() < 1 << 20);
    assert_eq!(super::super::archive::read("a.zip", bomb), Err(SourceError::TooLarge));
    let cut = b"PK\x03\x04 and then nothing".to_vec();
    assert!(matches!(super::super::archive::read("a.zip", cut), Err(SourceError::Broken(_))));
}
