//! An engine that tells what cannot be read.

use super::{Watched, is};
use crate::lab::telling::{TellingEngine, WEB};

/// Holds because what happened in an event that cannot be read is seen in a fresh list: this engine
/// tells of its only container in no other way.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_event_has_the_list_read_anew() {
    for lost in [format!("{}\n", "x".repeat(2 << 20)), "no event\n".to_owned()] {
        let engine = TellingEngine::start(lost.into_bytes());
        if crate::lab::sshd::find("sshd").is_none() {
            return super::skip("sshd");
        }
        let Some(watched) = Watched::at(&engine.socket()).await else { return };
        let web = watched.until_row("web", |row| is(row, "running")).await;
        assert_eq!(web["container"]["id"], WEB);
    }
}
