//! The script under the shells that hosts have, on this machine, without SSH.
//!
//! A shell that is not installed is skipped by name; in CI the common ones must be there. Linux only: elsewhere the script has nothing to read.

use super::{
    Error,
    block::{Block, BlockReader},
    sampler::{Reading, Sampler},
    script::{Nonce, Reader, Request, script},
    system,
};
use crate::test_programs::{AWKS, installed, program, with_first_in_path};
use chrono::Utc;
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
};

const LIMIT: Duration = Duration::from_secs(30);
pub(super) const FAST: Request = Request {
    temperatures: false,
    interfaces: false,
    mounts: false,
    network_mounts: false,
    system: false,
    containers: false,
};
const SHELLS: [&[&str]; 5] = [&["dash"], &["bash"], &["busybox", "ash"], &["ksh93"], &["mksh"]];

/// A shell with the script in it, as a server would run it.
pub(super) struct Host {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    blocks: BlockReader,
}

impl Host {
    pub(super) async fn start(
        command: &mut Command,
        reader: Reader,
    ) -> Result<(Self, Block), Error> {
        Self::start_with(command, reader, |script| script).await
    }

    /// The same with a script that was changed first.
    pub(super) async fn start_with(
        command: &mut Command,
        reader: Reader,
        change: impl FnOnce(String) -> String,
    ) -> Result<(Self, Block), Error> {
        let nonce = Nonce::random();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("the shell starts");
        let mut input = child.stdin.take().expect("stdin");
        let output = child.stdout.take().expect("stdout");
        let text = change(script(&nonce, reader));
        input.write_all(text.as_bytes()).await.expect("the script is taken");
        let mut host = Self { child, input, output, blocks: BlockReader::new(&nonce) };
        let ready = host.block().await?;
        ready.ready()?;
        Ok((host, ready))
    }

    pub(super) async fn block(&mut self) -> Result<Block, Error> {
        let mut buffer = [0; 4096];
        tokio::time::timeout(LIMIT, async {
            loop {
                let length = self.output.read(&mut buffer).await.expect("readable");
                assert!(length > 0, "the script ended; it said {:?}", self.blocks.noise());
                if let Some(block) = self.blocks.push(&buffer[..length])? {
                    return Ok(block);
                }
            }
        })
        .await
        .expect("an answer in time")
    }

    pub(super) async fn ask(&mut self, request: Request) -> Block {
        self.input.write_all(request.line().as_bytes()).await.expect("the request is taken");
        self.block().await.expect("a block")
    }

    /// Milliseconds of CPU that the host's process and its children have used.
    pub(super) fn cpu_ms(&self) -> f64 {
        let pid = self.child.id().expect("running");
        let read = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/{name}"));
        let stat = read("stat").expect("its stat");
        super::own_cost::parse(&stat, read("schedstat").ok().as_deref()).expect("its time")
    }
}

pub(super) fn shells() -> impl Iterator<Item = Command> {
    SHELLS.into_iter().filter(|words| installed(words[0])).map(|words| {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    })
}

/// What every host with `/proc` must give, whatever reads it.
fn check(block: &Block, how: &str) {
    let reading = Reading::of(block);
    assert!(reading.uptime_seconds.is_some_and(|seconds| seconds > 0.0), "{how}");
    let cores = std::thread::available_parallelism().expect("processors").get();
    assert_eq!(reading.cpu.expect(how).cores.len(), cores, "{how}");
    let memory = reading.memory.expect(how);
    assert!(memory.cached_bytes.is_some(), "{how}");
    assert!(reading.load.is_some(), "{how}");
    assert!(reading.network.iter().any(|interface| interface.name == "lo"), "{how}");
    assert!(reading.own_cpu_ms.is_some(), "{how}");
    assert!(reading.temperatures.is_some(), "{how}");
    assert!(reading.interface_kinds.is_some(), "{how}");
    assert!(reading.network_mounts.is_some(), "{how}");
    let mounts = reading.mounts.expect(how);
    assert!(mounts.iter().any(|mount| mount.path == "/" && mount.total_bytes > 0), "{how}");
    let facts = system::parse(block);
    assert_eq!(facts.architecture.as_deref(), Some(std::env::consts::ARCH), "{how}");
    assert!(facts.hostname.is_some() && facts.virtualization.is_some(), "{how}");
    assert_eq!(facts.cpu_count.map(|count| count as usize), Some(cores), "{how}");
}

/// BusyBox, dash, bash and both Korn shells, with awk and without, give the same sections.
#[tokio::test]
async fn every_shell_answers_alike() {
    for reader in [Reader::Awk, Reader::Shell] {
        for mut shell in shells() {
            let how = format!("{shell:?} {reader:?}");
            let (mut host, ready) = Host::start(&mut shell, reader).await.expect(&how);
            let word = if reader == Reader::Awk { "awk" } else { "shell" };
            assert_eq!(ready.section("ready").map(str::trim), Some(word), "{how}");
            check(&host.ask(Request::ALL).await, &how);
            let next = host.ask(FAST).await;
            assert!(next.section("cpu").is_some() && next.section("mounts").is_none(), "{how}");
            drop(host.input);
            assert!(
                host.child.wait().await.expect(&how).success(),
                "it ends with its input: {how}"
            );
        }
    }
}

/// A router has nothing but BusyBox: its awk, its df, its timeout, its grep.
#[tokio::test]
async fn busybox_alone_is_enough() {
    if !installed("busybox") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let install = Command::new("busybox").arg("--install").arg("-s").arg(folder.path()).status();
    assert!(install.await.expect("busybox runs").success());
    let mut shell = Command::new(folder.path().join("sh"));
    shell.env_clear().env("PATH", folder.path());
    let (mut host, ready) = Host::start(&mut shell, Reader::Awk).await.expect("ready");
    assert_eq!(ready.section("ready").map(str::trim), Some("awk"));
    check(&host.ask(Request::ALL).await, "busybox alone");
}

/// Each awk that distributions ship buffers in its own way; none may keep an answer back.
#[tokio::test]
async fn every_awk_answers_at_once() {
    for (awk, words) in AWKS {
        if !installed(awk) {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        program(folder.path(), "awk", &format!("exec {words} \"$@\""));
        let mut shell = with_first_in_path(folder.path());
        let (mut host, ready) = Host::start(&mut shell, Reader::Awk).await.expect("ready");
        assert_eq!(ready.section("ready").map(str::trim), Some("awk"), "{awk}");
        check(&host.ask(Request::ALL).await, awk);
        host.ask(FAST).await;
    }
}

/// An awk that is missing or broken is found out before it is relied upon.
#[tokio::test]
async fn a_broken_awk_leaves_it_to_the_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), "awk", "echo awk: not today >&2; exit 2");
    let mut shell = with_first_in_path(folder.path());
    let (mut host, ready) = Host::start(&mut shell, Reader::Awk).await.expect("ready");
    assert_eq!(ready.section("ready").map(str::trim), Some("shell"));
    check(&host.ask(Request::ALL).await, "no awk");
}

/// Comma decimals and translated headers of the account's own locale must not reach the parsers.
#[tokio::test]
async fn another_language_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    // A program that answers in the language that it was started in.
    program(folder.path(), "docker", "echo \"Docker version $LC_ALL, build 1\"");
    let mut shell = with_first_in_path(folder.path());
    shell.env("LC_ALL", "de_DE.UTF-8").env("LANG", "de_DE.UTF-8").env("LANGUAGE", "de");
    let (mut host, _) = Host::start(&mut shell, Reader::Awk).await.expect("ready");
    let block = host.ask(Request::ALL).await;
    check(&block, "German");
    assert_eq!(system::parse(&block).docker_version.as_deref(), Some("C"));
}

/// A login shell that prints a banner, and a profile that prints in the middle of a line.
#[tokio::test]
async fn a_banner_is_read_over() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "printf 'Welcome!\\n@@ begin\\n\\033[31mno newline'; echo; exec sh"]);
    let (mut host, _) = Host::start(&mut shell, Reader::Awk).await.expect("ready");
    assert_eq!(host.blocks.noise().as_deref(), Some("Welcome! @@ begin [31mno newline"));
    check(&host.ask(Request::ALL).await, "banner");
}

/// A host without `/proc` as Linux has it says what it is instead of ending silently.
#[tokio::test]
async fn a_host_that_is_not_linux_says_so() {
    let nonce = Nonce::random();
    let text = script(&nonce, Reader::Awk).replace("/proc/uptime", "/nowhere/uptime");
    let mut child = Command::new("sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("a shell");
    child.stdin.take().expect("stdin").write_all(text.as_bytes()).await.expect("written");
    let output = child.wait_with_output().await.expect("it ends");
    let block = BlockReader::new(&nonce).push(&output.stdout).expect("short").expect("a block");
    assert!(
        matches!(block.ready(), Err(Error::NotLinux { system }) if system.starts_with("Linux"))
    );
}

/// Mount points with spaces, quotes, dollars, backslashes and other alphabets, and a network file
/// system that never answers, given to the script as `/proc/mounts` and `df` would.
#[tokio::test]
async fn hostile_mounts_and_a_dead_share() {
    let folder = tempfile::tempdir().expect("a folder");
    // Prints one row for each path; the one on the dead share is never answered, not even when killed.
    program(
        folder.path(),
        "df",
        "shift; for p in \"$@\"; do case $p in *dead*) trap '' TERM; sleep 60 & wait ;; esac\n\
         printf '/dev/x%s 1000 400 600 40%% %s\\n' \"$#\" \"$p\"; done",
    );
    program(folder.path(), "timeout", "shift 2; case $1 in true) exit ;; esac; shift; exec \"$@\"");
    let mounts = folder.path().join("mounts");
    std::fs::write(
        &mounts,
        "/dev/sda1 / ext4 rw 0 0\n\
         /dev/sdb1 /mnt/a\\040b ext4 rw 0 0\n\
         /dev/sdc1 /mnt/$(touch\\040/tmp/never)`id`;'\"x ext4 rw 0 0\n\
         /dev/sdd1 /mnt/back\\134slash*? ext4 rw 0 0\n\
         /dev/sde1 /mnt/Ünïcödé日本🏠 ext4 rw 0 0\n\
         tmpfs /run tmpfs rw 0 0\n\
         nas:/x /mnt/dead nfs4 rw 0 0\n",
    )
    .expect("written");
    let nonce = Nonce::random();
    let text = script(&nonce, Reader::Awk)
        .replace("/proc/mounts", &mounts.display().to_string())
        .replace("sleep 7", "sleep 1");
    let mut child = with_first_in_path(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("a shell");
    let mut input = child.stdin.take().expect("stdin");
    let output = child.stdout.take().expect("stdout");
    input.write_all(text.as_bytes()).await.expect("written");
    let mut host = Host { child, input, output, blocks: BlockReader::new(&nonce) };
    host.block().await.expect("ready");

    let block = host.ask(Request { mounts: true, ..FAST }).await;
    let listed = block.section("free_space").unwrap_or_default();
    let paths: Vec<&str> =
        listed.lines().filter_map(|line| line.split_once("40% ")).map(|(_, path)| path).collect();
    assert_eq!(
        paths,
        [
            "/",
            "/mnt/a b",
            "/mnt/$(touch /tmp/never)`id`;'\"x",
            "/mnt/back\\slash*?",
            "/mnt/Ünïcödé日本🏠"
        ]
    );
    let block = host.ask(Request { mounts: true, network_mounts: true, ..FAST }).await;
    assert!(block.section("network_mounts_late").is_some());
    assert!(Reading::of(&block).network_mounts.is_none());
    assert!(Reading::of(&block).mounts.is_some(), "the others are still read");
    host.ask(FAST).await;
}

/// The promise to the host: a sample starts no process, costs at most 3 ms, and no more than a
/// `cat` of the same files in the same shell. Compared in one run, so that a slow machine is fair.
#[tokio::test]
async fn a_sample_costs_less_than_a_cat() {
    const SAMPLES: u32 = 200;
    for mut shell in shells() {
        let how = format!("{shell:?}");
        let (mut host, _) = Host::start(&mut shell, Reader::Awk).await.expect(&how);
        let mut sampler = Sampler::new();
        let before = host.cpu_ms();
        let mut told = None;
        for _ in 0..SAMPLES {
            let block = host.ask(FAST).await;
            told = sampler.sample(&block, Utc::now(), Duration::ZERO).cost.remote_cpu_ms;
        }
        let ours = (host.cpu_ms() - before) / f64::from(SAMPLES);
        let by_hand = cost_of_cat(&mut shell, SAMPLES).await;
        assert!(ours < by_hand, "{how}: {ours} ms, by hand {by_hand} ms");
        assert!(ours < 3.0, "{how}: {ours} ms");
        let told = told.expect("the cost is told");
        assert!(told <= ours * 3.0 + 0.2, "{how}: told {told}, measured {ours}");
    }
}

/// Milliseconds of CPU for each `cat` that a shell on the host runs by hand.
async fn cost_of_cat(shell: &mut Command, samples: u32) -> f64 {
    let line =
        "cat /proc/stat /proc/meminfo /proc/loadavg /proc/uptime /proc/net/dev /proc/diskstats";
    let mut child = shell
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("a shell");
    let mut input = child.stdin.take().expect("stdin");
    let mut output = child.stdout.take().expect("stdout");
    let read_until = async |output: &mut ChildStdout, end: &[u8]| {
        let mut seen = Vec::new();
        let mut buffer = [0; 4096];
        while !seen.ends_with(end) {
            let length = output.read(&mut buffer).await.expect("readable");
            assert!(length > 0);
            seen.extend_from_slice(&buffer[..length]);
        }
    };
    input.write_all(b"echo ready\n").await.expect("written");
    read_until(&mut output, b"ready\n").await;
    let time = |child: &Child| {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id().expect("running")));
        super::own_cost::parse(&stat.expect("its stat"), None).expect("its time")
    };
    let before = time(&child);
    for _ in 0..samples {
        input.write_all(format!("{line}; echo done\n").as_bytes()).await.expect("written");
        read_until(&mut output, b"done\n").await;
    }
    (time(&child) - before) / f64::from(samples)
}
