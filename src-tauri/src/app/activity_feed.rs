//! Reading the activity log: pages, searches, and a file of it. Admins see everything, others what is
//! for everybody and what they did themselves.

use super::{
    Tomo,
    activity::Entry,
    error::AppError,
    export::{self, Row},
};
use crate::{
    domain::{
        activity::{Activity, ActivityFilter, ActivityKind, ActivityPage},
        file::{Exported, FileFormat},
        session::Session,
        time,
        user::Role,
    },
    store::ActivityQuery,
};
use serde_json::{Value, json};

/// Entries on a page, at most.
const LONGEST_PAGE: u32 = 200;
/// Characters and words of a search.
const LONGEST_SEARCH: usize = 200;
const MOST_WORDS: usize = 12;
/// Entries that an export reads at a time.
const EXPORTED_AT_ONCE: u32 = 1_000;

impl Tomo {
    /// A page of the log as this session may see it, newest first.
    ///
    /// # Errors
    /// When the filter, the place or the length cannot be taken, or the database cannot be read.
    pub async fn activity(
        &self,
        session: &Session,
        filter: &ActivityFilter,
        after: Option<&str>,
        limit: Option<u32>,
    ) -> Result<ActivityPage, AppError> {
        check(filter)?;
        let after = after.map(place).transpose()?;
        let limit = match limit {
            Some(limit) => limit,
            None => self.items_per_page().await,
        };
        if !(1..=LONGEST_PAGE).contains(&limit) {
            return Err(AppError::Invalid(format!(
                "A page has 1 to {LONGEST_PAGE} entries, not {limit}."
            )));
        }
        let query = query(session, filter);
        let store = &self.inner.store;
        let (stretch, total) = if after.is_none() {
            let page = store.activity_page(query, after, limit);
            let (stretch, total) = tokio::try_join!(page, store.activity_total(query))?;
            (stretch, Some(total))
        } else {
            (store.activity_page(query, after, limit).await?, None)
        };
        Ok(ActivityPage {
            entries: stretch.entries,
            next: stretch.next.map(|place| format!("{place:016x}")),
            total,
        })
    }

    /// Writes the log, or part of it, to a file, newest first, as far as this session may see it.
    ///
    /// # Errors
    /// When the filter cannot be taken or the file cannot be written; then there is no file.
    pub async fn export_activity(
        &self,
        session: &Session,
        path: &str,
        format: FileFormat,
        filter: &ActivityFilter,
    ) -> Result<Exported, AppError> {
        check(filter)?;
        let mut file = export::begin(self.file_to_write(path)?, format, Activity::HEAD).await?;
        let query = query(session, filter);
        let mut after = None;
        loop {
            let stretch = self.inner.store.activity_page(query, after, EXPORTED_AT_ONCE).await?;
            file = file.write(stretch.entries).await?;
            if stretch.next.is_none() {
                break;
            }
            after = stretch.next;
        }
        let exported = file.finish().await?;
        let entry =
            Entry::by(session.user.id, ActivityKind::ActivityExport, "Activity log exported")
                .with(json!({ "rows": exported.rows, "file": exported.path }));
        self.record(entry).await;
        Ok(exported)
    }
}

fn query<'a>(session: &Session, filter: &'a ActivityFilter) -> ActivityQuery<'a> {
    let reader = (session.user.role != Role::Admin).then_some(session.user.id);
    ActivityQuery { filter, reader }
}

/// Where a page begins, from the `next` of the page before.
fn place(text: &str) -> Result<i64, AppError> {
    (text.len() == 16)
        .then(|| u64::from_str_radix(text, 16).ok())
        .flatten()
        .map(u64::cast_signed)
        .ok_or_else(|| AppError::Invalid("No page of the activity log begins there.".into()))
}

fn check(filter: &ActivityFilter) -> Result<(), AppError> {
    let invalid = |text: String| Err(AppError::Invalid(text));
    if filter.activity_types.len() > ActivityKind::ALL.len() {
        return invalid("There are not as many kinds of entries.".into());
    }
    for kind in &filter.activity_types {
        if ActivityKind::from_text(kind).is_none() {
            let beginning: String = kind.chars().take(60).collect();
            return invalid(format!("There is no kind of entry '{beginning}'."));
        }
    }
    if filter.app_id.as_ref().is_some_and(|id| id.chars().count() > LONGEST_SEARCH) {
        return invalid("No app has an id of that length.".into());
    }
    if let Some(text) = &filter.text {
        if text.chars().count() > LONGEST_SEARCH {
            return invalid(format!("A search has at most {LONGEST_SEARCH} characters."));
        }
        if text.split_whitespace().count() > MOST_WORDS {
            return invalid(format!("A search has at most {MOST_WORDS} words."));
        }
    }
    Ok(())
}

impl Row for Activity {
    const HEAD: &[&str] = &[
        "timestamp",
        "id",
        "activity_type",
        "level",
        "user_id",
        "username",
        "server_id",
        "server_name",
        "app_id",
        "message",
        "details",
    ];

    fn cells(&self) -> Vec<String> {
        let entry = self;
        let level = serde_json::to_value(entry.level).ok();
        vec![
            time::to_text(entry.timestamp),
            entry.id.to_string(),
            entry.activity_type.clone(),
            level.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
            entry.user_id.map(|id| id.to_string()).unwrap_or_default(),
            entry.username.clone().unwrap_or_default(),
            entry.server_id.map(|id| id.to_string()).unwrap_or_default(),
            entry.server_name.clone().unwrap_or_default(),
            entry.app_id.clone().unwrap_or_default(),
            entry.message.clone(),
            entry.details.as_ref().map(Value::to_string).unwrap_or_default(),
        ]
    }
}
