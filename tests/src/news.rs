//! What the system tells while nobody looks: that a starred application is unwell, and that it is well again.

use std::time::Duration;

use crate::support::instance::Serve;
use crate::support::notifications::Notifications;
use crate::support::session::Session;
use crate::support::sign_in::by_address;
use crate::support::wait::LATER;

/// What no page shows is asked for once a minute.
const SELDOM: Duration = Duration::from_secs(180);

#[tokio::test]
async fn a_starred_application_that_turns_unwell_is_told_and_a_click_leads_there() {
    let mut session = Session::new();
    let notifications = Notifications::of(&session).await;
    // With a budget that is never short it is asked for as often as at best.
    let instance = Serve::new(&session, "instance")
        .account()
        .unlimited()
        .start(&session);
    let api = instance.account().await;
    for key in ["shop", "till", "desk"] {
        api.create(key, "miso/hello:1.0").await;
        api.deployed(key, 1).await;
    }
    let window = by_address(&mut session, &instance).await;
    window.click("link", "Applications").await;
    window.see_within(LATER, "link", "shop").await;
    for key in ["shop", "desk"] {
        window.click("button", &format!("Star {key}")).await;
        let starred = format!("Remove star from {key}");
        window.see("button", &starred).await;
    }
    window.put_away(&session).await;
    for key in ["shop", "till", "desk"] {
        api.deploy(key, "dev", "miso/failing-health:2.0").await;
    }
    let told = notifications.see(SELDOM, "shop is unwell in dev").await;
    assert!(!told.body.is_empty(), "{told:?}");
    let other = notifications.see(SELDOM, "desk is unwell in dev").await;
    assert_eq!(
        told.by, other.by,
        "one connection to the bus for all of them"
    );
    notifications.click(&told).await;
    window.see_within(LATER, "heading", "shop").await;
    let address = window.address().await;
    assert!(address.ends_with("/applications/shop/dev"), "{address}");
    let shown = notifications.shown();
    assert_eq!(shown.len(), 2, "of what is starred, and once: {shown:?}");
    assert_eq!(instance.stop(), Some(0));
}
