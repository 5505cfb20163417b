//! What tools answer, as the client checks it: against the schemas that the tools are listed with.

use super::{Assistant, Desk};
use serde_json::{Value, json};

/// Holds because a program that knows what an answer looks like refuses one that looks otherwise; the
/// client of these tests is such a program, and breaks off.
#[tokio::test(flavor = "multi_thread")]
async fn answers_are_what_their_schemas_say() {
    let desk = Desk::new();
    let Some(mut assistant) = Assistant::start(&desk, "handshake", &["--allow", "administer"])
    else {
        return;
    };
    let tools = assistant.tools();
    let described = |name: &str, place: &str| -> Value {
        let tool = tools.iter().find(|tool| tool["name"] == name).expect("a tool");
        tool["outputSchema"].pointer(place).unwrap_or_else(|| panic!("{tool}")).clone()
    };
    let rate = described("fleet_get", "/$defs/Figures/properties/network_rx/description");
    assert_eq!(rate, "Received, bytes per second.", "a number is worth as much as its unit");
    assert!(
        tools.iter().all(|tool| tool["outputSchema"]["properties"]["notice"].is_object()),
        "every result is marked as data, and says so"
    );

    let fleet = assistant.ask("fleet_get", json!({}));
    let id = fleet["data"]["servers"][0]["server"]["id"].clone();
    let cpu = assistant.ask("server_details", json!({ "id": id }));
    assert!(cpu["data"].is_object(), "{cpu}");
    for (tool, arguments) in [
        ("session_list", json!({ "all": true })),
        ("lock_list", json!({})),
        ("account_get", json!({})),
        ("user_list", json!({})),
        ("server_live", json!({ "id": id })),
        ("server_history", json!({ "id": id, "range": "24h" })),
        ("server_parse_address", json!({ "text": "ana@nas.lan:2222" })),
        ("server_disconnect", json!({ "id": id })),
        ("server_connect", json!({ "id": id })),
        ("setting_list", json!({})),
        ("setting_set", json!({ "key": "ui.theme", "value": "dark", "version": 1 })),
        ("setting_reset", json!({ "what": "own" })),
        ("setting_reset", json!({ "what": "category", "category": "security" })),
        ("audit_list", json!({ "limit": 3 })),
        ("audit_verify", json!({})),
        ("activity_list", json!({ "limit": 3 })),
        ("retention_preview", json!({})),
        ("retention_status", json!({})),
        ("backup_list", json!({})),
        ("about_get", json!({})),
    ] {
        let answer = assistant.ask(tool, arguments);
        assert!(answer["notice"].is_string(), "{tool}: {answer}");
    }
    let plan = assistant.ask("retention_run", json!({}));
    assistant.ask("plan_status", json!({ "id": plan["data"]["plan_id"] }));
    let waiting = desk.count("select count(*) from plans").await;
    assert_eq!(waiting, 2, "what reads asks nobody: only resetting for everybody and retention do");
    assistant.end();
}

/// Holds because what only admins see is not in the reach of an assistant that was connected for less.
#[tokio::test(flavor = "multi_thread")]
async fn what_admins_read_takes_their_permission() {
    let desk = Desk::new();
    let Some(mut assistant) = Assistant::start(&desk, "handshake", &["--allow", "operate"]) else {
        return;
    };
    let tools = assistant.tool_names();
    for tool in ["user_list", "lock_list", "audit_list", "audit_verify", "backup_list"] {
        assert!(!tools.contains(&tool.to_owned()), "{tool} is listed");
        let error = assistant.refused(tool, json!({}));
        assert!(error.contains("--allow administer"), "{tool}: {error}");
    }
    assistant.end();
}
