//! Long lists, page by page: an assistant's program takes only so much at once, and an assistant pays for
//! each word. The commands themselves give lists whole, as a window wants them.

use crate::api::error::ApiError;
use serde_json::{Map, Value, json};

/// Commands whose answers are lists that grow with the servers, and where the list stands in the answer;
/// an empty place is the answer itself.
const PAGED: [(&str, &str); 4] = [
    ("container.list", "containers"),
    ("image.list", ""),
    ("volume.list", ""),
    ("network.list", ""),
];
/// Rows of a page when nobody says how many.
const USUAL: usize = 100;
/// The most rows of a page.
const MOST: usize = 200;

/// A page that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    offset: usize,
    limit: usize,
}

fn place(command: &str) -> Option<&'static str> {
    PAGED.iter().find(|(name, _)| *name == command).map(|(_, place)| *place)
}

/// Takes the page out of the arguments of a command whose answer has pages: the command itself knows
/// none. Nothing for other commands.
///
/// # Errors
/// When what is asked for is no page.
pub fn take(command: &str, arguments: &mut Value) -> Result<Option<Page>, ApiError> {
    if place(command).is_none() {
        return Ok(None);
    }
    let mut number = |name: &str, usual: usize| {
        let given = arguments.as_object_mut().and_then(|fields| fields.remove(name));
        match given {
            None | Some(Value::Null) => Ok(usual),
            Some(value) => {
                let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
                number.ok_or_else(|| {
                    ApiError::invalid(format!("'{name}' is a whole number from 0 on, not {value}."))
                })
            }
        }
    };
    let (offset, limit) = (number("offset", 0)?, number("limit", USUAL)?);
    Ok(Some(Page { offset, limit: limit.min(MOST) }))
}

/// Leaves of an answer what is on the page, and says what else there is; nothing when that is all.
#[must_use]
pub fn cut(command: &str, page: Page, answer: &mut Value) -> Option<String> {
    let list = match place(command)? {
        "" => answer,
        place => answer.get_mut(place)?,
    };
    let rows = list.as_array_mut()?;
    let all = rows.len();
    let first = page.offset.min(all);
    let end = first.saturating_add(page.limit).min(all);
    rows.truncate(end);
    rows.drain(..first);
    if first == 0 && end == all {
        return None;
    }
    let rest = match end {
        _ if end < all => format!(" Ask with offset {end} for those that follow."),
        _ => String::new(),
    };
    let shown = if first < end { format!("{} to {end}", first + 1) } else { "none".into() };
    Some(format!("These are rows {shown} of {all}.{rest}"))
}

/// Adds to the schema of a tool's arguments how a page of its answer is asked for.
pub fn describe(command: &str, schema: &mut Map<String, Value>) {
    if place(command).is_none() {
        return;
    }
    let number = |text: &str| json!({ "type": "integer", "minimum": 0, "description": text });
    let properties = schema.entry("properties").or_insert_with(|| json!({}));
    properties["offset"] = number("Rows to leave out at the beginning; 0 when absent.");
    properties["limit"] = number(&format!(
        "Rows at most: {USUAL} when absent, {MOST} at most. The notice says when there are more."
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(arguments: Value) -> (Option<Page>, Value) {
        let mut arguments = arguments;
        let page = take("container.list", &mut arguments).expect("a page");
        (page, arguments)
    }

    /// An assistant goes through a list by what the answer says, and has each row once.
    #[test]
    fn pages_together_are_the_list() {
        let whole = json!({ "engines": [1], "containers": (0..250).collect::<Vec<_>>() });
        let (mut found, mut next) = (Vec::new(), Some(0));
        while let Some(offset) = next {
            let (page, _) = page(json!({ "offset": offset }));
            let mut answer = whole.clone();
            let said = cut("container.list", page.expect("paged"), &mut answer).expect("more");
            assert_eq!(answer["engines"], json!([1]), "they are few");
            found.extend(answer["containers"].as_array().expect("rows").clone());
            let words = said.split("with offset ").nth(1).and_then(|rest| rest.split(' ').next());
            next = words.map(|number| number.parse::<usize>().expect("a number"));
        }
        assert_eq!(json!(found), whole["containers"]);
    }

    /// What is short is whole, and says nothing of pages; what is no page is refused.
    #[test]
    fn a_page_is_taken_out_of_the_arguments() {
        let (whole, left) = page(json!({ "server_id": "a", "limit": 9_999, "offset": null }));
        assert_eq!(
            (whole, left),
            (Some(Page { offset: 0, limit: MOST }), json!({ "server_id": "a" }))
        );
        let mut answer = json!([1, 2]);
        assert_eq!(cut("image.list", whole.expect("paged"), &mut answer), None);
        let behind = Page { offset: 5, limit: 1 };
        assert_eq!(
            cut("image.list", behind, &mut answer).as_deref(),
            Some("These are rows none of 2.")
        );
        assert_eq!(answer, json!([]));
        for bad in [json!(-1), json!("3"), json!(1.5)] {
            take("container.list", &mut json!({ "limit": bad })).expect_err("no page");
        }
        assert_eq!(take("fleet.get", &mut json!({ "limit": 1 })).expect("no list"), None);
    }
}
