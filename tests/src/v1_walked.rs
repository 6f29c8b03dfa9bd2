//! An instance that speaks v1 alone, in the real window: signed in to, listed, an application, deployed, its
//! history, its logs. The pages are those of the documented API.

use std::time::Duration;

use crate::support::instance::Serve;
use crate::support::pictures;
use crate::support::session::Session;
use crate::support::shop::deploy_image;
use crate::support::sign_in::{MATRIX, by_address};
use crate::support::wait::LATER;

/// A deployment is looked at every quarter of a minute here.
pub const UNDER_WAY: Duration = Duration::from_secs(90);

#[tokio::test]
async fn an_instance_that_speaks_v1_alone_is_worked_with_as_any_other() {
    let mut session = Session::new();
    let serve = Serve::at(&session.home().join("data"))
        .argument("--speaks")
        .argument("v1")
        .unlimited();
    let instance = serve.start(&session);
    let window = by_address(&mut session, &instance).await;
    window.see_within(LATER, "table", MATRIX).await;
    window.see_within(LATER, "link", "checkout").await;
    window.picture(&pictures::out("v1-home")).await;

    window.click("link", "checkout").await;
    window.see("heading", "checkout").await;
    // What was measured is no request that waits: v1 has no call for it.
    window
        .see_text_within(
            LATER,
            "What was measured is not known: Not in this instance's API",
        )
        .await;
    deploy_image(&window, "miso/hello:6.6").await;
    window.see_text_within(UNDER_WAY, "6.6 runs in dev.").await;
    let steps = window.text_of("list", "Steps").await;
    assert!(steps.contains("validate"), "{steps}");
    window.picture(&pictures::out("v1-deployed")).await;

    window.click("link", "Deployments").await;
    window.see_within(LATER, "table", "Deployments").await;
    let history = window.text_of("table", "Deployments").await;
    assert!(history.contains("checkout 6.6"), "{history}");
    window.picture(&pictures::out("v1-history")).await;

    // What v1 has no call for is said.
    window.click("link", "Logs").await;
    window
        .see_text_within(LATER, "the log of an application")
        .await;
    window.picture(&pictures::out("v1-logs")).await;
    assert_eq!(instance.stop(), Some(0));
}
