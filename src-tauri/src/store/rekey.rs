//! Putting a copy of the database under other keys: its credentials, the secrets of
//! apps, and the chain of the audit trail.
//!
//! Only what the old key proves is proven by the new one afterwards. A trail that somebody has
//! tampered with is found broken at the same row as before, on whatever computer.

use super::checksum::{Field, checksum};
use crate::domain::credential::SealedRow;
use rusqlite::{Connection, types::ValueRef};

/// From which keys to which.
pub struct Rekey<'a> {
    /// Gives what is sealed in a row under the new key; nothing where the old one does not open it.
    pub reseal: &'a mut dyn FnMut(SealedRow, &str) -> Option<String>,
    /// The key that the audit trail is chained with.
    pub audit_from: &'a [u8; 32],
    /// The key that it is to be chained with.
    pub audit_to: &'a [u8; 32],
}

/// Changes the keys; gives how many credentials could not be opened, and so were left as they are.
/// Triggers have to be off on this connection: the trail guards itself by them.
pub(super) fn rekey(db: &Connection, how: Rekey<'_>) -> rusqlite::Result<u32> {
    let left = sealed(db, "server_credentials", "server_id", how.reseal, |id| {
        Some(SealedRow::Server(id.parse().ok()?))
    })?;
    let left_of_apps = sealed(db, "app_secrets", "installed_app_id", how.reseal, |id| {
        Some(SealedRow::App(id.parse().ok()?))
    })?;
    trail(db, how.audit_from, how.audit_to)?;
    Ok(left + left_of_apps)
}

/// Seals each row of a table anew; gives how many could not be opened.
fn sealed(
    db: &Connection,
    table: &str,
    key: &str,
    reseal: &mut dyn FnMut(SealedRow, &str) -> Option<String>,
    row: fn(&str) -> Option<SealedRow>,
) -> rusqlite::Result<u32> {
    let mut left = 0;
    let mut select = db.prepare(&format!("select {key}, encrypted_data from {table}"))?;
    let rows: Vec<(String, String)> =
        select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut update =
        db.prepare(&format!("update {table} set encrypted_data = ?2 where {key} = ?1"))?;
    for (id, old) in rows {
        match row(&id).and_then(|row| reseal(row, &old)) {
            Some(new) => {
                update.execute((id, new))?;
            }
            None => left += 1,
        }
    }
    Ok(left)
}

/// Chains the proven part of the trail with the new key, and leaves the rest of it as it is.
fn trail(db: &Connection, from: &[u8; 32], to: &[u8; 32]) -> rusqlite::Result<()> {
    let Some((mut expected, mut before)) = anchor(db, from, to)? else { return Ok(()) };
    let mut before_now = before.clone();
    let mut chained = Vec::new();
    let mut select = db.prepare(
        "select id, table_name, record_id, user_id, setting_key, old_value, new_value, change_type,
             change_reason, client_ip, user_agent, created_at, checksum
         from settings_audit order by id",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        expected += 1;
        let id: i64 = row.get(0)?;
        let stored = row.get_ref(12)?.as_str().unwrap_or_default().to_owned();
        let mut fields = vec![Field::Text(b"row"), Field::Text(before.as_bytes())];
        for column in 0..12 {
            fields.push(field(row.get_ref(column)?));
        }
        if id != expected || checksum(from, &fields) != stored {
            break;
        }
        fields[1] = Field::Text(before_now.as_bytes());
        let now = checksum(to, &fields);
        drop(fields);
        chained.push((id, now.clone()));
        (before, before_now) = (stored, now);
    }
    drop(rows);
    let mut update = db.prepare("update settings_audit set checksum = ?2 where id = ?1")?;
    for row in chained {
        update.execute(row)?;
    }
    Ok(())
}

/// The id and the checksum that the chain goes on from; nothing when the anchor itself is forged.
fn anchor(
    db: &Connection,
    from: &[u8; 32],
    to: &[u8; 32],
) -> rusqlite::Result<Option<(i64, String)>> {
    let mut select =
        db.prepare("select last_id, checksum, anchored_at, seal from settings_audit_anchor")?;
    let mut rows = select.query([])?;
    let Some(row) = rows.next()? else { return Ok(Some((0, String::new()))) };
    let fields = [
        Field::Text(b"anchor"),
        field(row.get_ref(0)?),
        field(row.get_ref(1)?),
        field(row.get_ref(2)?),
    ];
    if row.get_ref(3)?.as_str().unwrap_or_default() != checksum(from, &fields) {
        return Ok(None);
    }
    db.execute("update settings_audit_anchor set seal = ?1", [checksum(to, &fields)])?;
    Ok(Some((row.get(0)?, row.get(1)?)))
}

fn field(value: ValueRef<'_>) -> Field<'_> {
    match value {
        ValueRef::Null => Field::Null,
        ValueRef::Integer(number) => Field::Integer(number),
        ValueRef::Real(number) => Field::Real(number),
        ValueRef::Text(bytes) => Field::Text(bytes),
        ValueRef::Blob(bytes) => Field::Blob(bytes),
    }
}
