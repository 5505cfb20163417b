//! The real window and a real engine: a container that somebody else starts is seen, measured, read,
//! entered and stopped.

use crate::{
    add_server,
    app::{Desktop, Window},
    lab::{
        docker::{Docker, IMAGE},
        sshd::{self, Sshd},
    },
    missing_part, set_up,
};
use serde_json::{Value, json};
use std::io::Write;

/// Writes a line twice a second, and an error now and then.
const WORK: &str = "i=0; while :; do i=$((i+1)); echo \"order $i came in\"; \
    [ $((i % 5)) = 0 ] && echo \"order $i was refused\" >&2; sleep 0.5; done";

/// Holds because every step reads what a person would read of a container that was made without Tomo:
/// a row that comes only with a reload, a figure that does not move, a line that is not in the log or a
/// key that does not arrive stops it where it happens.
#[tokio::test(flavor = "multi_thread")]
async fn a_container_somebody_else_starts() {
    if let Some(missing) = missing_part().or_else(Docker::missing) {
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        let _ = writeln!(std::io::stderr(), "skipped a_container_somebody_else_starts: {missing}");
        return;
    }
    let desktop = Desktop::start();
    let docker = Docker::start();
    docker.open_to_all();
    let socket = format!("SetEnv DOCKER_HOST=unix://{}", docker.socket().display());
    let server = Sshd::start(sshd::Options { config: vec![socket], ..Default::default() });
    let account = sshd::account("boxes", "the server's password", "/bin/sh");
    let window = desktop.drive().await;
    set_up(&window).await;
    add_server(&window, &server, &account, &desktop).await;

    window.go("#/containers").await;
    window.find_text("No containers").await;
    docker.docker(&["network", "create", "shop"]);
    let options = ["--network", "shop", "--publish", "0:8080"];
    let id = docker.start_container("web", &options, &["sh", "-c", WORK]);
    appears(&window).await;
    port_opens(&window, &desktop, &docker).await;
    works(&window, &docker).await;
    writes(&window).await;
    is_entered(&window, &docker).await;
    is_stopped(&window, &docker, &id).await;
    look_around(&window, &docker).await;
    window.end().await;
}

/// Reads something of the row of a container.
fn row(name: &str, read: &str) -> String {
    format!(
        "for (const row of document.querySelectorAll('[data-row]')) {{
           if (row.querySelector('.name')?.textContent.trim() !== {name:?}) continue;
           {read}
         }}
         return null;"
    )
}

/// CPU in percent of one core, as it stands in the row.
fn cpu() -> String {
    row(
        "web",
        "const figure = parseFloat(row.querySelector('.cpu .figure')?.textContent ?? '');
         return Number.isNaN(figure) ? null : figure;",
    )
}

async fn appears(window: &Window) {
    window.until("the container's row", &row("web", "return true;"), |is| *is == true).await;
    window.until("its CPU", &cpu(), Value::is_number).await;
}

/// The browser is given what the container publishes, and a page that was taken over can give it
/// nothing else.
async fn port_opens(window: &Window, desktop: &Desktop, docker: &Docker) {
    let port = docker.docker(&["port", "web", "8080/tcp"]);
    let port = port.lines().next().and_then(|line| line.rsplit(':').next()).expect("a port");
    let link = format!("http://127.0.0.1:{port}");
    window.find(&format!("a[href='{link}']")).await.click().await.expect("a link to press");
    let waiting = async {
        while !desktop.opened().contains(&link) {
            // A program that writes a file tells nobody.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(crate::app::PATIENCE, waiting).await.expect("the browser is asked");
    let elsewhere = ["http://127.0.0.1:9", "file:///etc/passwd", "-x"];
    for url in elsewhere.into_iter().map(ToOwned::to_owned).chain([format!("{link}/?secret")]) {
        let refused = window.invoke("open_link", json!({ "url": url })).await;
        assert_eq!(refused["error"]["code"], "invalid", "{url}: {refused}");
    }
    assert_eq!(desktop.opened().lines().count(), 1, "{}", desktop.opened());
}

async fn works(window: &Window, docker: &Docker) {
    let calm = window.until("its CPU", &cpu(), Value::is_number).await.as_f64().unwrap_or_default();
    docker.docker(&["exec", "-d", "web", "sh", "-c", "while :; do :; done"]);
    // On a machine with other work the loop gets its share of it, and not a core.
    let risen = |cpu: &Value| cpu.as_f64().is_some_and(|cpu| cpu > calm + 5.0);
    window.until("the busy loop in its CPU", &cpu(), risen).await;
    window.picture("containers").await;
}

async fn writes(window: &Window) {
    focus(window, "web").await;
    press_keys(window, "[data-row]:focus", "l").await;
    let lines = "return [...document.querySelectorAll('[data-number]')].map(l => l.textContent).join('\\n')";
    let first = window
        .until("lines of its log", lines, |text| {
            text.as_str().is_some_and(|text| text.contains("came in"))
        })
        .await;
    window.until("lines that follow", lines, |text| *text != first).await;
    window.find_text("was refused").await;
    window.picture("container-log").await;
}

async fn is_entered(window: &Window, docker: &Docker) {
    focus(window, "web").await;
    press_keys(window, "[data-row]:focus", "t").await;
    let typed = "hostname > /seen; echo wr\u{00ef}tten\n";
    window.find(".xterm-helper-textarea").await;
    press_keys(window, ".xterm-helper-textarea", typed).await;
    let screen = "return document.querySelector('.xterm-rows')?.innerText ?? ''";
    window
        .until("what the shell writes", screen, |text| {
            // Once typed, once written.
            text.as_str().is_some_and(|text| text.matches("wr\u{00ef}tten").count() >= 2)
        })
        .await;
    window.picture("container-terminal").await;
    assert!(!docker.docker(&["exec", "web", "cat", "/seen"]).is_empty(), "it was done in there");
    press_keys(window, ".xterm-helper-textarea", "exit\n").await;
}

async fn is_stopped(window: &Window, docker: &Docker, id: &str) {
    window.press("Actions of web").await;
    let stop = "const item = [...document.querySelectorAll('[role=menuitem]')]
        .find(item => item.textContent.includes('Stop…'));
        item?.click(); return item !== undefined;";
    window.until("the menu", stop, |pressed| *pressed == true).await;
    window.find_text("It can be started again").await;
    window.press("Stop").await;
    let start = row("web", "return row.innerText.includes('Start');");
    window.until("the row of a stopped container", &start, |is| *is == true).await;
    let state = docker.docker(&["inspect", "--format", "{{.State.Status}}", id]);
    assert_eq!(state, "exited");
    window.go("#/activity").await;
    window.find_text("web stopped on attic").await;
    window.picture("container-stopped").await;
}

/// The pages of containers in both themes, as pictures to look at.
async fn look_around(window: &Window, docker: &Docker) {
    furnish(docker);
    window.go("#/containers").await;
    window.press("Close").await;
    for theme in ["light", "dark"] {
        window.theme(theme).await;
        // What was open on the page before is not on it when it is come back to.
        window.go("#/overview").await;
        window.find_text("attic").await;
        window.go("#/containers").await;
        window.until("trouble", &row("worker", "return row.innerText;"), is_told).await;
        window.until("a failed check", &row("player", "return row.innerText;"), is_told).await;
        let read = row("archive", "return row.querySelector('.cpu .figure').textContent;");
        window
            .until("a figure", &read, |text| text.as_str().is_some_and(|cpu| cpu.contains('%')))
            .await;
        window.picture(&format!("containers-{theme}")).await;
        for (page, words) in [
            ("images", "paperless"),
            ("volumes", "paperless_data"),
            ("networks", "shop"),
            ("overview", "attic"),
        ] {
            window.go(&format!("#/{page}")).await;
            window.find_text(words).await;
            window.picture(&format!("{page}-{theme}")).await;
        }
        window.go("#/containers").await;
        focus(window, "archive").await;
        press_keys(window, "[data-row]:focus", "\u{e007}").await;
        window.find_text("Environment").await;
        window.picture(&format!("container-panel-{theme}")).await;
    }
}

/// Whether a row says that something is wrong.
fn is_told(text: &Value) -> bool {
    text.as_str().is_some_and(|text| text.contains("xited 3") || text.contains("nhealthy"))
}

/// What may run on somebody's server.
fn furnish(docker: &Docker) {
    docker.docker(&["start", "web"]);
    for image in ["paperless-ngx:2.13", "valkey:8.0", "jellyfin:10.10"] {
        docker.docker(&["tag", IMAGE, image]);
    }
    let sleeping: &[&str] = &["sh", "-c", "while :; do sleep 1; done"];
    let run = |name: &str, project: &str, image: &str, options: &[&str], command: &[&str]| {
        let labels = [
            format!("com.docker.compose.project={project}"),
            format!("com.docker.compose.service={name}"),
        ];
        let labels = ["--label", labels[0].as_str(), "--label", labels[1].as_str()];
        let begin = ["run", "-d", "--name", name, "--network", "shop"];
        docker.docker(&[&begin, &labels[..], options, &[image], command].concat());
    };
    let secret = ["--env", "PAPERLESS_DB_PASSWORD=not shown", "--env", "PAPERLESS_URL=http://nas"];
    let volume = ["--volume", "paperless_data:/data", "--publish", "0:8000", "--memory", "256m"];
    run(
        "archive",
        "paperless",
        "paperless-ngx:2.13",
        &[&secret[..], &volume[..]].concat(),
        sleeping,
    );
    run("broker", "paperless", "valkey:8.0", &[], sleeping);
    run("worker", "paperless", "paperless-ngx:2.13", &[], &["sh", "-c", "exit 3"]);
    let check = ["--health-cmd", "false", "--health-interval", "1s", "--health-retries", "1"];
    run("player", "media", "jellyfin:10.10", &check, sleeping);
}

/// Gives the keyboard to the row.
async fn focus(window: &Window, name: &str) {
    let script = row(name, "row.focus(); return document.activeElement === row;");
    window.until("a row that takes the focus", &script, |is| *is == true).await;
}

async fn press_keys(window: &Window, css: &str, keys: &str) {
    window.find(css).await.send_keys(keys).await.expect("keys that arrive");
}
