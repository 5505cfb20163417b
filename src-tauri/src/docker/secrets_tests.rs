use super::*;
use serde_json::json;

/// What people call secrets in the images that homes run.
#[test]
fn secrets_are_known_by_their_names() {
    for name in [
        "POSTGRES_PASSWORD",
        "DBPASSWORD",
        "API_KEY",
        "apiKey",
        "AWS_SECRET_ACCESS_KEY",
        "JWT",
        "SENTRY_DSN",
        "RESTIC_PASSPHRASE",
        "--token",
        "MYSQL_PWD",
        "BASIC_AUTH",
        "ADMIN_PASS",
        "GITHUB_PAT",
        "SLACK_WEBHOOK",
    ] {
        assert!(is_secret(name, "x7", false), "{name}");
    }
    for name in
        ["PATH", "KEYBOARD", "MONKEY", "TZ", "COMPASS", "AUTHOR", "POSTGRES_DB", "PASSENGER"]
    {
        assert!(!is_secret(name, "x7", false), "{name}");
    }
    assert!(!is_secret("AUTH", "true", false), "a switch is no secret");
    assert!(!is_secret("POSTGRES_PASSWORD_FILE", "/run/secrets/db", false), "a path is no secret");
    assert!(is_secret("POSTGRES_PASSWORD_FILE", "hunter2", false));
}

/// Whatever a variable is called, these values are secrets.
#[test]
fn secrets_are_known_by_their_values() {
    for value in [
        "postgres://app:hunter2@db:5432/shop",
        "redis://:p%40ss@cache",
        "mysql://app:hunter2@tcp(db:3306)/shop",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "0b9d9b8e-3f0a-4a53-9f3e-6a4c2f0d1e77",
        "dGhpcyBpcyBhIHNlY3JldCBvZiAzMiBieXRlcyE0Mg==",
    ] {
        assert!(is_secret("SETTING", value, false), "{value}");
    }
    for value in [
        "postgres://db:5432/shop",
        "https://example.org/a?b=c@d",
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
        "a sentence that is long and says nothing much, as sentences of People do in 2026",
        "00000000000000000000000000000000",
        "-Xmx512m",
    ] {
        assert!(!is_secret("SETTING", value, false), "{value}");
    }
    let checksum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    assert!(!is_secret("PYTHON_SHA256", checksum, true), "images carry checksums");
    assert!(!is_secret_label("com.docker.compose.config-hash", checksum));
    assert!(!is_secret_label("traefik.http.routers.auth.rule", "Host(`auth.example.org`)"));
    assert!(is_secret_label("traefik.http.middlewares.a.basicauth.users", "me:$apr1$x$y"));
}

/// A value that is hidden in one place and shown in another is not hidden.
#[test]
fn a_secret_is_hidden_wherever_it_appears() {
    let mut secrets = Secrets::default();
    for value in ["hunter22", "abc", "xyz12", "postgres://app:p%40ss-word@db/shop", "true"] {
        secrets.add(value);
    }
    let mut document = json!({
        "Env": ["A=hunter22", "B=abc", "C=xyz12", "D=axyz12", "URL=postgres://app:p%40ss-word@db/shop"],
        "Args": ["serve", "--p=hunter22hunter22", "xyz12,xyz12", "abc", "abcd", "p@ss-word", "true"],
        "Labels": { "of.hunter22": "xhunter22x" },
        "Number": 5,
    });
    secrets.mask_all(&mut document);
    assert_eq!(
        document,
        json!({
            "Env": [format!("A={MASK}"), format!("B={MASK}"), format!("C={MASK}"), "D=axyz12",
                    format!("URL={MASK}")],
            "Args": ["serve", format!("--p={MASK}{MASK}"), format!("{MASK},{MASK}"), MASK, "abcd",
                     MASK, "true"],
            "Labels": { (format!("of.{MASK}")): format!("x{MASK}x") },
            "Number": 5,
        })
    );
}

/// Commands name secrets too, in one word or in two.
#[test]
fn secrets_are_found_in_commands() {
    let mut secrets = Secrets::default();
    let words = [
        "sh",
        "-c",
        "exec app --db-password=first1 --verbose",
        "--token",
        "second2",
        "--user",
        "anna",
        "API_KEY=third3",
        "https://me:fourth4@example.org/x",
    ];
    let words: Vec<String> = words.map(str::to_owned).to_vec();
    secrets.look_through_words(&words);
    let shown = words.iter().map(|word| secrets.mask(word)).collect::<Vec<_>>().join(" ");
    for hidden in ["first1", "second2", "third3", "fourth4"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    for kept in ["exec app", "--verbose", "--user anna", "me:", "@example.org/x"] {
        assert!(shown.contains(kept), "{kept}: {shown}");
    }
}
