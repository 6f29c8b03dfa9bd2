//! The local instance, called by a tool that knows nothing of it but its OpenAPI document: what it
//! answers is what the document says, whatever it is sent, and never a 5xx.

use std::process::Command;

use xtask::schemathesis;

use crate::support::instance::{ACCOUNT, Serve};
use crate::support::session::Session;

#[tokio::test]
async fn whatever_it_is_sent_it_answers_as_its_document_says() {
    // The same every time: a change is judged by what it changed.
    call_for(60, &["--seed", "20260131"]).await;
}

#[tokio::test]
#[ignore = "takes three minutes: cargo xtask test full"]
async fn ten_thousand_calls_are_answered_as_the_document_says() {
    let calls = call_for(170, &[]).await;
    assert!(calls >= 10_000, "{calls} calls");
}

/// Calls it for so many seconds and gives how many calls were made.
async fn call_for(seconds: u32, more: &[&str]) -> u32 {
    let session = Session::without_display();
    let serve = Serve::at(&session.home().join("data"))
        .account()
        .argument("--seed")
        .argument("demo")
        .unlimited();
    let instance = serve.start(&session);
    let token = instance.api().token(ACCOUNT.0, ACCOUNT.1).await;
    let mut command = Command::new(schemathesis::program());
    command
        .arg("--config-file")
        .arg(schemathesis::config())
        .arg("run")
        .arg(format!("{}/api/openapi.json", instance.ready("url")))
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--max-time", &seconds.to_string()])
        .args(more)
        .current_dir(session.home());
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("it is waited for");
    let output = output.expect("schemathesis can be started: cargo xtask test installs it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}\n{said}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(instance.stop(), Some(0), "it ends as ever");
    calls(&said)
}

/// The number in `12317 generated, …`.
fn calls(said: &str) -> u32 {
    let number = said
        .lines()
        .find_map(|line| line.trim().split_once(" generated")?.0.parse().ok());
    number.unwrap_or_else(|| panic!("no count in {said}"))
}
