//! `tomo_audit_checksum(…)`: the SQL function that the triggers of the audit trail call.
//!
//! sqlx has no safe way to register a function, so this is the one file of Tomo with `unsafe` in it.
//! It only carries values across: what is computed is in `checksum`.
#![expect(unsafe_code, reason = "SQLite's C interface is the only way to register a function")]

use super::{
    audit_key::AuditKeySlot,
    checksum::{Field, checksum},
};
use libsqlite3_sys as sqlite;
use sqlx::SqliteConnection;
use std::{
    ffi::{c_char, c_int, c_void},
    slice,
};

const NAME: &std::ffi::CStr = c"tomo_audit_checksum";
const KEY_MISSING: &std::ffi::CStr = c"the key of the audit trail is not loaded";

/// Registers the function on `connection`. It takes any number of values of any type, and fails with
/// `SQLITE_AUTH` while `slot` is empty.
///
/// # Errors
/// When the connection is gone or SQLite has no memory.
pub(super) async fn register(
    connection: &mut SqliteConnection,
    slot: AuditKeySlot,
) -> Result<(), sqlx::Error> {
    let mut handle = connection.lock_handle().await?;
    let database = handle.as_raw_handle().as_ptr();
    let slot: *mut AuditKeySlot = Box::into_raw(Box::new(slot));
    // SAFETY: `database` is an open connection that nobody else uses while `handle` lives. SQLite
    // keeps `slot` for `compute`, and gives it to `destroy` exactly once: when the function is
    // removed or the connection closes, and also when this very call fails.
    let code = unsafe {
        sqlite::sqlite3_create_function_v2(
            database,
            NAME.as_ptr(),
            -1,
            sqlite::SQLITE_UTF8 | sqlite::SQLITE_INNOCUOUS,
            slot.cast(),
            Some(compute),
            None,
            None,
            Some(destroy),
        )
    };
    match code {
        sqlite::SQLITE_OK => Ok(()),
        code => Err(sqlx::Error::Protocol(format!("sqlite3_create_function_v2 gave {code}"))),
    }
}

/// Called by SQLite for each use of the function.
unsafe extern "C" fn compute(
    context: *mut sqlite::sqlite3_context,
    count: c_int,
    values: *mut *mut sqlite::sqlite3_value,
) {
    // SAFETY: the user data is the `AuditKeySlot` given to `register`, which lives until `destroy`.
    // No other reference to it is mutable.
    let slot = unsafe { &*sqlite::sqlite3_user_data(context).cast::<AuditKeySlot>() };
    let count = usize::try_from(count).unwrap_or(0);
    let values: &[*mut sqlite::sqlite3_value] = if count == 0 {
        &[]
    } else {
        // SAFETY: SQLite passes `count` valid values, which live until this call returns.
        unsafe { slice::from_raw_parts(values, count) }
    };
    // SAFETY: as above; each value is read by one `field` alone, and nothing converts it afterwards.
    let fields: Vec<Field<'_>> = values.iter().map(|value| unsafe { field(*value) }).collect();
    match slot.with(|key| checksum(key, &fields)) {
        Some(text) => {
            let length = c_int::try_from(text.len()).unwrap_or(0);
            // SAFETY: `text` is `length` bytes long, and SQLITE_TRANSIENT makes SQLite copy them
            // before this returns.
            unsafe {
                sqlite::sqlite3_result_text(
                    context,
                    text.as_ptr().cast::<c_char>(),
                    length,
                    sqlite::SQLITE_TRANSIENT(),
                );
            }
        }
        // SAFETY: the message is a constant with a NUL at its end, which SQLite copies. The code
        // comes second, because setting the message resets it.
        None => unsafe {
            sqlite::sqlite3_result_error(context, KEY_MISSING.as_ptr(), -1);
            sqlite::sqlite3_result_error_code(context, sqlite::SQLITE_AUTH);
        },
    }
}

/// Reads a value without converting it.
///
/// # Safety
/// `value` must be valid for `'a`, and must not be converted by another call in that time.
unsafe fn field<'a>(value: *mut sqlite::sqlite3_value) -> Field<'a> {
    // SAFETY: the caller vouches for `value`. Text or blob is asked for before its length, as SQLite
    // demands; an empty one may come as a null pointer and is not dereferenced.
    unsafe {
        match sqlite::sqlite3_value_type(value) {
            sqlite::SQLITE_INTEGER => Field::Integer(sqlite::sqlite3_value_int64(value)),
            sqlite::SQLITE_FLOAT => Field::Real(sqlite::sqlite3_value_double(value)),
            sqlite::SQLITE_TEXT => {
                let start = sqlite::sqlite3_value_text(value);
                Field::Text(bytes(start, sqlite::sqlite3_value_bytes(value)))
            }
            sqlite::SQLITE_BLOB => {
                let start = sqlite::sqlite3_value_blob(value).cast::<u8>();
                Field::Blob(bytes(start, sqlite::sqlite3_value_bytes(value)))
            }
            _ => Field::Null,
        }
    }
}

/// # Safety
/// Unless `start` is null, it must point to `length` bytes that stay as they are for `'a`.
unsafe fn bytes<'a>(start: *const u8, length: c_int) -> &'a [u8] {
    match usize::try_from(length) {
        // SAFETY: the caller vouches for it.
        Ok(length) if length > 0 && !start.is_null() => unsafe {
            slice::from_raw_parts(start, length)
        },
        _ => &[],
    }
}

/// Called by SQLite when it needs the slot no more.
unsafe extern "C" fn destroy(slot: *mut c_void) {
    // SAFETY: `slot` came from `Box::into_raw` in `register`, and SQLite calls this once.
    drop(unsafe { Box::from_raw(slot.cast::<AuditKeySlot>()) });
}
