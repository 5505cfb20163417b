//! Trees of control groups as engines make them, read by the script under every shell and by this
//! computer's own reader: both must find the same containers and the same counters.

use super::{
    containers::{self, ContainerCounters},
    local::containers::Containers,
    script::{Reader, Request},
    script_tests::{FAST, Host, shells},
};
use crate::test_programs::{AWKS, installed, program, with_first_in_path};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};
use tokio::process::Command;

const FIND: Request = Request { containers: true, ..FAST };

/// An id whose digits are all the same.
fn id(digit: char) -> String {
    std::iter::repeat_n(digit, 64).collect()
}

fn write(path: PathBuf, content: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("written");
}

/// A control group of version 2.
fn group_2(path: PathBuf, usage: u64) {
    write(path.join("cpu.stat"), &format!("usage_usec {usage}\nuser_usec 1\nsystem_usec 2\n"));
    write(path.join("memory.current"), "8192000\n");
    write(path.join("memory.stat"), "anon 100\nactive_file 7\ninactive_file 192000\nslab 3\n");
    write(path.join("memory.max"), "max\n");
    write(path.join("cpu.max"), "150000 100000\n");
    // In the host's network, as the process that runs this test.
    write(path.join("cgroup.procs"), &format!("{}\n", std::process::id()));
}

/// Version 2: rootful and rootless, systemd and not, Docker and Podman, and what is no container.
fn tree_2(root: &Path) {
    write(root.join("cgroup.controllers"), "cpu memory\n");
    let user = "user.slice/user-1000.slice/user@1000.service";
    group_2(root.join(format!("system.slice/docker-{}.scope", id('a'))), 1_000);
    group_2(root.join(format!("docker/{}", id('b'))), 2_000);
    group_2(root.join(format!("machine.slice/libpod-{}.scope", id('c'))), 3_000);
    group_2(root.join(format!("{user}/app.slice/docker-{}.scope", id('d'))), 4_000);
    let pod = format!("{user}/user.slice/user-libpod_pod_{}.slice", id('e'));
    group_2(root.join(format!("{pod}/libpod-{}.scope/container", id('f'))), 9);
    group_2(root.join(format!("{pod}/libpod-{}.scope", id('f'))), 5_000);
    group_2(root.join(format!("odd\\x2dparent.slice/docker-{}.scope", id('9'))), 7_000);
    // No containers: a monitor, an unknown prefix, too short, in capitals, inside of a container, in
    // a place whose name could be mistaken for something else.
    for other in [
        format!("machine.slice/libpod-conmon-{}.scope", id('1')),
        format!("system.slice/other-{}.scope", id('2')),
        format!("docker/{}", &id('3')[1..]),
        format!("docker/{}", id('A')),
        format!("docker/{}/docker/{}", id('b'), id('4')),
        format!("a b $(touch x);'\"/{}", id('5')),
    ] {
        group_2(root.join(other), 99);
    }
}

fn group_1(root: &Path, inside: &str, usage: u64) {
    write(root.join("cpuacct").join(inside).join("cpuacct.usage"), &format!("{usage}\n"));
    write(root.join("cpuacct").join(inside).join("cgroup.procs"), "");
    let memory = root.join("memory").join(inside);
    write(memory.join("memory.usage_in_bytes"), "4096000\n");
    write(memory.join("memory.stat"), "cache 9\ninactive_file 1\ntotal_inactive_file 96000\n");
    write(memory.join("memory.limit_in_bytes"), "9223372036854771712\n");
    write(root.join("cpu").join(inside).join("cpu.cfs_quota_us"), "-1\n");
    write(root.join("cpu").join(inside).join("cpu.cfs_period_us"), "100000\n");
}

/// Version 1, both drivers and Podman.
fn tree_1(root: &Path) {
    write(root.join("cpuacct/cpuacct.usage"), "1\n");
    group_1(root, &format!("docker/{}", id('a')), 1_000);
    group_1(root, &format!("system.slice/docker-{}.scope", id('b')), 2_000);
    group_1(root, &format!("libpod_parent/libpod-{}", id('c')), 3_000);
    fs::remove_dir_all(root.join("memory/libpod_parent")).expect("no memory controller");
}

/// What both trees must give, as id's first digit and nanoseconds.
fn found(containers: &[ContainerCounters]) -> Vec<(char, Option<u64>)> {
    let first = |container: &ContainerCounters| container.id.chars().next().expect("an id");
    containers.iter().map(|container| (first(container), container.cpu_ns)).collect()
}

const EXPECTED_2: [(char, Option<u64>); 6] = [
    ('9', Some(7_000_000)),
    ('a', Some(1_000_000)),
    ('b', Some(2_000_000)),
    ('c', Some(3_000_000)),
    ('d', Some(4_000_000)),
    ('f', Some(5_000_000)),
];
const EXPECTED_1: [(char, Option<u64>); 3] =
    [('a', Some(1_000)), ('b', Some(2_000)), ('c', Some(3_000))];

fn check_2(containers: &[ContainerCounters], how: &str) {
    assert_eq!(found(containers), EXPECTED_2, "{how}");
    for container in containers {
        assert_eq!(container.memory_bytes, Some(8_000_000), "{how}");
        assert_eq!(container.memory_limit_bytes, None, "{how}");
        assert_eq!(container.cpu_limit_cores, Some(1.5), "{how}");
        assert_eq!(container.network, None, "the host's: {how}");
    }
}

fn check_1(containers: &[ContainerCounters], how: &str) {
    assert_eq!(found(containers), EXPECTED_1, "{how}");
    assert_eq!(containers[0].memory_bytes, Some(4_000_000), "{how}");
    assert_eq!(containers[2].memory_bytes, None, "{how}");
    assert_eq!((containers[0].memory_limit_bytes, containers[0].cpu_limit_cores), (None, None));
}

/// A shell that reads another tree than its own.
async fn host(shell: &mut Command, reader: Reader, root: &Path) -> Host {
    let root = root.display().to_string();
    let change = |script: String| script.replace("/sys/fs/cgroup", &root);
    Host::start_with(shell, reader, change).await.expect("ready").0
}

async fn containers_of(host: &mut Host, request: Request) -> Option<Vec<ContainerCounters>> {
    host.ask(request).await.section("containers").map(containers::parse)
}

/// Both versions under every shell, with awk and without it: the same containers, found on the slow
/// beat and read on every one.
#[tokio::test]
async fn every_shell_finds_the_containers() {
    let (one, two) =
        (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    tree_1(one.path());
    tree_2(two.path());
    for reader in [Reader::Awk, Reader::Shell] {
        for mut shell in shells() {
            let how = format!("{shell:?} {reader:?}");
            let mut version_2 = host(&mut shell, reader, two.path()).await;
            assert_eq!(containers_of(&mut version_2, FAST).await, None, "not looked for: {how}");
            for request in [FIND, FAST] {
                let read = containers_of(&mut version_2, request).await;
                check_2(&read.expect("a section"), &how);
            }
            let mut version_1 = host(&mut shell, reader, one.path()).await;
            check_1(&containers_of(&mut version_1, FIND).await.expect("a section"), &how);
        }
    }
}

/// Each awk that distributions ship: the same containers, however it splits, matches and deletes.
#[tokio::test]
async fn every_awk_finds_the_containers() {
    let (one, two) =
        (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    tree_1(one.path());
    tree_2(two.path());
    for (awk, words) in AWKS {
        if !installed(awk) {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        program(folder.path(), "awk", &format!("exec {words} \"$@\""));
        let mut shell = with_first_in_path(folder.path());
        let mut version_2 = host(&mut shell, Reader::Awk, two.path()).await;
        for request in [FIND, FIND, FAST, FIND] {
            check_2(&containers_of(&mut version_2, request).await.expect("a section"), awk);
        }
        let gone = two.path().join(format!("docker/{}", id('b')));
        let kept = folder.path().join("kept");
        fs::rename(&gone, &kept).expect("moved");
        assert_eq!(containers_of(&mut version_2, FIND).await.map(|found| found.len()), Some(5));
        fs::rename(&kept, &gone).expect("moved back");
        check_2(&containers_of(&mut version_2, FIND).await.expect("a section"), awk);
        let mut version_1 = host(&mut shell, Reader::Awk, one.path()).await;
        check_1(&containers_of(&mut version_1, FIND).await.expect("a section"), awk);
    }
}

/// This computer's reader agrees with the script.
#[test]
fn this_computer_is_read_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    tree_2(folder.path());
    let mut containers = Containers::default();
    containers.find_below(folder.path(), Path::new("/proc"));
    let read = containers::parse(&containers.read());
    // What the script leaves out for its place's name is no danger to a program without a shell.
    let (odd, rest): (Vec<_>, Vec<_>) = read.into_iter().partition(|one| one.id == id('5'));
    check_2(&rest, "local");
    assert_eq!(odd.len(), 1);
    let folder = tempfile::tempdir().expect("a folder");
    tree_1(folder.path());
    containers.find_below(folder.path(), Path::new("/proc"));
    check_1(&containers::parse(&containers.read()), "local");
}

/// A container that is gone is gone at once, a new one is there with the next look, and a host
/// without control groups says nothing rather than none.
#[tokio::test]
async fn containers_come_and_go() {
    let folder = tempfile::tempdir().expect("a folder");
    tree_2(folder.path());
    let empty = tempfile::tempdir().expect("a folder");
    for reader in [Reader::Awk, Reader::Shell] {
        let mut shell = Command::new("sh");
        let mut host_of_all = host(&mut shell, reader, folder.path()).await;
        let all = containers_of(&mut host_of_all, FIND).await.expect("a section").len();
        let new = folder.path().join(format!("docker/{}", id('7')));
        group_2(new.clone(), 1);
        let mut count = async |request| {
            containers_of(&mut host_of_all, request).await.expect("a section").len()
        };
        assert_eq!(count(FAST).await, all);
        assert_eq!(count(FIND).await, all + 1);
        fs::remove_dir_all(&new).expect("removed");
        assert_eq!(count(FAST).await, all);
        let mut host_of_none = host(&mut shell, reader, empty.path()).await;
        assert_eq!(containers_of(&mut host_of_none, FIND).await, None);
    }
}

/// A process in a network of its own, which has an interface.
struct Apart(Child);

impl Apart {
    /// Nothing where an account may not make networks.
    fn start() -> Option<Self> {
        let mut child = std::process::Command::new("unshare")
            .args(["--net", "sh", "-c", "ip link add apart type veth && echo ready && read wait"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("readable");
        let apart = Self(child);
        (line == "ready\n").then_some(apart)
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Holds because a group that is known is asked about no more: other limits, another first process, and
/// one that is below the group, as Podman's are, must show with the next look all the same.
#[tokio::test]
async fn what_changes_in_a_known_group_is_seen() {
    let apart = Apart::start();
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path().join("cgroup.controllers"), "cpu memory\n");
    for reader in [Reader::Awk, Reader::Shell] {
        let how = format!("{reader:?}");
        let group = folder.path().join(format!("machine.slice/libpod-{}.scope", id('a')));
        group_2(group.clone(), 1_000);
        let mut shell = Command::new("sh");
        let mut host = host(&mut shell, reader, folder.path()).await;
        let mut look = async || {
            let found = containers_of(&mut host, FIND).await.expect("a section");
            assert_eq!(found.len(), 1, "{how}");
            (found[0].memory_limit_bytes, found[0].cpu_limit_cores, found[0].network.is_some())
        };
        for _ in 0..3 {
            assert_eq!(look().await, (None, Some(1.5), false), "{how}");
        }
        write(group.join("memory.max"), "67108864\n");
        write(group.join("cpu.max"), "max 100000\n");
        assert_eq!(look().await, (Some(67_108_864), None, false), "{how}");
        let Some(apart) = &apart else { continue };
        // Started again, without a process for a while, and then with one that is one level down.
        write(group.join("cgroup.procs"), "");
        for _ in 0..3 {
            assert!(!look().await.2, "{how}");
        }
        write(group.join("container/cgroup.procs"), &format!("{}\n", apart.0.id()));
        for _ in 0..3 {
            assert_eq!(look().await, (Some(67_108_864), None, true), "{how}");
        }
        write(group.join("container/cgroup.procs"), &format!("{}\n", std::process::id()));
        assert!(!look().await.2, "{how}");
        fs::remove_dir_all(&group).expect("removed");
    }
}

/// The promise to the host with 100 containers: found and read without a process for each.
#[tokio::test]
async fn a_hundred_containers_cost_little() {
    const SAMPLES: u32 = 50;
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path().join("cgroup.controllers"), "cpu memory\n");
    for n in 0..100 {
        group_2(folder.path().join(format!("system.slice/docker-{n:064x}.scope")), n);
    }
    let mut shell = Command::new("sh");
    let mut host = host(&mut shell, Reader::Awk, folder.path()).await;
    assert_eq!(containers_of(&mut host, FIND).await.expect("a section").len(), 100);
    let before = host.cpu_ms();
    for _ in 0..SAMPLES {
        host.ask(FAST).await;
    }
    let fast = (host.cpu_ms() - before) / f64::from(SAMPLES);
    let before = host.cpu_ms();
    for _ in 0..SAMPLES {
        host.ask(FIND).await;
    }
    let find = (host.cpu_ms() - before) / f64::from(SAMPLES) - fast;
    // A look takes a few milliseconds more than a sample; these bounds only catch a process for each
    // container.
    assert!(fast < 20.0 && find < 60.0, "{fast} ms a sample, {find} ms to look");
}
