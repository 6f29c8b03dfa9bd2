//! The frame around every page: the palette knows what people call things, the text of a page is
//! searched, what is in focus has a menu, and what was copied leads back (UX.md, "Frame").

use fantoccini::key::Key;
use serde_json::Value;

use crate::support::binary;
use crate::support::instance::{Instance, Serve};
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::shop;
use crate::support::sign_in::{MATRIX, by_address};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

const FIND: &str = "Find on the page";

#[tokio::test]
async fn what_people_call_it_is_found_and_what_was_copied_leads_back() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create_from(&shop::manifest("shop", "miso/hello:1.0"))
        .await;
    api.deployed("shop", 1).await;
    api.deploy("shop", "dev", "miso/failing-health:2.0").await;
    api.deployed("shop", 2).await;
    let window = by_address(&mut session, &instance).await;
    window.see_within(LATER, "link", "shop").await;
    window.click("link", "shop").await;
    window.see_within(LATER, "button", "Roll back dev to").await;

    roll_back_is_reached_by_another_word(&window).await;
    a_page_is_searched(&window).await;
    let there = Copied {
        window: &window,
        session: &session,
        host: host_of(&instance),
    };
    there.a_link_in_focus().await;
    there.a_page_as_it_is_narrowed().await;
    there.the_facts_of_an_application().await;
    assert_eq!(api.deployments("shop").await.len(), 2, "nothing was sent");
    assert_eq!(instance.stop(), Some(0));
}

async fn roll_back_is_reached_by_another_word(window: &Window) {
    open_palette(window).await;
    window.press("revert".chars()).await;
    window.see_chosen("Roll back shop").await;
    window.picture(&pictures::out("palette-by-alias")).await;
    window.press([Key::Enter.into()]).await;
    window.see("complementary", "Deploy shop").await;
    let address = window.address().await;
    assert!(address.contains("image="), "{address}");
    window.press([Key::Escape.into()]).await;
    window.see_gone("complementary", "Deploy shop").await;

    // What was chosen last stands first.
    open_palette(window).await;
    window.see_chosen("Roll back shop").await;
    close_palette(window).await;
}

async fn a_page_is_searched(window: &Window) {
    window.press("gh".chars()).await;
    window.see("table", MATRIX).await;
    window.chord(Key::Control, 'f').await;
    window.see("search", FIND).await;
    window.fill(FIND, "shop").await;
    window.see("status", "1 of").await;
    let marked = "return globalThis.CSS?.highlights?.get('found')?.size ?? null";
    let marked = window.script(marked, Vec::new()).await;
    assert!(marked.as_u64() >= Some(2), "{marked} are marked");
    window.press([Key::Enter.into()]).await;
    window.see("status", "2 of").await;
    window.picture(&pictures::out("find-on-page")).await;
    window.chord(Key::Shift, Key::Enter.into()).await;
    window.see("status", "1 of").await;
    window.press([Key::Escape.into()]).await;
    window.see_gone("search", FIND).await;
    window.see_no_field_in_focus().await;
}

struct Copied<'a> {
    window: &'a Window,
    session: &'a Session,
    host: String,
}

impl Copied<'_> {
    async fn a_link_in_focus(&self) {
        let focus = "document.querySelector(\"nav a[href$='/deployments']\").focus()";
        self.window.script(focus, Vec::new()).await;
        self.window.chord(Key::Shift, Key::F10.into()).await;
        self.window.see("menuitem", "Open in a new window").await;
        self.window.picture(&pictures::out("menu-of-a-link")).await;
        self.window.click("menuitem", "Copy link").await;
        self.window.see_text("Link copied").await;
        let link = format!("miso://{}/deployments", self.host);
        self.is_on_the_clipboard(&link).await;
        self.leads_to(&link, "/deployments").await;
    }

    async fn a_page_as_it_is_narrowed(&self) {
        self.window.press("ga".chars()).await;
        self.window.see("heading", "Applications").await;
        // A page with a search of its own is searched by that.
        self.window.chord(Key::Control, 'f').await;
        self.window.press("sho".chars()).await;
        self.comes_to("/applications?q=sho").await;
        open_palette(self.window).await;
        self.window.press("deeplink".chars()).await;
        self.window.see_chosen("Copy link").await;
        self.window.press([Key::Enter.into()]).await;
        self.window.see_text("Link copied").await;
        let link = format!("miso://{}/applications?q=sho", self.host);
        self.is_on_the_clipboard(&link).await;
        self.leads_to(&link, "/applications?q=sho").await;
    }

    async fn the_facts_of_an_application(&self) {
        self.window.click("link", "shop").await;
        self.window.see("button", "Deploy…").await;
        self.window.press("Y".chars()).await;
        self.window.see_text("Copied for chat").await;
        // A field of one line takes all of it, the palette only what tells most.
        self.window.chord(Key::Control, 'f').await;
        self.window.see("search", FIND).await;
        let link = format!("miso://{}/applications/shop/dev", self.host);
        for wanted in ["shop in dev", "Unhealthy for ", &link] {
            self.is_pasted(wanted).await;
        }
        self.window.press([Key::Escape.into()]).await;
        self.window.see_gone("search", FIND).await;
        self.is_on_the_clipboard("Unhealthy for ").await;
    }

    /// What the clipboard holds is seen by pasting it, as people do.
    async fn is_on_the_clipboard(&self, wanted: &str) {
        open_palette(self.window).await;
        self.is_pasted(wanted).await;
        close_palette(self.window).await;
    }

    async fn is_pasted(&self, wanted: &str) {
        until(&format!("{wanted:?} is pasted"), LATER, || async {
            self.window.chord(Key::Control, 'a').await;
            self.window.chord(Key::Control, 'v').await;
            let value = "return document.activeElement?.value ?? ''";
            match self.window.script(value, Vec::new()).await {
                Value::String(held) if held.contains(wanted) => Ok(()),
                held => Err(held.to_string()),
            }
        })
        .await;
    }

    /// Opened from outside, it shows its page in the window that is there.
    async fn leads_to(&self, link: &str, page: &str) {
        // By the pointer: a field may have the keys.
        self.window.click("link", "Home").await;
        self.window.see("table", MATRIX).await;
        let opened = self.session.command(binary::app()).arg(link).output();
        let opened = opened.expect("it starts");
        assert!(opened.status.success(), "{opened:?}");
        self.comes_to(page).await;
    }

    async fn comes_to(&self, page: &str) {
        until(&format!("{page} is in front"), LATER, || async {
            match self.window.address().await {
                address if address.ends_with(page) => Ok(()),
                address => Err(address),
            }
        })
        .await;
    }
}

async fn open_palette(window: &Window) {
    window.chord(Key::Control, 'k').await;
    window.see("dialog", "Search or go to").await;
    window.see_focus("combobox").await;
}

async fn close_palette(window: &Window) {
    window.press([Key::Escape.into()]).await;
    window.see_gone("dialog", "Search or go to").await;
    until("the keys are the page's", SOON, || async {
        let script = "return document.activeElement?.getAttribute('role') ?? ''";
        match window.script(script, Vec::new()).await.as_str() {
            Some("combobox") => Err("the palette has them".to_owned()),
            Some(_) | None => Ok(()),
        }
    })
    .await;
}

/// Host and port, as a link names the instance.
fn host_of(instance: &Instance) -> String {
    let url = instance.ready("url").trim_end_matches('/');
    let host = url.strip_prefix("http://").expect("plain http");
    host.to_owned()
}
