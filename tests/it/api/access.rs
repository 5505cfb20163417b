//! Who may call what: every command of the table, with every role.

use super::{Code, House};
use serde_json::{Value, json};
use tomo::{
    api::{access::Effect, table::COMMANDS},
    domain::user::Role,
};

/// Arguments that no command takes, so that nothing happens where the caller is let in.
fn wrong() -> Value {
    json!({ "nobody has this field": true })
}

/// Holds because a command that forgets to ask who calls is open to everybody at the keyboard.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_public_commands_answers_before_sign_in() {
    let house = House::empty().await;
    for command in COMMANDS.iter().filter(|command| command.effect != Effect::Public) {
        house.refused(command.name, wrong(), Code::NotSetUp).await;
        house.refused(command.name, json!({}), Code::NotSetUp).await;
    }
    let house = House::quiet().await;
    house.ask("session.sign_out", json!({})).await;
    for command in COMMANDS.iter().filter(|command| command.effect != Effect::Public) {
        house.refused(command.name, wrong(), Code::NotSignedIn).await;
        house.refused(command.name, json!({}), Code::NotSignedIn).await;
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
        for command in COMMANDS {
            let allowed = command.effect.allowed_to(role);
            let code = if allowed { Code::Invalid } else { Code::Forbidden };
            let error = house.refused(command.name, wrong(), code).await;
            if !allowed {
                refusals += 1;
                assert!(error.message.contains(role.as_str()), "{error:?}");
                assert!(!error.message.contains("nobody has"), "{error:?}");
            }
        }
    }
    assert!(refusals > 10, "the table tells roles apart");
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

/// Holds because whoever could name the caller could be anybody.
#[tokio::test(flavor = "multi_thread")]
async fn identity_is_no_argument() {
    let house = House::quiet().await;
    for field in ["user_id", "user", "role", "session", "session_id", "by"] {
        for command in COMMANDS {
            let error = house.refused(command.name, json!({ field: "admin" }), Code::Invalid).await;
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
