//! One container looked into, and the one value of it that somebody asks for.

use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    docker::{Engine, Inspected},
    domain::{
        activity::ActivityKind,
        container::{ContainerRef, ContainerRow},
        container_details::ContainerDetails,
        id::UserId,
    },
};
use chrono::Utc;
use serde_json::json;

use super::{actions::shown, trouble};

impl Tomo {
    /// A container whole, without the values that look like secrets.
    ///
    /// # Errors
    /// When it is not listed any more, or the engine does not answer.
    pub async fn inspect_container(
        &self,
        which: &ContainerRef,
    ) -> Result<ContainerDetails, AppError> {
        let engine = self.engine_of(which)?;
        let inspected = engine.inspect(&which.container_id).await?;
        Ok(ContainerDetails {
            row: self.row_as(which, &inspected)?,
            engine: engine.info().clone(),
            command: inspected.command(),
            working_dir: inspected.working_dir(),
            user: inspected.user(),
            is_privileged: inspected.is_privileged(),
            limits: inspected.limits(),
            environment: inspected.environment(),
            mounts: inspected.mounts(),
            networks: inspected.networks(),
            labels: inspected.labels(),
            health_log: inspected.health_log(),
            raw: inspected.raw(),
        })
    }

    /// One value of a container's environment, as it is. That somebody looked is recorded, and what
    /// they saw is not.
    ///
    /// # Errors
    /// When there is no such variable, or the engine does not answer.
    pub async fn reveal_variable(
        &self,
        by: UserId,
        which: &ContainerRef,
        name: &str,
    ) -> Result<String, AppError> {
        let inspected = self.engine_of(which)?.inspect(&which.container_id).await?;
        let value = inspected.variable(name).ok_or(AppError::NotFound("variable"))?;
        let (variable, container) = (shown(name), shown(&self.container_name(which)));
        let message =
            format!("{variable} of {container} looked at{}", self.place([which.server_id]));
        let details = json!({ "name": container, "variable": variable });
        let entry = Entry::by(by, ActivityKind::ContainerReveal, message).with(details);
        self.record(entry.to(which.server_id)).await;
        Ok(value)
    }

    /// A container as the engine says it is now.
    pub(super) async fn container_row(
        &self,
        engine: &Engine,
        which: &ContainerRef,
    ) -> Result<ContainerRow, AppError> {
        let inspected = engine.inspect(&which.container_id).await?;
        self.row_as(which, &inspected)
    }

    fn row_as(
        &self,
        which: &ContainerRef,
        inspected: &Inspected,
    ) -> Result<ContainerRow, AppError> {
        let listed = self.inner.board.row(which).ok_or(AppError::NotFound("container"))?;
        let container = inspected.overlay().over(&listed.container);
        let trouble = trouble::words(&container, Utc::now());
        let figures = listed.figures.filter(|_| container.is_up());
        // The engine has just answered.
        Ok(ContainerRow { container, figures, trouble, old_since: None })
    }
}
