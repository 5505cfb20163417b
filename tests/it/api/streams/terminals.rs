//! Terminals in containers and on servers: what is typed, what is shown, and how they end.

use super::{House, Setting, until};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::time::Duration;
use tomo::{api::error::Code, app::TerminalFeed, domain::terminal::TerminalOutput};

/// A terminal in a window, which shows what comes at once.
pub(super) struct Terminal<'a> {
    house: &'a House,
    pub(super) id: String,
    feed: TerminalFeed,
    /// Everything that was shown.
    pub(super) seen: Vec<u8>,
    end: Option<(Option<i64>, Option<String>)>,
}

impl Setting {
    fn in_container(container: &Value, command: &[&str]) -> Value {
        json!({
            "kind": "container", "container": container, "command": command, "user": null,
        })
    }

    fn on_server(&self) -> Value {
        json!({ "kind": "server", "server_id": self.id })
    }

    pub(super) async fn shell_in(&self, container: &Value) -> Terminal<'_> {
        self.terminal(Self::in_container(container, &[])).await
    }

    pub(super) async fn shell(&self) -> Terminal<'_> {
        self.terminal(self.on_server()).await
    }

    async fn terminal(&self, target: Value) -> Terminal<'_> {
        Terminal::open(&self.house, target).await
    }
}

fn wanted(target: &Value) -> Value {
    json!({ "target": target, "size": { "columns": 97, "rows": 31 } })
}

impl<'a> Terminal<'a> {
    pub(super) async fn open(house: &'a House, target: Value) -> Self {
        let opened = house.ask("terminal.open", wanted(&target)).await;
        let id = opened["terminal_id"].as_str().expect("an id").to_owned();
        let feed = house.tomo.show_terminal(&id).await.expect("a feed");
        Self { house, id, feed, seen: Vec::new(), end: None }
    }

    pub(super) async fn write(&self, bytes: &[u8]) {
        let typed = json!({ "terminal_id": self.id, "bytes": STANDARD.encode(bytes) });
        self.house.ask("terminal.write", typed).await;
    }

    pub(super) async fn resize(&self, columns: u16, rows: u16) {
        let size = json!({ "columns": columns, "rows": rows });
        let wanted = json!({ "terminal_id": self.id, "size": size });
        self.house.ask("terminal.resize", wanted).await;
    }

    async fn close(&self) {
        self.house.ask("terminal.close", json!({ "terminal_id": self.id })).await;
    }

    /// Shows what comes next; nothing when it has ended.
    pub(super) async fn show(&mut self) -> Option<()> {
        let next = tokio::time::timeout(super::PATIENCE, self.feed.next());
        match next.await.unwrap_or_else(|_| panic!("nothing after {:?}", self.text()))? {
            TerminalOutput::Data { bytes } => {
                let bytes = STANDARD.decode(bytes).expect("base64");
                let shown = self.house.tomo.terminal_shown(&self.id, bytes.len());
                // One that ended meanwhile shows what is left.
                let _ = shown.await;
                self.seen.extend(bytes);
                Some(())
            }
            TerminalOutput::Ended { exit_code, reason } => {
                self.end = Some((exit_code, reason));
                None
            }
        }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    /// Shows until a text has come, and forgets what was shown up to its end.
    pub(super) async fn until(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.seen.windows(text.len()).position(|part| part == text.as_bytes())
            {
                let rest = self.seen.split_off(at + text.len());
                return String::from_utf8_lossy(&std::mem::replace(&mut self.seen, rest))
                    .into_owned();
            }
            if self.show().await.is_none() {
                panic!("it ended with {:?}, without {text:?} in {:?}", self.end, self.text());
            }
        }
    }

    /// Shows to the end: with what it ended, and why.
    pub(super) async fn ended(&mut self) -> (Option<i64>, Option<String>) {
        while self.show().await.is_some() {}
        self.end.clone().expect("an end")
    }
}

/// What both kinds of terminals do alike.
async fn works_like_a_terminal(terminal: &mut Terminal<'_>) {
    terminal.write(b"stty size; echo $TERM; tty\n").await;
    terminal.until("31 97").await;
    terminal.until("xterm-256color").await;
    terminal.until("/dev/pts/").await;
    // Programs that draw hear of a new size.
    let draws = "trap 'echo now $(stty size)' WINCH; echo rea\"\"dy; while :; do sleep 0.1; done";
    terminal.write(format!("(exec sh -c {draws:?})\n").replace("$(", "\\$(").as_bytes()).await;
    terminal.until("ready").await;
    terminal.resize(120, 40).await;
    terminal.until("now 40 120").await;
    terminal.write(b"\x03").await;
    // A character may be cut anywhere, on its way there and back. The shell may show its prompt late.
    let typed =
        "echo 'é日🏠' | wc -c | sed 's/^ */size:/'; echo '<é日🏠>' | sed 's/</{/'\n".as_bytes();
    for bytes in typed.chunks(1) {
        terminal.write(bytes).await;
    }
    terminal.until("size:10").await;
    terminal.until("{é日🏠>").await;
    terminal.write(b"printf '\\303'; sleep 0.2; printf '\\251|\\n'\n").await;
    terminal.until("é|").await;
    // Whatever the bytes are, a file that is pasted is there whole.
    let pasted = format!("cat > /tmp/pasted <<'X'\n{}\nX\n", "0123456789abcdef\n".repeat(1_000));
    terminal.write(pasted.as_bytes()).await;
    terminal.write(b"echo size $(wc -c < /tmp/pasted); rm /tmp/pasted\n").await;
    terminal.until("size 17001").await;
    terminal.write(b"exit 7\n").await;
    assert_eq!(terminal.ended().await, (Some(7), None));
}

/// Holds because a terminal is the same thing everywhere, and the log says that there was one and
/// nothing of what was typed.
#[tokio::test(flavor = "multi_thread")]
async fn both_kinds_work_like_terminals_and_are_in_the_log() {
    let Some(setting) = Setting::start().await else { return };
    let web = setting.run("web", "mkdir /tmp; exec sleep 1000").await;
    works_like_a_terminal(&mut setting.shell_in(&web).await).await;
    works_like_a_terminal(&mut setting.shell().await).await;
    let secret = Setting::in_container(&web, &["echo", "secret-word"]);
    let mut terminal = setting.terminal(secret).await;
    terminal.until("secret-word").await;
    assert_eq!(terminal.ended().await, (Some(0), None));
    let written = json!({ "terminal_id": terminal.id, "bytes": "" });
    setting.house.refused("terminal.write", written, Code::NotFound).await;

    let logged = setting.house.logged("terminal.open").await;
    let messages: Vec<_> = logged.iter().map(|(message, _)| message.as_str()).collect();
    let expected = ["web on lab", "lab", "web on lab, running echo"]
        .map(|to| format!("Terminal opened: {to}"));
    assert_eq!(messages, expected);
    assert_eq!(logged[2].1["program"], "echo");
    assert_eq!(logged[2].1["container"], "web");
    let all = setting.house.logged("terminal.write").await;
    assert!(all.is_empty() && !format!("{logged:?}").contains("secret-word"), "{logged:?}");
}

/// Holds because every way in has to say what is in the way: who may not, what is not there, and
/// what does not run.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_opened_says_why() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let web = setting.run("web", "exec sleep 1000").await;
    let refused = async |target: Value, code, part: &str| {
        let error = house.refused("terminal.open", wanted(&target), code).await;
        assert!(error.message.contains(part), "{error:?}");
    };
    let of = |id: &str| json!({ "server_id": setting.id, "container_id": id });
    for id in ["nobody", "../../version", "", "a/b?x"] {
        refused(Setting::in_container(&of(id), &[]), Code::NotFound, "container").await;
    }
    let shell = Setting::in_container(&web, &["no-such-shell"]);
    refused(shell, Code::NotFound, "no-such-shell").await;
    refused(Setting::in_container(&web, &[""]), Code::Invalid, "program").await;
    refused(Setting::in_container(&web, &["a\0b"]), Code::Invalid, "program").await;
    let mut stranger = Setting::in_container(&web, &[]);
    stranger["user"] = json!("nobody-of-this-name");
    refused(stranger, Code::Failed, "nobody-of-this-name").await;
    let bad = json!({ "target": setting.on_server(), "size": { "columns": 0, "rows": 24 } });
    house.refused("terminal.open", bad, Code::Invalid).await;
    docker.docker(&["pause", "web"]);
    refused(Setting::in_container(&web, &[]), Code::Failed, "paused").await;
    docker.docker(&["unpause", "web"]);
    docker.docker(&["stop", "-t", "0", "web"]);
    refused(Setting::in_container(&web, &[]), Code::Failed, "not running").await;
    let nobody = json!({ "kind": "server", "server_id": "019a0000-0000-7000-8000-000000000000" });
    refused(nobody, Code::NotFound, "server").await;
    house.ask("server.disconnect", json!({ "id": setting.id })).await;
    house.until_state(&setting.id, "disconnected").await;
    refused(setting.on_server(), Code::Invalid, "not connected").await;
    assert_eq!(house.logged("terminal.open").await.len(), 0, "none was opened");
}

/// Holds because each of these happens while somebody types, who then has to read what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_a_terminal_is_told() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let web = setting.run("web", "exec sleep 1000").await;
    let begun = async |mut terminal: Terminal<'_>| {
        terminal.write(b"echo be\"\"gun\n").await;
        terminal.until("begun").await;
    };

    let mut terminal = setting.shell_in(&web).await;
    terminal.write(b"echo be\"\"gun\n").await;
    terminal.until("begun").await;
    docker.docker(&["stop", "-t", "0", "web"]);
    let (code, reason) = terminal.ended().await;
    assert!(code == Some(137) || reason.is_some(), "{code:?} {reason:?}");

    let gone = setting.run("gone", "exec sleep 1000").await;
    let mut terminal = setting.shell_in(&gone).await;
    docker.docker(&["rm", "-f", "gone"]);
    let (code, reason) = terminal.ended().await;
    assert!(code.is_some() || reason.as_ref().is_some_and(|why| why.ends_with('.')), "{reason:?}");

    // A program that nobody sees any more must not go on.
    docker.docker(&["start", "web"]);
    setting.listed(&web, |row| row["state"] == "running").await;
    let mut terminal = setting.shell_in(&web).await;
    terminal.write(b"sleep 4321 & echo be\"\"gun\n").await;
    terminal.until("begun").await;
    terminal.close().await;
    assert_eq!(terminal.ended().await, (None, None));
    until(house, "end of what ran", async || {
        (!docker.docker(&["top", "web"]).contains("sleep 4321")).then_some(())
    })
    .await;
    terminal.close().await;

    // The server goes, under a shell and under a program in a container.
    let mut shell = setting.shell().await;
    let mut program = setting.shell_in(&web).await;
    house.ask("server.disconnect", json!({ "id": setting.id })).await;
    for terminal in [&mut shell, &mut program] {
        let (code, reason) = terminal.ended().await;
        assert_eq!(code, None);
        assert!(reason.as_ref().is_some_and(|why| why.ends_with('.')), "{reason:?}");
    }
    house.ask("server.connect", json!({ "id": setting.id })).await;
    setting.until_ready().await;
    begun(setting.shell().await).await;
    let mut shell = setting.shell().await;
    setting.lab.sshd.cut();
    let (code, reason) = shell.ended().await;
    assert!(code.is_none() && reason.is_some(), "{code:?} {reason:?}");
}

/// Holds because a terminal is as much as the account on the server: it must not outlive the session
/// of the person who opened it, nor this program.
#[tokio::test(flavor = "multi_thread")]
async fn terminals_end_with_the_session_and_with_the_program() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let web = setting.run("web", "exec sleep 1000").await;
    let mut shell = setting.shell().await;
    let mut program = setting.shell_in(&web).await;
    program.write(b"sleep 4321 & echo be\"\"gun\n").await;
    program.until("begun").await;
    house.ask("session.sign_out", json!({})).await;
    for terminal in [&mut shell, &mut program] {
        let (_, reason) = terminal.ended().await;
        assert!(reason.is_some_and(|why| why.contains("session")));
    }
    until(house, "end of what ran", async || {
        (!docker.docker(&["top", "web"]).contains("sleep 4321")).then_some(())
    })
    .await;
    let again = super::super::account(super::super::ADMIN, false);
    house.ask("session.sign_in", again).await;
    let old = json!({ "terminal_id": shell.id, "bytes": "" });
    house.refused("terminal.write", old, Code::NotFound).await;

    let mut program = setting.shell_in(&web).await;
    program.write(b"sleep 4322 & echo be\"\"gun\n").await;
    program.until("begun").await;
    tokio::time::timeout(super::PATIENCE, house.tomo.shutdown()).await.expect("it ends");
    let ended = async {
        while docker.docker(&["top", "web"]).contains("sleep 4322") {
            // Nobody tells of the end of a process any more.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("nothing is left");
}
