//! What Tomo brings along, searched and shown.

use super::{
    super::{Code, House},
    ids,
};
use serde_json::json;

/// Holds because a catalog that has little in it, or nothing true, is none.
#[tokio::test(flavor = "multi_thread")]
async fn many_apps_come_along_and_are_found() {
    let house = House::quiet().await;
    let all = house.ask("app.catalog", json!({ "limit": 200 })).await;
    assert!(all["total"].as_u64() >= Some(40), "{}", all["total"]);
    assert_eq!(
        (&all["all"], ids(&all).len() as u64),
        (&all["total"], all["total"].as_u64().expect("a number"))
    );

    let found = house.ask("app.catalog", json!({ "text": "feed reader", "limit": 10 })).await;
    assert!(ids(&found).contains(&"tomo/miniflux"), "{found:#}");
    let named = house.ask("app.catalog", json!({ "text": "vaultw", "limit": 10 })).await;
    assert_eq!(ids(&named)[0], "tomo/vaultwarden");
    let media = house.ask("app.catalog", json!({ "category": "media", "limit": 200 })).await;
    assert!(ids(&media).contains(&"tomo/jellyfin") && !ids(&media).contains(&"tomo/miniflux"));
    let old = house.ask("app.catalog", json!({ "architecture": "arm/v6", "limit": 200 })).await;
    assert!(old["total"].as_u64() < all["total"].as_u64());

    let first = house.ask("app.catalog", json!({ "limit": 7 })).await;
    let next = house.ask("app.catalog", json!({ "limit": 7, "offset": 7 })).await;
    let mut both = ids(&first);
    both.extend(ids(&next));
    assert_eq!(both, ids(&all)[..14]);

    let app = house.ask("app.show", json!({ "id": "tomo/miniflux" })).await;
    assert_eq!(app["source"], "Tomo's own");
    let settings = app["manifest"]["settings"].as_array().expect("settings");
    assert!(settings.iter().any(|setting| setting["kind"]["type"] == "secret"), "{settings:#?}");
    assert!(
        settings
            .iter()
            .all(|setting| setting["kind"]["type"] != "secret" || setting["default"].is_null())
    );
    for id in ["tomo/nothing", "nobody/miniflux"] {
        house.refused("app.show", json!({ "id": id }), Code::NotFound).await;
    }
    for id in ["miniflux", "", "tomo/../x", "tomo/A B", "a/b/c"] {
        house.refused("app.show", json!({ "id": id }), Code::Invalid).await;
    }
}
