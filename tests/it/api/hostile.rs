//! What a front door might send that is not what a command takes. The arguments are made from the
//! JSON Schema of each command, so that a new command is covered without a line here.

use super::House;
use serde_json::{Map, Value, json};
use tomo::api::{
    error::{ApiError, Code},
    table::{COMMANDS, Command},
};

/// Longer than anything that anybody types.
const MEGABYTE: usize = 1_000_000;

/// A value that a schema takes, as small as it gets; of several forms, this one.
fn example(schema: &Value, root: &Value, form: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.trim_start_matches("#/$defs/");
        return example(&root["$defs"][name], root, form);
    }
    for of in ["oneOf", "anyOf"] {
        if let Some(forms) = schema[of].as_array() {
            return example(&forms[form % forms.len()], root, form);
        }
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => json!("00000000-0000-7000-8000-000000000000"),
            Some("date-time") => json!("2126-11-22T14:31:00Z"),
            _ => json!("something"),
        },
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("object") => {
            let mut object = Map::new();
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                object.insert(name.clone(), example(field, root, form));
            }
            Value::Object(object)
        }
        _ => json!("anything"),
    }
}

/// Arguments that a command can read, in each of their forms.
fn examples(command: &Command) -> Vec<Value> {
    let schema = (command.schema)().to_value();
    let forms = schema["oneOf"].as_array().map_or(1, Vec::len);
    (0..forms).map(|form| example(&schema, &schema, form)).collect()
}

/// Every place in the arguments where a value stands that is no object.
fn leaves(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                leaves(field, format!("{path}/{name}"), found);
            }
        }
        _ => found.push(path),
    }
}

fn places(arguments: &Value) -> Vec<String> {
    let mut found = Vec::new();
    leaves(arguments, String::new(), &mut found);
    found
}

/// A person reads it, so it is a sentence, and short, whatever was sent.
fn is_readable(name: &str, error: &ApiError) {
    assert!(error.message.ends_with('.'), "{name}: {}", error.message);
    assert!(error.message.chars().count() < 600, "{name}: {} characters", error.message.len());
    assert!(error.hint.chars().count() < 600, "{name}: a long hint");
}

/// Commands that end the session or the keys that the others need.
fn is_an_end(name: &str) -> bool {
    ["session.sign_out", "session.sign_in", "session.lock", "session.end"].contains(&name)
}

/// Every command takes exactly the fields it declares: one too many, or one of another type, is
/// refused with a sentence that names the field and never repeats its value.
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_no_command_has_are_refused() {
    let house = House::quiet().await;
    for command in COMMANDS {
        for arguments in examples(command) {
            let mut more = arguments.clone();
            more["user_id_of_somebody_else"] = json!("x");
            let error = house.refused(command.name, more, Code::Invalid).await;
            is_readable(command.name, &error);
            for place in places(&arguments) {
                let mut wrong = arguments.clone();
                let field = wrong.pointer_mut(&place).expect("a place");
                // No command takes a list of lists anywhere; free JSON is refused for its key.
                *field = json!([["hunter2-hunter2", 31_337_001]]);
                let Err(error) = house.call(command.name, wrong).await else {
                    panic!("{}{place} takes a list of lists", command.name);
                };
                is_readable(command.name, &error);
                let said = format!("{} {}", error.message, error.hint);
                let quoted = said.contains("hunter2") || said.contains("31337001");
                assert!(!quoted || place == "/value", "{}{place}: {said}", command.name);
            }
        }
        for nonsense in [json!(null), json!([1, 2]), json!("text"), json!(7)] {
            let error = house.refused(command.name, nonsense, Code::Invalid).await;
            is_readable(command.name, &error);
        }
    }
}

/// A megabyte in any text is refused, or taken for what it is, with an answer that is no megabyte
/// itself; and Tomo goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_anything_harms_nothing() {
    let house = House::quiet().await;
    let texts = ["A".repeat(MEGABYTE), "\u{202e}\u{0}\u{7}'\"<b>".repeat(MEGABYTE / 10)];
    for command in COMMANDS.iter().filter(|command| !is_an_end(command.name)) {
        for arguments in examples(command) {
            for place in places(&arguments) {
                for text in &texts {
                    let mut long = arguments.clone();
                    let field = long.pointer_mut(&place).expect("a place");
                    if !field.is_string() {
                        continue;
                    }
                    *field = json!(text);
                    if let Err(error) = house.call(command.name, long).await {
                        is_readable(command.name, &error);
                        assert_ne!(error.code, Code::NotSignedIn, "{}{place}", command.name);
                    }
                }
            }
        }
    }
    house.ask("fleet.get", json!({})).await;
}

/// An id that belongs to nothing is said to belong to nothing.
#[tokio::test]
async fn ids_of_nothing_are_named_as_such() {
    let house = House::quiet().await;
    let nothing = json!({ "id": "00000000-0000-7000-8000-000000000000" });
    for name in [
        "server.details",
        "server.live",
        "server.remove",
        "server.connect",
        "user.remove",
        "lock.unlock",
        "plan.approve",
        "plan.refuse",
        "session.end",
    ] {
        house.refused(name, nothing.clone(), Code::NotFound).await;
    }
}
