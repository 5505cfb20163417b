//! The long-lived script: what it does when things go wrong in mid-conversation.

use super::{Lab, Options, limits};
use std::time::{Duration, Instant};
use tomo::ssh::{Limits, RemoteError, ScriptChannel};

/// Does what a question says.
const SCRIPT: &str = r#"
while read -r line; do
  case $line in
    stuck) sleep 1000 </dev/null ;;
    long) head -c 3000000 /dev/zero | tr '\0' x ;;
    lines) i=0; while [ $i -lt 9000 ]; do echo "line $i"; i=$((i + 1)); done ;;
    complain) echo 'df: /mnt: Stale file handle' >&2 ;;
    leave) echo 'no more of this' >&2; exit 5 ;;
  esac
  echo "END of $line"
  echo END
done
"#;

async fn script(lab: &Lab) -> (tomo::ssh::Connection, ScriptChannel) {
    let connection = lab.connect().await;
    let script = connection.script(SCRIPT, limits()).await.expect("a shell");
    (connection, script)
}

/// Holds because a block has many packets, lines that only look like its end, and complaints
/// beside it that are worth keeping.
#[tokio::test(flavor = "multi_thread")]
async fn a_block_is_whole_and_complaints_stay_beside_it() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let (_connection, mut script) = script(&lab).await;
    let lines = script.ask("lines", "END", limits()).await.expect("an answer");
    let text = String::from_utf8(lines).expect("text");
    assert_eq!(text.lines().count(), 9001);
    assert!(text.starts_with("line 0\n") && text.ends_with("line 8999\nEND of lines\n"));
    let answer = script.ask("complain", "END", limits()).await.expect("an answer");
    assert_eq!(answer, b"END of complain\n");
    let answer = script.ask("next", "END", limits()).await.expect("an answer");
    assert_eq!(answer, b"END of next\n");
    assert_eq!(script.complaints(), "df: /mnt: Stale file handle\n");
}

/// Holds because an answer without an end must not fill the memory, and the rest of it must not
/// pass for the next one.
#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_is_too_long_ends_the_conversation() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let (connection, mut script) = script(&lab).await;
    let small = Limits { bytes: 1 << 20, ..limits() };
    let result = script.ask("long", "END", small).await;
    assert_eq!(result, Err(RemoteError::TooLarge(1 << 20)));
    assert_eq!(script.ask("next", "END", small).await, Err(RemoteError::OutOfStep));
    let mut again = connection.script(SCRIPT, limits()).await.expect("a shell");
    assert_eq!(again.ask("hello", "END", limits()).await.expect("it works"), b"END of hello\n");
}

/// Holds because `df` hangs on a dead network share, for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_hangs_is_given_up_in_time() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let (_connection, mut script) = script(&lab).await;
    let short = Limits { time: Duration::from_millis(300), ..limits() };
    let started = Instant::now();
    let result = script.ask("stuck", "END", short).await;
    assert_eq!(result, Err(RemoteError::Timeout(short.time)));
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(script.ask("next", "END", limits()).await, Err(RemoteError::OutOfStep));
}

/// Holds because a caller may stop waiting, and the late answer is not the next one's.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_waited_for_ends_the_conversation() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let (_connection, mut script) = script(&lab).await;
    let short = Duration::from_millis(100);
    let dropped = tokio::time::timeout(short, script.ask("stuck", "END", limits())).await;
    assert!(dropped.is_err());
    assert_eq!(script.ask("next", "END", limits()).await, Err(RemoteError::OutOfStep));
}

/// Holds because a machine that hangs keeps its connections open and answers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_freezes_in_mid_question_gives_an_error_in_time() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let (_connection, mut script) = script(&lab).await;
    lab.sshd.pause();
    let short = Limits { time: Duration::from_millis(500), ..limits() };
    let started = Instant::now();
    let result = script.ask("hello", "END", short).await;
    assert_eq!(result, Err(RemoteError::Timeout(short.time)));
    assert!(started.elapsed() < Duration::from_secs(10));
    lab.sshd.resume();
}

/// Holds because the last words of a shell are the reason why it ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_shell_that_ends_says_how() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let (_connection, mut script) = script(&lab).await;
    let said = Some("'no more of this'".to_owned());
    let result = script.ask("leave", "END", limits()).await;
    assert_eq!(result, Err(RemoteError::Ended { status: Some(5), said }));
}

/// Holds because a script with a mistake in it would otherwise wait for questions for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_with_a_mistake_does_not_start() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let error = connection.script("if; then", limits()).await.expect_err("a mistake");
    let words = error.failure().message;
    assert!(words.to_lowercase().contains("syntax error"), "{words}");
}

/// Holds because a lost connection is another matter than a shell that ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_in_mid_question_is_told_as_such() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let (_connection, mut script) = script(&lab).await;
    let asking = script.ask("stuck", "END", limits());
    let cutting = async { lab.sshd.cut() };
    let (result, ()) = tokio::join!(asking, cutting);
    assert!(matches!(result, Err(RemoteError::Closed(_))), "{result:?}");
}

/// Holds because one line is one question.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_with_a_line_break_is_refused() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let (_connection, mut script) = script(&lab).await;
    assert_eq!(script.ask("a\nb", "END", limits()).await, Err(RemoteError::Unsendable));
    assert!(script.ask("ab", "END", limits()).await.is_ok());
}
