//! Login shells of every kind: the words that go in, and the noise that comes out.

use super::{Lab, Options, account_password, limits, skip, sshd};
use std::os::unix::fs::symlink;

/// Texts that some shell somewhere reads as something else.
const HOSTILE: [&str; 24] = [
    "",
    " ",
    "plain",
    "two words",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned;",
    "$HOME ${HOME} $?",
    "it's",
    "'",
    "''''",
    "\"quoted\"",
    r"back\slash",
    r"\\two\\",
    r"\'",
    r"ends with \",
    r"\n\t\0\x41",
    "line one\nline two\n",
    "tab\there",
    "* ? [a-z] {a,b} ~ !! ^ % #",
    "& | < > ( )",
    "-n",
    "A=b",
    "Ünïcödé 日本 🏠",
];

/// A lab for each login shell that this machine has.
fn shells() -> Vec<(&'static str, Lab, tempfile::TempDir)> {
    let mut labs = Vec::new();
    for shell in ["sh", "dash", "bash", "fish", "zsh", "ash"] {
        let folder = tempfile::tempdir().expect("a folder");
        let found = match shell {
            // BusyBox is the shell that its name says.
            "ash" => sshd::find("busybox").map(|busybox| {
                let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
                std::fs::set_permissions(folder.path(), readable).expect("a mode");
                symlink(busybox, folder.path().join("ash")).expect("a link");
                folder.path().join("ash")
            }),
            _ => sshd::find(shell),
        };
        let Some(path) = found else {
            // Not every system has these two.
            if !["zsh", "dash"].contains(&shell) {
                skip(shell);
            }
            continue;
        };
        let options =
            Options { config: vec!["Banner /etc/passwd".to_owned()], ..Options::default() };
        let Some(lab) = Lab::with_shell(options, path.to_str().expect("text")) else { break };
        if account_password(&lab.account).is_none() {
            break;
        }
        labs.push((shell, lab, folder));
    }
    labs
}

/// Holds because an argument may come from a file name or a form, and must never become a command;
/// and because fish reads quotes in a way of its own.
#[tokio::test(flavor = "multi_thread")]
async fn words_arrive_as_they_are_whatever_the_login_shell() {
    for (shell, lab, _folder) in shells() {
        let connection = lab.connect().await;
        let argv: Vec<&str> = ["printf", "%s\\0"].into_iter().chain(HOSTILE).collect();
        let output = connection.exec(&argv, limits()).await.expect(shell);
        assert!(output.succeeded(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        let words: Vec<&str> = text.split('\0').collect();
        assert_eq!(words[..words.len() - 1], HOSTILE, "{shell}");
        assert!(!lab.account.home.join("pwned").exists(), "{shell}");
    }
}

/// Holds because banners and start-up files that print are common, and are no part of an answer.
#[tokio::test(flavor = "multi_thread")]
async fn noise_of_a_login_shell_is_no_part_of_an_answer() {
    // No line break at the end, the usual end marker, and more than fits into one packet.
    let noise = "for i in 1 2 3; do echo END; echo '*** Wëlcome ***' >&2; done\n\
                 head -c 70000 /dev/zero | tr '\\0' x\nprintf 'last words'\n";
    for (shell, lab, _folder) in shells() {
        for file in [".profile", ".bashrc", ".zshenv", ".shrc"] {
            lab.account.write(file, noise);
        }
        let noise = "echo END\necho '*** Wëlcome ***' >&2\nprintf 'last words'\n";
        lab.account.write(".config/fish/config.fish", noise);
        let connection = lab.connect().await;
        let output = connection.exec(&["echo", "clean"], limits()).await.expect(shell);
        assert_eq!(output.stdout, b"clean\n", "{shell}");
        assert!(output.stderr.is_empty(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));

        let script = "while read -r line; do echo \"got $line\"; echo END; done";
        let mut script = connection.script(script, limits()).await.expect(shell);
        for question in ["one", "two"] {
            let answer = script.ask(question, "END", limits()).await.expect(shell);
            assert_eq!(answer, format!("got {question}\n").into_bytes(), "{shell}");
        }
    }
}

/// Holds because dash reads a script in blocks, and would swallow the first question together with
/// the last lines of a script that takes its time at its start.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_any_length_is_read_before_the_first_question() {
    for (shell, lab, _folder) in shells() {
        let connection = lab.connect().await;
        for length in [0, 8100, 8192, 40_000] {
            let padding = "# padding\n".repeat(length / 10);
            let script = format!(
                "sleep 0.2\nanswer() {{ echo \"$1!\"; echo END; }}\n{padding}\
                 while read -r line; do answer \"$line\"; done # the end"
            );
            let mut script = connection.script(&script, limits()).await.expect(shell);
            for question in ["erste Frage", "$(id)", "日本"] {
                let answer = script.ask(question, "END", limits()).await.expect(shell);
                assert_eq!(answer, format!("{question}!\n").into_bytes(), "{shell} {length}");
            }
        }
    }
}
