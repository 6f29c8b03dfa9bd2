//! A command that has the app's place while the app starts, and one that is called off: nothing is held
//! up, and what was sent is said.

use std::io::{self, BufRead, BufReader, PipeReader, Write};
use std::process::{Child, Stdio};

use serde_json::json;

use crate::shell::{data, run, with_a_shop};
use crate::support::session::Session;
use crate::support::wait::{LATER, until_true};
use crate::support::window::Window;
use crate::support::{binary, process};

/// What a pipe holds.
const PIPE: usize = 64 * 1024;

/// A log that is followed into a pager that nobody scrolls: it takes nothing any more.
fn stuck(session: &Session) -> (Child, PipeReader) {
    let (pager, mut full) = io::pipe().expect("a pipe");
    full.write_all(&[b'x'; PIPE]).expect("there is room");
    let mut command = session.command(binary::app());
    command
        .args(["logs", "shop", "-e", "dev", "--since", "1h", "--follow"])
        .stdin(Stdio::null())
        .stdout(full)
        .stderr(Stdio::null());
    (command.spawn().expect("it starts"), pager)
}

async fn ends(child: &mut Child) -> Option<i32> {
    let mut code = None;
    until_true("it ends", LATER, || {
        code = child.try_wait().expect("a child");
        code.is_some()
    })
    .await;
    code.and_then(|code| code.code())
}

#[tokio::test]
async fn a_pager_that_nobody_scrolls_keeps_neither_the_app_nor_ctrl_c_waiting() {
    let mut session = Session::new();
    let (instance, _, window) = with_a_shop(&mut session).await;
    run(&session, &["logs", "shop", "--since", "1h"]).ended(0);
    window.quit(&mut session).await;
    let lent = data(&session).join("app.lent");

    let (mut followed, _pager) = stuck(&session);
    until_true("it has the app's place", LATER, || lent.exists()).await;
    let window = Window::open(&mut session, &[]).await;
    window.see_within(LATER, "heading", "Home").await;
    assert!(!lent.exists());
    // It asks the app now, and is as stuck as before.
    assert!(followed.try_wait().expect("a child").is_none());
    process::terminate(followed.id());
    assert_eq!(ends(&mut followed).await, Some(130));
    window.quit(&mut session).await;

    let (mut followed, _pager) = stuck(&session);
    until_true("it has the app's place", LATER, || lent.exists()).await;
    process::terminate(followed.id());
    assert_eq!(ends(&mut followed).await, Some(130));
    run(&session, &["apps"]).ended(0);
    assert!(!lent.exists(), "it has let go");
    assert_eq!(instance.stop(), Some(0));
}

#[tokio::test]
async fn a_write_that_is_called_off_after_it_was_sent_says_so() {
    let mut session = Session::new();
    let (instance, api, window) = with_a_shop(&mut session).await;
    // Which environments there are is known from here on, and is not asked again in between.
    let body = json!({"environment": "dev", "image": "miso/hello:1.0"}).to_string();
    let deploy = ["api", "POST", "/api/applications/shop/deploy", "-d", &body];
    run(&session, &deploy).ended(0);
    api.deployed("shop", 2).await;

    process::freeze(instance.id());
    let mut command = session.command(binary::app());
    command
        .args(deploy)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    // It says so where an answer takes long; by then it was sent.
    let waits = said.next().expect("a line").expect("text");
    assert!(waits.contains("waits for its answer"), "{waits}");
    process::terminate(child.id());
    let last = said.next().expect("a line").expect("text");
    assert!(last.contains("it was sent"), "{last}");
    assert_eq!(ends(&mut child).await, Some(9));
    process::thaw(instance.id());
    // It was, and the app has carried it to its end.
    api.deployed("shop", 3).await;
    window.quit(&mut session).await;
    assert_eq!(instance.stop(), Some(0));
}
