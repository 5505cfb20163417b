//! A host key that is not the one it was.

use super::{Code, House, lab::Lab};
use crate::lab::sshd;
use serde_json::json;

/// Holds because a replaced key is what an attack looks like: both are shown, nothing is sent, and
/// only an admin who names the new one gets past it.
#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_host_key_is_a_hard_stop() {
    let Some(mut lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    let old = lab.fingerprint();
    lab.sshd.replace_host_keys();
    lab.sshd.restart();
    let new = lab.fingerprint();
    assert_ne!(old, new);

    let row = house.until_state(&id, "host_key_changed").await;
    assert_eq!(row["connection"]["presented"]["fingerprint"], new.as_str());
    assert_eq!(row["connection"]["known"]["key"]["fingerprint"], old.as_str());
    assert_eq!(row["health"]["state"], "down");
    // The server has then read all that came.
    lab.sshd.wait_for_log("Connection closed by");
    assert!(!lab.sshd.log().contains("userauth-request"), "{}", lab.sshd.log());

    let replace = |fingerprint: &str| json!({ "id": id, "fingerprint": fingerprint });
    let other = sshd::client_key("ed25519", "openssh", "").fingerprint;
    for wrong in [other.as_str(), old.as_str(), "", "SHA256:"] {
        house.refused("host_key.replace", replace(wrong), Code::HostKey).await;
    }
    house.refused("host_key.trust", lab.trust(&new), Code::HostKey).await;
    // Trying again changes nothing.
    house.ask("server.connect", json!({ "id": id })).await;
    let row = house
        .until(&id, "second stop", |again| {
            again["connection"]["state"] == "host_key_changed"
                && again["connection"]["since"] != row["connection"]["since"]
        })
        .await;
    assert_eq!(row["connection"]["known"]["key"]["fingerprint"], old.as_str());
    assert!(!lab.sshd.log().contains("userauth-request"), "{}", lab.sshd.log());

    // As a person pastes it from the server's own screen.
    let pasted = format!(" {} ", new.trim_start_matches("SHA256:"));
    let known = house.ask("host_key.replace", replace(&pasted)).await;
    assert_eq!(known["key"]["fingerprint"], new.as_str());
    house.until_cpu(&id).await;
    house.refused("host_key.replace", replace(&new), Code::HostKey).await;
}

/// Holds because a key that nobody was shown is one that nobody has compared.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_key_that_was_presented_can_be_trusted() {
    let Some(lab) = Lab::start() else { return };
    let house = House::quiet().await;
    house.refused("host_key.trust", lab.trust(&lab.fingerprint()), Code::HostKey).await;
    let server = json!({ "server": lab.server("lab", "key"), "credential": lab.key() });
    house.ask("server.test", server).await;
    house.ask("host_key.trust", lab.trust(&lab.fingerprint())).await;
}
