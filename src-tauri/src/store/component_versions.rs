//! `component_versions`: which version of each component last ran on this database.

use super::{Store, StoreError, row};
use crate::domain::about::ComponentVersion;
use sqlx::{FromRow, Row, sqlite::SqliteRow};

impl FromRow<'_, SqliteRow> for ComponentVersion {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            component: row.try_get("component")?,
            version: row.try_get("version")?,
            updated_at: row::moment(row, "updated_at")?,
            created_at: row::moment(row, "created_at")?,
        })
    }
}

impl Store {
    /// Notes the version of a component: `backend`, `frontend`, `api`. A version that is there
    /// already leaves the row, and when it changed, as they are. Gives the version before, to the one
    /// caller that changed it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_component_version(
        &self,
        component: &str,
        version: &str,
    ) -> Result<Option<String>, StoreError> {
        const SELECT: &str = "select version from component_versions where component = ?1";
        let known: Option<String> =
            sqlx::query_scalar(SELECT).bind(component).fetch_optional(&self.readers).await?;
        if known.is_some_and(|known| known == version) {
            return Ok(None);
        }
        // Another process may have started at the same moment.
        let mut transaction = self.write().await?;
        let before: Option<String> =
            sqlx::query_scalar(SELECT).bind(component).fetch_optional(&mut *transaction).await?;
        sqlx::query(
            "insert into component_versions (component, version) values (?1, ?2)
             on conflict (component) do update set version = excluded.version
             where version <> excluded.version",
        )
        .bind(component)
        .bind(version)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(before.filter(|before| before != version))
    }

    /// Every component.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn component_versions(&self) -> Result<Vec<ComponentVersion>, StoreError> {
        Ok(sqlx::query_as("select * from component_versions order by component")
            .fetch_all(&self.readers)
            .await?)
    }
}
