//! From one environment to the next: the difference looked through, chosen from, sent; then the two
//! deployments compared, and what Home tells of it.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::{axe, pictures};

#[tokio::test]
async fn what_is_ahead_goes_to_the_next_environment_with_what_was_chosen() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;
    for (environment, image) in [
        ("test", "miso/hello:1.0"),
        ("prod", "miso/hello:1.0"),
        ("dev", "miso/hello:1.1"),
    ] {
        api.deploy("shop", environment, image).await;
    }
    api.deployed("shop", 4).await;
    // What differs by right: each environment has a level of its own; a new item is only in dev.
    configure(&api, "test", &[("LEVEL", "warn")]).await;
    configure(&api, "dev", &[("LEVEL", "debug"), ("WALLET", "on")]).await;
    api.deploy("shop", "dev", "miso/hello:1.1").await;
    api.deployed("shop", 5).await;

    let window = by_address(&mut session, &instance).await;
    window.click("link", "Promote").await;
    window.see("heading", "1 application ahead in dev").await;
    axe::finds_nothing_serious(&window, "Promote").await;
    window.click("checkbox", "shop").await;
    window.see("heading", "shop").await;
    window.see_text("test keeps warn, not debug").await;
    window.see_text("not set").await;
    window.see("checkbox", "WALLET").await;
    axe::finds_nothing_serious(&window, "the review of a promotion").await;
    window.picture(&pictures::out("promote-review")).await;
    window.click("button", "Promote 1 to test").await;
    window.see_text("The deployment began.").await;
    api.deployed("shop", 6).await;
    window.picture(&pictures::out("promoted")).await;

    let newest = &api.deployments("shop").await[0];
    assert!(newest["promotedFrom"].is_string(), "{newest}");
    assert_eq!(newest["image"], "miso/hello:1.1");
    let path = "/api/applications/shop/configuration?environment=test";
    let items = api.get(path).await.json()["items"].clone();
    let value = |name: &str| {
        let all = items.as_array().expect("a list");
        all.iter()
            .find(|item| item["name"] == name)
            .map(|item| item["value"].clone())
    };
    assert_eq!(value("LEVEL"), Some(json!("warn")), "{items}");
    assert_eq!(value("WALLET"), Some(json!("on")), "{items}");

    // Production is taken back with Escape.
    window.click("button", "Done").await;
    window.click("button", "test → PROD").await;
    window.click("checkbox", "shop").await;
    window.click("button", "Promote 1 to PROD").await;
    window.see("button", "Take it back").await;
    window.press([Key::Escape.into()]).await;
    window.see_text("Taken back. Nothing was sent.").await;
    window.picture(&pictures::out("promote-taken-back")).await;
    assert_eq!(api.deployments("shop").await.len(), 6);

    // Any two of one application beside each other.
    window.click("link", "Deployments").await;
    window
        .click("checkbox", "Select the deployment of shop 1.1")
        .await;
    window
        .click("checkbox", "Select the deployment of shop 1.0")
        .await;
    window.click("button", "Compare").await;
    window.see("heading", "Compare deployments").await;
    window.see("heading", "Before").await;
    window.see("row", "WALLET").await;
    axe::finds_nothing_serious(&window, "Compare").await;
    window.picture(&pictures::out("compare")).await;

    window.click("link", "Home").await;
    window.see("complementary", "Since you last looked").await;
    window.picture(&pictures::out("home-since")).await;
    assert_eq!(instance.stop(), Some(0));
}

async fn configure(api: &Api, environment: &str, items: &[(&str, &str)]) {
    let items: Vec<Value> = items
        .iter()
        .map(|(name, value)| {
            json!({ "name": name, "value": value, "location": "variable", "required": false })
        })
        .collect();
    let path = format!("/api/applications/shop/configuration?environment={environment}");
    let answer = api
        .write("PUT", &path, &[], &json!({ "items": items }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
}
