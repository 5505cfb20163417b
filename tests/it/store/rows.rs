//! Users, sessions, servers, credentials, host keys, activity: each table's queries.

use super::{Home, NAME, at, input, now};
use chrono::Duration;
use serde_json::json;
use tomo::{
    domain::{
        host_key::HostKey,
        id::{ServerId, UserId},
        server::{AuthType, ServerInput},
        system_info::SystemInfo,
        user::Role,
    },
    store::{NewActivity, NewSession, NewUser, StoreError},
};

fn admin(username: &str) -> NewUser<'_> {
    NewUser { id: UserId::new(), username, email: "", password_hash: "hash", role: Role::Admin }
}

/// Two windows race through the set-up screen: one of them becomes the admin, the other is told.
#[tokio::test]
async fn only_one_set_up_succeeds() {
    let home = Home::new().await;
    let (first, second) = (admin(NAME), admin("second"));
    let before = home.store.installation().await.expect("a row");
    assert!(!before.is_setup);
    let outcomes =
        tokio::join!(home.store.set_up(&first, now()), home.store.set_up(&second, now()));
    let refused = match outcomes {
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused, StoreError::AlreadySetUp));
    assert_eq!(home.store.user_count().await.ok(), Some(1), "the loser left no account behind");
    let after = home.store.installation().await.expect("a row");
    assert_eq!(
        (after.id, after.is_setup, after.setup_completed_at),
        (before.id, true, Some(now()))
    );
}

/// A name is taken once, and what comes back is what was put in.
#[tokio::test]
async fn users_are_found_by_name_and_id() {
    let home = Home::new().await;
    let user = home.user(NAME).await;
    assert_eq!(
        home.store.user_by_username(NAME).await.expect("read"),
        Some((user.clone(), "$2b$12$hash".into()))
    );
    assert_eq!(home.store.user(user.id).await.expect("read"), Some(user.clone()));
    assert_eq!(home.store.user_by_username("nobody").await.expect("read"), None);
    let taken = home.store.insert_user(&admin(NAME), now()).await.expect_err("taken");
    assert_eq!(taken.to_string(), format!("There is already a user named {NAME}."));
    home.store.set_last_login(user.id, now()).await.expect("written");
}

/// Each way for a session to end is one that a peer forgot.
#[tokio::test]
async fn a_session_lives_until_it_ends() {
    let home = Home::new().await;
    let user = home.user(NAME).await;
    let store = &home.store;
    let end = now() + Duration::hours(1);
    let session = |id| NewSession { id, user_id: user.id, user_agent: NAME, expires_at: end };
    for id in ["kept", "terminated", "orphan"] {
        store.insert_session(&session(id), now()).await.expect("a session");
    }
    let found = store.live_session("kept", now()).await.expect("read").expect("live");
    assert_eq!((found.user, found.expires_at), (user.clone(), end));
    let last = end - Duration::seconds(1);
    assert!(store.live_session("kept", last).await.expect("read").is_some());
    assert!(store.live_session("kept", end).await.expect("read").is_none(), "expired");
    store.terminate_session("terminated", user.id, now()).await.expect("written");
    store.touch_session("terminated", now()).await.expect("written");
    assert!(store.live_session("terminated", now()).await.expect("read").is_none());
    let db = &mut home.stranger().await;
    sqlx::query("update users set is_active = 0").execute(db).await.expect("written");
    assert!(store.live_session("kept", now()).await.expect("read").is_none(), "user inactive");
    let nobody = NewSession { user_id: UserId::new(), ..session("nobody") };
    let outcome = store.insert_session(&nobody, now()).await;
    assert!(matches!(outcome, Err(StoreError::Missing { what: "user" })), "{outcome:?}");
}

/// A server round trip, the uniqueness of the seed, and this computer ahead of the rest.
#[tokio::test]
async fn servers_are_kept_as_entered() {
    let home = Home::new().await;
    let store = &home.store;
    for _ in 0..2 {
        store.ensure_local_server("anna", now()).await.expect("this computer");
    }
    let zoe = home.server("Zoe").await;
    let anna = home.server("anna").await;
    let names = |servers: Vec<tomo::domain::server::Server>| {
        servers.into_iter().map(|server| server.name).collect::<Vec<_>>()
    };
    assert_eq!(names(store.servers().await.expect("a list")), ["This computer", "anna", "Zoe"]);
    let local = store.server(ServerId::LOCAL).await.expect("this computer");
    assert!(local.is_local() && local.port == 0);

    // An SSH server at localhost is another server than this computer.
    let ssh = ServerInput { username: "anna".into(), ..input("ssh", "localhost") };
    store.insert_server(ServerId::new(), &ssh, None, now()).await.expect("a server");

    let moved =
        ServerInput { port: 65_535, auth_type: AuthType::Key, ..input(NAME, "2001:db8::1") };
    let server = store.update_server(zoe, &moved, Some("new"), now()).await.expect("changed");
    assert_eq!(
        (server.name.as_str(), server.port, server.auth_type),
        (NAME, 65_535, AuthType::Key)
    );
    assert_eq!(store.credential(zoe).await.expect("read").as_deref(), Some("new"));
    let taken = store.update_server(anna, &moved, Some("lost"), now()).await.expect_err("taken");
    assert!(matches!(taken, StoreError::Duplicate { .. }), "{taken:?}");
    assert_eq!(store.credential(anna).await.expect("read").as_deref(), Some("tomo:v1:x:y"));

    let info = SystemInfo { hostname: Some(NAME.into()), ..SystemInfo::default() };
    store.set_server_connected(zoe, &info, true, now()).await.expect("written");
    store.set_server_enabled(zoe, false).await.expect("written");
    store.set_server_status(zoe, "disconnected").await.expect("written");
    let server = store.server(zoe).await.expect("read");
    assert_eq!(server.system_info, Some(info));
    assert_eq!(
        (server.last_connected, server.docker_installed, server.enabled),
        (Some(now()), true, false)
    );
    store.delete_server(zoe).await.expect("deleted");
    assert!(matches!(store.server(zoe).await, Err(StoreError::Missing { what: "server" })));
    assert!(matches!(store.set_server_status(zoe, "x").await, Err(StoreError::Missing { .. })));
}

/// Half-rotated credentials would be lost with the old key.
#[tokio::test]
async fn credentials_are_rotated_all_or_none() {
    let home = Home::new().await;
    let store = &home.store;
    let servers = [home.server("one").await, home.server("two").await];
    let mut seen = 0;
    let failed: Result<(), StoreError> = store
        .replace_credentials(now(), |_, _| {
            seen += 1;
            if seen == 2 { Err(StoreError::Locked) } else { Ok("half".into()) }
        })
        .await;
    assert!(failed.is_err());
    for server in servers {
        assert_eq!(store.credential(server).await.expect("read").as_deref(), Some("tomo:v1:x:y"));
    }
    let done: Result<(), StoreError> =
        store.replace_credentials(now(), |id, old| Ok(format!("{id} {old}"))).await;
    done.expect("rotated");
    for (server, encrypted) in store.credentials().await.expect("a list") {
        assert_eq!(encrypted, format!("{server} tomo:v1:x:y"));
    }
    store.delete_credential(servers[0]).await.expect("deleted");
    assert_eq!(store.credentials().await.expect("a list").len(), 1);
}

/// A trusted key gives way only to a replacement on purpose, and outlives who trusted it.
#[tokio::test]
async fn a_host_key_is_replaced_only_on_purpose() {
    let home = Home::new().await;
    let store = &home.store;
    let user = home.user(NAME).await.id;
    let key = |name: &str| HostKey {
        algorithm: "ssh-ed25519".into(),
        fingerprint: format!("SHA256:{name}"),
        public_key: format!("ssh-ed25519 {name}"),
    };
    let (old, new) = (key("old"), key("new"));
    assert_eq!(store.known_host(NAME, 22).await.expect("read"), None);
    let missing = store.replace_host_key(NAME, 22, &new, user, now()).await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })), "{missing:?}");
    store.trust_host_key(NAME, 22, &old, user, now()).await.expect("trusted");
    store
        .trust_host_key(NAME, 2222, &new, user, now())
        .await
        .expect("another port is another host");
    let second = store.trust_host_key(NAME, 22, &new, user, now()).await;
    assert!(matches!(second, Err(StoreError::Duplicate { .. })), "{second:?}");
    store.touch_host_key(NAME, 22, now()).await.expect("written");
    let known = store.known_host(NAME, 22).await.expect("read").expect("known");
    assert_eq!((known.key, known.trusted_by, known.last_seen_at), (old, Some(user), Some(now())));
    let replaced = store.replace_host_key(NAME, 22, &new, user, now()).await.expect("replaced");
    assert_eq!((replaced.key, replaced.last_seen_at), (new, None));
    store.delete_user(user, &tomo::store::Actor::default()).await.expect("deleted");
    let known = store.known_host(NAME, 22).await.expect("read").expect("still known");
    assert_eq!(known.trusted_by, None);
}

/// The newest entry first, with everything that was given.
#[tokio::test]
async fn activity_comes_back_newest_first() {
    let home = Home::new().await;
    let details = json!({ "name": NAME });
    for (second, message) in ["first", "second", NAME].into_iter().enumerate() {
        let entry = NewActivity {
            activity_type: "server.add",
            user_id: Some(UserId::new()),
            server_id: Some(ServerId::LOCAL),
            app_id: None,
            message,
            details: Some(&details),
        };
        let when = now() + Duration::seconds(i64::try_from(second).expect("small"));
        home.store.insert_activity(&entry, when).await.expect("written");
    }
    let recent = home.store.recent_activity(2).await.expect("read");
    let messages: Vec<_> = recent.iter().map(|entry| entry.message.as_str()).collect();
    assert_eq!(messages, [NAME, "second"]);
    assert_eq!(recent[0].details, Some(details));
    assert_eq!(recent[0].timestamp, at("2026-11-22 14:31:09"));
}

/// `updated_at` says when the version changed, not when Tomo was last started.
#[tokio::test]
async fn a_component_version_changes_only_when_it_changes() {
    let home = Home::new().await;
    let db = &mut home.stranger().await;
    home.store.set_component_version("backend", "0.1.0").await.expect("written");
    let past = "update component_versions set updated_at = '2020-01-01 00:00:00'";
    let updated = "select version, updated_at from component_versions";
    sqlx::query(past).execute(&mut *db).await.expect("written");
    home.store.set_component_version("backend", "0.1.0").await.expect("written");
    let row: (String, String) = sqlx::query_as(updated).fetch_one(&mut *db).await.expect("a row");
    assert_eq!(row, ("0.1.0".into(), "2020-01-01 00:00:00".into()));
    home.store.set_component_version("backend", "0.2.0").await.expect("written");
    let row: (String, String) = sqlx::query_as(updated).fetch_one(&mut *db).await.expect("a row");
    assert_eq!(row.0, "0.2.0");
    assert!(row.1.as_str() > "2026");
}
