//! Captured mounts of whole machines, and names that are meant to confuse.

use super::*;
use proptest::prelude::*;

const NAS: &str = include_str!("../../../tests/fixtures/proc/zfs-nas/mounts");
const NAS_DF: &str = include_str!("../../../tests/fixtures/proc/zfs-nas/df");
const OPENWRT: &str = include_str!("../../../tests/fixtures/proc/openwrt/mounts");
const OPENWRT_DF: &str = include_str!("../../../tests/fixtures/proc/openwrt/df");
const PI: &str = include_str!("../../../tests/fixtures/proc/raspberry-pi/mounts");
const PI_DF: &str = include_str!("../../../tests/fixtures/proc/raspberry-pi/df");

fn paths(entries: &str, df: &str) -> Vec<String> {
    parse(entries, df).into_iter().map(|mount| mount.path).collect()
}

/// Every dataset of a pool has a size of its own; Docker's overlays, snaps and a bind mount do not.
#[test]
fn a_nas_with_many_mounts() {
    assert_eq!(
        paths(NAS, NAS_DF),
        [
            "/",
            "/boot/efi",
            "/mnt/backup nas",
            "/mnt/fotos Ünïcödé 日本",
            "/mnt/merged",
            "/tank",
            "/tank/media",
            "/tank/vm",
        ]
    );
    let mounts = parse(NAS, NAS_DF);
    let share = mounts.iter().find(|mount| mount.path == "/mnt/backup nas").expect("the share");
    assert_eq!(share.device, "//nas2/back up");
    assert_eq!(share.fs_type.as_deref(), Some("cifs"));
    assert_eq!(share.total_bytes, 3_905_110_812 * 1024);
}

/// A router's root is an overlay over a partition that is mounted as well: one line, not two.
#[test]
fn a_router_shows_its_root_once() {
    let mounts = parse(OPENWRT, OPENWRT_DF);
    assert_eq!(mounts.len(), 1);
    assert_eq!((mounts[0].path.as_str(), mounts[0].used_bytes), ("/", 4_212 * 1024));
}

/// The ordinary case: a root, a boot partition, a disk.
#[test]
fn a_raspberry_pi() {
    assert_eq!(paths(PI, PI_DF), ["/", "/boot/firmware", "/mnt/usb disk"]);
}

/// df in the C locale prints `?` for bytes that are not ASCII; the real name is in /proc/mounts.
#[test]
fn names_come_from_the_kernel() {
    let entries = "/dev/sdb1 /mnt/\u{e9}t\u{e9}\\040\\134x ext4 rw 0 0\n";
    let df = "/dev/sdb1 100 40 60 40% /mnt/??t?? \\x\n";
    assert_eq!(paths(entries, df), ["/mnt/\u{e9}t\u{e9} \\x"]);
}

/// A path with spaces and numbers in it must not shift the columns.
#[test]
fn columns_are_found_between_hostile_names() {
    let mounts = parse("", "//h/a 1 2 share 1000 400 600 40% /mnt/1 2 3 4% /x\n");
    assert_eq!(mounts.len(), 1);
    assert_eq!(mounts[0].device, "//h/a 1 2 share");
    assert_eq!(mounts[0].path, "/mnt/1 2 3 4% /x");
    assert_eq!(mounts[0].total_bytes, 1000 * 1024);
}

/// What a broken df prints is left out; a file system past its reserve has nothing available.
#[test]
fn cut_and_odd_lines() {
    for line in [
        "",
        "Filesystem 1024-blocks Used Available Capacity Mounted on",
        "/dev/sda1 10 4",
        "/dev/sda1 - - - - /proc",
        "/dev/sda1 0 0 0 - /mnt",
        "/dev/sda1 1 2 3 40% mnt",
        "/dev/sda1 99999999999999999999 1 1 1% /mnt",
    ] {
        assert_eq!(parse("", line), [], "{line}");
    }
    let full = parse("", "/dev/sda1 1000 990 -5 101% /\n");
    assert_eq!(full[0].available_bytes, 0);
}

/// `slow.sh` must ask for exactly the mounts that are shown.
#[test]
fn the_script_sorts_by_the_same_types() {
    let script = include_str!("script/slow.sh");
    let network =
        "nfs|nfs4|cifs|smb3|smbfs|ceph|9p|afs|davfs|glusterfs|lustre|virtiofs|vboxsf|fuse";
    let none = "squashfs|iso9660|udf|erofs|cramfs|romfs|autofs|tmpfs|devtmpfs|ramfs";
    let local = "zfs|btrfs|bcachefs|ubifs|jffs2";
    let desktop = "fuse.gvfsd-fuse|fuse.portal|fuse.lxcfs|fuse.snapfuse";
    for (types, reach) in [
        (network, Some(Reach::Network)),
        (none, None),
        (local, Some(Reach::Local)),
        (desktop, None),
    ] {
        assert!(script.contains(types), "{types}");
        for fs_type in types.split('|') {
            let entry =
                MountEntry { device: "x".into(), path: "/x".into(), fs_type: fs_type.into() };
            assert_eq!(entry.reach(), reach, "{fs_type}");
        }
    }
}

proptest! {
    /// Any texts: used and available never exceed the size, no share leaves 0–100.
    #[test]
    fn never_nonsense(
        entries in "([/a-z\\\\0-9]{0,12} [/a-z\\\\0-9]{0,12} [a-z0-9.]{0,6} rw\n|.{0,30}\n){0,5}",
        df in "([/a-z]{1,6} [ 0-9\\-]{0,40} [0-9]{1,3}% /[a-z ?]{0,6}\n|.{0,40}\n){0,5}",
    ) {
        for mount in parse(&entries, &df) {
            prop_assert!(mount.used_bytes <= mount.total_bytes);
            prop_assert!(mount.available_bytes <= mount.total_bytes);
            prop_assert!(mount.used_percent().is_none_or(|p| (0.0..=100.0).contains(&p)));
        }
    }

    /// Escapes of any bytes, whole or cut.
    #[test]
    fn unescaping_never_panics(text in "(\\\\[0-7]{0,4}|.){0,20}") {
        let _ = unescape(&text);
    }
}
