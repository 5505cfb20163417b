//! What a container writes, as lines.

use super::{PATIENCE, docker, engine};
use tokio::time::timeout;
use tomo::{
    docker::{
        Engine, EngineError,
        logs::{LONGEST, Line, LogWish},
    },
    domain::container_log::LogStream,
};

const SH: &[&str] = &["/bin/sh", "-c"];

/// The whole log of a container that has ended.
async fn whole(engine: &Engine, container: &str, wish: LogWish) -> Vec<Line> {
    let read = async {
        let mut reader = engine.log(container, &wish).await.expect("a log");
        let mut all = Vec::new();
        while let Some(lines) = reader.next().await.expect("lines") {
            all.extend(lines);
        }
        all
    };
    timeout(PATIENCE, read).await.expect("an end")
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

/// Holds because a person tells errors from output, sees colours, and must not see what steers a
/// terminal; and because 10 MB on one line must cost neither memory nor the lines behind it.
#[tokio::test(flavor = "multi_thread")]
async fn outputs_are_told_apart_long_lines_cut_and_controls_removed() {
    let Some(docker) = docker() else { return };
    let engine = engine(&docker).await;
    let script = "echo out; echo err >&2; \
        dd if=/dev/zero bs=1M count=10 2>/dev/null | tr '\\0' x; echo; \
        printf '\\033[31mred\\033[0m\\033[2J\\377\\000\\n'; printf 'no end'";
    let id = docker.start_container("hostile", &[], &[SH, &[script]].concat());
    docker.docker(&["wait", &id]);
    let lines = whole(&engine, &id, LogWish::default()).await;
    let of = |stream| {
        let lines = lines.iter().filter(move |line| line.stream == stream);
        lines.cloned().collect::<Vec<_>>()
    };
    assert_eq!(texts(&of(LogStream::Stderr)), ["err"]);
    let out = of(LogStream::Stdout);
    assert_eq!(out[0].text, "out");
    assert_eq!((out[1].text.len(), out[1].cut_bytes), (LONGEST, (10 << 20) - LONGEST as u64));
    assert_eq!(out[2].text, "\u{1b}[31mred\u{1b}[0m\u{fffd}");
    assert_eq!(out[3].text, "no end");
    assert!(out.windows(2).all(|pair| pair[0].at_ns <= pair[1].at_ns && pair[0].at_ns > 0));

    let only = LogWish { stream: Some(LogStream::Stderr), ..LogWish::default() };
    assert_eq!(texts(&whole(&engine, &id, only).await), ["err"]);
    let last = LogWish { tail: Some(1), ..LogWish::default() };
    assert_eq!(whole(&engine, &id, last).await.len(), 1);
    let since = LogWish { since_ns: Some(out[2].at_ns), ..LogWish::default() };
    assert_eq!(whole(&engine, &id, since).await[0], out[2], "from a line on, that line included");
}

/// Holds because the log of a container with a terminal has no frames, and its long lines come in
/// pieces whose times must not be taken for text.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_has_a_log_as_well() {
    let Some(docker) = docker() else { return };
    let engine = engine(&docker).await;
    let script = "echo one; echo two >&2; printf '\\001\\002 three\\n'; \
        dd if=/dev/zero bs=1000 count=100 2>/dev/null | tr '\\0' y; echo; echo four";
    let id = docker.start_container("tty", &["-t"], &[SH, &[script]].concat());
    docker.docker(&["wait", &id]);
    let lines = whole(&engine, &id, LogWish::default()).await;
    assert_eq!(texts(&lines[..3]), ["one", "two", " three"]);
    assert_eq!(lines[3].text.len() as u64 + lines[3].cut_bytes, 100_000);
    assert_eq!(lines[4].text, "four");
    assert_eq!(lines.len(), 5);
}

/// Holds because a log that cannot be read must say so, in the engine's words, and not look empty.
#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_cannot_be_read_says_so() {
    let Some(docker) = docker() else { return };
    let engine = engine(&docker).await;
    let options = ["--log-driver", "none"];
    let id = docker.start_container("silent", &options, &["sleep", "1000"]);
    let read = async {
        let mut reader = engine.log(&id, &LogWish { follow: true, ..LogWish::default() }).await?;
        reader.next().await.map(drop)
    };
    let error = timeout(PATIENCE, read).await.expect("an answer").expect_err("no log");
    assert!(
        matches!(&error, EngineError::Refused { message, .. } if message.contains("reading")),
        "{error:?}"
    );

    for nobody in ["../../version", "", "nobody", "a/b", "a?b"] {
        let error = engine.log(nobody, &LogWish::default()).await.err();
        assert!(matches!(error, Some(EngineError::NotFound(_))), "{nobody}: {error:?}");
    }
}

/// Holds because a follow must lose no line, however fast they come, nor may a reading of what is there
/// already. The container goes on until all is read: Docker itself ends the logs of one that has ended
/// before it has taken down everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_of_a_million_lines_pass_without_loss() {
    const ALL: usize = 250_000;
    let Some(docker) = docker() else { return };
    let engine = engine(&docker).await;
    let options = ["--log-opt", "max-size=1g"];
    let script = format!("seq 1 {ALL}; exec sleep 1000");
    let id = docker.start_container("busy", &options, &[SH, &[&script]].concat());
    let wish = LogWish { follow: true, ..LogWish::default() };
    let followed = async {
        let mut reader = engine.log(&id, &wish).await.expect("a log");
        let mut all = Vec::new();
        while all.len() < ALL {
            all.extend(reader.next().await.expect("lines").expect("more"));
        }
        all
    };
    let followed = timeout(PATIENCE, followed).await.expect("all lines");
    let again = whole(&engine, &id, LogWish::default()).await;
    for lines in [followed, again] {
        assert_eq!(lines.len(), ALL);
        assert!((1..).zip(&lines).all(|(number, line): (u32, _)| line.text == number.to_string()));
    }
}
