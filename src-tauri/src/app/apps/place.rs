//! Where an app may go: how a server suits it, and what the server itself gives to it.

use crate::{
    app::error::AppError,
    catalog::project::Values,
    docker::{Engine, HostFacts},
    domain::{
        app::AppManifest, app_plan::ServerFit, app_project::ProjectName, figure, fleet::ServerRow,
        sample::Sample,
    },
};
use std::{cmp::Reverse, sync::Arc};

/// A server as it is at the moment.
pub(super) struct Place {
    pub(super) row: ServerRow,
    pub(super) sample: Option<Arc<Sample>>,
    pub(super) engine: Result<Engine, AppError>,
}

/// A processor as Docker writes it; nothing for one that Docker has no word for.
pub(super) fn architecture(kernel: &str) -> Option<&'static str> {
    Some(match kernel {
        "x86_64" | "amd64" => "amd64",
        "aarch64" | "arm64" => "arm64",
        "armv7l" | "armv8l" => "arm/v7",
        "armv6l" => "arm/v6",
        "i386" | "i686" => "386",
        "riscv64" => "riscv64",
        "ppc64le" => "ppc64le",
        "s390x" => "s390x",
        _ => return None,
    })
}

/// Whether an app is built for a processor; nothing where it is not known.
pub(super) fn is_built_for(manifest: &AppManifest, kernel: Option<&str>) -> Option<bool> {
    let wanted = &manifest.requirements.architectures;
    let here = kernel.and_then(architecture)?;
    (!wanted.is_empty()).then(|| wanted.iter().any(|one| one == here))
}

/// How each server suits an app, the best first: those where it can run, by their free memory.
pub(super) fn fits(manifest: &AppManifest, places: Vec<Place>) -> Vec<ServerFit> {
    let mut fits: Vec<(bool, u64, ServerFit)> = places
        .into_iter()
        .map(|place| {
            let memory = place.memory();
            let (is_possible, reason) = place.judge(manifest);
            let server = &place.row.server;
            let fit =
                ServerFit { server_id: server.id, name: server.name.clone(), is_possible, reason };
            (is_possible, memory.unwrap_or_default(), fit)
        })
        .collect();
    fits.sort_by_key(|(is_possible, memory, fit)| {
        (!is_possible, Reverse(*memory), fit.name.clone())
    });
    fits.into_iter().map(|(_, _, fit)| fit).collect()
}

impl Place {
    /// Memory that can be had, bytes.
    fn memory(&self) -> Option<u64> {
        let memory = self.sample.as_ref()?.memory.as_ref()?;
        Some(memory.total_bytes.saturating_sub(memory.used_bytes))
    }

    /// Room where the engine keeps its data, bytes.
    fn room(&self) -> Option<u64> {
        let root = self.engine.as_ref().ok()?.info().root_dir.clone()?;
        let sample = self.sample.as_ref()?;
        let above = sample.mounts.iter().filter(|mount| {
            let path = mount.path.trim_end_matches('/');
            root.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let nearest = above.max_by_key(|mount| mount.path.len())?;
        Some(nearest.available_bytes)
    }

    fn judge(&self, manifest: &AppManifest) -> (bool, String) {
        let engine = match &self.engine {
            Ok(engine) => engine.info(),
            Err(error) => return (false, error.to_string().trim_end_matches('.').to_owned()),
        };
        let kernel = engine.architecture.as_deref();
        if is_built_for(manifest, kernel) == Some(false) {
            let here = kernel.unwrap_or_default();
            return (false, format!("It is not built for {}", architecture(here).unwrap_or(here)));
        }
        let free = [self.memory().map(|it| (it, "memory")), self.room().map(|it| (it, "disk"))];
        let free: Vec<String> = free
            .into_iter()
            .flatten()
            .map(|(bytes, what)| format!("{} {what}", size(bytes)))
            .collect();
        let wanted = &manifest.requirements;
        let lacks = |have: Option<u64>, wanted: Option<u64>| matches!((have, wanted), (Some(have), Some(wanted)) if have < wanted);
        let reason = match &free[..] {
            [] => "What is free there is not known".to_owned(),
            _ => format!("{} free", free.join(" and ")),
        };
        // Memory may still be made free; a full disk is full.
        (!lacks(self.room(), wanted.storage_bytes), reason)
    }
}

/// Bytes in three digits.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(super) fn size(bytes: u64) -> String {
    figure::size(bytes as f64)
}

/// Values with those that the server itself gives: its time zone, and the numbers of the account.
pub(super) fn filled(project: &ProjectName, facts: &HostFacts, mut values: Values) -> Values {
    let mut give = |name: &str, value: Option<String>| {
        if values.get(name).is_none_or(String::is_empty)
            && let Some(value) = value
        {
            values.insert(name.to_owned(), value);
        }
    };
    give("APP_ID", Some(project.to_string()));
    give("TZ", facts.time_zone.clone().or_else(|| Some("Etc/UTC".to_owned())));
    give("PUID", facts.ids.map(|(user, _)| user.to_string()));
    give("PGID", facts.ids.map(|(_, group)| group.to_string()));
    values
}
