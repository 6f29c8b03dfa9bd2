//! What v1 answers to who signs in (API-V1.md §2.2): client tokens, and sign-in on another device.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::identity::display_name;
use super::{Fields, envelope, problem};
use crate::Account;

/// How long a device code lasts, and how often is asked, where that is not said.
const LASTS: f64 = 600.0;
const INTERVAL: f64 = 5.0;

/// A token that came, and what came with it.
pub(crate) struct Tokens {
    pub access_token: SecretString,
    pub refresh_token: Option<SecretString>,
    pub expires_in: Option<Duration>,
}

/// A sign-in on another device that is waited for.
pub(crate) struct DeviceBegun {
    pub device_code: SecretString,
    pub user_code: String,
    pub verification_uri: Url,
    pub expires_in: Duration,
    pub interval: Duration,
}

never_serialized!(Tokens, DeviceBegun);

/// What a question whether it is done was answered with.
pub(crate) enum Heard {
    /// It is.
    Tokens(Tokens),
    /// Not so; a word of RFC 8628 §3.5, or another that ends it, and what it says besides.
    Error(String, Option<String>),
    /// Nothing of the controller's.
    Foreign,
}

/// Tokens, whatever they are called and wrapped in; `None` where there is none.
pub(crate) fn tokens(body: &[u8], now: DateTime<Utc>) -> Option<Tokens> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let item = envelope::item(&body).ok()?;
    let fields = Fields::of(&item);
    let seconds = fields.number(&["expiresIn", "expires_in"]);
    let seconds = seconds.or_else(|| {
        let at = fields.time(&["expiresAt", "expires_at"])?;
        Some((at - now).as_seconds_f64())
    });
    Some(Tokens {
        access_token: fields
            .text(&["token", "accessToken", "access_token"])?
            .into(),
        refresh_token: fields
            .text(&["refreshToken", "refresh_token"])
            .map(SecretString::from),
        expires_in: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    })
}

/// A sign-in on another device that has begun.
pub(crate) fn device_begun(body: &[u8]) -> Option<DeviceBegun> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let item = envelope::item(&body).ok()?;
    let fields = Fields::of(&item);
    let lasting = |names: &[&str], usual: f64| {
        let seconds = fields.number(names).unwrap_or(usual);
        Duration::from_secs_f64(seconds.clamp(1.0, 86_400.0))
    };
    let verification = fields.text(&["verificationUri", "verification_uri", "verificationUrl"])?;
    Some(DeviceBegun {
        device_code: fields.text(&["deviceCode", "device_code"])?.into(),
        user_code: fields.text(&["userCode", "user_code"])?,
        verification_uri: Url::parse(&verification).ok()?,
        expires_in: lasting(&["expiresIn", "expires_in"], LASTS),
        interval: lasting(&["interval"], INTERVAL),
    })
}

/// What an answer to a question of the device means: clients have met 202, 200 with an error, 400 as
/// RFC 8628 has it, and 410.
pub(crate) fn device_heard(status: StatusCode, body: &[u8], now: DateTime<Utc>) -> Heard {
    let read: Option<Value> = serde_json::from_slice(body).ok();
    if let Some(error) = read.as_ref().and_then(device_error) {
        let is_its_own =
            status.is_success() || [400, 401, 403, 404, 410, 422, 428].contains(&status.as_u16());
        return match is_its_own {
            true => error,
            false => Heard::Foreign,
        };
    }
    match status.as_u16() {
        202 => pending(),
        200..=299 => tokens(body, now).map_or(Heard::Foreign, Heard::Tokens),
        410 => Heard::Error("expired_token".to_owned(), None),
        403 => match problem::failure(status, body, None) {
            Some(failure) => Heard::Error("access_denied".to_owned(), failure.message),
            None => Heard::Foreign,
        },
        400..=499 if status != StatusCode::TOO_MANY_REQUESTS => {
            match problem::failure(status, body, None) {
                Some(failure) => Heard::Error("invalid_grant".to_owned(), failure.message),
                None => Heard::Foreign,
            }
        }
        _ => Heard::Foreign,
    }
}

/// Whether a refusal to refresh proves that the refresh token is worth nothing: the controller says so by
/// a status, or by a word.
pub(crate) fn is_spent(status: StatusCode, body: &[u8]) -> bool {
    let read: Option<Value> = serde_json::from_slice(body).ok();
    let says_so = matches!(
        read.as_ref().and_then(device_error),
        Some(Heard::Error(word, _)) if matches!(word.as_str(), "invalid_grant" | "expired_token")
    );
    let failure = problem::failure(status, body, None);
    match status.as_u16() {
        400 => says_so || failure.is_some_and(|failure| names_an_end(failure.message.as_deref())),
        401 | 410 => says_so || failure.is_some(),
        _ => false,
    }
}

/// Who a token of a user stands for, by what it says of itself: for where the controller does not let
/// everybody ask that. To show it; nothing is decided by it.
pub(crate) fn account_in(token: &SecretString) -> Option<Account> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    account(&claims)
}

/// Who somebody is, of `{user: {…}}` or of its fields.
pub(crate) fn account(body: &Value) -> Option<Account> {
    let outer = Fields::of(body);
    let user = match outer.object("user") {
        user if user.is_empty() => outer,
        user => user,
    };
    let subject = user.name(&["id", "sub", "username", "preferred_username"])?;
    Some(Account {
        username: user
            .text(&["username", "preferred_username", "email"])
            .unwrap_or_else(|| subject.clone()),
        display_name: display_name(user),
        email: user.text(&["email"]),
        subject,
    })
}

fn pending() -> Heard {
    Heard::Error("authorization_pending".to_owned(), None)
}

/// `error` by itself, or below `data`, where it is a word.
fn device_error(body: &Value) -> Option<Heard> {
    let outer = Fields::of(body);
    let inner = outer.object("data");
    let is_word = |word: &String| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let error = outer.text(&["error"]).or_else(|| inner.text(&["error"]));
    let error = error.or_else(|| outer.text(&["code"])).filter(is_word)?;
    let words = ["errorDescription", "error_description", "detail", "message"];
    Some(Heard::Error(
        error,
        outer.text(&words).or_else(|| inner.text(&words)),
    ))
}

/// The words by which the controller's own client knows that one has to sign in again (§2.2).
fn names_an_end(message: Option<&str>) -> bool {
    let message = message.unwrap_or_default().to_lowercase();
    ["expired", "invalid", "unauthorized"]
        .iter()
        .any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn heard(status: u16, body: &str) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        match device_heard(status, body.as_bytes(), NOW) {
            Heard::Tokens(tokens) => format!("token {}", tokens.access_token.expose_secret()),
            Heard::Error(word, _) => word,
            Heard::Foreign => "foreign".to_owned(),
        }
    }

    /// API-V1.md §2.2, `POST /auth/token`, in every nesting that clients read.
    #[test]
    fn a_client_token_is_found_whatever_it_is_called() {
        for body in [
            r#"{"success":true,"token":"t","expiresIn":1800,"expiresAt":"2026-11-27T10:00:00Z","timestamp":"2026-11-27T09:30:00Z"}"#,
            r#"{"token":"t","expiresIn":1800,"expiresAt":"2026-11-27T10:00:00Z"}"#,
            r#"{"data":{"token":"t","expiresIn":1800}}"#,
            r#"{"success":true,"data":{"token":"t","expiresIn":"1800"},"timestamp":"2026-11-27T09:30:00Z"}"#,
            r#"{"access_token":"t","expires_in":1800,"token_type":"Bearer"}"#,
            r#"{"data":{"accessToken":"t","expiresAt":"1970-01-01T00:30:00Z"}}"#,
        ] {
            let tokens = tokens(body.as_bytes(), NOW).unwrap();
            assert_eq!(tokens.access_token.expose_secret(), "t", "{body}");
            assert_eq!(tokens.expires_in, Some(Duration::from_secs(1800)), "{body}");
        }
        for body in [
            "",
            "{}",
            r#"{"success":false,"token":"t"}"#,
            r#"{"data":null}"#,
            r#"{"token":7}"#,
        ] {
            assert!(tokens(body.as_bytes(), NOW).is_none(), "{body}");
        }
    }

    #[test]
    fn a_device_code_is_found() {
        let body = r#"{"data":{"deviceCode":"d","userCode":"BCDF-GHJK",
            "verificationUri":"https://login.example/device",
            "verificationUriComplete":"https://login.example/device?c=BCDF-GHJK"}}"#;
        let begun = device_begun(body.as_bytes()).unwrap();
        assert_eq!(begun.user_code, "BCDF-GHJK");
        assert_eq!(begun.interval, Duration::from_secs(5));
        assert_eq!(begun.expires_in, Duration::from_secs(600));
        let body = r#"{"deviceCode":"d","userCode":"B","verificationUri":"https://l.example/","expiresIn":0,"interval":1e9}"#;
        let begun = device_begun(body.as_bytes()).unwrap();
        assert_eq!(begun.interval, Duration::from_secs(86_400));
        assert_eq!(begun.expires_in, Duration::from_secs(1));
        assert!(device_begun(br#"{"data":{"userCode":"B","verificationUri":"x"}}"#).is_none());
    }

    #[test]
    fn every_answer_to_a_waiting_device_has_its_meaning() {
        for (status, body, meaning) in [
            (
                200,
                r#"{"data":{"accessToken":"a","refreshToken":"r","expiresIn":3600}}"#,
                "token a",
            ),
            (200, r#"{"success":true,"accessToken":"a"}"#, "token a"),
            (200, r#"{"data":{"access_token":"a"}}"#, "token a"),
            (
                202,
                r#"{"error":"authorization_pending"}"#,
                "authorization_pending",
            ),
            (202, r#"{"data":{"error":"slow_down"}}"#, "slow_down"),
            (202, "", "authorization_pending"),
            (202, "{}", "authorization_pending"),
            (
                200,
                r#"{"success":false,"error":"authorization_pending"}"#,
                "authorization_pending",
            ),
            (
                200,
                r#"{"data":{"error":"authorization_pending"}}"#,
                "authorization_pending",
            ),
            (
                400,
                r#"{"error":"authorization_pending"}"#,
                "authorization_pending",
            ),
            (400, r#"{"error":"slow_down"}"#, "slow_down"),
            (400, r#"{"error":"access_denied"}"#, "access_denied"),
            (
                400,
                r#"{"type":"/Errors/BadRequest","title":"Bad Request","status":400,"detail":"no"}"#,
                "invalid_grant",
            ),
            (
                410,
                r#"{"type":"/Errors/Gone","title":"Gone","status":410}"#,
                "expired_token",
            ),
            (410, "", "expired_token"),
            (
                404,
                r#"{"type":"/Errors/NotFound","title":"Not Found","status":404}"#,
                "invalid_grant",
            ),
            // Who was asked said no.
            (
                403,
                r#"{"type":"/Errors/Forbidden","title":"Forbidden","status":403,"detail":"The sign-in was refused."}"#,
                "access_denied",
            ),
            (403, r#"{"error":"access_denied"}"#, "access_denied"),
            (403, "<html>", "foreign"),
            (404, "<html>", "foreign"),
            (200, "<html>", "foreign"),
            (200, "{}", "foreign"),
            (429, r#"{"error":"slow_down"}"#, "foreign"),
            (500, r#"{"error":"access_denied"}"#, "foreign"),
        ] {
            assert_eq!(heard(status, body), meaning, "{status} {body}");
        }
    }

    #[test]
    fn only_a_word_of_the_controllers_ends_a_session() {
        let spent = |status: u16, body: &str| {
            is_spent(StatusCode::from_u16(status).unwrap(), body.as_bytes())
        };
        let problem = |status: u16, detail: &str| {
            json!({"type": "/Errors/X", "title": "X", "status": status, "detail": detail})
                .to_string()
        };
        assert!(spent(401, &problem(401, "no")));
        assert!(spent(410, &problem(410, "gone")));
        assert!(spent(400, &problem(400, "Refresh token expired")));
        assert!(spent(400, r#"{"error":"invalid_grant"}"#));
        for (status, body) in [
            (400, problem(400, "refreshToken is required")),
            (403, problem(403, "expired")),
            (500, problem(500, "token expired")),
            (401, "<html>Unauthorized</html>".to_owned()),
            (401, r#"{"message":"Unauthorized"}"#.to_owned()),
        ] {
            assert!(!spent(status, &body), "{status} {body}");
        }
    }

    #[test]
    fn who_a_token_stands_for_can_be_read_in_it() {
        let payload =
            json!({"sub": "u-1", "preferred_username": "aino.laine", "name": "Aino Laine"});
        let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
        let found = account_in(&format!("header.{payload}.signature").into()).unwrap();
        assert_eq!(
            (found.subject.as_str(), found.username.as_str()),
            ("u-1", "aino.laine")
        );
        for opaque in ["opaque", "a.b.c", "a..c", ""] {
            assert!(account_in(&opaque.into()).is_none(), "{opaque}");
        }
        let user = json!({"user": {"id": 7, "email": "a@example.com"}, "authenticated": true});
        let found = account(&user).unwrap();
        assert_eq!(
            (found.subject.as_str(), found.username.as_str()),
            ("7", "a@example.com")
        );
        assert!(account(&json!({"authenticated": true})).is_none());
    }

    proptest! {
        #[test]
        fn no_answer_breaks_it(status in 200u16..600, body in ".{0,80}") {
            let code = StatusCode::from_u16(status).unwrap();
            let _ = device_heard(code, body.as_bytes(), NOW);
            let _ = is_spent(code, body.as_bytes());
            let _ = account_in(&SecretString::from(body));
        }
    }
}
