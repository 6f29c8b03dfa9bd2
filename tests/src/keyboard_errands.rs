//! Every errand of the portal once by the keyboard alone (UX.md, "Rules"): nothing here has a pointer.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::shop;
use crate::support::sign_in::answer_with_key;
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

/// So many times Tab is pressed before something counts as out of reach.
const FAR: usize = 60;

#[tokio::test]
async fn every_errand_of_the_portal_without_a_pointer() {
    let mut session = Session::new();
    // What came of each errand is asked for again and again.
    let instance = Serve::new(&session, "instance")
        .account()
        .unlimited()
        .start(&session);
    let api = instance.account().await;
    let mut manifest = shop::manifest("shop", "miso/hello:1.0");
    manifest["configuration"] = json!([
        { "name": "LEVEL", "value": "info", "location": "variable", "required": false }
    ]);
    api.create_from(&manifest).await;
    api.deployed("shop", 1).await;
    api.deploy("shop", "dev", "miso/failing-health:2.0").await;
    api.deployed("shop", 2).await;

    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    // The cursor is in the address field already.
    window.press(instance.ready("url").chars()).await;
    window.press([Key::Enter.into()]).await;
    answer_with_key(&mut session, &instance).await;
    window.see_within(LATER, "heading", "Home").await;

    let keys = Keys {
        window: &window,
        api: &api,
    };
    keys.make_an_application().await;
    keys.roll_back_deploy_and_restart().await;
    keys.change_and_compare_the_configuration().await;
    keys.promote().await;
    keys.compare_two_deployments().await;
    keys.grant_and_decide().await;
    keys.deploy_several().await;
    keys.delete().await;
    assert_eq!(instance.stop(), Some(0));
}

struct Keys<'a> {
    window: &'a Window,
    api: &'a Api,
}

impl Keys<'_> {
    async fn make_an_application(&self) {
        self.window.press("ga".chars()).await;
        self.window.see("heading", "Applications").await;
        self.window.press("n".chars()).await;
        self.type_into("Key", "till").await;
        self.type_into("Display name", "Till").await;
        self.type_into("Image", "miso/hello:1.0").await;
        self.type_into("Port", "3000").await;
        self.window.chord(Key::Control, Key::Enter.into()).await;
        self.window.see_within(LATER, "heading", "till").await;
        self.api.deployed("till", 1).await;
    }

    async fn roll_back_deploy_and_restart(&self) {
        self.open("shop").await;
        self.window
            .see_within(LATER, "button", "Roll back dev to")
            .await;
        self.window.press("r".chars()).await;
        self.send("Roll back dev to").await;
        self.api.deployed("shop", 3).await;
        self.close_the_panel().await;
        self.window.press("d".chars()).await;
        self.window.see("complementary", "Deploy shop").await;
        self.reach("textbox", "Image").await;
        self.window.press([Key::Backspace.into(); 3]).await;
        self.window.press("1.1".chars()).await;
        self.send("Deploy 1.1 to dev").await;
        self.api.deployed("shop", 4).await;
        self.close_the_panel().await;
        // Once the page knows what runs.
        self.window.see_within(LATER, "link", "dev 1.1").await;
        self.window.press("R".chars()).await;
        self.send("in dev").await;
        self.api.deployed("shop", 5).await;
        self.close_the_panel().await;
        let sent = self.api.deployments("shop").await;
        let images: Vec<&str> = sent
            .iter()
            .filter_map(|one| one["image"].as_str())
            .collect();
        assert_eq!(
            images,
            [
                "miso/hello:1.1",
                "miso/hello:1.1",
                "miso/hello:1.0",
                "miso/failing-health:2.0",
                "miso/hello:1.0"
            ]
        );
    }

    async fn change_and_compare_the_configuration(&self) {
        self.window.press("4".chars()).await;
        self.window.see("table", "Configuration items").await;
        self.type_into("Value of LEVEL", "debug").await;
        self.window.chord(Key::Control, 's').await;
        self.window.see("complementary", "Save configuration").await;
        self.window.chord(Key::Control, Key::Enter.into()).await;
        self.window
            .see_text("It takes effect at the next deployment.")
            .await;
        let path = "/api/applications/shop/configuration?environment=dev";
        let items = self.api.get(path).await.json();
        assert_eq!(items["items"][0]["value"], "debug", "{items}");
        self.close_the_panel().await;
        self.reach("button", "All environments").await;
        self.window.press([' ']).await;
        self.window
            .see("table", "Configuration of all environments")
            .await;
    }

    async fn promote(&self) {
        self.window.press("gp".chars()).await;
        self.window.see("heading", "Promote").await;
        self.walk_to("shop").await;
        self.window.press("x".chars()).await;
        self.window.see("button", "Promote 1 to test").await;
        self.until_ready("Promote 1 to test").await;
        self.window.chord(Key::Control, Key::Enter.into()).await;
        self.api.deployed("shop", 6).await;
        assert_eq!(self.api.deployments("shop").await[0]["environment"], "test");
    }

    async fn compare_two_deployments(&self) {
        self.window.press("gd".chars()).await;
        self.window.see("heading", "Deployments").await;
        self.window.see("table", "Deployments").await;
        self.window.press("jxjx".chars()).await;
        self.reach("button", "Compare").await;
        self.window.press([Key::Enter.into()]).await;
        self.window.see("heading", "Compare deployments").await;
    }

    async fn grant_and_decide(&self) {
        let wish =
            json!({ "applicationKey": "shop", "role": "developer", "environments": ["dev"] });
        let asked = self.api.post("/api/access-requests", &wish).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        self.open("shop").await;
        self.window.press("5".chars()).await;
        self.reach("button", "Grant access…").await;
        self.window.press([Key::Enter.into()]).await;
        self.type_into("Subject", "mikko.saari").await;
        self.reach_group("Role").await;
        self.choose_radio("developer").await;
        self.reach("checkbox", "dev").await;
        self.window.press([' ']).await;
        self.reach("button", "Grant in dev").await;
        self.window.press([Key::Enter.into()]).await;
        self.api.has_access("shop", "mikko.saari").await;

        // Beside an application its own access comes first.
        self.window.press("gh".chars()).await;
        self.window.see("heading", "Home").await;
        self.window.chord(Key::Control, 'k').await;
        self.window.see_focus("combobox").await;
        self.window.press("access".chars()).await;
        self.window.see("option", "Access").await;
        self.window.press([Key::Enter.into()]).await;
        self.window.see("heading", "Access").await;
        // What was asked a moment ago is not looked for at once by itself.
        self.window.press([Key::F5.into()]).await;
        self.window.see_text_within(LATER, "waits for you").await;
        self.reach("button", "Decide about").await;
        self.window.press([Key::Enter.into()]).await;
        self.reach("button", "Approve for dev").await;
        self.window.press([Key::Enter.into()]).await;
        self.window.see_text("Nothing waits for you").await;
    }

    async fn deploy_several(&self) {
        self.window.press("ga".chars()).await;
        self.window.see("heading", "Applications").await;
        self.walk_to("shop").await;
        self.window.press("x".chars()).await;
        self.walk_to("till").await;
        self.window.press("x".chars()).await;
        self.window.see_text("2 selected").await;
        let before = self.api.deployments("shop").await.len();
        self.reach("button", "Restart").await;
        self.window.press([Key::Enter.into()]).await;
        self.window
            .see("complementary", "Several applications")
            .await;
        self.until_ready("Restart 2").await;
        self.window.chord(Key::Control, Key::Enter.into()).await;
        self.api.deployed("shop", before + 1).await;
        self.api.deployed("till", 2).await;
        self.close_the_panel().await;
    }

    async fn delete(&self) {
        self.open("till").await;
        self.window.press("6".chars()).await;
        self.reach("button", "Delete…").await;
        self.window.press([Key::Enter.into()]).await;
        self.type_into("till", "till").await;
        self.reach("button", "Delete till").await;
        self.window.press([Key::Enter.into()]).await;
        until("it is gone", SOON, || async {
            match self.api.get("/api/applications/till").await.status {
                404 => Ok(()),
                other => Err(other.to_string()),
            }
        })
        .await;
    }

    /// By the palette.
    async fn open(&self, key: &str) {
        self.window.chord(Key::Control, 'k').await;
        self.window.see_focus("combobox").await;
        self.window.press(key.chars()).await;
        self.window.see_chosen(key).await;
        self.window.press([Key::Enter.into()]).await;
        self.window.see_gone("dialog", "Search or go to").await;
        self.window.see_no_field_in_focus().await;
        self.window.see_within(LATER, "heading", key).await;
        self.window.see_within(LATER, "button", "Deploy…").await;
    }

    /// Sends with the panel's own key, as soon as it may be.
    async fn send(&self, button: &str) {
        self.window.see("complementary", "Deploy shop").await;
        self.window
            .see_text_within(LATER, "no other deployment of shop runs in dev")
            .await;
        self.until_ready(button).await;
        self.window.chord(Key::Control, Key::Enter.into()).await;
        self.window.see("heading", "Steps").await;
    }

    async fn close_the_panel(&self) {
        self.window.press([Key::Escape.into()]).await;
        until("the panel is closed", SOON, || async {
            let open = "return document.querySelectorAll('aside[data-panel]').length";
            match self.window.script(open, Vec::new()).await.as_u64() {
                Some(0) => Ok(()),
                _ => Err(self.window.seen().await),
            }
        })
        .await;
    }

    /// Goes through a list until the row of an application has the focus.
    async fn walk_to(&self, key: &str) {
        until(&format!("the row of {key} has the focus"), SOON, || async {
            let row = "return document.activeElement?.closest('[data-row]')?.dataset.row ?? ''";
            let focused = self.window.script(row, Vec::new()).await;
            if focused == key {
                return Ok(());
            }
            self.window.press("j".chars()).await;
            Err(focused.to_string())
        })
        .await;
    }

    /// Presses Tab until such an element has the focus.
    async fn reach(&self, role: &str, name: &str) {
        let wanted = self.window.see_within(LATER, role, name).await;
        let wanted = serde_json::to_value(wanted).expect("an element can be named");
        self.tab_until(
            &format!("{role} {name:?}"),
            "return arguments[0] === document.activeElement",
            wanted,
        )
        .await;
    }

    async fn tab_until(&self, what: &str, script: &str, wanted: Value) {
        for _ in 0..FAR {
            if self.window.script(script, vec![wanted.clone()]).await == json!(true) {
                return;
            }
            self.window.press([Key::Tab.into()]).await;
        }
        panic!("{what} is out of reach: {}", self.window.seen().await);
    }

    async fn reach_group(&self, name: &str) {
        let script = "return document.activeElement?.closest('fieldset, [role=radiogroup]')\
            ?.innerText.includes(arguments[0]) === true";
        self.tab_until(name, script, json!(name)).await;
    }

    /// With the arrows, as radio buttons are.
    async fn choose_radio(&self, name: &str) {
        for _ in 0..FAR {
            let focused = "const on = document.activeElement; \
                return on?.checked ? on.closest('label').innerText.trim() : ''";
            if self.window.script(focused, Vec::new()).await == name {
                return;
            }
            self.window.press([Key::Down.into()]).await;
        }
        panic!("{name} cannot be chosen: {}", self.window.seen().await);
    }

    async fn type_into(&self, field: &str, text: &str) {
        self.reach("textbox", field).await;
        self.window.chord(Key::Control, 'a').await;
        self.window.press(text.chars()).await;
    }

    async fn until_ready(&self, button: &str) {
        until(&format!("{button:?} can be pressed"), LATER, || async {
            for element in self.window.find("button", button).await {
                let disabled = element.attr("aria-disabled").await;
                if !matches!(disabled, Ok(Some(word)) if word == "true") {
                    return Ok(());
                }
            }
            Err(self.window.seen().await)
        })
        .await;
    }
}
