//! Plans as people meet them: who sees them, who decides, and how other processes learn of it. How
//! assistants meet them is in `mcp`.

use super::{ADMIN, Code, House, PATIENCE, server, unreachable};
use futures::StreamExt;
use serde_json::{Value, json};
use tomo::{
    app::plans::Wish,
    domain::{
        fleet::{Push, Topic},
        user::Role,
    },
};

/// Asks for something in the name of whoever is signed in.
async fn ask(house: &House, command: &str, arguments: Value, needs_role: Role) -> String {
    let session = house.tomo.session().await.expect("somebody is signed in");
    let wish = Wish {
        command,
        does: "Does what it does.",
        arguments: &arguments,
        needs_role,
        client: "a test",
    };
    house.tomo.ask_plan(&session, &wish).await.expect("a plan").id.to_string()
}

fn ids(plans: &Value) -> Vec<&str> {
    plans.as_array().expect("plans").iter().filter_map(|plan| plan["id"].as_str()).collect()
}

/// Holds because whoever may not do a thing may not let somebody else do it either, nor read what the
/// thing would be.
#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_do_it_decides_about_it() {
    let house = House::quiet().await;
    let id = super::id_of(&house.ask("server.add", unreachable("nas", "nas.invalid")).await);
    let admins = ask(&house, "server.remove", json!({ "id": id }), Role::Admin).await;
    let users = ask(&house, "server.connect", json!({ "id": id }), Role::User).await;
    for role in [Role::User, Role::Readonly] {
        house.person(role).await;
    }
    let waiting = async || house.ask("status.get", json!({})).await["waiting_plans"].clone();
    assert_eq!(waiting().await, 2);

    house.sign_in("readonly").await;
    assert_eq!(waiting().await, 0);
    for command in ["plan.approve", "plan.refuse"] {
        house.refused(command, json!({ "id": users }), Code::Forbidden).await;
    }
    house.sign_in("user").await;
    assert_eq!(waiting().await, 1);
    assert_eq!(ids(&house.ask("plan.list", json!({})).await), [users.as_str()]);
    for command in ["plan.approve", "plan.refuse"] {
        let error = house.refused(command, json!({ "id": admins }), Code::Forbidden).await;
        assert!(error.message.contains("remove servers"), "{error:?}");
    }
    let decided = house.ask("plan.approve", json!({ "id": users })).await;
    assert_eq!(decided["decided_by"], "user");
    assert_eq!(waiting().await, 0);
    house.refused("plan.refuse", json!({ "id": users }), Code::Invalid).await;

    house.sign_in(ADMIN).await;
    assert_eq!(ids(&house.ask("plan.list", json!({})).await), [users.as_str(), admins.as_str()]);
    assert_eq!(house.ask("plan.refuse", json!({ "id": admins })).await["state"], "refused");
    let nobody = uuid::Uuid::now_v7();
    house.refused("plan.approve", json!({ "id": nobody }), Code::NotFound).await;
}

/// Holds because the plan is asked for in one process and approved in another: the window that is
/// open has to show it without being asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_another_process_is_announced() {
    let window = House::collecting().await;
    let other = window.beside().await;
    other.sign_in(ADMIN).await;
    let mut pushes = Box::pin(window.tomo.pushes());
    let mut told = async || {
        let changed = async {
            loop {
                let push = pushes.next().await.expect("Tomo lives");
                if push == (Push::Changed { topic: Topic::Plans }) {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, changed).await.expect("the window is told");
    };
    let plan = ask(&other, "retention.run", json!({}), Role::Admin).await;
    told().await;
    assert_eq!(window.ask("status.get", json!({})).await["waiting_plans"], 1);
    other.ask("plan.refuse", json!({ "id": plan })).await;
    told().await;
    assert_eq!(window.ask("status.get", json!({})).await["waiting_plans"], 0);
}

/// Holds because a person approves what is shown: neither Tomo nor a stranger at the file may make
/// something else of it afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_stays_what_was_asked_for() {
    let house = House::quiet().await;
    let name = "\u{202e}evil<b>'; drop table plans;--";
    let add = json!({
        "server": server(name, "nas.invalid", 22, "anna", "password"),
        "credential": { "kind": "password", "password": "never sent" },
        "connect": false,
    });
    let id = super::id_of(&house.ask("server.add", add).await);
    ask(&house, "server.remove", json!({ "id": id }), Role::Admin).await;
    let plans = house.ask("plan.list", json!({})).await;
    let summary = plans[0]["summary"].as_str().expect("a sentence");
    assert!(summary.contains("<b>'; drop table plans;--”"), "{summary}");
    assert!(!summary.chars().any(|c| c.is_control() || c == '\u{202e}'), "{summary}");
    let mut stranger = house.stranger().await;
    for change in ["arguments = '{}'", "command = 'user.remove'", "summary = 'nothing'"] {
        let update = format!("update plans set {change}");
        let changed = sqlx::query(sqlx::AssertSqlSafe(update)).execute(&mut stranger).await;
        assert!(changed.is_err(), "{change}");
    }
}
