//! Arguments and results as JSON Schemas that assistants' programs accept: an object at the top, with
//! no choice between several.

use super::data::NOTICE;
use schemars::Schema;
use serde_json::{Map, Value, json};

/// Parts of results that only a window draws, and where they stand: an assistant pays for each word.
const LEFT_OUT: &[(&str, &str)] = &[("fleet.get", "sparklines")];

/// A command's result without what is left out for assistants.
#[must_use]
pub fn without_left_out(command: &str, mut result: Value) -> Value {
    for (_, field) in LEFT_OUT.iter().filter(|(name, _)| *name == command) {
        if let Some(fields) = result.as_object_mut() {
            fields.remove(*field);
        }
    }
    result
}

/// The output schema of a tool that answers with any of these: what `data::wrap` makes of it.
#[must_use]
pub fn of_results(command: &str, results: Vec<Schema>) -> Map<String, Value> {
    let mut definitions = Map::new();
    let mut choices: Vec<Value> = Vec::with_capacity(results.len());
    for result in results {
        let mut result = result.to_value();
        if let Some(fields) = result.as_object_mut() {
            fields.remove("$schema");
            fields.remove("title");
            if let Some(Value::Object(own)) = fields.remove("$defs") {
                definitions.extend(own);
            }
        }
        for (_, field) in LEFT_OUT.iter().filter(|(name, _)| *name == command) {
            if let Some(properties) = result["properties"].as_object_mut() {
                properties.remove(*field);
            }
            if let Some(required) = result["required"].as_array_mut() {
                required.retain(|name| name != field);
            }
        }
        choices.push(result);
    }
    let data = match choices.len() {
        1 => choices.remove(0),
        _ => json!({ "anyOf": choices }),
    };
    let mut root = Map::new();
    root.insert("type".into(), json!("object"));
    root.insert(
        "properties".into(),
        json!({ "data": data, "notice": { "type": "string", "description": NOTICE } }),
    );
    root.insert("required".into(), json!(["data", "notice"]));
    if !definitions.is_empty() {
        root.insert("$defs".into(), Value::Object(definitions));
    }
    root
}

/// The input schema of a tool.
#[must_use]
pub fn of(schema: Schema) -> Map<String, Value> {
    let mut root = match schema.to_value() {
        Value::Object(root) => root,
        _ => Map::new(),
    };
    root.remove("$schema");
    root.remove("title");
    if let Some(Value::Array(choices)) = root.remove("oneOf") {
        join(&mut root, &choices);
    }
    root.insert("type".into(), json!("object"));
    root.entry("properties").or_insert_with(|| json!({}));
    root
}

/// Puts the properties of all choices beside each other. What each choice takes is still checked when
/// the tool is called.
fn join(root: &mut Map<String, Value>, choices: &[Value]) {
    let mut properties = Map::new();
    let mut required: Option<Vec<Value>> = None;
    for choice in choices {
        let empty = Map::new();
        for (name, schema) in choice["properties"].as_object().unwrap_or(&empty) {
            match (properties.get_mut(name), schema.get("const")) {
                (Some(known), Some(word)) => {
                    if let Some(Value::Array(words)) = known.get_mut("enum") {
                        words.push(word.clone());
                    }
                }
                (Some(_), None) => {}
                (None, Some(word)) => {
                    properties.insert(name.clone(), json!({ "type": "string", "enum": [word] }));
                }
                (None, None) => {
                    properties.insert(name.clone(), schema.clone());
                }
            }
        }
        let own = choice["required"].as_array().cloned().unwrap_or_default();
        required = Some(match required {
            Some(all) => all.into_iter().filter(|name| own.contains(name)).collect(),
            None => own,
        });
    }
    root.insert("properties".into(), Value::Object(properties));
    root.insert("required".into(), Value::Array(required.unwrap_or_default()));
    root.insert("additionalProperties".into(), json!(false));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::table::COMMANDS, mcp::level};

    /// Some assistants' programs refuse every tool of a server when one schema is not a plain object.
    #[test]
    fn every_schema_is_an_object_without_a_choice_at_the_top() {
        for command in COMMANDS.iter().filter(|command| level::of_command(command).is_some()) {
            let schema = of((command.schema)());
            assert_eq!(schema["type"], "object", "{}", command.name);
            for word in ["oneOf", "anyOf", "allOf", "$ref"] {
                assert!(!schema.contains_key(word), "{}: {word}", command.name);
            }
            assert_eq!(schema["additionalProperties"], false, "{}", command.name);
        }
    }

    /// The choice itself must stay visible, or nobody knows what to send.
    #[test]
    fn a_choice_becomes_an_enum() {
        let reset = COMMANDS.iter().find(|command| command.name == "setting.reset");
        let schema = of((reset.expect("in the table").schema)());
        assert_eq!(schema["properties"]["what"]["enum"], json!(["key", "category", "own"]));
        assert_eq!(schema["required"], json!(["what"]));
        assert!(schema["properties"]["category"].is_object());
    }
}
