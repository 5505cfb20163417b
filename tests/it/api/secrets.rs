//! No secret is where it can be read: not in an answer, a file, the activity log, or what the
//! program writes about itself.

use super::{
    ADMIN, House, PASSPHRASE, PASSWORD, id_of,
    lab::{Lab, key, password},
};
use crate::lab::sshd;
use serde_json::json;
use std::{
    fs, io,
    sync::{Arc, Mutex, PoisonError},
};
use tomo::api::args::{AddServer, EditServer, KeyToInspect, Passphrase, SetUp, SignIn, TestServer};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
};

/// Everything that is logged, in whichever test and thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// Listens as the program does, with Tomo at its most talkative.
    fn listen() -> Self {
        let log = Self::default();
        let levels = Targets::new().with_default(LevelFilter::WARN);
        let levels =
            levels.with_targets([("tomo", LevelFilter::TRACE), ("it", LevelFilter::TRACE)]);
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(log.clone());
        let subscriber = tracing_subscriber::registry().with(levels).with(layer);
        // For all threads: a task or a hash may run on any of them.
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
        log
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The secrets of a run, each as it may stand in a text. Of a key its lines count as well.
fn parts(secrets: &[&str]) -> Vec<String> {
    let lines = secrets.iter().flat_map(|secret| secret.lines());
    lines.filter(|line| !line.starts_with("-----")).map(str::to_owned).collect()
}

#[track_caller]
fn assert_none_in(parts: &[String], place: &str, bytes: &[u8]) {
    for part in parts {
        let found = bytes.windows(part.len()).any(|window| window == part.as_bytes());
        assert!(!found, "'{part}' is in {place}");
    }
}

/// Holds because each of these places is read by somebody: a window, a backup, a bug report.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_where_it_can_be_read() {
    let Some(lab) = Lab::start() else { return };
    let log = Log::listen();
    // Most runs have nothing to say; this line proves that it would be seen.
    tracing::debug!("listening");

    let locked = sshd::client_key("ed25519", "openssh", "sesame of the lab");
    let stranger = sshd::client_key("ed25519", "openssh", "");
    lab.sshd.authorize(&locked.public);
    let house = House::quiet().await;
    house.tomo.start_collecting().await.expect("it collects");
    let id = lab.watched_with(&house, "key", key(&locked, Some("sesame of the lab"))).await;
    let inspect = json!({ "credential": key(&locked, Some("open barley now")) });
    house.call("key.inspect", inspect).await.ok();
    let server = lab.server("lab", "key");
    for credential in [
        key(&locked, Some("open barley now")),
        key(&stranger, None),
        password("wrong horse of the lab"),
    ] {
        let test = json!({ "server": server, "credential": credential });
        house.ask("server.test", test).await;
    }
    let edit = json!({ "id": id, "server": server, "credential": key(&stranger, None) });
    house.ask("server.edit", edit).await;
    house.until_state(&id, "failed").await;
    let mut secrets = vec![
        PASSWORD,
        PASSPHRASE,
        "sesame of the lab",
        "open barley now",
        "wrong horse of the lab",
        "a wrong password",
        &locked.private,
        &stranger.private,
    ];
    if let Some(right) = lab.password() {
        secrets.push("right horse of the lab");
        let server = lab.server("lab", "password");
        let edit = json!({ "id": id, "server": server, "credential": right });
        house.ask("server.edit", edit).await;
        house.until_state(&id, "connected").await;
    }
    for name in ["server.details", "server.live", "server.connect"] {
        house.ask(name, json!({ "id": id })).await;
    }
    for name in ["fleet.get", "setting.list", "status.get"] {
        house.ask(name, json!({})).await;
    }
    let given =
        |password: &str| json!({ "username": ADMIN, "password": password, "stay_signed_in": true });
    house.call("session.sign_in", given("a wrong password")).await.ok();
    // Arguments that do not fit, with the secret in its right place.
    for (name, arguments) in [
        ("session.sign_in", json!({ "username": 7, "password": PASSWORD, "stay_signed_in": true })),
        ("session.sign_in", json!({ "password": PASSWORD, "passwort": true })),
        ("vault.unlock", json!({ "passphrase": PASSPHRASE, "and": "more" })),
        (
            "key.inspect",
            json!({ "credential": { "kind": "key", "private_key": stranger.private, "x": 1 } }),
        ),
    ] {
        house.call(name, arguments).await.expect_err("refused");
    }
    house.ask("session.sign_in", given(PASSWORD)).await;
    let answers = house.answers.lock().unwrap_or_else(PoisonError::into_inner).clone();

    let parts = parts(&secrets);
    assert!(parts.len() > 12, "keys have lines");
    assert!(answers.contains(&id_of(&house.row(&id).await)), "the answers were kept");
    assert_none_in(&parts, "an answer", answers.as_bytes());
    // The database, its write-ahead log, the vault's record and the kept session, while it runs and
    // after it has ended.
    let files = || {
        let mut names = Vec::new();
        for entry in fs::read_dir(house.folder.path()).expect("the folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert_none_in(&parts, &name, &fs::read(entry.path()).expect("a file"));
            names.push(name);
        }
        names
    };
    let names = files();
    assert!(names.iter().any(|name| name.ends_with("-wal")), "{names:?}");
    let store = house.store(tomo::store::AuditKeySlot::empty()).await;
    let activities = store.recent_activity(1_000).await.expect("the activity log");
    assert!(activities.len() >= 5, "{activities:?}");
    assert_none_in(&parts, "the activity log", format!("{activities:?}").as_bytes());
    store.close().await;
    house.tomo.shutdown().await;
    files();
    let log = log.text();
    assert!(log.contains("listening"), "the log was kept");
    assert_none_in(&parts, "the program's log", log.as_bytes());
}

/// Holds because a `{:?}` in some later log line must not be what gives a secret away.
#[test]
fn debug_output_of_arguments_shows_no_secret() {
    let secret = "sesame of the lab";
    let server = super::server("lab", "nas.invalid", 22, "anna", "key");
    let key = json!({ "kind": "key", "private_key": secret, "passphrase": secret });
    let file = json!({ "kind": "key_file", "path": "~/key", "passphrase": secret });
    let word = password(secret);
    let account = json!({ "username": "anna", "password": secret, "stay_signed_in": true });
    let id = super::local();
    let mut shown = String::new();
    for credential in [key, file, word] {
        let add = json!({ "server": server, "credential": credential });
        let mut edit = add.clone();
        edit["id"] = json!(id);
        shown.push_str(&format!("{:?}", arguments::<AddServer>(&add)));
        shown.push_str(&format!("{:?}", arguments::<EditServer>(&edit)));
        shown.push_str(&format!("{:?}", arguments::<TestServer>(&edit)));
        let inspect = json!({ "credential": add["credential"] });
        shown.push_str(&format!("{:?}", arguments::<KeyToInspect>(&inspect)));
    }
    shown.push_str(&format!("{:?}", arguments::<SetUp>(&account)));
    shown.push_str(&format!("{:?}", arguments::<SignIn>(&account)));
    shown.push_str(&format!("{:?}", arguments::<Passphrase>(&json!({ "passphrase": secret }))));
    assert!(shown.contains("nas.invalid"));
    assert!(!shown.contains("sesame"), "{shown}");
}

fn arguments<T: serde::de::DeserializeOwned>(value: &serde_json::Value) -> T {
    serde_json::from_value(value.clone()).expect("arguments")
}
