//! Backups of apps: written to a file while the app is at rest, read back, and brought back whole.

use super::{
    super::{Code, House},
    lab::{AppLab, Behaviour, fetched, until},
    updates::{ended, reopened, step, write},
};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

pub const PASSPHRASE: &str = "seven grey herons over the lab";

/// A lab with an app that has data in a volume, in a volume without a name, in a folder and in a file.
struct Rich {
    lab: AppLab,
    id: String,
    /// Of this computer, which is the server's as well.
    folder: TempDir,
}

impl Rich {
    async fn start() -> Option<Self> {
        let lab = AppLab::start().await?;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().display();
        fs::create_dir(folder.path().join("films")).expect("a folder");
        fs::write(folder.path().join("films/one"), "a film").expect("a file");
        fs::write(folder.path().join("app.conf"), "a setting").expect("a file");
        let side = format!(
            "    side:\n      image: {}\n      command: [sleep, '600']\n      stop_grace_period: 0s\n      \
             volumes:\n        - /unnamed\n        - {path}/films:/films\n        - \
             {path}/app.conf:/etc/app.conf:ro\n        - /dev/null:/null:ro\n",
            lab.image("1")
        );
        lab.offer("web", Behaviour { services: &side, ..Behaviour::default() });
        lab.sync().await;
        let id = lab.install("web").await;
        let rich = Self { lab, id, folder };
        rich.fill("data of before");
        Some(rich)
    }

    fn run(&self, container: &str, command: &str) -> String {
        self.lab.docker.docker(&["exec", container, "sh", "-c", command])
    }

    /// Writes this everywhere.
    fn fill(&self, text: &str) {
        let web = format!(
            "cd /data && rm -rf * && echo '{text}' > kept && chown 1234:5678 kept && chmod 640 kept && \
             ln -s kept link && ln kept hard && mkdir -p 'a b/ü' && echo deep > 'a b/ü/x' && printf '%s' \
             \"$SECRET\" > secret"
        );
        self.run("web-web-1", &web);
        self.run(
            "web-side-1",
            &format!("echo '{text}' > /unnamed/kept; echo '{text}' > /films/one"),
        );
        fs::write(self.folder.path().join("app.conf"), text).expect("a file");
    }

    /// Everything, as containers see it.
    fn all(&self, project: &str) -> Vec<String> {
        let web =
            "cd /data && cat kept && stat -c '%u:%g %a %h' kept && readlink link && cat 'a b/ü/x'";
        let side = "cat /unnamed/kept /films/one /etc/app.conf";
        let name = |service: &str| format!("{project}-{service}-1");
        vec![self.run(&name("web"), web), self.run(&name("side"), side)]
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn wish(&self, name: &str, mode: &str) -> Value {
        let path = self.file(name);
        json!({ "id": self.id, "path": path, "passphrase": PASSPHRASE, "mode": mode })
    }

    /// Backs the app up, and waits for the end.
    async fn back_up(&self, name: &str, mode: &str) -> Value {
        let begun = self.lab.house().ask("app.backup", self.wish(name, mode)).await;
        assert_eq!(begun["app"]["work"]["kind"], "backup");
        self.lab.until_status(&self.id, "running").await
    }

    fn restore(&self, name: &str) -> Value {
        let path = self.file(name);
        json!({ "path": path, "passphrase": PASSPHRASE, "server_id": self.lab.watched.id })
    }

    fn started_at(&self) -> String {
        self.lab.docker.docker(&["inspect", "-f", "{{.State.StartedAt}}", "web-web-1"])
    }

    /// Containers that are of no app.
    fn holders(&self) -> Vec<String> {
        let remains = self.lab.remains().into_iter();
        remains.filter(|name| name.starts_with("tomo-")).collect()
    }
}

/// Holds because a backup is worth what comes back of it: every file with its owner, its rights and its links,
/// wherever the app keeps it, and the data that it takes the place of is not lost either.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_takes_the_place_of_what_is_there() {
    let Some(rich) = Rich::start().await else { return };
    let house = rich.lab.house();
    let before = rich.all("web");
    let preview = house.ask("app.backup_preview", json!({ "id": rich.id })).await;
    let kinds = |list: &Value| {
        let parts = list["parts"].as_array().expect("parts").iter();
        let mut kinds: Vec<String> =
            parts.map(|part| format!("{} {}", part["kind"], part["target"])).collect();
        kinds.sort();
        kinds.join(", ").replace('"', "")
    };
    let wanted = "file /etc/app.conf, folder /films, volume /data, volume /unnamed";
    assert_eq!(kinds(&preview), wanted, "{preview:#}");
    assert_eq!(preview["left_out"][0]["name"], "/dev/null");
    assert_eq!(preview["is_running"], true);

    // What a Tomo that was killed has left goes with the next; what somebody still writes stays.
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    let old = |name: &str| {
        let file = fs::File::create(rich.file(name)).expect("a file");
        file.set_modified(long_ago).expect("a time");
        file
    };
    drop(old(".tomo-left.part"));
    let held = old(".tomo-held.part");
    held.lock().expect("held");
    let since = rich.started_at();
    let app = rich.back_up("one.tomoapp", "stop").await;
    let is_there = |name: &str| Path::new(&rich.file(name)).exists();
    assert!(!is_there(".tomo-left.part") && is_there(".tomo-held.part"));
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    assert_ne!(rich.started_at(), since, "it was stopped meanwhile");
    let entry = &app["backups"][0];
    let path = rich.file("one.tomoapp");
    let bytes = fs::metadata(&path).expect("the file").len();
    assert_eq!(
        (&entry["path"], &entry["bytes"], &entry["mode"]),
        (&json!(path), &json!(bytes), &json!("stop"))
    );
    assert_eq!(rich.holders(), [""; 0]);
    assert_eq!(rich.all("web"), before);
    let open = |passphrase: &str| json!({ "path": path, "passphrase": passphrase });
    let contents = house.ask("app.backup_inspect", open(PASSPHRASE)).await;
    assert_eq!(kinds(&contents), wanted);
    assert_eq!((&contents["app"], &contents["server"]), (&json!("lab/web"), &json!("lab")));
    let wrong =
        house.refused("app.backup_inspect", open("another passphrase"), Code::Invalid).await;
    assert!(wrong.message.contains("does not open"), "{wrong:?}");
    // A file that is there stays, unless somebody says otherwise.
    house.refused("app.backup", rich.wish("one.tomoapp", "stop"), Code::Duplicate).await;

    rich.fill("data of afterwards");
    let afterwards = rich.all("web");
    let plan = house.ask("app.restore_plan", rich.restore("one.tomoapp")).await;
    assert_eq!((&plan["over"], &plan["plan"]), (&json!(rich.id), &Value::Null), "{plan:#}");
    assert!(plan["copied"].as_array().is_some_and(|all| all.contains(&json!("web_data"))));
    assert_eq!(plan["not_copied"].as_array().map(Vec::len), Some(2), "{plan:#}");
    let begun = house.ask("app.restore", rich.restore("one.tomoapp")).await;
    assert_eq!(begun["app"]["work"]["kind"], "restore");
    let app = rich.lab.until_status(&rich.id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    assert_eq!(rich.all("web"), before);
    assert_eq!(rich.holders(), [""; 0]);
    assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "hello\n");
    // What it took the place of is kept for a while; folders and files are not.
    house.ask("app.roll_back", json!({ "id": rich.id })).await;
    rich.lab.until_status(&rich.id, "running").await;
    assert_eq!(rich.all("web")[0], afterwards[0]);
    house.ask("app.uninstall", json!({ "id": rich.id, "with_data": true })).await;
    rich.lab.until_list("gone", |list| list["apps"] == json!([])).await;
    assert_eq!(rich.lab.remains(), [""; 0]);
}

/// Holds because whoever lost an app has only the file: with it the app is made again, under another name as
/// well, and never over data that is there.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_gone_comes_back() {
    let Some(rich) = Rich::start().await else { return };
    let house = rich.lab.house();
    let before = rich.all("web");
    let secret = rich.lab.file("web", "/data/secret");
    let since = rich.started_at();
    let app = rich.back_up("one.tomoapp", "pause").await;
    assert_eq!((&app["failure"], &app["backups"][0]["mode"]), (&Value::Null, &json!("pause")));
    assert_eq!(rich.started_at(), since, "it went on where it was");
    rich.fill("data of afterwards");
    house.ask("app.uninstall", json!({ "id": rich.id, "with_data": false })).await;
    rich.lab.until_list("gone", |list| list["apps"] == json!([])).await;
    // The volume that was kept has newer data.
    let plan = house.ask("app.restore_plan", rich.restore("one.tomoapp")).await;
    let check = &plan["plan"]["checks"][0];
    assert_eq!((&check["outcome"], &plan["plan"]["is_ready"]), (&json!("problem"), &json!(false)));
    assert!(check["title"].as_str().is_some_and(|it| it.contains("web_data")), "{check:#}");
    house.refused("app.restore", rich.restore("one.tomoapp"), Code::Invalid).await;
    let kept = rich.lab.remains();
    assert!(kept.contains(&"web_data".to_owned()), "{kept:?}");
    let mut wish = rich.restore("one.tomoapp");
    wish["project"] = json!("again");
    wish["values"] = json!({ "GREETING": "good morning" });
    // Folders that are there are not the app's alone.
    let plan = house.ask("app.restore_plan", wish.clone()).await;
    let checks = plan["plan"]["checks"].as_array().expect("checks");
    let warned = |name: &str| {
        let path = rich.file(name);
        let its = checks.iter().filter(|check| check["title"] == json!(path));
        its.map(|check| check["outcome"].clone()).collect::<Vec<_>>()
    };
    for name in ["films", "app.conf"] {
        assert_eq!(warned(name), [json!("warning")], "{name}: {plan:#}");
    }
    let begun = house.ask("app.restore", wish).await;
    let id = begun["app"]["id"].as_str().expect("an id");
    let app = rich.lab.until_status(id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    assert_eq!(rich.all("again"), before);
    assert_eq!(rich.lab.file("again", "/data/secret"), secret, "its secrets came along");
    assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "good morning\n");
    let labels = [
        "volume",
        "inspect",
        "-f",
        "{{index .Labels \"com.docker.compose.volume\"}}",
        "again_data",
    ];
    assert_eq!(rich.lab.docker.docker(&labels), "data");
    house.ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    rich.lab.until_list("gone", |list| list["apps"] == json!([])).await;
    assert_eq!(rich.lab.remains(), kept);
}

/// Holds because a file that lost its end, or a bit, must not leave an app with half of its data.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_changes_nothing() {
    let Some(rich) = Rich::start().await else { return };
    // More than what is read at once.
    rich.run("web-web-1", "dd if=/dev/urandom of=/data/much bs=1M count=4");
    rich.back_up("one.tomoapp", "stop").await;
    rich.fill("data of afterwards");
    let afterwards = rich.all("web");
    let whole = fs::read(rich.file("one.tomoapp")).expect("the file");
    let mut flipped = whole.clone();
    flipped[whole.len() - 1_000] ^= 1;
    let since = rich.started_at();
    for bad in [&whole[..whole.len() / 2], &flipped[..]] {
        fs::write(rich.file("bad.tomoapp"), bad).expect("a file");
        rich.lab.house().ask("app.restore", rich.restore("bad.tomoapp")).await;
        let app = rich.lab.until_status(&rich.id, "running").await;
        let failure = &app["failure"];
        assert_eq!((&failure["kind"], &failure["left"]), (&json!("restore"), &json!([])));
        assert!(
            failure["message"].as_str().is_some_and(|it| it.contains("damaged")),
            "{failure:#}"
        );
        assert_eq!(rich.all("web")[0], afterwards[0]);
        assert_eq!(rich.started_at(), since, "it was not even stopped");
        assert_eq!(rich.holders(), [""; 0]);
    }
    for (bad, words, code) in [
        (b"no backup at all".to_vec(), "not a backup", Code::Invalid),
        (Vec::new(), "empty", Code::Failed),
    ] {
        fs::write(rich.file("bad.tomoapp"), bad).expect("a file");
        let refused =
            rich.lab.house().refused("app.restore_plan", rich.restore("bad.tomoapp"), code).await;
        assert!(refused.message.contains(words), "{refused:?}");
    }
    let weak = json!({
        "id": rich.id, "path": rich.file("weak.tomoapp"), "passphrase": "12345678", "mode": "stop"
    });
    rich.lab.house().refused("app.backup", weak, Code::Invalid).await;
}

/// Holds because data that no container has at the moment would be missing from the file, and nobody would know.
#[tokio::test(flavor = "multi_thread")]
async fn data_that_is_gone_is_missed() {
    let Some(rich) = Rich::start().await else { return };
    let house = rich.lab.house();
    rich.lab.docker.docker(&["rm", "-f", "web-side-1"]);
    house.ask("app.backup", rich.wish("one.tomoapp", "stop")).await;
    let app = rich.lab.until(&rich.id, "failed", |app| app["failure"].is_object()).await;
    let why = app["failure"]["message"].as_str().expect("why");
    assert!(why.contains("o container has"), "{why}");
    let app = rich.lab.until_status(&rich.id, "running").await;
    assert_eq!(app["backups"], json!([]), "{app:#}");
    assert!(!Path::new(&rich.file("one.tomoapp")).exists());
    // With the app all of its containers were started again.
    let app = rich.back_up("one.tomoapp", "stop").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
}

/// Much to be written, so that there is a moment to end it in.
fn much(rich: &Rich) {
    rich.run("web-web-1", "dd if=/dev/urandom of=/data/much bs=1M count=200");
}

fn is_running(house: &House, rich: &Rich) -> bool {
    let _ = house;
    rich.lab.docker.docker(&["inspect", "-f", "{{.State.Status}}", "web-web-1"]) == "running"
}

/// Holds because an app that stays stopped after a backup that failed is worse than no backup.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_ended_lets_the_app_go_on() {
    let Some(rich) = Rich::start().await else { return };
    much(&rich);
    let house = rich.lab.house();
    house.ask("app.backup", rich.wish("one.tomoapp", "stop")).await;
    step(&rich.lab, &rich.id, "save").await;
    house.ask("app.cancel", json!({ "id": rich.id })).await;
    let app = rich.lab.until_status(&rich.id, "running").await;
    assert_eq!((&app["failure"], &app["backups"]), (&Value::Null, &json!([])), "{app:#}");
    assert!(is_running(house, &rich) && rich.holders().is_empty(), "{:?}", rich.holders());
    let files = || {
        let found = fs::read_dir(rich.folder.path()).expect("a folder").flatten();
        found.filter(|it| it.file_name().to_string_lossy().contains("tomo")).count()
    };
    assert_eq!(files(), 0, "nothing of the file is left");
    // A disk that is full, or not there.
    let mut nowhere = rich.wish("one.tomoapp", "stop");
    nowhere["path"] = json!("/dev/full/one.tomoapp");
    house.ask("app.backup", nowhere).await;
    let app = rich.lab.until_status(&rich.id, "running").await;
    assert_eq!(app["failure"]["kind"], "backup", "{app:#}");
    assert!(is_running(house, &rich));
    // A Tomo that ends in the midst of it.
    house.ask("app.backup", rich.wish("one.tomoapp", "pause")).await;
    step(&rich.lab, &rich.id, "save").await;
    let other = reopened(&rich.lab).await;
    let app = ended(&other, &rich.id, |app| app["failure"].is_object()).await;
    assert_eq!((&app["app"]["status"], &app["failure"]["left"]), (&json!("running"), &json!([])));
    assert!(is_running(&other, &rich));
    assert!(!Path::new(&rich.file("one.tomoapp")).exists());
}

/// Holds because the copies that updates are put back from, and backups, have files of other owners than the
/// image's own user.
#[tokio::test(flavor = "multi_thread")]
async fn owners_stay_whoever_the_image_runs_as() {
    let Some(lab) = AppLab::start().await else { return };
    lab.publish("user", "USER 1000\nCMD [\"sh\"]\n");
    let root = "      user: '0'\n";
    lab.offer("web", Behaviour { tag: "user", lines: root, ..Behaviour::default() });
    lab.sync().await;
    let id = lab.install("web").await;
    write(&lab, "data of before");
    let own = "chown 1234:5678 /data/kept";
    lab.docker.docker(&["exec", "web-web-1", "sh", "-c", own]);
    let owner = || lab.docker.docker(&["exec", "web-web-1", "stat", "-c", "%u:%g", "/data/kept"]);
    let ends = "echo spoiled > /data/kept; exit 3";
    lab.publish("2", "USER 1000\nCMD [\"sh\"]\n");
    lab.offer("web", Behaviour { tag: "2", lines: root, before: ends, ..Behaviour::default() });
    lab.sync().await;
    until(lab.house(), "app.list", json!({}), "newer", |list| list["apps"][0]["newer"] == "2")
        .await;
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!(app["failure"]["kind"], "update");
    assert_eq!(
        (lab.file("web", "/data/kept").as_str(), owner().as_str()),
        ("data of before", "1234:5678")
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("one.tomoapp").display().to_string();
    let wish = json!({ "id": id, "path": path, "passphrase": PASSPHRASE, "mode": "stop" });
    lab.house().ask("app.backup", wish).await;
    lab.until(&id, "backed up", |app| app["backups"][0].is_object()).await;
    lab.until_status(&id, "running").await;
    write(&lab, "data of afterwards");
    let wish = json!({ "path": path, "passphrase": PASSPHRASE, "server_id": lab.watched.id });
    lab.house().ask("app.restore", wish).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    assert_eq!(
        (lab.file("web", "/data/kept").as_str(), owner().as_str()),
        ("data of before", "1234:5678")
    );
}
