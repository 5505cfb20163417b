//! The arguments of a command as a JSON Schema that assistants' programs accept: an object at the
//! top, with no choice between several.

use schemars::Schema;
use serde_json::{Map, Value, json};

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
