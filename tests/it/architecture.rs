//! The layers hold: a module uses only those to its right, and neighbours never use each other.

use std::{fs, path::Path};

/// Left to right; names in one group never use each other.
const LAYERS: &[&[&str]] = &[
    &["shell", "cli", "mcp"],
    &["api"],
    &["app"],
    &["collect", "docker", "catalog"],
    &["ssh", "vault", "store"],
    &["domain"],
];

fn level(module: &str) -> Option<usize> {
    LAYERS.iter().position(|group| group.contains(&module))
}

/// Names after `crate::` in a source text, also within `use crate::{a::…, b::…}`.
fn used_modules(source: &str) -> Vec<String> {
    let word = |text: &str| {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut found = Vec::new();
    for (index, _) in source.match_indices("crate::") {
        let rest = &source[index + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(word(rest));
            continue;
        };
        let mut depth = 1;
        let mut at_start = true;
        for (position, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => at_start = true,
                letter if at_start && depth == 1 && letter.is_alphabetic() => {
                    found.push(word(&group[position..]));
                    at_start = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}

fn sources(folder: &Path, visit: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            visit(&path, &fs::read_to_string(&path).expect("a readable source"));
        }
    }
}

/// An import that points upward, or sideways between neighbours, is named with its file.
#[test]
fn no_layer_uses_one_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/src");
    let mut edges = 0;
    let mut wrong = Vec::new();
    sources(&root, &mut |path, source| {
        let inside = path.strip_prefix(&root).expect("below the root");
        let first = inside.components().next().expect("a name").as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        let Some(own) = level(&module) else { return };
        for used in used_modules(source) {
            let Some(other) = level(&used) else { continue };
            edges += 1;
            if used != module && other <= own {
                wrong.push(format!("{} uses {used}", inside.display()));
            }
        }
    });
    assert!(edges > 50, "the test reads no imports any more");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Only one place names tauri, one names SQL, one names the web view's bridge.
#[test]
fn outside_parts_are_named_in_one_place_each() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/src");
    let mut wrong = Vec::new();
    sources(&root, &mut |path, source| {
        let inside = path.strip_prefix(&root).expect("below the root").display().to_string();
        for (name, home) in [
            ("tauri::", "shell"),
            ("sqlx::", "store"),
            ("russh::", "ssh"),
            ("keyring_core::", "vault"),
            ("rmcp::", "mcp"),
        ] {
            if source.contains(name) && !inside.starts_with(home) {
                wrong.push(format!("{inside} names {name}, which only {home} may"));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
