//! As whom an assistant acts, and how that begins and ends.

use super::{Assistant, Desk};
use serde_json::json;
use tomo::domain::user::Role;

const LIVE: &str = "select count(*) from sessions
    where user_agent like '%, MCP, %' and status in ('active', 'idle')";

/// Holds because an assistant without a person behind it is nobody, and must be able to say what helps.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_signed_in_is_said_plainly_and_can_be_mended() {
    let desk = Desk::new();
    desk.done(&["logout"]);
    let Some(mut assistant) = Assistant::start(&desk, "handshake", &[]) else { return };
    for _ in 0..2 {
        let error = assistant.refused("fleet_get", json!({}));
        assert!(error.contains("Nobody is signed in.") && error.contains("tomo login"), "{error}");
    }
    desk.sign_in("anna");
    assistant.ask("fleet_get", json!({}));
    assistant.end();
    assert_eq!(desk.entries("mcp.call").await.len(), 3);
}

/// Holds because a person has to be able to see an assistant among the sessions, and to end it for
/// good although the command line is still signed in.
#[tokio::test(flavor = "multi_thread")]
async fn an_assistant_has_a_session_of_its_own_that_ends() {
    let desk = Desk::new();
    let Some(mut assistant) = Assistant::start(&desk, "handshake", &[]) else { return };
    assistant.ask("about_get", json!({}));
    assert_eq!(desk.count(LIVE).await, 1);
    let end = "update sessions set status = 'terminated', terminated_at = datetime('now')
               where user_agent like '%, MCP, %'";
    desk.sql(end).await;
    for _ in 0..2 {
        let error = assistant.refused("about_get", json!({}));
        assert!(error.contains("session was ended"), "{error}");
    }
    assert_eq!(desk.count(LIVE).await, 0, "none is begun in its place");
    let nobodys = "select count(*) from activity_logs
                   where activity_type = 'mcp.call' and user_id is null";
    assert_eq!(desk.count(nobodys).await, 0, "it stays known whose assistant it was");
    assistant.end();
    desk.done(&["server", "list"]);

    let mut assistant = Assistant::start(&desk, "handshake", &[]).expect("as before");
    assistant.ask("about_get", json!({}));
    assert_eq!(desk.count(LIVE).await, 1);
    assistant.end();
    assert_eq!(desk.count(LIVE).await, 0, "it ends with the assistant's program");
}

/// Holds because `--allow` opens nothing that the account itself may not do.
#[tokio::test(flavor = "multi_thread")]
async fn a_readonly_account_stays_one_whatever_is_allowed() {
    let desk = Desk::new();
    desk.person(Role::Readonly).await;
    let Some(mut assistant) = Assistant::start(&desk, "handshake", &["--allow", "administer"])
    else {
        return;
    };
    let tools = assistant.tool_names();
    assert!(tools.contains(&"fleet_get".to_owned()) && tools.contains(&"setting_set".to_owned()));
    for tool in ["server_connect", "server_remove", "user_edit", "retention_run", "audit_list"] {
        assert!(!tools.contains(&tool.to_owned()), "{tool} is listed");
    }
    let id = uuid::Uuid::now_v7();
    for (tool, arguments) in [
        ("server_connect", json!({ "id": id })),
        ("server_remove", json!({ "id": id })),
        ("user_edit", json!({ "id": id, "role": "admin" })),
        ("retention_run", json!({})),
        ("setting_reset", json!({ "what": "category", "category": "security" })),
        (
            "setting_set",
            json!({ "key": "monitoring.cpu_warning_percent", "value": 1, "version": 1 }),
        ),
    ] {
        let error = assistant.refused(tool, arguments);
        assert!(error.contains("The role 'readonly' may not "), "{tool}: {error}");
    }
    assistant.end();
    assert_eq!(desk.count("select count(*) from plans").await, 0);
}

/// Holds because a page of a client's settings that says too little must not look like a broken Tomo.
#[tokio::test(flavor = "multi_thread")]
async fn a_shut_vault_is_said_plainly() {
    let desk = Desk::new();
    std::fs::write(desk.folder.path().join("vault.txt"), "another passphrase").expect("a file");
    let output = desk.run(&["mcp"]);
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"", "nothing but the protocol goes to standard output");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("error: ") && error.contains("hint: "), "{error}");
}
