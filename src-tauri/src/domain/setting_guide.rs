//! `docs/settings.md`: the registry as a person reads it. It is committed, and a test fails when it
//! is out of date.

use super::setting::{REGISTRY, Scope, Setting};
use std::fmt::Write;

const HEAD: &str = "\
<!-- Generated from the registry by `cargo xtask bindings`. Do not edit. -->

# Settings

Every setting that there is. Each is on a page of the window's settings, and on the command line:

```
tomo settings list --changed
tomo settings set monitoring.background_interval_seconds 30 --reason 'the NAS is slow'
tomo settings reset --category monitoring
```

*Each user* means that everybody may have a value of their own, over the one that an admin sets for
everybody (`--everybody`). What is the same for everybody is changed by admins alone. A change is
obeyed at once, by every Tomo that is open on the data folder, and stays in the audit trail with who
made it, where, and why (up to 500 characters).

A value is written as JSON: `30`, `true`, `\"dark\"`; on the command line a text needs no quotes. What a
setting does not take is refused, with the rule. When somebody else has changed it since it was read,
a change is refused as well, and says what the value is now.

";

const TAIL: &str = "
A warning mark stays below its critical one. To move both past where the other was, change them
together: in the window, save both at once; on the command line, first the one that makes room.
";

/// Names of the categories by the beginnings of their keys, in the order of the registry.
const CATEGORIES: [(&str, &str); 5] = [
    ("ui", "Appearance"),
    ("monitoring", "Monitoring"),
    ("system", "Accounts and backups"),
    ("security", "Security"),
    ("retention", "Retention"),
];

/// The text of `docs/settings.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for (prefix, name) in CATEGORIES {
        // Writing to a String cannot fail.
        let _ = write!(text, "## {name}\n\n");
        text.push_str("| key | default | takes | whose | what it does |\n|---|---|---|---|---|\n");
        let among = |setting: &&Setting| setting.key.split('.').next() == Some(prefix);
        for setting in REGISTRY.iter().filter(among) {
            let whose = match setting.scope {
                Scope::System => "everybody",
                Scope::UserOverridable => "each user",
            };
            let _ = writeln!(
                text,
                "| `{}` | `{}` | {} | {whose} | **{}.** {} |",
                setting.key,
                setting.default,
                setting.rule_in_words(),
                setting.title,
                setting.description,
            );
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text.push_str(TAIL);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_the_guide() {
        let text = markdown();
        for setting in REGISTRY {
            assert!(text.contains(&format!("| `{}` |", setting.key)), "{}", setting.key);
        }
    }

    /// The committed guide is what the registry says; it is written anew with the other bindings.
    #[test]
    fn the_guide_is_up_to_date_as_bindings_are() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md");
        let expected = markdown();
        if std::env::var_os("TOMO_WRITE_BINDINGS").is_some() {
            std::fs::write(path, &expected).expect("the guide can be written");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert!(committed == expected, "run `cargo xtask bindings`, and commit what it writes");
    }
}
