//! Who may call what: every command of the table, with every role.

use super::{Code, House};
use serde_json::{Value, json};
use tomo::{
    api::{
        access::{Effect, matrix},
        table::COMMANDS,
    },
    domain::user::Role,
};

/// Arguments that no command takes, so that nothing happens where the caller is let in.
fn wrong() -> Value {
    json!({ "nobody has this field": true })
}

/// Arguments of every shape, some of which the command may well take.
fn shapes() -> [Value; 6] {
    let megabyte = "x".repeat(1_000_000);
    let id = "00000000-0000-8000-8000-000000000001";
    [
        wrong(),
        json!({}),
        json!({ "id": id }),
        json!({ "id": megabyte }),
        Value::Null,
        json!([["text"]]),
    ]
}

/// Holds because a command that forgets to ask who calls is open to everybody at the keyboard.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_public_commands_answers_before_sign_in() {
    let house = House::empty().await;
    for command in COMMANDS.iter().filter(|command| command.effect != Effect::Public) {
        for arguments in shapes() {
            house.refused(command.name, arguments, Code::NotSetUp).await;
        }
    }
    let house = House::quiet().await;
    house.ask("session.sign_out", json!({})).await;
    for command in COMMANDS.iter().filter(|command| command.effect != Effect::Public) {
        for arguments in shapes() {
            house.refused(command.name, arguments, Code::NotSignedIn).await;
        }
    }
    for command in COMMANDS.iter().filter(|command| command.effect == Effect::Public) {
        house.refused(command.name, wrong(), Code::Invalid).await;
    }
}

/// Holds because the table is the only place that says who may; the role is looked at before the
/// arguments, or a refusal would tell what the command takes.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_call_what_the_table_says() {
    let house = House::quiet().await;
    let mut refusals = 0;
    for role in [Role::Readonly, Role::User, Role::Admin] {
        if role != Role::Admin {
            house.person(role).await;
            house.sign_in(role.as_str()).await;
        } else {
            house.sign_in(super::ADMIN).await;
        }
        // What is printed and documented is what is walked.
        for row in matrix() {
            let allowed = match role {
                Role::Admin => row.admin,
                Role::User => row.user,
                Role::Readonly => row.readonly,
            };
            if allowed {
                house.refused(row.command, wrong(), Code::Invalid).await;
                continue;
            }
            let first = house.refused(row.command, wrong(), Code::Forbidden).await;
            assert!(first.message.contains(role.as_str()), "{first:?}");
            for arguments in shapes() {
                refusals += 1;
                let error = house.refused(row.command, arguments, Code::Forbidden).await;
                assert_eq!(error, first, "the arguments change nothing");
            }
        }
    }
    assert!(refusals > 100, "the table tells roles apart");
    assert_eq!(matrix().len(), COMMANDS.len());
}

/// Holds because `allowed_to` is itself only code: these are the sentences it has to say.
#[test]
fn readonly_reads_and_users_operate() {
    let of = |name: &str| COMMANDS.iter().find(|command| command.name == name).expect(name).effect;
    for (name, readonly, user) in [
        ("status.get", true, true),
        ("fleet.get", true, true),
        ("server.history", true, true),
        ("setting.set", true, true),
        ("server.connect", false, true),
        ("server.disconnect", false, true),
        ("collection.pause", false, true),
        ("collection.resume", false, true),
        ("server.add", false, false),
        ("server.edit", false, false),
        ("server.remove", false, false),
        ("server.test", false, false),
        ("key.inspect", false, false),
        ("host_key.trust", false, false),
        ("host_key.replace", false, false),
    ] {
        assert_eq!(of(name).allowed_to(Role::Readonly), readonly, "{name}");
        assert_eq!(of(name).allowed_to(Role::User), user, "{name}");
        assert!(of(name).allowed_to(Role::Admin), "{name}");
    }
}

/// Holds because a command that is put under the wrong effect opens what its whole family guards: what
/// is open to nobody signed in, or only to admins, is said here once more.
#[test]
fn whole_families_are_for_admins() {
    let public: Vec<_> = matrix().iter().filter(|row| row.nobody).map(|row| row.command).collect();
    let expected = [
        "status.get",
        "vault.create",
        "vault.try_again",
        "vault.unlock",
        "setup.create",
        "setup.choose_backup",
        "setup.inspect",
        "setup.restore",
        "session.sign_in",
        "session.sign_out",
        "session.lock",
        "session.unlock",
        "password.check",
        "about.licences",
    ];
    assert_eq!(public, expected);
    let families = [
        "user.",
        "lock.",
        "audit.",
        "backup.",
        "server_list.",
        "key.",
        "host_key.",
        "diagnostics.",
    ];
    for row in matrix() {
        assert!(row.admin, "{row:?}");
        assert!(row.user || !row.readonly, "a user may do what readonly may: {row:?}");
        if families.iter().any(|family| row.command.starts_with(family)) {
            assert!(!row.user && !row.readonly && !row.nobody, "{row:?}");
        }
    }
}

/// Holds because whoever could name the caller could be anybody.
#[tokio::test(flavor = "multi_thread")]
async fn identity_is_no_argument() {
    let house = House::quiet().await;
    for field in ["user_id", "user", "role", "session", "session_id", "by"] {
        for command in COMMANDS {
            // An admin gives a role to somebody else; the caller's own is nowhere named.
            if field == "role" && ["user.create", "user.edit"].contains(&command.name) {
                continue;
            }
            let mut arguments = json!({ field: "admin" });
            // What comes in several kinds says first which one it is.
            match command.name {
                "account.set_avatar" => arguments["kind"] = json!("remove"),
                "setting.reset" => arguments["what"] = json!("own"),
                _ => {}
            }
            let error = house.refused(command.name, arguments, Code::Invalid).await;
            let words = format!("unknown field `{field}`");
            assert!(error.message.contains(&words), "{}: {}", command.name, error.message);
        }
    }
}

/// Holds because a window that is older or newer than the process must get words, not a crash.
#[tokio::test(flavor = "multi_thread")]
async fn arguments_of_any_shape_are_refused_in_words() {
    let house = House::quiet().await;
    house.refused("no.such", json!({}), Code::NotFound).await;
    for command in COMMANDS {
        for arguments in [Value::Null, json!(7), json!("text"), json!([[]]), json!({ "": {} })] {
            let error = house.refused(command.name, arguments, Code::Invalid).await;
            assert!(error.message.contains(command.name), "{error:?}");
        }
    }
}
