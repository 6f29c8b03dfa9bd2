//! The settings as somebody goes through them: the language holds at once and at the next start, every
//! part can be used by everybody, and the longer words of Finnish have their room.

use fantoccini::key::Key;
use serde_json::json;

use crate::support::axe;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::sign_in::{MATRIX, try_it_here};
use crate::support::wait::{LATER, SOON, until};
use crate::support::window::Window;

/// The parts by their Finnish names, each with the name of its picture.
const PARTS: [(&str, &str); 9] = [
    ("Ulkoasu", "appearance"),
    ("Kieli ja aika", "language"),
    ("Ilmoitukset", "notifications"),
    ("Yhteydet", "connections"),
    ("Verkko", "network"),
    ("Tuotanto", "production"),
    ("Lokit", "logs"),
    ("Pikanäppäimet", "shortcuts"),
    ("Diagnostiikka", "diagnostics"),
];

#[tokio::test]
async fn the_settings_are_gone_through_in_finnish() {
    let mut session = Session::new();
    let window = try_it_here(&mut session).await;
    window.see_within(LATER, "table", MATRIX).await;
    window.click("link", "Settings").await;
    window.click("link", "Language and time").await;
    window.click("button", "Suomi").await;
    window.see("heading", "Kieli ja aika").await;
    window.click("button", "Muu").await;
    window.fill("Etsi aikavyöhyke", "tokyo").await;
    window.click("button", "Asia/Tokyo").await;
    window
        .see_text("Ajat ovat vyöhykkeen Asia/Tokyo mukaan.")
        .await;

    window.resize(&session, 900, 600).await;
    for (part, picture) in PARTS {
        in_part(&window, part).await;
        axe::finds_nothing_serious(&window, part).await;
        has_its_room(&window, part).await;
        window
            .picture(&pictures::out(&format!("settings-{picture}-small")))
            .await;
    }
    window.see_text("rustc ").await;
    window.resize(&session, 1280, 800).await;
    in_part(&window, "Ulkoasu").await;
    window.click("button", "Suuri kontrasti").await;
    has(&window, "data-contrast", "more").await;
    axe::finds_nothing_serious(&window, "the theme of high contrast").await;
    window
        .picture(&pictures::out("settings-high-contrast"))
        .await;
    window.click("button", "Järjestelmä").await;
    window.press([Key::Escape.into()]).await;
    window.quit(&mut session).await;

    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "heading", "Asetukset").await;
    has(&window, "lang", "fi").await;
    window.click("link", "Koti").await;
    window
        .see_within(LATER, "table", "Sovellukset ympäristöittäin")
        .await;
    window.quit(&mut session).await;
}

async fn in_part(window: &Window, part: &str) {
    let script = "[...document.querySelectorAll('main nav a')] \
        .find((link) => link.textContent === arguments[0]).click()";
    window.script(script, vec![json!(part)]).await;
    window.see("region", part).await;
}

/// Nothing of it lies beside the window.
async fn has_its_room(window: &Window, part: &str) {
    let script = "return [...document.querySelectorAll('main *')].filter((each) => \
        each.getBoundingClientRect().right > innerWidth + 1 && \
        !each.closest('.visually-hidden') && !each.closest('table')) \
        .map((each) => each.outerHTML.slice(0, 200))";
    let outside = window.script(script, Vec::new()).await;
    assert_eq!(outside, json!([]), "{part} is cut off");
}

async fn has(window: &Window, attribute: &str, value: &str) {
    until(&format!("{attribute} is {value}"), SOON, || async {
        let script = "return document.documentElement.getAttribute(arguments[0])";
        let found = window.script(script, vec![json!(attribute)]).await;
        match found == json!(value) {
            true => Ok(()),
            false => Err(found.to_string()),
        }
    })
    .await;
}
