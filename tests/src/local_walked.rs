//! The local instance as somebody with a shell meets it: every call by `curl` and `jq` alone.

use std::process::Command;

use crate::support::instance::{ACCOUNT, Serve};
use crate::support::session::Session;

#[test]
fn every_call_can_be_made_with_curl_and_jq_alone() {
    let session = Session::without_display();
    let instance = Serve::new(&session, "data").account().start(&session);
    let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/curl/every-call.sh"))
        .arg(instance.ready("url"))
        .env("MISO_CLIENT_ID", ACCOUNT.0)
        .env("MISO_CLIENT_SECRET", ACCOUNT.1)
        .env("TMPDIR", session.home())
        .output()
        .expect("bash is there");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        said.ends_with("every call of the document was made\n"),
        "{said}"
    );
    assert_eq!(instance.stop(), Some(0), "it ends as ever");
}
