//! Backups that must not be restored, and disks that run full: each is named, and nothing changes.

use super::{
    Code, House,
    backups::{OPENS, Tables, leftovers, opens, sql, tables, wish, with_backup},
};
use age::secrecy::SecretString;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
};
use tomo::api::error::ApiError;

/// A house with a backup, and what is in it.
struct Case {
    house: House,
    path: PathBuf,
    before: Tables,
    /// What age protects: mark, version, manifest, database.
    inside: Vec<u8>,
}

impl Case {
    async fn new() -> Self {
        let (house, path) = with_backup().await;
        let before = tables(&house.file());
        let inside = decrypt(&path);
        Self { house, path, before, inside }
    }

    /// Restoring this file is refused, and changes nothing.
    async fn refused(&self, path: &Path, code: Code, words: &str) -> ApiError {
        let error = self.house.refused("backup.restore", opens(path), code).await;
        assert!(error.message.contains(words), "{}: {error:?}", path.display());
        assert!(!error.hint.is_empty(), "{error:?}");
        error
    }

    fn assert_unchanged(&self) {
        assert_eq!(tables(&self.house.file()), self.before);
        assert_eq!(leftovers(self.house.folder.path()), [""; 0]);
        let names = self.house.folder.path().read_dir().expect("a folder").flatten();
        let aside = names.filter(|e| e.file_name().to_string_lossy().contains("before-restore"));
        assert_eq!(aside.count(), 0);
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    /// The backup with another manifest.
    fn with_manifest(&self, change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let (mut manifest, packed) = split(&self.inside);
        change(&mut manifest);
        join(&manifest, packed)
    }

    /// The backup with its database changed by SQL.
    fn with_sql(&self, text: &str) -> Vec<u8> {
        let (mut manifest, packed) = split(&self.inside);
        let file = self.beside("changed.db");
        std::fs::write(&file, zstd::decode_all(packed).expect("zstd")).expect("written");
        sql(&file, text);
        let database = std::fs::read(&file).expect("read");
        manifest["contents"]["database_bytes"] = json!(database.len());
        join(&manifest, &zstd::encode_all(&*database, 3).expect("zstd"))
    }
}

pub(super) fn decrypt(path: &Path) -> Vec<u8> {
    let identity = age::scrypt::Identity::new(SecretString::from(OPENS.to_owned()));
    let file = std::fs::File::open(path).expect("a file");
    let decryptor = age::Decryptor::new(file).expect("an age file");
    let mut inside = Vec::new();
    let identity = std::iter::once(&identity as &dyn age::Identity);
    decryptor.decrypt(identity).expect("it opens").read_to_end(&mut inside).expect("read");
    inside
}

/// As another program of the same format writes it, with as little work as it can.
fn encrypt(inside: &[u8], to: &Path) {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(OPENS.to_owned()));
    recipient.set_work_factor(2);
    let recipient = std::iter::once(&recipient as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipient).expect("an encryptor");
    let mut out = encryptor.wrap_output(std::fs::File::create(to).expect("a file")).expect("age");
    out.write_all(inside).expect("written");
    out.finish().expect("finished");
}

pub(super) fn split(inside: &[u8]) -> (Value, &[u8]) {
    let length = u32::from_be_bytes(inside[16..20].try_into().expect("4 bytes")) as usize;
    let manifest = serde_json::from_slice(&inside[20..20 + length]).expect("a manifest");
    (manifest, &inside[20 + length..])
}

/// A backup beside `path` that holds the database at `database` instead of its own.
pub(super) fn with_database(path: &Path, database: &Path) -> PathBuf {
    let inside = decrypt(path);
    let (mut manifest, _) = split(&inside);
    let database = std::fs::read(database).expect("read");
    manifest["contents"]["database_bytes"] = json!(database.len());
    let other = path.with_file_name("other.tomobackup");
    encrypt(&join(&manifest, &zstd::encode_all(&*database, 3).expect("zstd")), &other);
    other
}

fn join(manifest: &Value, packed: &[u8]) -> Vec<u8> {
    let manifest = manifest.to_string().into_bytes();
    let length = u32::try_from(manifest.len()).expect("short").to_be_bytes();
    [b"tomo-backup\n", &1_u32.to_be_bytes()[..], &length, &manifest, packed].concat()
}

/// Holds because people choose the wrong file, and because disks and networks cut files short.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_is_named_and_changes_nothing() {
    let case = Case::new().await;
    let file = case.beside("bad.tomobackup");
    let missing = case.beside("missing.tomobackup");
    case.refused(&missing, Code::NotFound, "There is no file").await;
    case.refused(case.house.folder.path(), Code::Invalid, "is not a file").await;
    case.refused(Path::new("/dev/zero"), Code::Invalid, "is not a file").await;
    std::fs::write(&file, "").expect("written");
    case.refused(&file, Code::Failed, "is empty").await;
    for other in [&b"x"[..], b"SQLite format 3\0", b"PK\x03\x04", &[0; 100_000]] {
        std::fs::write(&file, other).expect("written");
        case.refused(&file, Code::Invalid, "is not a backup of Tomo").await;
    }
    // Files of the age program itself.
    encrypt(b"a letter", &file);
    case.refused(&file, Code::Invalid, "is not a backup of Tomo").await;
    encrypt(&vec![b'x'; 1 << 20], &file);
    case.refused(&file, Code::Invalid, "is not a backup of Tomo").await;

    let wrong = json!({ "path": case.path, "passphrase": "seven grey herons at one" });
    let error = case.house.refused("backup.restore", wrong, Code::Invalid).await;
    assert_eq!(error.message, "The passphrase does not open this backup.");
    case.assert_unchanged();
}

/// Holds because a file that somebody else made may be made to hurt: work, memory, disk, SQL.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_to_hurt_is_refused() {
    let case = Case::new().await;
    let file = case.beside("bad.tomobackup");
    let write = |inside: &[u8]| encrypt(inside, &file);

    // The same file, which only says that its passphrase costs 2^40 steps.
    let whole = std::fs::read(&case.path).expect("read");
    let text = String::from_utf8_lossy(&whole[..200]).into_owned();
    let line = text.lines().find(|line| line.contains("scrypt ")).expect("a stanza");
    assert!(line.ends_with(" 17"), "the work is a choice: {line}");
    let expensive = line.replace(" 17", " 40");
    let at = text.find(line).expect("a place");
    let changed = [&whole[..at], expensive.as_bytes(), &whole[at + line.len()..]].concat();
    std::fs::write(&file, changed).expect("written");
    case.refused(&file, Code::Failed, "more work").await;

    let mut newer = case.inside.clone();
    newer[15] = 2;
    write(&newer);
    case.refused(&file, Code::Failed, "newer Tomo (format 2").await;
    write(&case.with_manifest(|manifest| {
        manifest["contents"]["schema_version"] = json!(99_999_999_999_999_i64);
        manifest["contents"]["tomo_version"] = json!("9.9.9");
    }));
    case.refused(&file, Code::Failed, "newer Tomo (9.9.9)").await;
    write(&case.with_sql(
        "insert into _sqlx_migrations
        values (99999999999999, 'x', datetime('now'), 1, x'00', 1)",
    ));
    case.refused(&file, Code::Failed, "newer Tomo").await;

    let bomb = zstd::encode_all(std::io::repeat(0).take(1 << 30), 1).expect("zstd");
    write(&join(&split(&case.inside).0, &bomb));
    case.refused(&file, Code::Failed, "damaged").await;
    write(
        &case.with_manifest(|manifest| manifest["contents"]["database_bytes"] = json!(1_u64 << 50)),
    );
    case.refused(&file, Code::Failed, "Unpacking this backup needs").await;
    write(&case.with_manifest(|manifest| manifest["key"] = json!("short")));
    case.refused(&file, Code::Failed, "damaged").await;
    let mut endless = case.inside.clone();
    endless[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
    write(&endless);
    case.refused(&file, Code::Failed, "damaged").await;
    write(&[&case.inside[..], b"more"].concat());
    case.refused(&file, Code::Failed, "damaged").await;
    write(&join(&split(&case.inside).0, &zstd::encode_all(&b"not SQL"[..], 3).expect("zstd")));
    case.refused(&file, Code::Failed, "damaged").await;

    for statement in [
        "create trigger evil after insert on sessions begin delete from users; end",
        "create table extra (x)",
        "drop view v_user_effective_settings",
        "drop table activity_logs",
    ] {
        write(&case.with_sql(statement));
        case.refused(&file, Code::Failed, "it is no database of Tomo").await;
    }
    write(&case.with_sql("update users set role = 'user'"));
    case.refused(&file, Code::Failed, "no admin who could sign in").await;
    write(&case.with_sql(
        "pragma foreign_keys = off; update known_hosts set trusted_by = 'x';
        insert into server_credentials values
            ('nobody', 'x', datetime('now'), datetime('now'))",
    ));
    case.refused(&file, Code::Failed, "belongs to nothing").await;
    case.assert_unchanged();
}

/// Holds because one flipped bit, or one lost byte, may be a password hash.
#[tokio::test(flavor = "multi_thread")]
async fn no_bit_may_be_flipped_and_no_byte_cut_off() {
    let case = Case::new().await;
    let (good, file) = (case.beside("good.tomobackup"), case.beside("bad.tomobackup"));
    // The same backup under little work, or the header alone would take minutes.
    encrypt(&case.inside, &good);
    case.house.ask("backup.inspect", opens(&good)).await;
    let whole = std::fs::read(&good).expect("read");
    let header = 400.min(whole.len());
    let step = (whole.len() / 300).max(1);
    for at in (0..header).chain((header..whole.len()).step_by(step)) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(&file, flipped).expect("written");
        let answer = case.house.call("backup.inspect", opens(&file)).await;
        let error = answer.expect_err(&format!("byte {at} may be changed"));
        assert!(error.message.ends_with('.') && !error.hint.is_empty(), "{at}: {error:?}");
    }
    for length in (0..header).chain((header..whole.len()).step_by(step)).chain([whole.len() - 1]) {
        std::fs::write(&file, &whole[..length]).expect("written");
        let answer = case.house.call("backup.inspect", opens(&file)).await;
        let error = answer.expect_err(&format!("{length} bytes are enough"));
        assert!(error.message.ends_with('.') && !error.hint.is_empty(), "{length}: {error:?}");
    }
    case.assert_unchanged();
}

/// Holds because the next Tomo has more tables, and last year's backup has to fit into them.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_backup_is_brought_up_to_date() {
    let case = Case::new().await;
    let file = case.beside("older.tomobackup");
    // What these migrations made is not there yet, nor what builds upon it.
    let noted = [
        "users",
        "sessions",
        "account_locks",
        "backups",
        "retention_runs",
        "app_sources",
        "installed_apps",
    ];
    let triggers = noted
        .iter()
        .flat_map(|table| ["insert", "update", "delete"].map(|what| (table, what)))
        .map(|(table, what)| format!("drop trigger note_{table}_{what};"))
        .collect::<String>();
    let older = format!(
        "{triggers} drop table changes; drop table plans; drop table backups;
         drop table catalog_apps; drop table app_sources; drop table app_secrets;
         delete from _sqlx_migrations
             where description in ('changes', 'plans', 'backups', 'app sources', 'app secrets')"
    );
    encrypt(&case.with_sql(&older), &file);
    case.house.ask("backup.restore", opens(&file)).await;
    let migrations = |file: &Path| {
        let db = Connection::open(file).expect("a database");
        let mut select =
            db.prepare("select version from _sqlx_migrations order by 1").expect("sql");
        let all = select.query_map([], |row| row.get::<_, i64>(0)).expect("rows");
        all.collect::<Result<Vec<_>, _>>().expect("rows")
    };
    let fresh = House::empty_terminal().await;
    assert_eq!(migrations(&case.house.file()), migrations(&fresh.file()));
    assert_eq!(tables(&case.house.file())["backups"], case.before["backups"]);
}

/// Holds because a full disk is found at the worst moment: nothing of a backup stays, and restoring
/// leaves what was there.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing() {
    use crate::store::trouble::Mount;
    let (house, path) = with_backup().await;
    let Some(disk) = Mount::new("a_full_disk_loses_nothing", "size=64k") else { return };
    let target = disk.folder().join("a.tomobackup");
    let before = tables(&house.file());
    std::fs::write(disk.folder().join("ballast"), vec![0; 56 << 10]).expect("ballast");
    let error = house.refused("backup.create", wish(&target), Code::Failed).await;
    assert!(error.message.contains("is full"), "{error:?}");
    assert!(!target.exists());
    assert_eq!(leftovers(disk.folder()), [""; 0]);
    let list = house.ask("backup.list", json!({})).await;
    assert!(list["entries"][0]["error"].as_str().is_some_and(|error| error.contains("full")));
    assert_eq!(tables(&house.file())["servers"], before["servers"]);

    // The data folder itself, filled so that each step of the way fails once.
    let Some(disk) = Mount::new("a_full_disk_loses_nothing", "size=16m") else { return };
    let folder = tempfile::Builder::new().prefix("data-").tempdir_in(disk.folder()).expect("made");
    let small =
        House::open_with(folder.into(), tomo::domain::session::Door::CommandLine, None).await;
    small.ask("setup.create", super::account(super::ADMIN, false)).await;
    let before = tables(&small.file());
    let ballast = disk.folder().join("ballast");
    let mut failed = 0;
    for free in [100_u64, 700, 1000, 1400, 1800, 2200, 2600, 3000] {
        let room = rustix::fs::statvfs(disk.folder()).expect("a disk");
        let room = room.f_bavail * room.f_frsize;
        std::fs::write(&ballast, vec![0; (room - free * 1024) as usize]).expect("ballast");
        match small.call("backup.restore", opens(&path)).await {
            Ok(_) => break,
            Err(error) => {
                assert!(
                    error.message.contains("full") || error.message.contains("MB left"),
                    "{free}: {error:?}"
                );
                failed += 1;
                std::fs::remove_file(&ballast).expect("removed");
                assert_eq!(tables(&small.file()), before, "{free}");
                assert_eq!(leftovers(small.folder.path()), [""; 0]);
            }
        }
    }
    assert!(failed > 1, "the disk was never full");
    let _ = std::fs::remove_file(&ballast);
    let _ = small.call("session.sign_in", super::account(super::ADMIN, false)).await;
    small.ask("backup.restore", opens(&path)).await;
    assert_eq!(tables(&small.file())["servers"].len(), before["servers"].len() + 1);
}

/// Holds because a backup is packed beside the database: whoever backs up to a large disk from a full
/// one has to be told which of the two it is.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_disk_that_is_full_is_the_one_that_is_named() {
    use crate::store::trouble::Mount;
    let name = "the_disk_that_is_full_is_the_one_that_is_named";
    let Some(disk) = Mount::new(name, "size=48m") else { return };
    let folder = tempfile::Builder::new().prefix("data-").tempdir_in(disk.folder()).expect("made");
    let house =
        House::open_with(folder.into(), tomo::domain::session::Door::CommandLine, None).await;
    house.ask("setup.create", super::account(super::ADMIN, false)).await;
    // Noise, which stays large when it is packed.
    sql(
        &house.file(),
        "with recursive n (n) as (select 1 union all select n + 1 from n where n < 40)
         insert into activity_logs (id, activity_type, message, timestamp)
         select hex(randomblob(16)), 'version.changed', hex(randomblob(25000)), datetime() from n",
    );
    let roomy = tempfile::tempdir().expect("a folder");
    let target = roomy.path().join("a.tomobackup");
    let ballast = disk.folder().join("ballast");
    let mut failed = 0;
    // From no room for the copy to room for everything, in steps smaller than what is packed.
    for free in (1_000_u64..16_000).step_by(250) {
        let _ = std::fs::remove_file(&ballast);
        let room = rustix::fs::statvfs(disk.folder()).expect("a disk");
        let room = room.f_bavail * room.f_frsize;
        std::fs::write(&ballast, vec![0; (room - free * 1024) as usize]).expect("ballast");
        let Err(error) = house.call("backup.create", wish(&target)).await else { break };
        assert!(error.message.contains("disk"), "{free}: {error:?}");
        let named = roomy.path().to_str().expect("text");
        assert!(!error.message.contains(named), "{free}: {error:?}");
        assert_eq!(leftovers(roomy.path()), [""; 0]);
        failed += 1;
    }
    assert!(failed > 1 && target.exists(), "{failed}");
}
