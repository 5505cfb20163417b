//! Reading `activity_logs` as a feed: newest first, filtered, searched, page by page.
//!
//! Without a search the covering index of the feed is read backwards; with one, the search index is,
//! whose rows have the same order. Neither sorts anything, so a page costs what is on it.

use super::{Store, StoreError};
use crate::domain::{
    activity::{Activity, ActivityFilter, ActivityKind, Audience},
    id::UserId,
};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, QueryBuilder, Row, Sqlite};

/// Positions within one second of the feed; the trigger that places entries counts the same.
const A_SECOND: i64 = 16_777_216;

/// The index whose order is that of the feed, and which holds everything that is filtered by.
const FEED: &str = "idx_activity_logs_feed";

/// Which entries, for whom.
#[derive(Clone, Copy, Debug)]
pub struct ActivityQuery<'a> {
    /// What has to hold.
    pub filter: &'a ActivityFilter,
    /// Who reads: sees what is for everybody, and the own entries. Absent for admins, who see all.
    pub reader: Option<UserId>,
}

/// A stretch of the feed, newest first.
#[derive(Clone, Debug)]
pub struct ActivityStretch {
    /// Entries.
    pub entries: Vec<Activity>,
    /// The place of the last entry, when there are more behind it.
    pub next: Option<i64>,
}

impl ActivityQuery<'_> {
    /// The kinds that are asked for; nothing when any will do.
    fn kinds(&self) -> Option<Vec<&str>> {
        let filter = self.filter;
        let of_group = |group| {
            let kinds = ActivityKind::ALL.iter().filter(move |kind| kind.group() == group);
            kinds.map(|kind| kind.as_str()).collect::<Vec<_>>()
        };
        let named = || filter.activity_types.iter().map(String::as_str);
        match filter.group.map(of_group) {
            Some(group) if filter.activity_types.is_empty() => Some(group),
            Some(group) => Some(named().filter(|kind| group.contains(kind)).collect()),
            None if filter.activity_types.is_empty() => None,
            None => Some(named().collect()),
        }
    }

    /// The first place that is wanted, and the first one after them.
    fn span(&self) -> (Option<i64>, Option<i64>) {
        // Entries know their second only: one that may lie within the span is in it.
        let place =
            |at: DateTime<Utc>, up: i64| at.timestamp().saturating_add(up).saturating_mul(A_SECOND);
        let since = self.filter.since.map(|since| place(since, 0));
        let until = self
            .filter
            .until
            .map(|until| place(until, i64::from(until.timestamp_subsec_nanos() > 0)));
        (since, until)
    }

    /// The text that is searched for, when it holds anything.
    fn text(&self) -> Option<&str> {
        self.filter.text.as_deref().filter(|text| !text.chars().all(is_between_words))
    }

    /// Adds where to look and what has to hold.
    fn push_to(&self, sql: &mut QueryBuilder<Sqlite>, index: &str, after: Option<i64>) {
        let place = match self.text() {
            Some(text) => {
                sql.push(" from activity_search where activity_search match ");
                sql.push_bind(self.as_match(text));
                "rowid"
            }
            None => {
                sql.push(format_args!(" from activity_logs indexed by {index} where true"));
                self.push_columns(sql);
                "position"
            }
        };
        let (since, until) = self.span();
        // Of two upper bounds SQLite would use one for the search, and test the other.
        let before = [after, until].into_iter().flatten().min();
        for (bound, at) in [(">=", since), ("<", before)] {
            if let Some(at) = at {
                sql.push(format_args!(" and {place} {bound} ")).push_bind(at);
            }
        }
    }

    fn push_columns(&self, sql: &mut QueryBuilder<Sqlite>) {
        let filter = self.filter;
        if let Some(kinds) = self.kinds() {
            sql.push(" and activity_type in ");
            push_list(sql, kinds);
        }
        if let Some(reader) = self.reader {
            sql.push(" and (activity_type in ");
            push_list(sql, for_everybody());
            sql.push(" or user_id = ").push_bind(reader.to_string()).push(")");
        }
        if filter.by_tomo {
            sql.push(" and user_id is null");
        }
        for (column, value) in [
            ("user_id", filter.user_id.map(|id| id.to_string())),
            ("server_id", filter.server_id.map(|id| id.to_string())),
            ("app_id", filter.app_id.clone()),
        ] {
            if let Some(value) = value {
                sql.push(format_args!(" and {column} = ")).push_bind(value);
            }
        }
    }

    /// The same in the search index's own language. What a person typed stands in quotes, where
    /// nothing has a meaning but the quote, which is doubled.
    fn as_match(&self, text: &str) -> String {
        let filter = self.filter;
        let words = text.split(is_between_words);
        let words = words.filter(|word| !word.is_empty());
        let words: Vec<_> =
            words.map(|word| format!("\"{}\"*", word.replace('"', "\"\""))).collect();
        let mut wanted = vec![format!("({{message details}} : ({}))", words.join(" "))];
        let mut mark = |marks: Vec<String>| {
            wanted.push(format!("(marks : ({}))", marks.join(" OR ")));
        };
        if let Some(kinds) = self.kinds() {
            mark(kinds.into_iter().map(|kind| marked('k', kind)).collect());
        }
        if let Some(reader) = self.reader {
            let mut marks: Vec<_> = for_everybody().map(|kind| marked('k', kind)).collect();
            marks.push(marked('u', &reader.to_string()));
            mark(marks);
        }
        if filter.by_tomo {
            mark(vec!["unobody".into()]);
        }
        for (letter, value) in [
            ('u', filter.user_id.map(|id| id.to_string())),
            ('s', filter.server_id.map(|id| id.to_string())),
            ('a', filter.app_id.clone()),
        ] {
            if let Some(value) = value {
                mark(vec![marked(letter, &value)]);
            }
        }
        wanted.join(" AND ")
    }

    /// The index that counting is quickest by: one thing that is asked for has an index of its own,
    /// several are only in that of the feed.
    fn counted_by(&self) -> &'static str {
        let filter = self.filter;
        let is_wider = self.reader.is_some()
            || filter.app_id.is_some()
            || filter.since.is_some()
            || filter.until.is_some();
        let by_user = filter.by_tomo || filter.user_id.is_some();
        match (self.kinds().is_some(), by_user, filter.server_id.is_some()) {
            _ if is_wider => FEED,
            (true, false, false) => "idx_activity_logs_type",
            (false, true, false) => "idx_activity_logs_user",
            (false, false, true) => "idx_activity_logs_server",
            _ => FEED,
        }
    }

    /// Whether every entry is let through.
    fn is_everything(&self) -> bool {
        let blank = ActivityFilter { text: self.filter.text.clone(), ..ActivityFilter::default() };
        self.reader.is_none() && self.text().is_none() && *self.filter == blank
    }

    /// Whether the filter contradicts itself.
    fn is_empty(&self) -> bool {
        self.kinds().is_some_and(|kinds| kinds.is_empty())
    }
}

/// The kinds that everybody may read about.
fn for_everybody() -> impl Iterator<Item = &'static str> {
    let kinds = ActivityKind::ALL.iter().filter(|kind| kind.audience() == Audience::Everybody);
    kinds.map(|kind| kind.as_str())
}

fn is_between_words(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// A word of the column `marks`.
fn marked(letter: char, value: &str) -> String {
    format!("{letter}{}", hex::encode(value))
}

fn push_list<'v>(sql: &mut QueryBuilder<Sqlite>, values: impl IntoIterator<Item = &'v str>) {
    sql.push("(");
    let mut list = sql.separated(", ");
    for value in values {
        list.push_bind(value.to_owned());
    }
    sql.push(")");
}

impl Store {
    /// Entries behind the place `after`, or from the newest on: `limit` at most.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn activity_page(
        &self,
        query: ActivityQuery<'_>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<ActivityStretch, StoreError> {
        if query.is_empty() {
            return Ok(ActivityStretch { entries: Vec::new(), next: None });
        }
        let column = if query.text().is_some() { "rowid" } else { "position" };
        let mut sql = QueryBuilder::new(
            "select entry.*, users.username, servers.name as server_name
             from (select ",
        );
        sql.push(column).push(" as place");
        query.push_to(&mut sql, FEED, after);
        // One more than asked for tells whether there is a next page.
        sql.push(format_args!(" order by {column} desc limit ")).push_bind(i64::from(limit) + 1);
        sql.push(
            ") as found
             cross join activity_logs as entry on entry.position = found.place
             left join users on users.id = entry.user_id
             left join servers on servers.id = entry.server_id
             order by found.place desc",
        );
        let mut rows = sql.build().fetch_all(&self.readers).await?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = match rows.last() {
            Some(last) if has_more => Some(last.try_get("position")?),
            _ => None,
        };
        let entries = rows.iter().map(Activity::from_row).collect::<Result<_, _>>()?;
        Ok(ActivityStretch { entries, next })
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn activity_total(&self, query: ActivityQuery<'_>) -> Result<u64, StoreError> {
        if query.is_empty() {
            return Ok(0);
        }
        let mut sql = QueryBuilder::new("select count(*)");
        if query.is_everything() {
            // SQLite counts a whole table without looking at its rows.
            sql.push(" from activity_logs");
        } else {
            query.push_to(&mut sql, query.counted_by(), None);
        }
        let total: i64 = sql.build_query_scalar().fetch_one(&self.readers).await?;
        Ok(total.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a person types must never be a command to the search index.
    #[test]
    fn typed_text_is_quoted() {
        let filter = ActivityFilter { by_tomo: true, ..ActivityFilter::default() };
        let query = ActivityQuery { filter: &filter, reader: None };
        assert_eq!(
            query.as_match("na\"s OR\u{0}NEAR(x* -y"),
            "({message details} : (\"na\"\"s\"* \"OR\"* \"NEAR(x*\"* \"-y\"*)) AND (marks : (unobody))"
        );
        assert_eq!(marked('s', "aZ0"), "s615a30");
    }
}
