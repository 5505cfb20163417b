//! What an assistant may not do alone: a plan, a person's word, and one run.

use super::{Assistant, Desk};
use serde_json::{Value, json};
use tomo::{
    api::{self, error::Code},
    app::Tomo,
    domain::session::Door,
};

const ADMINISTER: &[&str] = &["--allow", "administer"];

/// Asks to remove a server; gives the plan's id.
fn ask_to_remove(assistant: &mut Assistant, server: &str) -> String {
    let plan = assistant.ask("server_remove", json!({ "id": server }));
    assert_eq!(plan["data"]["state"], "waiting", "{plan}");
    plan["data"]["plan_id"].as_str().expect("an id").to_owned()
}

async fn decide(person: &Tomo, command: &str, plan: &str) -> Value {
    api::call(person, command, json!({ "id": plan })).await.expect("it waits")
}

fn state(assistant: &mut Assistant, plan: &str) -> Value {
    assistant.ask("plan_status", json!({ "id": plan }))["data"]["state"].clone()
}

/// Holds because this is the whole promise: nothing happens before a person says yes, it happens once,
/// and it is what the person read.
#[tokio::test(flavor = "multi_thread")]
async fn what_destroys_waits_for_a_person_and_runs_once() {
    let desk = Desk::new();
    let person = desk.open(Door::CommandLine).await;
    let server = desk.server(&person, "The NAS\u{202e}").await;
    let servers = "select count(*) from servers where host like '%.invalid'";
    let Some(mut assistant) = Assistant::start(&desk, "handshake", ADMINISTER) else { return };

    let plan = ask_to_remove(&mut assistant, &server);
    let error = assistant.refused("plan_run", json!({ "id": plan }));
    assert!(error.contains("Nobody has approved") && error.contains("tomo approve"), "{error}");
    assert_eq!(desk.count(servers).await, 1);

    let plans = api::call(&person, "plan.list", json!({})).await.expect("a list");
    assert_eq!(plans[0]["id"], plan.as_str());
    assert_eq!(plans[0]["command"], "server.remove");
    assert_eq!(plans[0]["arguments"], json!({ "id": server }));
    let summary = plans[0]["summary"].as_str().expect("a sentence");
    assert!(summary.contains("“The NAS\u{fffd}”"), "it names the server: {summary}");
    let status = api::call(&person, "status.get", json!({})).await.expect("a status");
    assert_eq!(status["waiting_plans"], 1);

    assert_eq!(decide(&person, "plan.approve", &plan).await["state"], "approved");
    assert_eq!(desk.count(servers).await, 1, "approving alone runs nothing");
    assert_eq!(state(&mut assistant, &plan), "approved");
    let results = assistant.call_at_once(8, "plan_run", json!({ "id": plan }));
    let ran: Vec<_> = results.iter().filter(|result| result["isError"] == false).collect();
    assert_eq!(ran.len(), 1, "eight at once are one run: {results:?}");
    assert_eq!(ran[0]["structuredContent"]["data"]["state"], "done");
    assert_eq!(desk.count(servers).await, 0);
    assert_eq!(state(&mut assistant, &plan), "done");
    let error = assistant.refused("plan_run", json!({ "id": plan }));
    assert!(error.contains("runs once"), "{error}");
    let again = api::call(&person, "plan.approve", json!({ "id": plan })).await;
    assert_eq!(again.expect_err("it was decided").code, Code::Invalid);
    assistant.end();
    person.shutdown().await;
    for (kind, count) in [("plan.ask", 1), ("plan.approve", 1), ("server.remove", 1)] {
        assert_eq!(desk.entries(kind).await.len(), count, "{kind}");
    }
}

/// Holds because 'no' is an answer, and so is none within ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_and_an_old_plan_never_run() {
    let desk = Desk::new();
    let person = desk.open(Door::CommandLine).await;
    let server = desk.server(&person, "The NAS").await;
    let Some(mut assistant) = Assistant::start(&desk, "handshake", ADMINISTER) else { return };
    let refused = ask_to_remove(&mut assistant, &server);
    decide(&person, "plan.refuse", &refused).await;
    let (waiting, approved) =
        (ask_to_remove(&mut assistant, &server), ask_to_remove(&mut assistant, &server));
    decide(&person, "plan.approve", &approved).await;
    // Ten minutes later.
    desk.sql("update plans set expires_at = datetime('now', '-1 second') where state <> 'refused'")
        .await;
    let approve = api::call(&person, "plan.approve", json!({ "id": waiting })).await;
    assert!(approve.expect_err("too late").message.contains("within ten minutes"));
    for (plan, wanted, words) in [
        (&refused, "refused", "was refused"),
        (&waiting, "expired", "within ten minutes"),
        (&approved, "expired", "within ten minutes"),
    ] {
        assert_eq!(state(&mut assistant, plan), wanted);
        let error = assistant.refused("plan_run", json!({ "id": plan }));
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(desk.count("select count(*) from servers where name = 'The NAS'").await, 1);
    assistant.end();
    person.shutdown().await;
}

/// Holds because a plan lasts ten minutes, and much can be taken from somebody in that time.
#[tokio::test(flavor = "multi_thread")]
async fn the_role_is_looked_at_again_when_a_plan_runs() {
    let desk = Desk::new();
    let person = desk.open(Door::CommandLine).await;
    let server = desk.server(&person, "The NAS").await;
    let Some(mut assistant) = Assistant::start(&desk, "handshake", ADMINISTER) else { return };
    let plan = ask_to_remove(&mut assistant, &server);
    decide(&person, "plan.approve", &plan).await;
    desk.sql("update users set role = 'user' where username = 'anna'").await;
    let error = assistant.refused("plan_run", json!({ "id": plan }));
    assert!(error.contains("The role 'user' may not remove servers"), "{error}");
    assert_eq!(state(&mut assistant, &plan), "failed");
    desk.sql("update users set role = 'admin' where username = 'anna'").await;
    let error = assistant.refused("plan_run", json!({ "id": plan }));
    assert!(error.contains("runs once"), "{error}");
    assert_eq!(desk.count("select count(*) from servers where name = 'The NAS'").await, 1);
    assistant.end();
    person.shutdown().await;
}

/// Holds because whatever reaches the assistant's process must not be able to say yes in a person's
/// place: neither as a tool, nor through the table, nor by `tomo approve` without a terminal.
#[tokio::test(flavor = "multi_thread")]
async fn an_assistant_approves_nothing() {
    let desk = Desk::new();
    let person = desk.open(Door::CommandLine).await;
    let server = desk.server(&person, "The NAS").await;
    let Some(mut assistant) = Assistant::start(&desk, "handshake", ADMINISTER) else { return };
    let plan = ask_to_remove(&mut assistant, &server);
    for tool in ["plan_approve", "plan.approve", "plan_list"] {
        let answer = assistant.call(tool, json!({ "id": plan }));
        assert!(answer["protocol_error"].is_string(), "{tool}: {answer}");
    }
    let inside = desk.open(Door::Mcp).await;
    let session = inside.begin_assistant_session().await.expect("a session");
    for name in ["plan.approve", "plan.refuse", "plan.list", "session.sign_in", "server.add"] {
        let refused = api::call(&inside, name, json!({ "id": plan })).await;
        assert_eq!(refused.expect_err(name).code, Code::Forbidden, "{name}");
    }
    let plan_id = plan.parse().expect("an id");
    assert!(inside.decide_plan(&session, plan_id, true).await.is_err());
    inside.end_assistant_session().await;
    inside.shutdown().await;

    let output = desk.run(&["approve", &plan]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("needs a person at a terminal"), "{error}");
    assert_eq!(state(&mut assistant, &plan), "waiting");
    let listed = desk.done(&["approve"]);
    assert!(listed.contains("The NAS") && listed.contains("waiting"), "{listed}");
    desk.done(&["approve", "--refuse", &plan[..13]]);
    assert_eq!(state(&mut assistant, &plan), "refused");
    assistant.end();
    person.shutdown().await;
}

/// Holds because a person who is asked too much says yes to everything.
#[tokio::test(flavor = "multi_thread")]
async fn plans_are_few_and_about_things_that_are_there() {
    let desk = Desk::new();
    let Some(mut assistant) = Assistant::start(&desk, "handshake", ADMINISTER) else { return };
    let nobody = uuid::Uuid::now_v7();
    for (tool, arguments, words) in [
        ("server_remove", json!({ "id": nobody }), "no such"),
        ("server_remove", json!({ "id": "not an id" }), "server.remove"),
        ("server_remove", json!({}), "missing field"),
        ("user_edit", json!({ "id": nobody, "is_god": true }), "unknown field"),
        ("retention_run", json!({ "now": true }), "unknown field"),
        (
            "setting_set",
            json!({
                "key": "monitoring.cpu_warning_percent", "value": 50, "version": 1,
                "reason": "x".repeat(20_000),
            }),
            "too long for a person",
        ),
    ] {
        let error = assistant.refused(tool, arguments);
        assert!(error.contains(words), "{tool}: {error}");
    }
    assert_eq!(desk.count("select count(*) from plans").await, 0);
    // As a setting of everybody, and as one of one's own.
    let everybody = json!({ "key": "monitoring.cpu_warning_percent", "value": 50, "version": 1 });
    let plan = assistant.ask("setting_set", everybody);
    assert_eq!(plan["data"]["state"], "waiting", "{plan}");
    for _ in 1..20 {
        assistant.ask("retention_run", json!({}));
    }
    let error = assistant.refused("retention_run", json!({}));
    assert!(error.contains("20 plans wait"), "{error}");
    assert_eq!(desk.count("select count(*) from plans").await, 20);
    assistant.end();
}
