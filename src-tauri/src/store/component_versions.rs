//! `component_versions`: which version of each component last ran on this database.

use super::{Store, StoreError};

impl Store {
    /// Notes the version of a component: `backend`, `frontend`, `api`. A version that is there
    /// already leaves the row, and when it changed, as they are.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_component_version(
        &self,
        component: &str,
        version: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into component_versions (component, version) values (?1, ?2)
             on conflict (component) do update set version = excluded.version
             where version <> excluded.version",
        )
        .bind(component)
        .bind(version)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
