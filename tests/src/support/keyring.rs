//! What the session's keyring holds, asked over the bus (Secret Service API 0.2).

use super::session::Session;

const COLLECTION: &str = "/org/freedesktop/secrets/aliases/default";

/// How many secrets there are.
pub fn count(session: &Session) -> usize {
    let mut ask = session.command("dbus-send");
    ask.args([
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.secrets",
        COLLECTION,
    ]);
    ask.arg("org.freedesktop.DBus.Properties.Get");
    ask.args(["string:org.freedesktop.Secret.Collection", "string:Items"]);
    let output = ask.output().expect("dbus-send");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .matches("object path")
        .count()
}
