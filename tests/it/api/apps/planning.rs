//! Plans: what would be made, what stands in the way, and nothing done.

use super::{super::Code, lab::AppLab};
use serde_json::{Value, json};

fn check<'a>(plan: &'a Value, kind: &str) -> &'a Value {
    let checks = plan["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["kind"] == kind).unwrap_or(&Value::Null)
}

/// Holds because everything in a plan was seen on the server itself, and nothing was changed for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_is_made_and_what_is_in_the_way() {
    let Some(lab) = AppLab::start().await else { return };
    let plan = lab.house().ask("app.plan", json!({ "app": "lab/web" })).await;
    assert_eq!((&plan["is_ready"], &plan["project"]), (&json!(true), &json!("web")), "{plan:#}");
    assert_eq!(plan["servers"][0]["server_id"], lab.watched.id.as_str());
    assert_eq!(plan["images"], json!([{ "image": lab.image("1"), "is_there": false }]));
    assert_eq!(plan["volumes"][0]["name"], "web_data");
    assert_eq!(plan["volumes"][0]["is_there"], false);
    assert_eq!(plan["makes"]["services"][0]["container"], "web-web-1");
    assert_eq!(plan["makes"]["networks"][0]["name"], "web_default");
    for kind in ["compose", "disk", "memory", "ports", "names"] {
        assert_eq!(check(&plan, kind)["outcome"], "good", "{plan:#}");
    }
    // The app does not say what it is built for, and that is said.
    assert_eq!(check(&plan, "architecture")["outcome"], "unknown");
    assert!(plan["values"].get("SECRET").is_none(), "{plan:#}");

    // A port that another program has, and the next one that is free.
    let port =
        plan["values"]["WEB_PORT"].as_str().expect("a port").parse::<u16>().expect("a number");
    let listener = std::net::TcpListener::bind(("0.0.0.0", port)).expect("the port");
    let taken = lab.house().ask("app.plan", lab.wish("web")).await;
    let ports = check(&taken, "ports");
    assert_eq!((&taken["is_ready"], &ports["outcome"]), (&json!(false), &json!("problem")));
    assert!(
        ports["title"]
            .as_str()
            .is_some_and(|it| it.starts_with(&format!("Port {port} is taken by")))
    );
    let fix = &ports["fix"];
    assert_eq!(fix["setting"], "WEB_PORT");
    let mut wish = lab.wish("web");
    wish["values"] = json!({ "WEB_PORT": fix["value"] });
    let mended = lab.house().ask("app.plan", wish).await;
    assert_eq!(mended["is_ready"], true, "{mended:#}");
    let refused = lab.house().call("app.install", lab.wish("web")).await.expect_err("it is taken");
    assert!(refused.message.contains("is taken by"), "{}", refused.message);
    drop(listener);

    // A container's port is told by the container's name.
    let published = format!("{port}:80");
    lab.docker.docker(&["network", "create", "n"]);
    lab.docker.start_container("other", &["-p", &published, "--network", "n"], &["sleep", "600"]);
    let title = format!("Port {port} is taken by other");
    lab.until_plan(|plan| check(plan, "ports")["title"] == title).await;
    // A volume that was kept is taken as it is; a project of the same name is somebody else's.
    lab.docker.docker(&["volume", "create", "web_data"]);
    let project = ["--label", "com.docker.compose.project=web"];
    lab.docker.start_container("web-web-1", &project, &["sleep", "600"]);
    let named = lab.until_plan(|plan| check(plan, "names")["outcome"] == "problem").await;
    assert_eq!(check(&named, "names")["fix"]["value"], "web-2");
    assert_eq!(named["volumes"][0]["is_there"], true);
}

/// Holds because each value that cannot be taken says so by its name, before anything is asked of a server.
#[tokio::test(flavor = "multi_thread")]
async fn values_that_cannot_be_taken_are_named() {
    let Some(lab) = AppLab::start().await else { return };
    for (values, setting, part) in [
        (json!({ "WEB_PORT": "0" }), "WEB_PORT", "1 to 65535"),
        (json!({ "WEB_PORT": "70000" }), "WEB_PORT", "1 to 65535"),
        (json!({ "GREETING": "a\nb" }), "GREETING", "line"),
        (json!({ "SECRET": "hunter2" }), "SECRET", "a secret"),
        (json!({ "NOTHING": "x" }), "NOTHING", "no such setting"),
    ] {
        let mut wish = lab.wish("web");
        wish["values"] = values;
        let plan = lab.house().ask("app.plan", wish.clone()).await;
        assert_eq!(plan["is_ready"], false);
        let problem = &plan["problems"][0];
        assert_eq!(problem["setting"], setting, "{plan:#}");
        assert!(problem["message"].as_str().is_some_and(|it| it.contains(part)), "{problem}");
        let refused = lab.house().call("app.install", wish).await.expect_err("it cannot be taken");
        assert!(refused.message.contains(part), "{}", refused.message);
    }
    for name in ["A", "a/b", "a;reboot", "$(id)", "../x", "x y"] {
        let mut wish = lab.wish("web");
        wish["project"] = json!(name);
        lab.house().refused("app.plan", wish, Code::Invalid).await;
    }
    let nobody = json!({ "app": "lab/nothing" });
    lab.house().refused("app.plan", nobody, Code::NotFound).await;
    let mut wish = lab.wish("web");
    wish["secrets"] = json!({ "NO_SUCH": "x" });
    lab.house().refused("app.install", wish, Code::Invalid).await;
}
