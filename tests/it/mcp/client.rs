//! The client: the `mcp` package for Python, in a folder of its own below `target/`.

use super::Desk;
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

/// An assistant's program that has started `tomo mcp`.
pub struct Assistant {
    /// What the server said of itself.
    pub about: Value,
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Assistant {
    /// Starts it; nothing where Python or the package cannot be had.
    pub fn start(desk: &Desk, way: &str, arguments: &[&str]) -> Option<Self> {
        let Some(python) = python() else {
            super::super::cli::skip("the mcp package for Python (needs python3 with venv and pip)");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mcp/client.py");
        let mut command = Command::new(python);
        desk.dress(&mut command)
            .arg(script)
            .args([way, env!("CARGO_BIN_EXE_tomo"), "mcp"])
            .args(arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("python");
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut assistant = Self { about: Value::Null, child, orders, answers };
        assistant.about = assistant.read();
        Some(assistant)
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn order(&mut self, order: &Value) -> Value {
        let orders = self.orders.as_mut().expect("it was not ended");
        writeln!(orders, "{order}").expect("an order");
        self.read()
    }

    /// The tools that are listed.
    pub fn tools(&mut self) -> Vec<Value> {
        self.order(&json!({ "do": "tools" })).as_array().expect("tools").clone()
    }

    /// Names of the tools that are listed.
    pub fn tool_names(&mut self) -> Vec<String> {
        let name = |tool: &Value| tool["name"].as_str().expect("a name").to_owned();
        self.tools().iter().map(name).collect()
    }

    /// Calls a tool; gives the results or the error of the protocol.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.order(&json!({ "do": "call", "tool": tool, "arguments": arguments }))
    }

    /// Calls a tool so many times at once.
    pub fn call_at_once(&mut self, times: usize, tool: &str, arguments: Value) -> Vec<Value> {
        let order = json!({ "do": "call", "tool": tool, "arguments": arguments, "times": times });
        self.order(&order).as_array().expect("results").clone()
    }

    /// Calls what has to be answered; gives the structured result.
    pub fn ask(&mut self, tool: &str, arguments: Value) -> Value {
        let results = self.call(tool, arguments);
        assert_eq!(results[0]["isError"], false, "{tool}: {results}");
        let content = results[0]["structuredContent"].clone();
        let text = results[0]["content"][0]["text"].as_str().expect("text as well");
        assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), content);
        content
    }

    /// Calls what has to be refused; gives the words.
    pub fn refused(&mut self, tool: &str, arguments: Value) -> String {
        let results = self.call(tool, arguments);
        assert_eq!(results[0]["isError"], true, "{tool}: {results}");
        results[0]["content"][0]["text"].as_str().expect("words").to_owned()
    }

    /// Ends the assistant's program, and with it `tomo mcp`.
    pub fn end(mut self) {
        drop(self.orders.take());
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{status}");
    }
}

impl Drop for Assistant {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind.
        if self.orders.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The Python that has the package, made once for all tests and runs.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(install).as_deref()
}

fn install() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mcp-client");
    let python = folder.join("bin/python");
    let wanted = include_str!("requirements.txt");
    let stamp = folder.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && python.is_file() {
        return Some(python);
    }
    let done = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    };
    if !done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder)) {
        return None;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let package = wanted.trim();
    done(Command::new(&python).args(pip).arg(package)).then_some(())?;
    fs::write(stamp, wanted).ok()?;
    Some(python)
}
