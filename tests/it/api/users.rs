//! Accounts: what admins do with them, what everybody does with the own one, and what nobody can.

use super::{ADMIN, Code, House, PASSWORD, account};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tomo::{api::table::COMMANDS, collect::hub::Change, domain::fleet::Topic, domain::user::Role};

impl House {
    /// An account as the list has it.
    async fn listed(&self, username: &str) -> Value {
        let accounts = self.ask("user.list", json!({})).await;
        let accounts = accounts.as_array().expect("a list");
        let found = accounts.iter().find(|account| account["user"]["username"] == username);
        found.cloned().unwrap_or_default()
    }

    async fn id_of(&self, username: &str) -> String {
        self.listed(username).await["user"]["id"].as_str().expect(username).to_owned()
    }

    /// Another process on the same folder, with this account signed in.
    async fn beside_as(&self, username: &str) -> Self {
        let house = self.beside().await;
        house.sign_in(username).await;
        house
    }

    /// The newest entry of this kind: its message and its details.
    async fn newest(&self, kind: &str) -> (String, Value) {
        let row: (String, Option<String>) = sqlx::query_as(
            "select message, details from activity_logs where activity_type = ?1
             order by id desc limit 1",
        )
        .bind(kind)
        .fetch_one(&mut self.stranger().await)
        .await
        .unwrap_or_else(|error| panic!("{kind}: {error}"));
        let details = row.1.map(|text| serde_json::from_str(&text).expect("JSON"));
        (row.0, details.unwrap_or_default())
    }

    async fn admins(&self) -> i64 {
        sqlx::query_scalar("select count(*) from users where role = 'admin' and is_active = 1")
            .fetch_one(&mut self.stranger().await)
            .await
            .expect("a count")
    }
}

fn create(username: &str) -> Value {
    json!({ "username": username, "password": PASSWORD })
}

/// Holds because an admin who cannot see to accounts has to edit the database.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_creates_changes_and_deletes_accounts() {
    let house = House::quiet().await;
    let mut changes = house.tomo.changes();
    let ana = house
        .ask(
            "user.create",
            json!({ "username": " Ana ", "email": "ana@example.org", "role": "readonly", "password": PASSWORD }),
        )
        .await;
    assert_eq!(ana["user"]["username"], "Ana");
    assert_eq!(ana["user"]["role"], "readonly");
    assert_eq!(ana["live_sessions"], 0);
    assert_eq!((&ana["avatar"], &ana["preferences"]), (&Value::Null, &json!({})));
    assert_eq!(house.listed("Ana").await, ana);
    let mut announced = Vec::new();
    while let Ok(change) = changes.try_recv() {
        announced.push(change);
    }
    assert!(announced.contains(&Change::Topic(Topic::Users)), "{announced:?}");
    let (message, details) = house.newest("user.create").await;
    assert_eq!(message, "User created: Ana");
    assert_eq!((&details["username"], &details["role"]), (&json!("Ana"), &json!("readonly")));

    let id = ana["user"]["id"].clone();
    let edit = json!({ "id": id, "username": "Anna", "role": "user", "email": "" });
    let anna = house.ask("user.edit", edit.clone()).await;
    assert_eq!((&anna["user"]["username"], &anna["user"]["email"]), (&json!("Anna"), &json!("")));
    let (message, details) = house.newest("user.edit").await;
    assert_eq!(message, "User changed: Anna");
    assert_eq!(details["changes"]["role"], json!({ "from": "readonly", "to": "user" }));
    assert_eq!(details["changes"]["username"], json!({ "from": "Ana", "to": "Anna" }));
    assert_eq!(details["changes"]["is_active"], Value::Null, "what stayed is not listed");

    house.ask("user.remove", json!({ "id": id })).await;
    assert_eq!(house.newest("user.remove").await.0, "User deleted: Anna");
    assert_eq!(house.listed("Anna").await, Value::Null);
    house.refused("user.edit", edit, Code::NotFound).await;
    house.refused("user.remove", json!({ "id": id }), Code::NotFound).await;
    let set = json!({ "id": id, "password": "another door in winter" });
    house.refused("user.set_password", set, Code::NotFound).await;
}

/// Holds because the setting promises it, also while it still has its default.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_account_has_the_role_of_the_setting() {
    let house = House::quiet().await;
    assert_eq!(house.ask("user.create", create("one")).await["user"]["role"], "user");
    let settings = house.ask("setting.list", json!({})).await;
    let key = "system.default_user_role";
    let setting = settings.as_array().expect("a list").iter().find(|setting| setting["key"] == key);
    let version = &setting.expect(key)["version"];
    house.ask("setting.set", json!({ "key": key, "value": "readonly", "version": version })).await;
    assert_eq!(house.ask("user.create", create("two")).await["user"]["role"], "readonly");
    let told = json!({ "username": "three", "password": PASSWORD, "role": "user" });
    assert_eq!(house.ask("user.create", told).await["user"]["role"], "user");
}

/// Holds because two people whose names look the same are taken for each other.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_differ_only_in_case_are_one() {
    let house = House::quiet().await;
    let first = house.ask("user.create", create("Änne")).await;
    for name in ["Änne", "änne", "ÄNNE", " änne "] {
        let error = house.refused("user.create", create(name), Code::Duplicate).await;
        assert!(error.message.contains(name.trim()), "{error:?}");
    }
    house.ask("user.create", create("bob")).await;
    let bob = house.id_of("bob").await;
    let taken = json!({ "id": bob, "username": "äNNE", "role": "readonly" });
    house.refused("user.edit", taken, Code::Duplicate).await;
    assert_eq!(house.listed("bob").await["user"]["role"], "user", "nothing half done");
    // Another way to write the own name is no other name.
    let own = json!({ "id": first["user"]["id"], "username": "ÄNNE" });
    house.ask("user.edit", own).await;
    let other = house.beside_as("änne").await;
    let status = other.ask("status.get", json!({})).await;
    assert_eq!(status["session"]["user"]["username"], "ÄNNE");

    // From two processes at once there is still one.
    for round in 0..3 {
        let (upper, lower) = (format!("CARLA{round}"), format!("carla{round}"));
        let beside = house.beside_as(ADMIN).await;
        let (one, two) = tokio::join!(
            house.call("user.create", create(&upper)),
            beside.call("user.create", create(&lower)),
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1, "{one:?} {two:?}");
    }
}

/// Holds because a name that hides characters is another one than it shows, and a name is text
/// whatever it looks like to a browser or a database.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_fields_are_refused_or_kept_as_text() {
    let house = House::quiet().await;
    let megabyte = "n".repeat(1_000_000);
    let ana = house.ask("user.create", create("ana")).await["user"]["id"].clone();
    for name in ["", " ", "a\nb", "a\u{1b}[2J", "\u{202e}nimda", "a\u{200b}na", "nul\0", &megabyte]
    {
        house.refused("user.create", create(name), Code::Invalid).await;
        let edit = json!({ "id": ana, "username": name });
        house.refused("user.edit", edit, Code::Invalid).await;
    }
    for email in ["ana", "a b@c", "a@b@c", "a@b\r\nBcc: x", "\u{202e}a@b", &megabyte] {
        house.refused("user.edit", json!({ "id": ana, "email": email }), Code::Invalid).await;
        house.refused("account.edit", json!({ "email": email }), Code::Invalid).await;
        let new = json!({ "username": "new", "email": email, "password": PASSWORD });
        house.refused("user.create", new, Code::Invalid).await;
    }
    for wrong in [
        json!({ "id": ana, "role": "root" }),
        json!({ "id": ana, "is_active": "yes" }),
        json!({ "id": "not an id", "role": "user" }),
        json!({ "id": ana, "password": "x" }),
        json!({ "id": ana, "password_hash": "x" }),
    ] {
        house.refused("user.edit", wrong, Code::Invalid).await;
    }
    let names =
        ["<img src=x onerror=alert(1)>", "'; drop table users; --", "\" or \"\"=\"", "%s%n"];
    for name in names {
        house.ask("user.create", create(name)).await;
        assert_eq!(house.listed(name).await["user"]["username"], name);
    }
    assert_eq!(house.ask("user.list", json!({})).await.as_array().map(Vec::len), Some(6));
}

/// Holds because a Tomo without an admin can never be administered again.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays() {
    let house = House::quiet().await;
    let own = house.id_of(ADMIN).await;
    house.ask("user.create", create("bob")).await;
    let attempts = [
        ("user.remove", json!({ "id": own })),
        ("user.edit", json!({ "id": own, "role": "user" })),
        ("user.edit", json!({ "id": own, "role": "readonly", "username": "x" })),
        ("user.edit", json!({ "id": own, "is_active": false })),
    ];
    for (command, arguments) in &attempts {
        let error = house.refused(command, arguments.clone(), Code::Invalid).await;
        assert!(error.message.contains("admin") && !error.hint.is_empty(), "{error:?}");
    }
    // An admin who may not sign in is none.
    let second = json!({ "username": "eve", "password": PASSWORD, "role": "admin" });
    let eve = house.ask("user.create", second).await["user"]["id"].clone();
    house.ask("user.edit", json!({ "id": eve, "is_active": false })).await;
    for (command, arguments) in &attempts {
        house.refused(command, arguments.clone(), Code::Invalid).await;
    }
    let status = house.ask("status.get", json!({})).await;
    assert_eq!(status["session"]["user"]["username"], ADMIN, "nothing half done");

    house.ask("user.edit", json!({ "id": eve, "is_active": true })).await;
    house.ask("user.remove", json!({ "id": own })).await;
    assert_eq!(house.ask("status.get", json!({})).await["session"], Value::Null);
    house.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    house.refused("session.sign_in", account(ADMIN, false), Code::Invalid).await;
    house.sign_in("eve").await;
}

/// Holds because two admins who let go of it at the same moment would each see the other one stay.
#[tokio::test(flavor = "multi_thread")]
async fn two_admins_at_once_cannot_both_go() {
    let one = House::quiet().await;
    let eve = json!({ "username": "eve", "password": PASSWORD, "role": "admin" });
    one.ask("user.create", eve).await;
    let (own, eve) = (one.id_of(ADMIN).await, one.id_of("eve").await);
    let two = one.beside_as("eve").await;
    for round in 0..12 {
        // Each lets go of the own role, or takes the other's.
        let (first, second) = if round % 2 == 0 { (&own, &eve) } else { (&eve, &own) };
        let demote = |id: &str| json!({ "id": id, "role": "user" });
        let (left, right) = tokio::join!(
            one.call("user.edit", demote(first)),
            two.call("user.edit", demote(second)),
        );
        assert_eq!(one.admins().await, 1, "round {round}: {left:?} {right:?}");
        sqlx::query("update users set role = 'admin'")
            .execute(&mut one.stranger().await)
            .await
            .expect("again");
    }
    let (left, right) = tokio::join!(
        one.call("user.remove", json!({ "id": own })),
        two.call("user.remove", json!({ "id": eve })),
    );
    assert_eq!(one.admins().await, 1, "{left:?} {right:?}");
    assert_eq!(u8::from(left.is_ok()) + u8::from(right.is_ok()), 1, "{left:?} {right:?}");
}

/// Holds because whoever lost a right must not keep it until the window is closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_role_counts_from_the_next_call_on() {
    let house = House::quiet().await;
    house.person(Role::User).await;
    let id = house.id_of("user").await;
    let other = house.beside_as("user").await;
    let pause = json!({});
    let pauses = async |code| {
        let error = other.call("collection.pause", pause.clone()).await.err();
        assert_eq!(error.as_ref().map(|error| error.code), code, "{error:?}");
    };
    pauses(None).await;
    house.ask("user.edit", json!({ "id": id, "role": "readonly" })).await;
    pauses(Some(Code::Forbidden)).await;
    other.refused("user.list", json!({}), Code::Forbidden).await;
    house.ask("user.edit", json!({ "id": id, "role": "admin" })).await;
    other.ask("user.list", json!({})).await;
    house.ask("user.edit", json!({ "id": id, "role": "user" })).await;
    other.refused("user.list", json!({}), Code::Forbidden).await;
}

/// Holds because an account that is switched off or deleted keeps no session, and one that is
/// switched on again does not get the old ones back.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sign_in_is_out() {
    let house = House::quiet().await;
    house.person(Role::User).await;
    let id = house.id_of("user").await;
    let other = house.beside_as("user").await;
    assert_eq!(house.listed("user").await["live_sessions"], 1);
    house.ask("user.edit", json!({ "id": id, "is_active": false })).await;
    other.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    other.refused("session.sign_in", account("user", false), Code::Invalid).await;
    let (message, details) = house.newest("user.edit").await;
    assert_eq!(message, "User deactivated: user");
    assert_eq!(details["ended_sessions"], 1);
    assert_eq!(house.listed("user").await["live_sessions"], 0);
    let ended: (String, String) =
        sqlx::query_as("select status, terminated_by from sessions where user_id = ?1")
            .bind(&id)
            .fetch_one(&mut house.stranger().await)
            .await
            .expect("a row");
    assert_eq!(ended, ("terminated".into(), house.id_of(ADMIN).await));

    house.ask("user.edit", json!({ "id": id, "is_active": true })).await;
    other.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    other.sign_in("user").await;
    house.ask("user.remove", json!({ "id": id })).await;
    other.refused("fleet.get", json!({}), Code::NotSignedIn).await;
}

/// Holds because everybody sees to the own account, and to no other.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_changes_the_own_account() {
    let house = House::quiet().await;
    house.person(Role::Readonly).await;
    house.sign_in("readonly").await;
    let edited = json!({ "email": "me@example.org", "preferences": { "rail": ["a", 1, null] } });
    let own = house.ask("account.edit", edited).await;
    assert_eq!(own["user"]["email"], "me@example.org");
    assert_eq!(own["preferences"], json!({ "rail": ["a", 1, null] }));
    let own = house.ask("account.edit", json!({ "email": "" })).await;
    assert_eq!(own["preferences"]["rail"][0], "a", "what is absent stays");
    assert_eq!(house.ask("account.get", json!({})).await, own);
    assert_eq!(house.newest("account.edit").await.1["changes"]["email"]["to"], "");

    let large = json!({ "preferences": { "x": "y".repeat(16 * 1024) } });
    house.refused("account.edit", large, Code::Invalid).await;
    for preferences in [json!([]), json!("text"), json!(7)] {
        house.refused("account.edit", json!({ "preferences": preferences }), Code::Invalid).await;
    }
    assert_eq!(house.ask("account.get", json!({})).await, own, "nothing half done");
    house.sign_in(ADMIN).await;
    assert_eq!(house.ask("account.get", json!({})).await["preferences"], json!({}));
}

/// Holds because a picture is shown by the web view: only pixels that Tomo has encoded itself, or an
/// address that gives nothing away.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_taken_apart_before_it_is_kept() {
    let house = House::quiet().await;
    let icon = std::fs::read("icons/icon-32.png").expect("a picture");
    let image = |bytes: &[u8]| json!({ "kind": "image", "data": STANDARD.encode(bytes) });
    let own = house.ask("account.set_avatar", image(&icon)).await;
    let kept = own["avatar"].as_str().expect("a picture").to_owned();
    let (kind, data) = kept.split_once(";base64,").expect("a data URL");
    assert!(["data:image/png", "data:image/webp"].contains(&kind), "{kind}");
    let picture = image::load_from_memory(&STANDARD.decode(data).expect("base64")).expect("pixels");
    assert_eq!((picture.width(), picture.height()), (256, 256));
    assert_eq!(house.newest("account.edit").await.1["changes"]["avatar"], "image");

    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let large = vec![0; 2_000_000];
    for bytes in [&icon[..40], svg, b"GIF89a;", b"", &large] {
        house.refused("account.set_avatar", image(bytes), Code::Invalid).await;
    }
    for url in ["http://example.org/a.png", "javascript:alert(1)", "https://a:b@example.org/"] {
        let given = json!({ "kind": "url", "url": url });
        house.refused("account.set_avatar", given, Code::Invalid).await;
    }
    assert_eq!(house.ask("account.get", json!({})).await["avatar"], kept, "it is still there");
    let url = json!({ "kind": "url", "url": "https://example.org/ana.png" });
    let own = house.ask("account.set_avatar", url).await;
    assert_eq!(own["avatar"], "https://example.org/ana.png");
    let own = house.ask("account.set_avatar", json!({ "kind": "remove" })).await;
    assert_eq!(own["avatar"], Value::Null);
}

/// Holds because a web view that was taken over is whoever is signed in, and nobody else: it cannot
/// name another account where the own one is meant, give itself a role, or read what a password is
/// compared with.
#[tokio::test(flavor = "multi_thread")]
async fn a_web_view_that_was_taken_over_is_still_its_user() {
    let house = House::quiet().await;
    house.person(Role::Readonly).await;
    let admin = house.id_of(ADMIN).await;
    house.sign_in("readonly").await;
    let own = house.id_of_own().await;
    let calls = [
        ("account.get", json!({})),
        ("account.edit", json!({ "email": "mine@example.org" })),
        ("account.set_avatar", json!({ "kind": "remove" })),
        ("account.set_avatar", json!({ "kind": "url", "url": "https://example.org/" })),
        ("account.set_avatar", json!({ "kind": "image", "data": "" })),
        (
            "account.change_password",
            json!({ "current": PASSWORD, "new": "another door in winter" }),
        ),
        ("password.check", json!({ "username": "x", "password": "x" })),
    ];
    for (command, arguments) in &calls {
        for (field, value) in [
            ("user_id", json!(admin)),
            ("id", json!(admin)),
            ("user", json!(ADMIN)),
            ("role", json!("admin")),
            ("is_active", json!(true)),
            ("password_hash", json!("x")),
            ("session_id", json!("x")),
        ] {
            let mut arguments = arguments.clone();
            arguments[field] = value;
            let error = house.refused(command, arguments, Code::Invalid).await;
            let words = format!("unknown field `{field}`");
            assert!(error.message.contains(&words), "{command}: {}", error.message);
        }
    }
    for command in COMMANDS.iter().filter(|command| command.name.starts_with("user.")) {
        for id in [&admin, &own] {
            for arguments in [json!({ "id": id }), json!({ "id": id, "role": "admin" }), json!({})]
            {
                house.refused(command.name, arguments, Code::Forbidden).await;
            }
        }
    }
    let status = house.ask("status.get", json!({})).await;
    assert_eq!(status["session"]["user"]["role"], "readonly");

    // What an admin is answered holds no hash either, nor a password.
    house.sign_in(ADMIN).await;
    house.ask("user.list", json!({})).await;
    house.ask("user.create", create("bob")).await;
    let bob = house.id_of("bob").await;
    house.ask("user.edit", json!({ "id": bob, "role": "admin" })).await;
    let set = json!({ "id": bob, "password": "another door in winter" });
    house.ask("user.set_password", set).await;
    house.ask("account.get", json!({})).await;
    let answers = house.answers.lock().expect("answers").clone();
    let hash: String = sqlx::query_scalar("select password_hash from users limit 1")
        .fetch_one(&mut house.stranger().await)
        .await
        .expect("a hash");
    for secret in ["$2b$", "password_hash", &hash, PASSWORD, "another door in winter"] {
        // The refusal above repeats the name of the field that it does not know.
        let answers =
            answers.replace("unknown field `password_hash`", "").replace("'password_hash': ", "");
        assert!(!answers.contains(secret), "{secret}");
    }
}

impl House {
    async fn id_of_own(&self) -> String {
        let own = self.ask("account.get", json!({})).await;
        own["user"]["id"].as_str().expect("an id").to_owned()
    }
}
