//! Plans of updates: what would change, what is copied before, and what cannot be taken. Changes nothing.

use super::{
    newer::newer_of,
    planning::images,
    secrets,
    updating::{UpdateWish, secrets_after},
};
use crate::{
    app::{Tomo, error::AppError},
    catalog::{
        env_file,
        project::{self, Values},
    },
    domain::{
        app::AppManifest,
        app_newer::NewerImage,
        app_project::{AppProject, ValueProblem},
        app_update::{DiffLine, LastUpdate, LineChange, UnnamedVolume, UpdatePlan, VolumeCopy},
        credential::AppSecrets,
        installed_app::AppConfig,
        own_app::AppOrigin,
    },
    store::StoredInstall,
};
use chrono::Utc;
use similar::{ChangeTag, TextDiff};

/// Lines that are shown around those that change.
const AROUND: usize = 3;
/// Values that a server gave when an app came, and that stay.
const GIVEN: [&str; 4] = ["APP_ID", "TZ", "PUID", "PGID"];

/// What comes, as far as it can be said before anything is asked of a server.
pub(super) struct Target {
    pub(super) manifest: AppManifest,
    /// All values that are no secrets, or those that cannot be taken.
    pub(super) values: Result<Values, Vec<ValueProblem>>,
    pub(super) project: Option<AppProject>,
    /// Secrets that its edited files have.
    pub(super) secrets: AppSecrets,
}

impl Tomo {
    /// Says what updating an app would do: to the version of the catalog, with these values. Changes nothing.
    ///
    /// # Errors
    /// When there is no such app, or it was never installed.
    pub async fn plan_update(&self, wish: &UpdateWish) -> Result<UpdatePlan, AppError> {
        let app = self.stored_app(wish.id).await?;
        let target = self.target(&app, wish).await?;
        let config = &app.config;
        let problems = target.values.as_ref().err().cloned().unwrap_or_default();
        let (mut copies, mut not_copied) = to_copy(&app);
        if let Some(engine) = self.engine_at(app.server_id, &config.engine) {
            let mut can = Vec::new();
            for copy in copies {
                match engine.can_copy_volume(&copy.volume).await {
                    Ok(false) => not_copied.push(copy.told()),
                    // Nobody knows of any that it is none.
                    Ok(true) | Err(_) => can.push(copy),
                }
            }
            copies = can;
        }
        let newer = newer_images(config, &target, wish);
        let values = target.values.unwrap_or_default();
        Ok(UpdatePlan {
            from: app.version().to_owned(),
            to: target.manifest.version.clone(),
            new_settings: target
                .manifest
                .settings
                .iter()
                .filter(|new| !config.manifest.settings.iter().any(|old| old.name == new.name))
                .cloned()
                .collect(),
            compose: diff(&config.manifest.compose, &target.manifest.compose),
            // Where a value cannot be taken, nothing is written.
            variables: match problems.is_empty() {
                true => diff(&variables(&config.values), &variables(&values)),
                false => Vec::new(),
            },
            images: target.project.as_ref().map(images).unwrap_or_default(),
            newer_images: newer,
            values: asked(&target.manifest, values),
            problems,
            copied: copies.into_iter().map(|copy| copy.told()).collect(),
            not_copied,
        })
    }

    /// What an app would be with these values.
    pub(super) async fn target(
        &self,
        app: &StoredInstall,
        wish: &UpdateWish,
    ) -> Result<Target, AppError> {
        if app.installed_at.is_none() {
            return Err(AppError::Invalid("This app was never installed to its end.".into()));
        }
        let (edited, secrets) = self.edited(app, wish).await?.unzip();
        let (is_edited, secrets) = (edited.is_some(), secrets.unwrap_or_default());
        // What vanished from the catalog can still be configured anew.
        let manifest = match (edited, self.catalog_app(&app.app).await) {
            (Some(edited), _) => edited,
            (None, _) if wish.keeps_version => app.config.manifest.clone(),
            (None, Ok(app)) => app.manifest,
            (None, Err(AppError::NotFound(_))) => app.config.manifest.clone(),
            (None, Err(error)) => return Err(error),
        };
        let mut wanted: Values = app.config.values.clone();
        // What is edited says all values itself.
        wanted.retain(|name, _| {
            !is_edited && manifest.settings.iter().any(|setting| setting.name == *name)
        });
        wanted.extend(wish.values.clone());
        let name = app.project_name()?;
        let values = match project::values(&manifest, &wanted) {
            Ok(values) => given(values, &app.config),
            Err(problems) => {
                return Ok(Target { manifest, values: Err(problems), project: None, secrets });
            }
        };
        Ok(match project::project(&manifest, &name, &values) {
            Ok(mut project) => {
                super::own::keep_built(&mut project, &app.config.project);
                Target { manifest, values: Ok(values), project: Some(project), secrets }
            }
            Err(problems) => Target { manifest, values: Err(problems), project: None, secrets },
        })
    }

    /// Whether an app would be the same as it is.
    pub(super) async fn is_same(
        &self,
        app: &StoredInstall,
        target: &Target,
        typed: &crate::domain::credential::AppSecrets,
    ) -> Result<bool, AppError> {
        let all = self.secrets_of(app.id).await?;
        let next = secrets_after(&all, typed.clone(), &target.manifest)?;
        let config = &app.config;
        // Whoever edits files changes nothing where these say the same.
        let is_manifest = match app.origin() {
            AppOrigin::Catalog => target.manifest == config.manifest,
            AppOrigin::Own | AppOrigin::Adopted => {
                target.manifest.compose == config.manifest.compose
            }
        };
        Ok(is_manifest
            && target.values.as_ref().is_ok_and(|values| *values == config.values)
            && secrets::are_same(&secrets::present(&all), &next))
    }
}

/// Images that are taken anew although their names stay. Whoever changes settings alone is given none.
pub(super) fn newer_images(
    config: &AppConfig,
    target: &Target,
    wish: &UpdateWish,
) -> Vec<NewerImage> {
    match &target.project {
        Some(project) if !wish.keeps_version => newer_of(config, project),
        _ => Vec::new(),
    }
}

/// What the last update of an app has changed, as long as the way back is kept.
pub(super) fn last_update(config: &AppConfig) -> Option<LastUpdate> {
    let earlier = config.earlier.as_ref()?;
    Some(LastUpdate {
        from: earlier.manifest.version.clone(),
        compose: diff(&earlier.compose, &config.compose),
        variables: diff(&variables(&earlier.values), &variables(&config.values)),
    })
}

/// Values with those that the server itself gave.
fn given(mut values: Values, config: &AppConfig) -> Values {
    for name in GIVEN {
        if values.get(name).is_none_or(String::is_empty)
            && let Some(value) = config.values.get(name)
        {
            values.insert(name.to_owned(), value.clone());
        }
    }
    values
}

fn asked(manifest: &AppManifest, mut values: Values) -> Values {
    values.retain(|name, _| manifest.settings.iter().any(|setting| setting.name == *name));
    values
}

/// The file of variables, without its secrets.
fn variables(values: &Values) -> String {
    env_file::write(values.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

impl VolumeCopy {
    /// The volume, for people.
    pub(super) fn told(&self) -> String {
        match &self.unnamed {
            Some(place) => format!("{} of {}", place.target, place.service),
            None => self.volume.clone(),
        }
    }
}

/// Volumes that are copied, each with the name of its copy, and data that is not.
pub(super) fn to_copy(app: &StoredInstall) -> (Vec<VolumeCopy>, Vec<String>) {
    let own = app.own_volumes();
    let moment = Utc::now().format("%Y%m%d%H%M%S");
    let named: Vec<String> = super::installed::volumes_of(&app.config.project).collect();
    let copies = own.iter().map(|volume| VolumeCopy {
        copy: format!("{volume}_before_{moment}"),
        volume: volume.clone(),
        unnamed: app
            .volumes
            .iter()
            .find(|it| it.name == *volume && !named.contains(volume))
            .map(|it| UnnamedVolume { service: it.service.clone(), target: it.target.clone() }),
    });
    // Where a service has several containers, nobody could say which of them one of these belongs to.
    let copies: Vec<VolumeCopy> = copies.collect();
    let is_alone = |copy: &VolumeCopy| {
        copy.unnamed.is_none() || copies.iter().filter(|it| it.unnamed == copy.unnamed).count() == 1
    };
    let (copies, crowd): (Vec<_>, Vec<_>) = copies.iter().cloned().partition(is_alone);
    let others = app.volumes.iter().filter(|volume| !own.contains(&volume.name));
    let others = others.map(|volume| volume.name.clone());
    let paths = app.binds.iter().filter(|bind| !bind.is_read_only).map(|bind| bind.path.clone());
    let crowd = crowd.iter().map(VolumeCopy::told);
    let mut not_copied: Vec<String> = others.chain(paths).chain(crowd).collect();
    not_copied.sort();
    not_copied.dedup();
    (copies, not_copied)
}

/// Lines that change, with some around them.
fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(AROUND);
    let changes = groups.iter().flatten().flat_map(|operation| diff.iter_changes(operation));
    changes
        .map(|change| {
            let index = change.new_index().or(change.old_index()).unwrap_or_default();
            DiffLine {
                change: match change.tag() {
                    ChangeTag::Equal => LineChange::Same,
                    ChangeTag::Delete => LineChange::Removed,
                    ChangeTag::Insert => LineChange::Added,
                },
                line: u32::try_from(index + 1).unwrap_or(u32::MAX),
                text: change.value().trim_end_matches('\n').to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because whoever decides about an update reads what changes, and where.
    #[test]
    fn lines_that_change_are_told_with_their_numbers() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let lines = diff(before, &before.replace("e\n", "E\nE2\n"));
        let told: Vec<_> =
            lines.iter().map(|line| (line.change, line.line, line.text.as_str())).collect();
        use LineChange::{Added, Removed, Same};
        let expected = [
            (Same, 2, "b"),
            (Same, 3, "c"),
            (Same, 4, "d"),
            (Removed, 5, "e"),
            (Added, 5, "E"),
            (Added, 6, "E2"),
            (Same, 7, "f"),
            (Same, 8, "g"),
            (Same, 9, "h"),
        ];
        assert_eq!(told, expected);
        assert_eq!(diff(before, before), []);
    }
}
