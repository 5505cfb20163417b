//! Setting Docker up on servers that have none: with the machine's own package manager and the network, and with
//! stand-ins for those of other distributions. The engine that answers in the end is real in both.

use super::{
    House, PATIENCE,
    lab::{Lab, skip},
};
use crate::lab::{
    root::Root,
    sshd::{self, Account},
};
use futures::StreamExt;
use serde_json::{Value, json};
use std::fs;
use tomo::api::error::Code;

const PASSWORD: &str = "Zirbenholz-4711 $HOME";

const FEDORA: &str = "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=42\nPRETTY_NAME=\"Fedora Linux 42 (Server Edition)\"\n";
const ALPINE: &str =
    "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME=\"Alpine Linux v3.22\"\n";
const ARCH: &str = "NAME=\"Arch Linux\"\nPRETTY_NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\n";

/// A house that watches a server without Docker.
struct Bare {
    house: House,
    lab: Lab,
    id: String,
    root: Root,
}

/// The same, once the account is there; nothing where a part is missing.
async fn bare(root: impl FnOnce(&Account) -> Root) -> Option<Bare> {
    if let Some(why) = Root::missing() {
        skip(why);
        return None;
    }
    let account = sshd::account("bare", PASSWORD, "/bin/sh");
    let root = root(&account);
    let sshd = root.sshd();
    let key = sshd::client_key("ed25519", "openssh", "");
    sshd.authorize(&key.public);
    let lab = Lab { sshd, account, key };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    Some(Bare { house, lab, id, root })
}

impl Bare {
    async fn plan(&self) -> Value {
        self.house.ask("docker.setup_plan", json!({ "server_id": self.id })).await
    }

    fn wish(&self, plan: &Value, password: Option<&str>) -> Value {
        json!({
            "server_id": self.id, "digest": plan["digest"], "joins_group": true, "password": password,
        })
    }

    /// Waits, from push to push, until the run is as wanted.
    async fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let waiting = async {
            let mut pushes = Box::pin(self.house.tomo.pushes());
            loop {
                let arguments = json!({ "server_id": self.id });
                last = self.house.ask("docker.setup_status", arguments).await;
                if wanted(&last) {
                    return;
                }
                pushes.next().await.expect("Tomo lives");
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "not {what}: {last:#}");
        last
    }

    /// Runs all of it, and has it end well.
    async fn set_up(&self, password: Option<&str>) -> Value {
        let plan = self.plan().await;
        assert_eq!(plan["is_supported"], true, "{plan:#}");
        self.house.ask("docker.setup", self.wish(&plan, password)).await;
        let run = self.until("over", |run| run["is_over"] == true).await;
        assert_eq!(run["error"], Value::Null, "{run:#}");
        let steps = run["steps"].as_array().expect("steps");
        assert!(steps.iter().all(|step| step["state"] == "done"), "{run:#}");
        // The page of containers finds the engine by itself: nothing was restarted, nobody asked.
        let list = self.house.ask("container.list", json!({ "server_id": self.id })).await;
        assert_eq!(list["engines"][0]["status"]["state"], "ready", "{list:#}");
        run
    }

    /// Everything that Tomo has written down or said.
    fn traces(&self) -> Vec<u8> {
        let mut all = self.house.answers.lock().expect("the answers").clone().into_bytes();
        for entry in fs::read_dir(self.house.folder.path()).expect("the folder").flatten() {
            all.extend(fs::read(entry.path()).unwrap_or_default());
        }
        all
    }
}

fn commands(plan: &Value) -> Vec<&str> {
    let steps = plan["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["command"].as_str().expect("a command")).collect()
}

/// Whether a run has said this.
fn said(run: &Value, words: &str) -> bool {
    let lines = run["output"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    lines.filter_map(Value::as_str).any(|line| line.contains(words))
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Holds because the whole of it is what a person wants who has a new server: real packages from the network, real
/// sudo with its password, the group, and the engine in Tomo without a restart. Only what starts services is a
/// stand-in.
#[tokio::test(flavor = "multi_thread")]
async fn docker_is_installed_from_the_packages_of_this_machine() {
    let Some(bare) = bare(|account| {
        let root = Root::real();
        root.allow(&account.name, "ALL");
        // What is only recommended takes as long again and shows nothing more.
        root.write("etc/apt/apt.conf.d/99lab", "APT::Install-Recommends \"false\";\n", 0o644);
        root
    })
    .await
    else {
        return;
    };
    let house = &bare.house;
    let services = bare.root.record("services");
    let plan = bare.plan().await;
    assert_eq!(plan["privilege"], "sudo_password", "{plan:#}");
    assert_eq!((&plan["has_engine"], &plan["joins_group"]), (&json!(false), &json!(true)));
    assert_eq!(plan["user"], bare.lab.account.name);
    let shown = commands(&plan);
    assert_eq!(shown[0], "sudo apt-get update");
    assert!(
        shown[1].contains("apt-get install --yes") && shown[1].contains(" docker.io"),
        "{shown:?}"
    );
    assert_eq!(shown[2], "sudo systemctl enable --now docker.service");

    // What was not looked at is not run, and neither is anything without the right password.
    let mut other = bare.wish(&plan, Some(PASSWORD));
    other["digest"] = json!("another");
    let error = house.refused("docker.setup", other, Code::Stale).await;
    assert!(error.message.contains("not as it was"), "{error:?}");
    for password in [None, Some(""), Some("two\nlines")] {
        house.refused("docker.setup", bare.wish(&plan, password), Code::Invalid).await;
    }
    let wrong = bare.wish(&plan, Some("Birkenholz-0815"));
    let error = house.refused("docker.setup", wrong, Code::Invalid).await;
    assert!(error.message.contains("sudo did not take the password"), "{error:?}");
    let status = house.ask("docker.setup_status", json!({ "server_id": bare.id })).await;
    assert_eq!(status, Value::Null, "nothing was begun");
    assert_eq!(bare.root.record("services"), services, "and nothing was started");

    let run = bare.set_up(Some(PASSWORD)).await;
    assert!(
        run["steps"][0]["seconds"].is_number()
            && !run["output"].as_array().expect("lines").is_empty()
    );
    let brings_compose = shown[1].contains("docker-compose");
    let end = run["notes"][0].as_str().expect("a note").to_owned();
    assert_eq!(end.contains("docker compose 2 as well"), !brings_compose, "{end}");
    assert!(bare.root.record("services").contains("systemctl enable --now docker.service"));

    // What is there is not done twice.
    let after = bare.plan().await;
    assert_eq!(
        (&after["has_engine"], &after["joins_group"]),
        (&json!(true), &json!(false)),
        "{after:#}"
    );
    assert!(
        !commands(&after).iter().any(|it| it.contains("docker.io") || it.contains("systemctl"))
    );
    let begun = house.logged("docker.setup").await;
    assert_eq!(begun[0].0, "Docker is being set up on lab");
    assert_eq!(begun[0].1["commands"], json!(shown));
    assert_eq!(house.logged("docker.setup_done").await.len(), 1);
    assert!(!holds(&bare.traces(), PASSWORD) && !holds(&bare.traces(), "Birkenholz-0815"));
}

/// Holds because each of these has a package manager, a way to start services, and a way to become root of its own.
/// Their package managers are stand-ins here, which write down their words; sudo and the engine are real.
#[tokio::test(flavor = "multi_thread")]
async fn other_distributions_get_the_words_of_their_own() {
    if let Some(fedora) = bare(|account| {
        let root = Root::of(FEDORA, &["dnf", "rpm"]);
        root.allow(&account.name, "NOPASSWD: ALL");
        root
    })
    .await
    {
        assert_eq!(fedora.plan().await["privilege"], "sudo");
        fedora.set_up(None).await;
        assert_eq!(
            fedora.root.record("calls"),
            "dnf install --assumeyes moby-engine docker-cli docker-compose\nended dnf\n"
        );
    }
    if let Some(alpine) = bare(|account| {
        let root = Root::of(ALPINE, &["apk", "rc-update", "rc-service"]);
        root.allow(&account.name, "ALL");
        root
    })
    .await
    {
        alpine.set_up(Some(PASSWORD)).await;
        assert_eq!(
            alpine.root.record("calls"),
            format!(
                "apk update\napk add --wait 600 docker docker-cli-compose\nended apk\naddgroup {} docker\n",
                alpine.lab.account.name
            )
        );
        let services = alpine.root.record("services");
        assert!(
            services.contains("rc-update add docker default\nrc-service docker start\n"),
            "{services}"
        );
    }
    if let Some(arch) = bare(|account| {
        let root = Root::of(ARCH, &["pacman"]);
        root.allow(&account.name, "ALL");
        root
    })
    .await
    {
        let run = arch.set_up(Some(PASSWORD)).await;
        assert_eq!(
            arch.root.record("calls"),
            "pacman -S --needed --noconfirm docker docker-compose\nended pacman\n"
        );
        let end = run["notes"][0].as_str().expect("a note");
        assert!(end.contains("docker compose 2."), "{end}");
    }
}

/// Holds because a password that any other program can read is no secret, and a package manager that dies with the
/// connection leaves a system half installed. The package manager is a stand-in that looks around.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_server_goes_on_and_nobody_sees_the_password() {
    let Some(bare) = bare(|account| {
        let root = Root::of(FEDORA, &["dnf", "rpm"]);
        root.allow(&account.name, "ALL");
        root.tell("hold");
        root
    })
    .await
    else {
        return;
    };
    let plan = bare.plan().await;
    bare.house.ask("docker.setup", bare.wish(&plan, Some(PASSWORD))).await;
    bare.until("at it", |run| said(run, "still at it")).await;
    // One at a time on a server, whoever asks: here, or another process on the same folder.
    let again = bare.wish(&plan, Some(PASSWORD));
    bare.house.refused("docker.setup", again.clone(), Code::Stale).await;
    let other = bare.house.beside().await;
    other.sign_in(super::ADMIN).await;
    other.tomo.start_collecting().await.expect("it collects");
    other.until_state(&bare.id, "connected").await;
    let error = other.refused("docker.setup", again, Code::Stale).await;
    assert!(error.message.contains("is being set up on this server already"), "{error:?}");
    other.tomo.shutdown().await;
    bare.lab.sshd.cut_off();
    bare.until("lost", |run| said(run, "The server was lost")).await;
    fs::remove_file(bare.root.run("lab/hold")).expect("a file");
    let run = bare.until("over", |run| run["is_over"] == true).await;
    assert_eq!(run["error"], Value::Null, "{run:#}");
    let calls = bare.root.record("calls");
    // Whom nobody heard came to its end all the same, and only then the second.
    assert_eq!(calls.matches("dnf install").count(), 2, "{calls}");
    assert_eq!(calls.matches("ended dnf").count(), 2, "{calls}");
    let seen = bare.root.record("seen");
    assert!(seen.contains("dnf install"), "it looked around: {seen}");
    assert!(!holds(seen.as_bytes(), PASSWORD), "{seen}");
    assert!(!holds(&bare.traces(), PASSWORD));
}

/// Holds because a person who sees something go wrong wants it to end, and a package manager has to be told so as
/// Ctrl-C does: killed, it leaves its lock and half a package.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cancelled_ends_its_command() {
    let Some(bare) = bare(|account| {
        let root = Root::of(FEDORA, &["dnf", "rpm"]);
        root.allow(&account.name, "ALL");
        root.tell("hold");
        root
    })
    .await
    else {
        return;
    };
    let nothing = json!({ "server_id": bare.id });
    bare.house.refused("docker.setup_cancel", nothing.clone(), Code::Stale).await;
    let plan = bare.plan().await;
    bare.house.ask("docker.setup", bare.wish(&plan, Some(PASSWORD))).await;
    bare.until("at it", |run| said(run, "still at it")).await;
    bare.house.ask("docker.setup_cancel", nothing.clone()).await;
    let run = bare.until("over", |run| run["is_over"] == true).await;
    let error = run["error"].as_str().expect("why");
    assert!(error.starts_with("It was cancelled."), "{error}");
    assert_eq!(run["steps"][0]["state"], "failed", "{run:#}");
    assert_eq!(run["steps"][1]["state"], "waiting", "{run:#}");
    assert!(bare.root.record("calls").ends_with("interrupted\n"), "{}", bare.root.record("calls"));
    assert!(
        !bare.root.run("lab/lock").exists()
            && bare.root.record("services").lines().all(|it| !it.contains("enable --now"))
    );
    assert_eq!(bare.house.logged("docker.setup_failed").await.len(), 1);
    // The next one begins where nothing is left in the way.
    fs::remove_file(bare.root.run("lab/hold")).expect("a file");
    bare.set_up(Some(PASSWORD)).await;
}

/// Holds because who may not become root has to hear so before anything is tried, and what a server says of itself
/// must run nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_is_told_so() {
    // With sudo, and no rule for it: it asks for the password before it says so.
    let Some(stranger) = bare(|_| {
        let hostile = FEDORA.replace(
            "42 (Server",
            "$(touch /run/lab/owned)`touch /run/lab/owned`\u{1b}[31m (Server",
        );
        Root::of(&hostile, &["dnf", "rpm"])
    })
    .await
    else {
        return;
    };
    let plan = stranger.plan().await;
    assert!(
        plan["notes"].to_string().contains("in none of the groups that usually may use sudo"),
        "{plan:#}"
    );
    assert!(!plan["system"].as_str().expect("a name").contains('\u{1b}'));
    let wish = stranger.wish(&plan, Some(PASSWORD));
    let error = stranger.house.refused("docker.setup", wish, Code::Invalid).await;
    assert!(error.message.contains("sudo does not let this account"), "{error:?}");
    assert!(!stranger.root.run("lab/owned").exists());
    assert_eq!(stranger.root.record("calls"), "");
    assert!(!holds(&stranger.traces(), PASSWORD));

    // Without sudo: what would be run is shown, and cannot be begun.
    let Some(none) = bare(|_| {
        let root = Root::of(FEDORA, &["dnf", "rpm"]);
        assert!(root.enter("rm -f /usr/bin/sudo").success());
        root
    })
    .await
    else {
        return;
    };
    let plan = none.plan().await;
    assert_eq!(
        (&plan["privilege"], &plan["is_supported"]),
        (&json!("none"), &json!(false)),
        "{plan:#}"
    );
    assert_eq!(commands(&plan)[0], "dnf install --assumeyes moby-engine docker-cli docker-compose");
    none.house.refused("docker.setup", none.wish(&plan, None), Code::Invalid).await;

    // This computer is not reached over SSH.
    let here = json!({ "server_id": super::local() });
    none.house.refused("docker.setup_plan", here, Code::Invalid).await;
}
