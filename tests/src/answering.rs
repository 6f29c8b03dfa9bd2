//! The answer in the real window: an application is broken, and a sentence says since when, what,
//! and after what; each of its parts leads to where it can be seen.

use std::time::Duration;

use crate::support::instance::Serve;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::{LATER, until};
use crate::support::window::Window;
use crate::support::{axe, pictures};

/// Its database refuses after some seconds, and a probe has to see it.
const BROKEN: Duration = Duration::from_secs(60);
const SENTENCE: &str =
    "return document.querySelector('main h2')?.innerText.replaceAll('\\u00a0', ' ') ?? ''";

#[tokio::test]
async fn what_is_broken_is_told_in_a_sentence_that_leads_to_its_evidence() {
    let mut session = Session::new();
    let instance = Serve::new(&session, "instance").account().start(&session);
    let api = instance.account().await;
    api.create("shop", "miso/hello:1.0").await;
    api.deployed("shop", 1).await;

    let window = by_address(&mut session, &instance).await;
    window.resize(&session, 1280, 800).await;
    window.click("link", "shop").await;
    says(&window, LATER, &["All is well."]).await;

    api.deploy("shop", "dev", "miso/failing-health:2.0").await;
    let expected = [
        "Unhealthy for ",
        "check db: connect ECONNREFUSED 10.0.3.7:5432",
        " after hello:1.0 → failing-health:2.0",
    ];
    let told = says(&window, BROKEN, &expected).await;
    for cause in ["because", "caused", "due to"] {
        assert!(!told.contains(cause), "{told}");
    }
    axe::finds_nothing_serious(&window, "the answer").await;
    window.picture(&pictures::out("answer")).await;

    // The check is on the page; the deployment opens beside it.
    window.click("link", "check db").await;
    until("the check is in focus", LATER, || async {
        let focused = "return document.activeElement?.innerText ?? ''";
        let focused = window.script(focused, Vec::new()).await;
        match focused.as_str().is_some_and(|text| text.starts_with("db")) {
            true => Ok(()),
            false => Err(focused.to_string()),
        }
    })
    .await;
    window.click("link", "since ").await;
    window
        .see_within(LATER, "complementary", "Deployment of shop")
        .await;

    window.click("link", "Home").await;
    window.see_within(LATER, "list", "Unwell").await;
    until("its row says the same in a line", LATER, || async {
        let row = window.text_of("list", "Unwell").await;
        match row.contains("Unhealthy for ") && row.contains("ECONNREFUSED") {
            true => Ok(()),
            false => Err(row),
        }
    })
    .await;
    assert_eq!(instance.stop(), Some(0));
}

/// Waits until the sentence has all of these words, and gives it.
async fn says(window: &Window, patience: Duration, words: &[&str]) -> String {
    until("the answer", patience, || async {
        let told = window.script(SENTENCE, Vec::new()).await;
        let told = told.as_str().unwrap_or_default().to_owned();
        match words.iter().all(|each| told.contains(each)) {
            true => Ok(told),
            false => Err(told),
        }
    })
    .await
}
