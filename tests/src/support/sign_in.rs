//! Signing in as a test does that is about something else.

use xtask::sign_in::sign_in;

use super::instance::Instance;
use super::session::Session;
use super::wait::LATER;
use super::window::Window;

/// The demo people of the local instance.
pub const ADMINISTRATOR: &str = "Aino Laine";
/// Who changes and deploys, but in production.
pub const DEVELOPER: &str = "Mikko Saari";
/// Who only reads.
pub const VIEWER: &str = "Elena Novak";

/// Waits until the app asks the browser for a sign-in, and answers for the administrator.
pub async fn answer(session: &mut Session) {
    let url = session.next_opened(LATER).await;
    let page = sign_in(&url, ADMINISTRATOR).expect("the sign-in page leads back to the app");
    assert_eq!(page.status, 200, "{page:?}");
}

/// What Home shows: every application in every environment.
pub const MATRIX: &str = "Applications by environment";

/// Opens the app, tries it here and signs in.
pub async fn try_it_here(session: &mut Session) -> Window {
    let window = Window::open(session, &["--try-here"]).await;
    answer(session).await;
    window.see_within(LATER, "table", MATRIX).await;
    window
}

/// Opens the app, connects to an instance by its address and signs in with its key.
pub async fn by_address(session: &mut Session, instance: &Instance) -> Window {
    by_address_as(session, instance, ADMINISTRATOR).await
}

/// The same as another of the demo people.
pub async fn by_address_as(session: &mut Session, instance: &Instance, person: &str) -> Window {
    let window = Window::open(session, &[]).await;
    window.see_within(LATER, "button", "Start").await;
    let address = instance.ready("url");
    window.fill("Connect to an instance", address).await;
    window.click("button", "Sign in with the browser").await;
    answer_with_key_as(session, instance, person).await;
    // There may be no application yet.
    window.see_within(LATER, "heading", "Home").await;
    window
}

/// Signs another of the demo people in to the same instance, as a connection of its own.
pub async fn as_another(session: &mut Session, instance: &Instance, window: &Window, person: &str) {
    window.click("button", "Connection: ").await;
    window.click("menuitem", "Add another account").await;
    window.see("heading", "Sign in again").await;
    window.click("button", "Sign in with the browser").await;
    answer_with_key_as(session, instance, person).await;
    window.see_within(LATER, "heading", "Home").await;
}

/// Signs out, and in again as somebody else.
pub async fn change_person(session: &mut Session, instance: &Instance, window: &Window, to: &str) {
    window.click("button", "Connection: ").await;
    window.click("menuitem", "Sign out").await;
    window.click("button", "Sign out").await;
    window.see("heading", "Sign in again").await;
    window.click("button", "Sign in").await;
    answer_with_key_as(session, instance, to).await;
    window.see_gone("heading", "Sign in again").await;
}

/// Waits until the app asks the browser for a sign-in at an instance, and answers with its key.
pub async fn answer_with_key(session: &mut Session, instance: &Instance) {
    answer_with_key_as(session, instance, ADMINISTRATOR).await;
}

async fn answer_with_key_as(session: &mut Session, instance: &Instance, person: &str) {
    let url = session.next_opened(LATER).await;
    // What the person would type into the page that asks for it.
    let url = format!("{url}&launch_key={}", instance.ready("signInKey"));
    let page = sign_in(&url, person).expect("the sign-in page leads back to the app");
    assert_eq!(page.status, 200, "{page:?}");
}

/// The id of the connection in front.
pub async fn connection_of(window: &Window) -> String {
    let address = window.address().await;
    let (_, rest) = address.split_once("/c/").expect("a connection's page");
    let id = rest.split(['/', '?']).next().expect("its id");
    id.to_owned()
}
