//! What the session's keyring holds, asked over the bus (Secret Service API 0.2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

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

/// The refresh token that is kept for a connection; `None` where nothing is. In the clear it stands
/// in the keyring alone.
pub fn refresh_token(session: &Session, connection: &str) -> Option<String> {
    let entry = entry(session, connection)?;
    let kept = STANDARD.decode(entry.trim()).expect("base64");
    let kept: Value = serde_json::from_slice(&kept).expect("JSON");
    Some(kept["secret"].as_str().expect("its secret").to_owned())
}

/// The keyring's entry of a connection, as it stands there.
pub fn entry(session: &Session, connection: &str) -> Option<String> {
    let mut ask = session.command("secret-tool");
    ask.args(["lookup", "service", "ai.aifabrix.miso-desktop"]);
    ask.args(["username", connection]);
    let output = ask.output().expect("secret-tool");
    let entry = String::from_utf8(output.stdout).expect("text");
    (!entry.is_empty()).then_some(entry)
}
