use super::*;
use crate::{catalog::project, domain::app::AppSettingKind};
use secrecy::ExposeSecret;

const SHOP: &str = "# My shop\nservices:\n  web:\n    image: web:${TAG:-1.2} # the page\n    ports:\n      - \"8080:80\"\n      \
    - 9000:9000/udp\n    environment:\n      DB_PASSWORD: hunter2-and-more\n      \
    DB_URL: \"postgres://shop:hunter2-and-more@db/shop\"\n      API_TOKEN: ${API_TOKEN:-fallback}\n      GREETING: ${GREETING}\n  \
    db:\n    image: postgres:16\n    environment:\n      - POSTGRES_PASSWORD=hunter2-and-more\n      - POSTGRES_USER=shop\n    \
    volumes: [data:/var/lib/postgresql/data]\nvolumes:\n  data:\n";

fn taken(text: &str, env: Option<&str>) -> (AppManifest, AppSecrets, Vec<Problem>) {
    let read = read(&Pasted { text, env, ..Pasted::default() });
    let (manifest, secrets) = read.app.unwrap_or_else(|| panic!("{:?}", read.problems));
    (manifest, secrets, read.notes)
}

fn refused(text: &str) -> Vec<(Option<u32>, String)> {
    let read = read(&Pasted { text, ..Pasted::default() });
    assert!(read.app.is_none(), "{text}");
    read.problems.into_iter().map(|problem| (problem.line, problem.message)).collect()
}

/// Holds because what stands in the stored file is shown to everybody who may look, and what the app gets must be
/// what the person wrote.
#[test]
fn secrets_leave_the_file_and_are_kept() {
    let env = "GREETING=good morning\nAPI_TOKEN=\"to$$ken\"\nUNUSED=1\n";
    let (manifest, secrets, notes) = taken(SHOP, Some(env));
    assert!(!manifest.compose.contains("hunter2"), "{}", manifest.compose);
    assert!(!manifest.compose.contains("fallback"), "{}", manifest.compose);
    assert!(manifest.compose.contains("# the page"), "comments stay: {}", manifest.compose);
    let value = |name: &str| secrets.get(name).map(|secret| secret.expose_secret().to_owned());
    assert_eq!(value("DB_PASSWORD").as_deref(), Some("hunter2-and-more"));
    assert_eq!(value("API_TOKEN").as_deref(), Some("to$ken"));
    assert_eq!(secrets.len(), 2, "one word is one secret");
    assert!(manifest.compose.contains("postgres://shop:${DB_PASSWORD}@db/shop"));
    assert!(manifest.compose.contains("- POSTGRES_PASSWORD=${DB_PASSWORD}"));
    assert!(!format!("{manifest:?}{notes:?}").contains("hunter2"));
    assert!(!format!("{manifest:?}{notes:?}").contains("to$ken"));
    let default = |name: &str| {
        let setting = manifest.settings.iter().find(|setting| setting.name == name);
        setting.unwrap_or_else(|| panic!("no {name}")).default.clone()
    };
    assert_eq!(default("GREETING").as_deref(), Some("good morning"));
    assert_eq!(default("TAG").as_deref(), Some("1.2"));
    assert!(notes.iter().any(|note| note.message.contains("'UNUSED' was left out")), "{notes:?}");
    assert_eq!(manifest.version, "1.2");
}

/// Holds because a port that is taken can be another one only where it is asked for.
#[test]
fn ports_become_settings() {
    let (manifest, ..) = taken(SHOP, Some("GREETING=a\n"));
    let ports: Vec<(&str, Option<&str>)> = manifest
        .settings
        .iter()
        .filter(|setting| matches!(setting.kind, AppSettingKind::Port { .. }))
        .map(|setting| (setting.name.as_str(), setting.default.as_deref()))
        .collect();
    assert_eq!(ports, [("WEB_PORT", Some("8080")), ("WEB_PORT_9000", Some("9000"))]);
    assert_eq!(manifest.web.as_ref().map(|web| web.port.as_str()), Some("WEB_PORT"));
    let values = project::values(&manifest, &[("WEB_PORT".to_owned(), "81".to_owned())].into());
    let project = project::project(&manifest, "shop", &values.expect("values")).expect("a project");
    assert_eq!(project.ports[0].host_port, Some(81));
    assert_eq!(project.ports[0].setting.as_deref(), Some("WEB_PORT"));
}

/// Holds because whoever opens the editor sees marks in place of secrets, and saving must not make them the
/// secrets.
#[test]
fn a_mark_keeps_the_secret() {
    let (manifest, secrets, _) = taken(SHOP, Some("GREETING=a\nAPI_TOKEN=token-of-mine\n"));
    let env = "GREETING=b\nAPI_TOKEN=••••\nDB_PASSWORD=••••\nWEB_PORT=8080\nWEB_PORT_9000=9000\n";
    let pasted = Pasted {
        text: &manifest.compose,
        env: Some(env),
        kept: Some(&secrets),
        ..Pasted::default()
    };
    let again = read(&pasted);
    let (edited, kept) = again.app.unwrap_or_else(|| panic!("{:?}", again.problems));
    assert_eq!(edited.compose, manifest.compose);
    for (name, secret) in &secrets {
        assert_eq!(kept[name].expose_secret(), secret.expose_secret(), "{name}");
    }
    let unknown = read(&Pasted { kept: None, ..pasted });
    assert!(unknown.problems.iter().any(|it| it.message.contains("no secret")), "{unknown:?}");
}

/// Holds because a mistake without its line sends people through a whole file, and what climbs out, or is not
/// there, would be a file of somebody else's.
#[test]
fn mistakes_are_told_by_their_lines() {
    let at = |text: &str| refused(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(at("services:\n  web:\n    image: web:1\n    ports: ['99999:80']\n"), [Some(4)]);
    assert_eq!(at("services:\n  web:\n    build: .\n"), [Some(2)]);
    assert_eq!(at("services:\n  web:\n    image: w:1\n    env_file: other.env\n"), [Some(4)]);
    assert_eq!(
        at("services:\n  web:\n    image: w:1\n    volumes: ['../../etc:/etc']\n"),
        [Some(4)]
    );
    assert_eq!(at("services:\n  web:\n    image: w:1\n    user: ${HOME}\n"), [Some(4)]);
    assert_eq!(at("services:\n  web:\n    image: w:1\u{202e}\n"), [Some(3)]);
    assert_eq!(at("include: [a.yaml]\nservices:\n  web:\n    image: w:1\n"), [Some(1)]);
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
        d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e]\n";
    assert_eq!(refused(bomb).len(), 1);
    assert_eq!(refused(&"x".repeat(2 << 20)).len(), 1);
    let wrong = read(&Pasted { text: SHOP, env: Some("A=1\nno variable\n"), ..Pasted::default() });
    assert!(wrong.problems[0].message.starts_with(".env, line 2"), "{:?}", wrong.problems);
}

/// Holds because a file that is written once for several services has its secrets once as well, and keeps
/// meaning the same.
#[test]
fn secrets_in_anchors_leave_the_file_too() {
    let text = "x-env: &env\n  MYSQL_PASSWORD: s3cret-word # here\nservices:\n  a:\n    image: a:1\n    environment: *env\n  \
        b:\n    image: b:1\n    environment:\n      <<: *env\n      OTHER: '1'\n    command: [--pw, s3cret-word]\n";
    let (manifest, secrets, _) = taken(text, None);
    assert!(!manifest.compose.contains("s3cret"), "{}", manifest.compose);
    assert_eq!(secrets["MYSQL_PASSWORD"].expose_secret(), "s3cret-word");
    let tree = yaml::read(&manifest.compose).expect("a file");
    let b = tree.get("services").and_then(|all| all.get("b")).expect("b");
    let value = b.get("environment").and_then(|all| all.get("MYSQL_PASSWORD"));
    assert_eq!(value.and_then(Node::text), Some("${MYSQL_PASSWORD}"), "{}", manifest.compose);
}

/// Holds because a password is one wherever it stands: in an address, in the text of a file, under any name.
#[test]
fn passwords_within_other_texts_are_secrets() {
    let text = "services:\n  web:\n    image: w:1\n    environment:\n      DB_PASSWORD: ${DB_PASSWORD}\n      \
        DB: ${DB}\n      CACHE: ${CACHE:-redis://a:word-of-cache@cache}\n      PLAIN: ${PLAIN}\n      \
        ADMIN_PASSWORD: word-of-admin\n    configs: [c]\n    secrets: [s]\nconfigs:\n  c:\n    \
        content: |\n      admin = word-of-admin\nsecrets:\n  s:\n    environment: ANYTHING\n";
    let env =
        "DB_PASSWORD=word-of-db\nDB=user=a;password=word-of-db\nPLAIN=b\nANYTHING=word-of-all\n";
    let (manifest, secrets, notes) = taken(text, Some(env));
    let told = format!("{manifest:?}{notes:?}");
    assert!(!told.contains("word-of-"), "{told}");
    let names: Vec<&str> = secrets.keys().map(String::as_str).collect();
    assert_eq!(names, ["ADMIN_PASSWORD", "ANYTHING", "CACHE", "DB", "DB_PASSWORD"]);
    assert_eq!(secrets["CACHE"].expose_secret(), "redis://a:word-of-cache@cache");
    assert!(manifest.compose.contains("admin = ${ADMIN_PASSWORD}"), "{}", manifest.compose);
}

/// Holds because a password that is a common word stands in paths and names as well, and without these nobody
/// knows what an app is made of; and an address made of variables would be made of random letters.
#[test]
fn what_an_app_is_made_of_is_no_secret() {
    let text = "services:\n  web:\n    image: ${IMAGE}\n    volumes: ['${PLACE}:/data', '${OTHER}:/other']\n    \
        environment:\n      DB_PASSWORD: ${DB_PASSWORD}\n      \
        URL: ${URL:-postgres://app:${DB_PASSWORD}@db/app}\n";
    let env =
        "DB_PASSWORD=postgres\nPLACE=./postgres\nOTHER=/srv/postgres\nIMAGE=registry/postgres:1\n";
    let (manifest, secrets, _) = taken(text, Some(env));
    let names: Vec<&str> = secrets.keys().map(String::as_str).collect();
    assert_eq!(names, ["DB_PASSWORD"]);
    assert!(manifest.compose.contains("${URL:-postgres://app:${DB_PASSWORD}@db/app}"));
}

/// Holds because compose quotes the line that it could not read, whatever is in it.
#[test]
fn what_programs_quote_has_no_secrets() {
    let env = "A_PASSWORD=abcd\nB_PASSWORD=abcdefgh\nPLAIN=plainly\n";
    assert_eq!(without_secrets("x abcdefgh abcd plainly", env), "x •••• •••• plainly");
    assert!(!without_secrets("near hunter2", "no variable hunter2\n").contains("hunter2"));
}

/// Holds because the line of a guide and a file go the same way.
#[test]
fn a_docker_run_line_is_taken() {
    let (manifest, secrets, notes) =
        taken("docker run -d --name shop -p 8080:80 -e ADMIN_PASSWORD=hunter2 web:1", None);
    assert_eq!((manifest.id.as_str(), manifest.name.as_str()), ("shop", "shop"));
    assert_eq!(secrets["ADMIN_PASSWORD"].expose_secret(), "hunter2");
    assert!(manifest.compose.contains("${SHOP_PORT}:80"), "{}", manifest.compose);
    assert!(notes.iter().any(|note| note.message.contains("--detach")));
}

/// Holds because a project that runs keeps its files: what is in them is told, and nothing is asked anew.
#[test]
fn adopted_files_stay_as_they_are_but_for_secrets() {
    let env = "PW=hunter2\nCOMPOSE_PROFILES=x\nFREE=1\n";
    let text = "services:\n  web:\n    build: .\n    ports: ['8080:80']\n    environment:\n      PASSWORD: ${PW}\n      A: ${MISSING}\n";
    let read = read(&Pasted { text, env: Some(env), is_adopted: true, ..Pasted::default() });
    let (manifest, secrets) = read.app.unwrap_or_else(|| panic!("{:?}", read.problems));
    assert_eq!(manifest.compose, text);
    assert_eq!(secrets["PW"].expose_secret(), "hunter2");
    let names: Vec<&str> = manifest.settings.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["PW", "MISSING", "FREE"]);
    assert!(manifest.settings.iter().all(|it| it.name == "PW" || !it.is_required));
}
