//! Names that people give: what is kept as it is, and what is refused.

use super::{ADMIN, Code, House, id_of, server, unreachable};
use serde_json::{Value, json};

/// Holds because a name is text, whatever it looks like to a browser, a terminal or a database.
#[tokio::test(flavor = "multi_thread")]
async fn names_come_back_as_they_went_in() {
    let house = House::quiet().await;
    let names = [
        ADMIN,
        "<img src=x onerror=alert(1)>",
        "\u{202e}nimda\u{202c} \u{2066}x",
        "'; drop table servers; --",
        "\" or \"\"=\"",
        "%s%n ${HOME} `id` $(id)",
        "../../etc/passwd",
        "e\u{301} is not \u{e9}",
        "null",
    ];
    let mut ids = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let mut given = unreachable(name, &format!("host-{index}.invalid"));
        given["server"]["username"] = json!(ADMIN);
        let row = house.ask("server.add", given).await;
        assert_eq!(
            (&row["server"]["name"], &row["server"]["username"]),
            (&json!(name), &json!(ADMIN))
        );
        ids.push(id_of(&row));
    }
    let house = house.reopened().await;
    house.sign_in(ADMIN).await;
    for (id, name) in ids.iter().zip(names) {
        assert_eq!(house.row(id).await["server"]["name"], name);
        let details = house.ask("server.details", json!({ "id": id })).await;
        assert_eq!(details["row"]["server"]["name"], name);
    }
    let log = house.store(tomo::store::AuditKeySlot::empty()).await;
    let log = log.recent_activity(100).await.expect("the log");
    for name in names {
        let entry = format!("Server added: {name}");
        assert!(log.iter().any(|activity| activity.message == entry), "{entry}");
    }
}

/// Holds because a control character in a name rewrites the terminal that shows it.
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_cannot_be_taken_are_refused_and_nothing_is_stored() {
    let house = House::quiet().await;
    let long = "n".repeat(101);
    let refused = [
        ("name", json!("bell\u{7}")),
        ("name", json!("two\nlines")),
        ("name", json!("\u{1b}[2Jclear")),
        ("name", json!("nul\0")),
        ("name", json!("c1\u{9b}2J")),
        ("name", json!("   ")),
        ("name", json!(long)),
        ("host", json!("")),
        ("host", json!("two words")),
        ("host", json!("host\u{7}")),
        ("host", json!("-oProxyCommand=id/")),
        ("host", json!("a@b")),
        ("username", json!("")),
        ("username", json!("anna\r\n")),
        ("username", json!("an\u{1b}na")),
        ("port", json!(0)),
        ("port", json!(65_536)),
        ("port", json!(-1)),
        ("port", json!("22")),
        ("auth_type", json!("none")),
        ("auth_type", json!("local")),
    ];
    for (field, value) in refused {
        let mut given = unreachable("nas", "nas.invalid");
        given["server"][field] = value.clone();
        let answer = house.call("server.add", given.clone()).await;
        if field == "username" && value == "anna\r\n" {
            // Blanks around a field are a slip of the mouse, and cut off.
            let row = answer.expect("taken");
            assert_eq!(row["server"]["username"], "anna");
            house.ask("server.remove", json!({ "id": id_of(&row) })).await;
            continue;
        }
        let error = answer.expect_err("refused");
        assert_eq!(error.code, Code::Invalid, "{field} {value}: {error:?}");
        house.refused("server.test", given, Code::Invalid).await;
    }
    let fleet = house.ask("fleet.get", json!({})).await;
    assert_eq!(fleet["servers"].as_array().map(Vec::len), Some(1), "this computer alone");
}

/// Holds because the same door twice would be watched twice.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_server_twice_is_a_duplicate() {
    let house = House::quiet().await;
    house.ask("server.add", unreachable("nas", "nas.invalid")).await;
    let error =
        house.refused("server.add", unreachable("other", "nas.invalid"), Code::Duplicate).await;
    assert!(error.message.contains("nas.invalid"), "{error:?}");
    let mut other = unreachable("nas", "nas.invalid");
    other["server"]["port"] = json!(2222);
    let other = house.ask("server.add", other).await;
    let edit = json!({
        "id": id_of(&other),
        "server": server("nas", "nas.invalid", 22, "anna", "password"),
        "credential": { "kind": "stored" },
    });
    house.refused("server.edit", edit, Code::Duplicate).await;
    assert_eq!(house.row(&id_of(&other)).await["server"]["port"], 2222);
}

/// Holds because pasting what one types in a terminal is the quickest way to add a server.
#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_address_fills_the_form() {
    let house = House::quiet().await;
    let read = async |text: &str| house.ask("server.parse_address", json!({ "text": text })).await;
    for text in ["anna@nas.invalid:2222", "ssh -p 2222 anna@nas.invalid"] {
        let address = read(text).await;
        assert_eq!(address["host"], "nas.invalid", "{text}");
        assert_eq!((&address["port"], &address["username"]), (&json!(2222), &json!("anna")));
    }
    assert_eq!(read("nas.invalid").await["username"], Value::Null);
    house.refused("server.parse_address", json!({ "text": "nas:99999" }), Code::Invalid).await;
}
