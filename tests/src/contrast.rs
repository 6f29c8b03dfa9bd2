//! Every page in high contrast, light and dark, as everybody must be able to use it; and in the longer words
//! of Finnish, in the smallest window that most people have.

use serde_json::json;

use crate::support::axe;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, connection_of, try_it_here};
use crate::support::wait::{LATER, until};
use crate::support::window::Window;

/// The pages of a connection: the address within it, the heading in both languages, and what pictures of it
/// are called. Settings have a walk of their own.
const PAGES: [(&str, [&str; 2], &str); 15] = [
    (
        "/applications",
        ["Applications", "Sovellukset"],
        "applications",
    ),
    (
        "/new-application",
        ["New application", "Uusi sovellus"],
        "new-application",
    ),
    (
        "/applications/checkout/dev",
        ["checkout", "checkout"],
        "now",
    ),
    (
        "/applications/checkout/dev/logs",
        ["checkout", "checkout"],
        "log",
    ),
    (
        "/applications/checkout/dev/deployments",
        ["checkout", "checkout"],
        "history",
    ),
    (
        "/applications/checkout/dev/configuration",
        ["checkout", "checkout"],
        "configuration",
    ),
    (
        "/applications/checkout/dev/access",
        ["checkout", "checkout"],
        "application-access",
    ),
    (
        "/deployments",
        ["Deployments", "Käyttöönotot"],
        "deployments",
    ),
    ("/promote", ["Promote", "Vie eteenpäin"], "promote"),
    ("/logs", ["Logs", "Lokit"], "logs"),
    (
        "/environments",
        ["Environments", "Ympäristöt"],
        "environments",
    ),
    ("/environments/dev", ["", ""], "environment"),
    ("/access", ["Access", "Käyttöoikeudet"], "access"),
    ("/api", ["API", "API"], "api"),
    ("", ["Home", "Koti"], "home"),
];

const COMPARE: [&str; 2] = ["Compare deployments", "Vertaa käyttöönottoja"];

#[tokio::test]
async fn every_page_in_high_contrast() {
    let mut session = Session::new();
    let (window, home) = begun(&mut session).await;
    window.click("link", "Settings").await;
    window.click("button", "High contrast").await;
    for (page, [heading, _], name) in PAGES {
        stands_at(&window, &format!("{home}{page}"), heading).await;
        stands_out(&window, name).await;
    }
    two_deployments(&window, &home).await;
    stands_out(&window, "compare").await;
    window.quit(&mut session).await;
}

#[tokio::test]
async fn every_page_in_finnish_in_a_small_window() {
    let mut session = Session::new();
    let (window, home) = begun(&mut session).await;
    let compared = two_deployments(&window, &home).await;
    window.click("link", "Settings").await;
    window.click("link", "Language and time").await;
    window.click("button", "Suomi").await;
    window.see("heading", "Kieli ja aika").await;
    window.resize(&session, 900, 600).await;
    let pages = PAGES.map(|(page, headings, name)| (format!("{home}{page}"), headings, name));
    let all = pages.into_iter().chain([(compared, COMPARE, "compare")]);
    for (address, [_, heading], name) in all {
        stands_at(&window, &address, heading).await;
        fits(&window, name).await;
        window.picture(&pictures::out(&format!("fi-{name}"))).await;
    }
    window.quit(&mut session).await;
}

/// A window on an instance of its own, and where its pages are.
async fn begun(session: &mut Session) -> (Window, String) {
    let window = try_it_here(session).await;
    window.see_within(LATER, "table", MATRIX).await;
    let home = format!("/c/{}", connection_of(&window).await);
    (window, home)
}

/// Shows two deployments of one application beside each other, and says where they are.
async fn two_deployments(window: &Window, home: &str) -> String {
    window
        .go_to(&format!("{home}/deployments?q=checkout"))
        .await;
    for tag in ["3.3.0", "3.3.1"] {
        let name = format!("Select the deployment of checkout {tag}");
        window.see_within(LATER, "checkbox", &name).await;
        window.click("checkbox", &name).await;
    }
    window.click("button", "Compare").await;
    let [heading, _] = COMPARE;
    window.see("heading", heading).await;
    let address = window.address().await;
    let (_, within) = address.split_once('#').expect("an address within the app");
    within.to_owned()
}

/// Nothing serious is found on the page, light or dark.
async fn stands_out(window: &Window, name: &str) {
    for theme in ["light", "dark"] {
        draw(window, theme).await;
        axe::finds_nothing_serious(window, &format!("{name}, {theme}, high contrast")).await;
    }
}

/// The page is no wider than its window.
async fn fits(window: &Window, name: &str) {
    let wide = "return document.documentElement.scrollWidth - window.innerWidth";
    let wide = window.script(wide, Vec::new()).await;
    assert_eq!(wide, json!(0), "{name} is wider than the window by so much");
}

/// Goes to a page and waits until it is there, with what it waits for.
async fn stands_at(window: &Window, address: &str, heading: &str) {
    let before = "return document.querySelector('main').innerText";
    let before = window.script(before, Vec::new()).await;
    window.go_to(address).await;
    until(&format!("{address} stands"), LATER, || async {
        let script = "const main = document.querySelector('main'); \
            const heading = document.querySelector('h1')?.textContent ?? ''; \
            return main !== null && main.innerText !== arguments[0] \
            && heading.includes(arguments[1]) && !main.querySelector('[aria-busy=true]')";
        let stands = window
            .script(script, vec![before.clone(), json!(heading)])
            .await;
        match stands == json!(true) {
            true => Ok(()),
            false => Err(window.seen().await),
        }
    })
    .await;
}

/// Draws the page light or dark, as it does where the system is, and holds it so.
async fn draw(window: &Window, theme: &str) {
    let script = "const root = document.documentElement; window.drawn = arguments[0]; \
        const draw = () => { if (root.dataset.theme !== window.drawn) root.dataset.theme = window.drawn; }; \
        if (!window.drawing) { \
            window.drawing = new MutationObserver(draw); \
            window.drawing.observe(root, { attributes: true, attributeFilter: ['data-theme'] }); \
        } \
        draw(); return root.dataset.contrast";
    let contrast = window.script(script, vec![json!(theme)]).await;
    assert_eq!(contrast, json!("more"));
}
