//! Reading columns into domain types.

use crate::domain::time;
use chrono::{DateTime, Utc};
use sqlx::{Decode, Row, Type, sqlite::SqliteRow};

/// A text column that `read` turns into something else.
pub(super) fn parsed<T>(
    row: &SqliteRow,
    column: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, sqlx::Error> {
    let text: &str = row.try_get(column)?;
    read(text).ok_or_else(|| unreadable(column))
}

/// As [`parsed`], for a column that may be null.
pub(super) fn parsed_or_null<T>(
    row: &SqliteRow,
    column: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, sqlx::Error> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| read(text).ok_or_else(|| unreadable(column))).transpose()
}

/// A timestamp column.
pub(super) fn moment(row: &SqliteRow, column: &str) -> Result<DateTime<Utc>, sqlx::Error> {
    parsed(row, column, |text| time::from_text(text).ok())
}

/// A timestamp column that may be null.
pub(super) fn moment_or_null(
    row: &SqliteRow,
    column: &str,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    parsed_or_null(row, column, |text| time::from_text(text).ok())
}

/// A whole number that has to fit a smaller type.
pub(super) fn whole<'r, T: TryFrom<i64>>(row: &'r SqliteRow, column: &str) -> Result<T, sqlx::Error>
where
    i64: Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite>,
{
    T::try_from(row.try_get::<i64, _>(column)?).map_err(|_| unreadable(column))
}

/// The value itself is not repeated: the column may hold something that is nobody's business.
fn unreadable(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: "the value is not one that Tomo writes".into(),
    }
}
