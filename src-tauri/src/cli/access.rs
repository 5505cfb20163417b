//! `tomo access`: who may call what. It needs no database and nobody signed in.

use super::{args::Listing, error::CliError, output};
use crate::api::access::matrix;

/// `tomo access`.
pub fn access(listing: Listing) -> Result<(), CliError> {
    let rows = matrix();
    if listing.json {
        return output::json(&rows);
    }
    let mark = |allowed| if allowed { "yes" } else { "–" };
    let heads = ["Command", "Effect", "Nobody", "Readonly", "User", "Admin", "What it does"];
    let mut table = output::new_table(&heads, output::width());
    for row in rows {
        table.add_row([
            row.command,
            row.effect.name(),
            mark(row.nobody),
            mark(row.readonly),
            mark(row.user),
            mark(row.admin),
            row.doc,
        ]);
    }
    output::table(&table)
}
